CREATE TRIGGER customer_added AFTER INSERT ON customer
BEGIN
    UPDATE account SET num_customers = num_customers + 1 WHERE id = NEW.account_id;
END;
CREATE TRIGGER customer_removed AFTER DELETE ON customer
BEGIN
    UPDATE account SET num_customers = num_customers - 1 WHERE id = OLD.account_id;
END;
