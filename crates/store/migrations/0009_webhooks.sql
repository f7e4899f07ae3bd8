-- Which application created the thing that changed: a key that is allowed its own things knows of no other changes.
ALTER TABLE change ADD COLUMN creator_id TEXT;

-- Webhooks: which changes an application wants to be told of, with which of its keys, and where.
CREATE TABLE webhook (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    authorization_id TEXT NOT NULL,
    domain TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- As it was registered: signatures are over it.
    url TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When there is something to do for it; absent when nothing waits.
    due_at BIGINT,
    -- Until when a node has it in hand.
    leased_until BIGINT,
    -- How many deliveries wait.
    waiting BIGINT NOT NULL DEFAULT 0,
    -- How many deliveries in a row were dropped.
    dropped_in_row BIGINT NOT NULL DEFAULT 0,
    -- Whether a delivery was dropped since the last one that arrived.
    lost BOOLEAN NOT NULL DEFAULT FALSE,
    blocked_at BIGINT,
    blocked_reason TEXT,
    -- When it was deleted or replaced, or its key ended.
    ended_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX webhook_of_key ON webhook (account_id, authorization_id, domain, kind) WHERE ended_at IS NULL;
CREATE INDEX webhook_by_change ON webhook (account_id, domain, kind) WHERE ended_at IS NULL;
CREATE INDEX webhook_due ON webhook (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_ended ON webhook (ended_at) WHERE ended_at IS NOT NULL;

-- One change for one webhook. Tests that a developer sends have numbers below zero.
CREATE TABLE delivery (
    account_id TEXT NOT NULL REFERENCES account (id),
    webhook_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    thing_id TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    -- When to try next; absent when it arrived or was given up.
    due_at BIGINT,
    -- How many attempts there were, and how many of them since it was last asked for.
    attempts BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    outcome TEXT CHECK (outcome IN ('delivered', 'dropped')),
    ended_at BIGINT,
    PRIMARY KEY (account_id, webhook_id, number)
);
CREATE INDEX delivery_due ON delivery (account_id, webhook_id, due_at, number) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_waiting ON delivery (account_id, webhook_id, thing_id, number) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;

-- One try.
CREATE TABLE attempt (
    account_id TEXT NOT NULL REFERENCES account (id),
    webhook_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    -- The status that was answered; absent when no answer came, for the reason that `failure` tells.
    status BIGINT,
    failure TEXT,
    -- The beginning of the answer's body.
    answer TEXT,
    PRIMARY KEY (account_id, webhook_id, number, attempt)
);
CREATE INDEX attempt_by_time ON attempt (at);

-- The last state of things that were deleted, as the key of a webhook may read it.
CREATE TABLE last_item (
    account_id TEXT NOT NULL REFERENCES account (id),
    webhook_id TEXT NOT NULL,
    thing_id TEXT NOT NULL,
    item TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, webhook_id, thing_id)
);
CREATE INDEX last_item_by_time ON last_item (deleted_at);

-- With which of an application's secret keys the single signature of a notice is made, while several work. Absent: with the
-- oldest, as long as it works.
ALTER TABLE application ADD COLUMN signing_key_id TEXT;
