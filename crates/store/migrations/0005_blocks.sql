-- Blocks: what the business keeps for itself. A block says what was wanted; what it takes are claims, as with bookings.

CREATE TABLE seat_block (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    -- The application that created it; absent when somebody else did.
    application_id TEXT,
    product_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    -- When the event starts.
    starts_at BIGINT NOT NULL,
    -- How many seats, or -1 for all that were left then. How many those were is in the claim.
    seats BIGINT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    -- Who created it and changed it: the name of an application or of a person of the business.
    created_by TEXT,
    changed_at BIGINT,
    changed_by TEXT,
    -- When it was changed last, or else created.
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX seat_block_by_start ON seat_block (account_id, starts_at, id);
CREATE INDEX seat_block_by_touch ON seat_block (account_id, touched_at, id);

CREATE TABLE resource_block (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    application_id TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL CHECK (starts_at < ends_at),
    -- Their ids, as JSON.
    resources TEXT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    changed_at BIGINT,
    changed_by TEXT,
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX resource_block_by_start ON resource_block (account_id, starts_at, id);
CREATE INDEX resource_block_by_touch ON resource_block (account_id, touched_at, id);
