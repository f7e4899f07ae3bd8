-- By which time changes are listed, and the titles of bookings after their customer's name has changed.

-- Nothing of the account happens before this any more: the time of its last change, or the end of a range of times that was
-- answered as complete, whichever is later.
ALTER TABLE account ADD COLUMN changed_until BIGINT NOT NULL DEFAULT 0;

-- Customers whose name has changed, and who have bookings that still show the old one.
CREATE TABLE renamed_customer (
    account_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    -- Who changed the name: as in the table of changes, and by name.
    actor_kind TEXT NOT NULL,
    actor_account_id TEXT,
    actor_id TEXT,
    agent TEXT,
    -- The last booking that shows the new name, by start and number.
    starts_at BIGINT NOT NULL,
    booking_number TEXT NOT NULL,
    PRIMARY KEY (account_id, customer_id),
    FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);

-- Whether a customer is being deleted, which takes several transactions where much was booked. Nobody books for one who is.
ALTER TABLE customer ADD COLUMN leaving BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE leaving_customer (
    account_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    -- Who deletes the customer: as in the table of changes.
    actor_kind TEXT NOT NULL,
    actor_account_id TEXT,
    actor_id TEXT,
    PRIMARY KEY (account_id, customer_id),
    FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);
