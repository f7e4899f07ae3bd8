-- Bookings that are there already.
INSERT OR IGNORE INTO attendance (account_id, person_id, starts_at, booking_number, customer_id, ends_at)
SELECT person.account_id, person.id, booking.starts_at, booking.number, person.customer_id, booking.ends_at
FROM booking, json_each(booking.details, '$.participants') AS participant
JOIN linked_person AS person
    ON person.account_id = booking.account_id AND person.customer_id = booking.customer_id
    AND person.id = json_extract(participant.value, '$.person.linked')
WHERE booking.canceled_at IS NULL;

-- What is counted of a customer's bookings. Who a booking is of never changes.
CREATE TRIGGER booking_made AFTER INSERT ON booking
BEGIN
    UPDATE customer SET
        num_bookings = num_bookings + 1,
        num_cancelations = num_cancelations + NEW.cancelation_tracked,
        num_no_shows = num_no_shows + NEW.no_show
    WHERE account_id = NEW.account_id AND id = NEW.customer_id;
END;
CREATE TRIGGER booking_remembered AFTER UPDATE OF cancelation_tracked, no_show ON booking
WHEN OLD.cancelation_tracked <> NEW.cancelation_tracked OR OLD.no_show <> NEW.no_show
BEGIN
    UPDATE customer SET
        num_cancelations = num_cancelations + NEW.cancelation_tracked - OLD.cancelation_tracked,
        num_no_shows = num_no_shows + NEW.no_show - OLD.no_show
    WHERE account_id = NEW.account_id AND id = NEW.customer_id;
END;
CREATE TRIGGER booking_erased AFTER DELETE ON booking
BEGIN
    UPDATE customer SET
        num_bookings = num_bookings - 1,
        num_cancelations = num_cancelations - OLD.cancelation_tracked,
        num_no_shows = num_no_shows - OLD.no_show
    WHERE account_id = OLD.account_id AND id = OLD.customer_id;
END;
