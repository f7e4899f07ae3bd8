-- Counted with COMMIT: the account's row is the last that a transaction locks, for the numbers of its changes. Counted at once,
-- it would be locked while the transaction waits for what others have, who wait for it in turn.
CREATE FUNCTION count_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE account SET num_customers = num_customers + 1 WHERE id = NEW.account_id;
    ELSE
        UPDATE account SET num_customers = num_customers - 1 WHERE id = OLD.account_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER customer_counted AFTER INSERT OR DELETE ON customer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_customer();
