-- Bookings that are there already.
INSERT INTO attendance (account_id, person_id, starts_at, booking_number, customer_id, ends_at)
SELECT person.account_id, person.id, booking.starts_at, booking.number, person.customer_id, booking.ends_at
FROM booking
CROSS JOIN LATERAL jsonb_array_elements(COALESCE(booking.details::jsonb -> 'participants', '[]'::jsonb)) AS participant
JOIN linked_person AS person
    ON person.account_id = booking.account_id AND person.customer_id = booking.customer_id
    AND person.id = participant -> 'person' ->> 'linked'
WHERE booking.canceled_at IS NULL
ON CONFLICT DO NOTHING;

-- What is counted of a customer's bookings. Who a booking is of never changes.
CREATE FUNCTION count_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE customer SET
            num_bookings = num_bookings + 1,
            num_cancelations = num_cancelations + NEW.cancelation_tracked::int,
            num_no_shows = num_no_shows + NEW.no_show::int
        WHERE account_id = NEW.account_id AND id = NEW.customer_id;
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE customer SET
            num_cancelations = num_cancelations + NEW.cancelation_tracked::int - OLD.cancelation_tracked::int,
            num_no_shows = num_no_shows + NEW.no_show::int - OLD.no_show::int
        WHERE account_id = NEW.account_id AND id = NEW.customer_id;
    ELSE
        UPDATE customer SET
            num_bookings = num_bookings - 1,
            num_cancelations = num_cancelations - OLD.cancelation_tracked::int,
            num_no_shows = num_no_shows - OLD.no_show::int
        WHERE account_id = OLD.account_id AND id = OLD.customer_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER booking_made AFTER INSERT ON booking FOR EACH ROW EXECUTE FUNCTION count_booking();
CREATE TRIGGER booking_remembered AFTER UPDATE ON booking FOR EACH ROW
WHEN (OLD.cancelation_tracked <> NEW.cancelation_tracked OR OLD.no_show <> NEW.no_show) EXECUTE FUNCTION count_booking();
CREATE TRIGGER booking_erased AFTER DELETE ON booking FOR EACH ROW EXECUTE FUNCTION count_booking();
