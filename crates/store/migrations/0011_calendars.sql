-- Calendars that programs subscribe to: one for each person and each resource that wants one. Of the secret in the address
-- only a keyed hash is here.
CREATE TABLE calendar (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    of_kind TEXT NOT NULL CHECK (of_kind IN ('person', 'resource')),
    -- The id of the person or the resource.
    of_id TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    -- The person who made it, and knows the address. It ends with the person.
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX calendar_of ON calendar (account_id, of_kind, of_id);
CREATE UNIQUE INDEX calendar_by_token ON calendar (account_id, token_hash);

-- The appointments among all bookings, for calendars.
CREATE INDEX booking_appointment ON booking (account_id, starts_at, number)
WHERE event_id IS NULL AND canceled_at IS NULL;
