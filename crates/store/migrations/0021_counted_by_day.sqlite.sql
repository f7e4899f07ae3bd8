-- Who created something never changes. When it was created or received can: what is moved is one less there and one more here.
CREATE TRIGGER customer_on_its_day AFTER INSERT ON customer
BEGIN
    INSERT INTO counted_by_day (account_id, thing, day, creator, method, n)
    VALUES (
        NEW.account_id, 'customer', (NEW.created_at - (NEW.created_at % 86400000 + 86400000) % 86400000) / 86400000,
        COALESCE(NEW.application_id, ''), '', 1)
    ON CONFLICT (account_id, thing, day, creator, method) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER customer_off_its_day AFTER DELETE ON customer
BEGIN
    UPDATE counted_by_day SET n = n - 1
    WHERE account_id = OLD.account_id AND thing = 'customer'
        AND day = (OLD.created_at - (OLD.created_at % 86400000 + 86400000) % 86400000) / 86400000
        AND creator = COALESCE(OLD.application_id, '') AND method = '';
END;

CREATE TRIGGER customer_on_another_day AFTER UPDATE OF created_at ON customer
WHEN (OLD.created_at - (OLD.created_at % 86400000 + 86400000) % 86400000) / 86400000
     <> (NEW.created_at - (NEW.created_at % 86400000 + 86400000) % 86400000) / 86400000
BEGIN
    UPDATE counted_by_day SET n = n - 1
    WHERE account_id = OLD.account_id AND thing = 'customer'
        AND day = (OLD.created_at - (OLD.created_at % 86400000 + 86400000) % 86400000) / 86400000
        AND creator = COALESCE(OLD.application_id, '') AND method = '';
    INSERT INTO counted_by_day (account_id, thing, day, creator, method, n)
    VALUES (
        NEW.account_id, 'customer', (NEW.created_at - (NEW.created_at % 86400000 + 86400000) % 86400000) / 86400000,
        COALESCE(NEW.application_id, ''), '', 1)
    ON CONFLICT (account_id, thing, day, creator, method) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER payment_on_its_day AFTER INSERT ON payment
BEGIN
    INSERT INTO counted_by_day (account_id, thing, day, creator, method, n)
    VALUES (
        NEW.account_id, 'payment', (NEW.received_at - (NEW.received_at % 86400000 + 86400000) % 86400000) / 86400000,
        COALESCE(NEW.application_id, ''), NEW.method, 1)
    ON CONFLICT (account_id, thing, day, creator, method) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER payment_off_its_day AFTER DELETE ON payment
BEGIN
    UPDATE counted_by_day SET n = n - 1
    WHERE account_id = OLD.account_id AND thing = 'payment'
        AND day = (OLD.received_at - (OLD.received_at % 86400000 + 86400000) % 86400000) / 86400000
        AND creator = COALESCE(OLD.application_id, '') AND method = OLD.method;
END;
CREATE TRIGGER payment_on_another_day AFTER UPDATE OF received_at, method ON payment
WHEN OLD.method <> NEW.method
    OR (OLD.received_at - (OLD.received_at % 86400000 + 86400000) % 86400000) / 86400000
       <> (NEW.received_at - (NEW.received_at % 86400000 + 86400000) % 86400000) / 86400000
BEGIN
    UPDATE counted_by_day SET n = n - 1
    WHERE account_id = OLD.account_id AND thing = 'payment'
        AND day = (OLD.received_at - (OLD.received_at % 86400000 + 86400000) % 86400000) / 86400000
        AND creator = COALESCE(OLD.application_id, '') AND method = OLD.method;
    INSERT INTO counted_by_day (account_id, thing, day, creator, method, n)
    VALUES (
        NEW.account_id, 'payment', (NEW.received_at - (NEW.received_at % 86400000 + 86400000) % 86400000) / 86400000,
        COALESCE(NEW.application_id, ''), NEW.method, 1)
    ON CONFLICT (account_id, thing, day, creator, method) DO UPDATE SET n = n + 1;
END;
