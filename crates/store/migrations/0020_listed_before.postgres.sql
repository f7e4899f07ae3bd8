-- Of several changes in one transaction the first finds what was there before; the others find its row.
-- Rows come and go within an hour or two, so that the usual share of dead ones would be reached late.
ALTER TABLE listed_before SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE FUNCTION remember_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_before (account_id, thing, id)
        VALUES (NEW.account_id, 'booking', NEW.number) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO listed_before (
            account_id, thing, id, application_id, starts_at, touched_at, canceled_at, product_id, customer_id)
        VALUES (
            OLD.account_id, 'booking', OLD.number, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.canceled_at,
            OLD.product_id, OLD.customer_id)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER booking_listed AFTER INSERT OR DELETE ON booking FOR EACH ROW EXECUTE FUNCTION remember_booking();
CREATE TRIGGER booking_relisted AFTER UPDATE OF starts_at, touched_at, canceled_at, product_id ON booking FOR EACH ROW
WHEN (
    OLD.starts_at IS DISTINCT FROM NEW.starts_at OR OLD.touched_at IS DISTINCT FROM NEW.touched_at OR
    OLD.canceled_at IS DISTINCT FROM NEW.canceled_at OR OLD.product_id IS DISTINCT FROM NEW.product_id)
EXECUTE FUNCTION remember_booking();

CREATE FUNCTION remember_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_before (account_id, thing, id)
        VALUES (NEW.account_id, 'customer', NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO listed_before (
            account_id, thing, id, application_id, created_at, first_name, last_name, full_name, email_address,
            member_since, member_until)
        VALUES (
            OLD.account_id, 'customer', OLD.id, OLD.application_id, OLD.created_at, OLD.first_name, OLD.last_name,
            OLD.full_name, OLD.email_address, OLD.member_since, OLD.member_until)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER customer_listed AFTER INSERT OR DELETE ON customer FOR EACH ROW EXECUTE FUNCTION remember_customer();
CREATE TRIGGER customer_relisted
AFTER UPDATE OF created_at, first_name, last_name, full_name, email_address, member_since, member_until ON customer FOR EACH ROW
WHEN (
    OLD.created_at IS DISTINCT FROM NEW.created_at OR OLD.first_name IS DISTINCT FROM NEW.first_name OR OLD.last_name IS DISTINCT FROM NEW.last_name OR
    OLD.full_name IS DISTINCT FROM NEW.full_name OR OLD.email_address IS DISTINCT FROM NEW.email_address OR
    OLD.member_since IS DISTINCT FROM NEW.member_since OR OLD.member_until IS DISTINCT FROM NEW.member_until)
EXECUTE FUNCTION remember_customer();

CREATE FUNCTION remember_linked_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_before (account_id, thing, id)
        VALUES (NEW.account_id, 'linked_person', NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO listed_before (
            account_id, thing, id, created_at, customer_id)
        VALUES (
            OLD.account_id, 'linked_person', OLD.id, OLD.created_at, OLD.customer_id)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER linked_person_listed AFTER INSERT OR DELETE ON linked_person FOR EACH ROW EXECUTE FUNCTION remember_linked_person();

CREATE FUNCTION remember_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_before (account_id, thing, id)
        VALUES (NEW.account_id, 'payment', NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO listed_before (
            account_id, thing, id, application_id, received_at, booking_number, method, method_other)
        VALUES (
            OLD.account_id, 'payment', OLD.id, OLD.application_id, OLD.received_at, OLD.booking_number, OLD.method,
            OLD.method_other)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER payment_listed AFTER INSERT OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION remember_payment();
CREATE TRIGGER payment_relisted AFTER UPDATE OF received_at, booking_number, method, method_other ON payment FOR EACH ROW
WHEN (
    OLD.received_at IS DISTINCT FROM NEW.received_at OR OLD.booking_number IS DISTINCT FROM NEW.booking_number OR
    OLD.method IS DISTINCT FROM NEW.method OR OLD.method_other IS DISTINCT FROM NEW.method_other)
EXECUTE FUNCTION remember_payment();

CREATE FUNCTION remember_seat_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_before (account_id, thing, id)
        VALUES (NEW.account_id, 'seat_block', NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO listed_before (
            account_id, thing, id, application_id, starts_at, touched_at, product_id)
        VALUES (
            OLD.account_id, 'seat_block', OLD.id, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.product_id)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER seat_block_listed AFTER INSERT OR DELETE ON seat_block FOR EACH ROW EXECUTE FUNCTION remember_seat_block();
CREATE TRIGGER seat_block_relisted AFTER UPDATE OF starts_at, touched_at, product_id ON seat_block FOR EACH ROW
WHEN (
    OLD.starts_at IS DISTINCT FROM NEW.starts_at OR OLD.touched_at IS DISTINCT FROM NEW.touched_at OR
    OLD.product_id IS DISTINCT FROM NEW.product_id)
EXECUTE FUNCTION remember_seat_block();

CREATE FUNCTION remember_resource_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_before (account_id, thing, id)
        VALUES (NEW.account_id, 'resource_block', NEW.id) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO listed_before (
            account_id, thing, id, application_id, starts_at, touched_at, resources)
        VALUES (
            OLD.account_id, 'resource_block', OLD.id, OLD.application_id, OLD.starts_at, OLD.touched_at, OLD.resources)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER resource_block_listed AFTER INSERT OR DELETE ON resource_block FOR EACH ROW EXECUTE FUNCTION remember_resource_block();
CREATE TRIGGER resource_block_relisted AFTER UPDATE OF starts_at, touched_at, resources ON resource_block FOR EACH ROW
WHEN (
    OLD.starts_at IS DISTINCT FROM NEW.starts_at OR OLD.touched_at IS DISTINCT FROM NEW.touched_at OR
    OLD.resources IS DISTINCT FROM NEW.resources)
EXECUTE FUNCTION remember_resource_block();
