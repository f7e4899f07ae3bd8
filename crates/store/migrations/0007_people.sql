-- Customers and the people linked to them: what is counted, memberships, passwords, who comes to which booking, and lists of
-- what one application created.

-- How many bookings were made, how many cancellations were to be counted, how often nobody came. Kept by the triggers on
-- `booking`, so that a page of customers reads none of their bookings, whichever program wrote them.
ALTER TABLE customer ADD COLUMN num_bookings BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN num_cancelations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN num_no_shows BIGINT NOT NULL DEFAULT 0;
UPDATE customer SET
    num_bookings = (
        SELECT COUNT(*) FROM booking WHERE booking.account_id = customer.account_id AND booking.customer_id = customer.id),
    num_cancelations = (
        SELECT COUNT(*) FROM booking
        WHERE booking.account_id = customer.account_id AND booking.customer_id = customer.id AND cancelation_tracked),
    num_no_shows = (
        SELECT COUNT(*) FROM booking
        WHERE booking.account_id = customer.account_id AND booking.customer_id = customer.id AND no_show);

-- The first and the last day of a membership, such as `2026-08-14`; without a last one it does not expire.
ALTER TABLE customer ADD COLUMN member_since TEXT;
ALTER TABLE customer ADD COLUMN member_until TEXT;

-- An argon2id hash with its salt; absent for customers who have no password.
ALTER TABLE customer ADD COLUMN password_hash TEXT;

-- Which linked people come to which bookings that are not cancelled: when somebody comes next, and came last, without a
-- look at the bookings. Written together with the booking.
CREATE TABLE attendance (
    account_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    booking_number TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, person_id, starts_at, booking_number),
    FOREIGN KEY (account_id, customer_id, person_id) REFERENCES linked_person (account_id, customer_id, id) ON DELETE CASCADE,
    FOREIGN KEY (account_id, booking_number) REFERENCES booking (account_id, number) ON DELETE CASCADE
);
CREATE INDEX attendance_by_booking ON attendance (account_id, booking_number);

CREATE INDEX linked_person_by_id ON linked_person (account_id, id);

-- What one application created. Whatever somebody else created is in none of these.
CREATE INDEX customer_by_creator ON customer (account_id, application_id, created_at, id) WHERE application_id IS NOT NULL;
CREATE INDEX booking_by_creator_and_start ON booking (account_id, application_id, starts_at, number)
    WHERE application_id IS NOT NULL;
CREATE INDEX booking_by_creator_and_touch ON booking (account_id, application_id, touched_at, number)
    WHERE application_id IS NOT NULL;
