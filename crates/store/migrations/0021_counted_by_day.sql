-- How many customers were created and how many payments received on each day, in UTC, by whom, and how they were paid. Kept by
-- triggers, whichever program writes, so that how many a search finds is the sum of days and not of rows. 86 400 000 milliseconds
-- are a day; the two remainders round down before 1970 as well.
CREATE TABLE counted_by_day (
    account_id TEXT NOT NULL,
    -- The table.
    thing TEXT NOT NULL,
    day BIGINT NOT NULL,
    -- The application that created them, or nothing.
    creator TEXT NOT NULL,
    -- How they were paid; nothing of customers.
    method TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (account_id, thing, day, creator, method)
);
INSERT INTO counted_by_day (account_id, thing, day, creator, method, n)
SELECT account_id, 'customer', (created_at - (created_at % 86400000 + 86400000) % 86400000) / 86400000 AS day,
       COALESCE(application_id, '') AS creator, '', COUNT(*)
FROM customer GROUP BY account_id, day, creator;
INSERT INTO counted_by_day (account_id, thing, day, creator, method, n)
SELECT account_id, 'payment', (received_at - (received_at % 86400000 + 86400000) % 86400000) / 86400000 AS day,
       COALESCE(application_id, '') AS creator, method, COUNT(*)
FROM payment GROUP BY account_id, day, creator, method;
