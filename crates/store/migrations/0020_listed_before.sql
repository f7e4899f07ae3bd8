-- What the lists of the API sort and match by, as it was before a change. A search is fixed when its first page is asked for:
-- its other pages are cut from what was there then, so that whatever nobody touches is on exactly one of them. Rows are written
-- by triggers on the tables that are listed, whichever statement changes them, and stay for as long as a page token works.
CREATE TABLE listed_before (
    account_id TEXT NOT NULL,
    -- The table, which is also the word of the log.
    thing TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The last change of the transaction with which it was no longer so; 0 until that transaction ends, which numbers it.
    number BIGINT NOT NULL DEFAULT 0,
    -- When that was.
    at BIGINT NOT NULL DEFAULT 0,
    -- As in the table; all of them absent when the thing was not there.
    application_id TEXT,
    created_at BIGINT,
    starts_at BIGINT,
    touched_at BIGINT,
    canceled_at BIGINT,
    received_at BIGINT,
    product_id TEXT,
    customer_id TEXT,
    booking_number TEXT,
    method TEXT,
    method_other TEXT,
    resources TEXT,
    first_name TEXT,
    last_name TEXT,
    full_name TEXT,
    email_address TEXT,
    member_since TEXT,
    member_until TEXT,
    PRIMARY KEY (account_id, thing, id, number)
);
CREATE INDEX listed_before_by_number ON listed_before (account_id, number);
CREATE INDEX listed_before_by_time ON listed_before (at);
