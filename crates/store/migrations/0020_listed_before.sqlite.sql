-- Of several changes in one transaction the first finds what was there before; the others find its row.
CREATE TRIGGER booking_listed AFTER INSERT ON booking
BEGIN
    INSERT INTO listed_before (account_id, thing, id)
    VALUES (NEW.account_id, 'booking', NEW.number) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER booking_relisted AFTER UPDATE OF starts_at, touched_at, canceled_at, product_id ON booking
WHEN
    OLD.starts_at IS NOT NEW.starts_at OR OLD.touched_at IS NOT NEW.touched_at OR
    OLD.canceled_at IS NOT NEW.canceled_at OR OLD.product_id IS NOT NEW.product_id
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, starts_at, touched_at, canceled_at, product_id, customer_id)
    VALUES (
        OLD.account_id, 'booking', OLD.number, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.canceled_at,
        OLD.product_id, OLD.customer_id)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER booking_unlisted AFTER DELETE ON booking
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, starts_at, touched_at, canceled_at, product_id, customer_id)
    VALUES (
        OLD.account_id, 'booking', OLD.number, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.canceled_at,
        OLD.product_id, OLD.customer_id)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER customer_listed AFTER INSERT ON customer
BEGIN
    INSERT INTO listed_before (account_id, thing, id)
    VALUES (NEW.account_id, 'customer', NEW.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER customer_relisted
AFTER UPDATE OF created_at, first_name, last_name, full_name, email_address, member_since, member_until ON customer
WHEN
    OLD.created_at IS NOT NEW.created_at OR OLD.first_name IS NOT NEW.first_name OR OLD.last_name IS NOT NEW.last_name OR
    OLD.full_name IS NOT NEW.full_name OR OLD.email_address IS NOT NEW.email_address OR
    OLD.member_since IS NOT NEW.member_since OR OLD.member_until IS NOT NEW.member_until
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, created_at, first_name, last_name, full_name, email_address,
        member_since, member_until)
    VALUES (
        OLD.account_id, 'customer', OLD.id, OLD.application_id, OLD.created_at, OLD.first_name, OLD.last_name,
        OLD.full_name, OLD.email_address, OLD.member_since, OLD.member_until)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER customer_unlisted AFTER DELETE ON customer
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, created_at, first_name, last_name, full_name, email_address,
        member_since, member_until)
    VALUES (
        OLD.account_id, 'customer', OLD.id, OLD.application_id, OLD.created_at, OLD.first_name, OLD.last_name,
        OLD.full_name, OLD.email_address, OLD.member_since, OLD.member_until)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER linked_person_listed AFTER INSERT ON linked_person
BEGIN
    INSERT INTO listed_before (account_id, thing, id)
    VALUES (NEW.account_id, 'linked_person', NEW.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER linked_person_unlisted AFTER DELETE ON linked_person
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, created_at, customer_id)
    VALUES (
        OLD.account_id, 'linked_person', OLD.id, OLD.created_at, OLD.customer_id)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER payment_listed AFTER INSERT ON payment
BEGIN
    INSERT INTO listed_before (account_id, thing, id)
    VALUES (NEW.account_id, 'payment', NEW.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER payment_relisted AFTER UPDATE OF received_at, booking_number, method, method_other ON payment
WHEN
    OLD.received_at IS NOT NEW.received_at OR OLD.booking_number IS NOT NEW.booking_number OR
    OLD.method IS NOT NEW.method OR OLD.method_other IS NOT NEW.method_other
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, received_at, booking_number, method, method_other)
    VALUES (
        OLD.account_id, 'payment', OLD.id, OLD.application_id, OLD.received_at, OLD.booking_number, OLD.method,
        OLD.method_other)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER payment_unlisted AFTER DELETE ON payment
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, received_at, booking_number, method, method_other)
    VALUES (
        OLD.account_id, 'payment', OLD.id, OLD.application_id, OLD.received_at, OLD.booking_number, OLD.method,
        OLD.method_other)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER seat_block_listed AFTER INSERT ON seat_block
BEGIN
    INSERT INTO listed_before (account_id, thing, id)
    VALUES (NEW.account_id, 'seat_block', NEW.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER seat_block_relisted AFTER UPDATE OF starts_at, touched_at, product_id ON seat_block
WHEN
    OLD.starts_at IS NOT NEW.starts_at OR OLD.touched_at IS NOT NEW.touched_at OR OLD.product_id IS NOT NEW.product_id
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, starts_at, touched_at, product_id)
    VALUES (
        OLD.account_id, 'seat_block', OLD.id, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.product_id)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER seat_block_unlisted AFTER DELETE ON seat_block
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, starts_at, touched_at, product_id)
    VALUES (
        OLD.account_id, 'seat_block', OLD.id, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.product_id)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER resource_block_listed AFTER INSERT ON resource_block
BEGIN
    INSERT INTO listed_before (account_id, thing, id)
    VALUES (NEW.account_id, 'resource_block', NEW.id) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER resource_block_relisted AFTER UPDATE OF starts_at, touched_at, resources ON resource_block
WHEN
    OLD.starts_at IS NOT NEW.starts_at OR OLD.touched_at IS NOT NEW.touched_at OR OLD.resources IS NOT NEW.resources
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, starts_at, touched_at, resources)
    VALUES (
        OLD.account_id, 'resource_block', OLD.id, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.resources)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER resource_block_unlisted AFTER DELETE ON resource_block
BEGIN
    INSERT INTO listed_before (
        account_id, thing, id, application_id, starts_at, touched_at, resources)
    VALUES (
        OLD.account_id, 'resource_block', OLD.id, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.resources)
    ON CONFLICT DO NOTHING;
END;
