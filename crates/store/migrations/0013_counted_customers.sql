-- How many customers an account has. Kept by triggers on `customer`, whichever program writes it, so that a limit on customers
-- is one comparison, however many there are.
ALTER TABLE account ADD COLUMN num_customers BIGINT NOT NULL DEFAULT 0;
UPDATE account SET num_customers = (SELECT COUNT(*) FROM customer WHERE customer.account_id = account.id);
