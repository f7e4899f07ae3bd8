CREATE FUNCTION add_to_day(account TEXT, thing_of TEXT, instant BIGINT, application TEXT, paid_by TEXT, change BIGINT)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO counted_by_day AS counted (account_id, thing, day, creator, method, n)
    VALUES (
        account, thing_of, (instant - (instant % 86400000 + 86400000) % 86400000) / 86400000, COALESCE(application, ''),
        paid_by, change)
    ON CONFLICT (account_id, thing, day, creator, method) DO UPDATE SET n = counted.n + change
$$;

-- Who created something never changes. When it was created or received can: what is moved is one less there and one more here.
--
-- Counted with COMMIT, when the account's row is locked: who adds to the same day waits for that one, and for nothing else.
CREATE FUNCTION count_customer_of_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM add_to_day(OLD.account_id, 'customer', OLD.created_at, OLD.application_id, '', -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM add_to_day(NEW.account_id, 'customer', NEW.created_at, NEW.application_id, '', 1);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER customer_on_its_day AFTER INSERT OR DELETE ON customer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_customer_of_day();
CREATE CONSTRAINT TRIGGER customer_on_another_day AFTER UPDATE OF created_at ON customer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.created_at - (OLD.created_at % 86400000 + 86400000) % 86400000) / 86400000
          <> (NEW.created_at - (NEW.created_at % 86400000 + 86400000) % 86400000) / 86400000)
    EXECUTE FUNCTION count_customer_of_day();

CREATE FUNCTION count_payment_of_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM add_to_day(OLD.account_id, 'payment', OLD.received_at, OLD.application_id, OLD.method, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM add_to_day(NEW.account_id, 'payment', NEW.received_at, NEW.application_id, NEW.method, 1);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER payment_on_its_day AFTER INSERT OR DELETE ON payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_payment_of_day();
CREATE CONSTRAINT TRIGGER payment_on_another_day AFTER UPDATE OF received_at, method ON payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.method <> NEW.method
          OR (OLD.received_at - (OLD.received_at % 86400000 + 86400000) % 86400000) / 86400000
             <> (NEW.received_at - (NEW.received_at % 86400000 + 86400000) % 86400000) / 86400000)
    EXECUTE FUNCTION count_payment_of_day();
