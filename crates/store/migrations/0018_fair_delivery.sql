-- Changes are found by what they are about and by who created it, so that what a key may read is found without looking at
-- the rest.
CREATE INDEX change_by_thing ON change (account_id, thing, number);
CREATE INDEX change_by_creator ON change (account_id, creator_id, thing, number) WHERE creator_id IS NOT NULL;

-- Up to which number the changes of an account were told by their numbers.
ALTER TABLE account ADD COLUMN numbered_until BIGINT NOT NULL DEFAULT 0;
UPDATE account SET numbered_until = change_count;

-- Whose the webhook is: the account of the developer and the application. And of which things its key may know: all, those
-- that the application created, or none. Where a program of before wrote the row, the developer is empty and the rest absent:
-- it is found out when a notice is sent.
ALTER TABLE webhook ADD COLUMN developer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook ADD COLUMN application_id TEXT;
ALTER TABLE webhook ADD COLUMN sees TEXT CHECK (sees IN ('all', 'own', 'none'));
UPDATE webhook SET
    developer_id = COALESCE((SELECT a.developer_account_id FROM "authorization" a
                             WHERE a.account_id = webhook.account_id AND a.id = webhook.authorization_id), ''),
    application_id = (SELECT a.application_id FROM "authorization" a
                      WHERE a.account_id = webhook.account_id AND a.id = webhook.authorization_id),
    sees = COALESCE((
        SELECT CASE
            WHEN ',' || a.permissions || ',' LIKE '%,' || area.name || '_r_all,%'
              OR ',' || a.permissions || ',' LIKE '%,' || area.name || '_rw_all,%'
              OR ',' || a.permissions || ',' LIKE '%,' || area.name || '_rwd_all,%' THEN 'all'
            WHEN ',' || a.permissions || ',' LIKE '%,' || area.name || '_rw_own,%'
              OR ',' || a.permissions || ',' LIKE '%,' || area.name || '_rwd_own,%' THEN 'own'
            ELSE 'none' END
        FROM "authorization" a
        JOIN (SELECT 'bookings' AS domain, 'bookings' AS name UNION ALL SELECT 'customers', 'customers'
              UNION ALL SELECT 'payments', 'payments' UNION ALL SELECT 'seatblocks', 'blocks'
              UNION ALL SELECT 'resourceblocks', 'blocks') area ON area.domain = webhook.domain
        WHERE a.account_id = webhook.account_id AND a.id = webhook.authorization_id), 'none');

-- What was written for keys that may not know of it, and waits or was dropped for want of room.
DELETE FROM delivery WHERE number > 0 AND attempts = 0 AND EXISTS (
    SELECT 1 FROM webhook w
    LEFT JOIN change c ON c.account_id = delivery.account_id AND c.number = delivery.number
    WHERE w.account_id = delivery.account_id AND w.id = delivery.webhook_id
          AND (w.sees = 'none' OR (w.sees = 'own' AND (c.creator_id IS NULL OR c.creator_id <> w.application_id))));
UPDATE webhook SET waiting =
    (SELECT COUNT(*) FROM delivery d
     WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id AND d.due_at IS NOT NULL);

-- Which of the notices of its webhook a delivery is, counted without gaps: numbers of changes tell how much happens in the
-- account. Those that were told by the numbers of their changes keep them, and no later one gets such a number.
ALTER TABLE webhook ADD COLUMN numbered BIGINT NOT NULL DEFAULT 0;
UPDATE webhook SET numbered = 1000000 + (SELECT change_count FROM account WHERE account.id = webhook.account_id);
ALTER TABLE delivery ADD COLUMN position BIGINT;
UPDATE delivery SET position = number WHERE number > 0;
CREATE INDEX delivery_by_position ON delivery (account_id, webhook_id, position);

-- What the last webhook of a key for a topic did not say, the next one says.
CREATE INDEX webhook_ended_of_key ON webhook (account_id, authorization_id, domain, kind, ended_at)
WHERE ended_at IS NOT NULL;

-- The webhooks of each developer that have something to do, so that each gets a share.
CREATE INDEX webhook_due_of_developer ON webhook (developer_id, failing, due_at) WHERE due_at IS NOT NULL;

-- What happened to the bookings of an event, for calendars: how many changes its bookings had that have left it, plus one for
-- each that came or left, and when the last one did.
ALTER TABLE event ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN changed_at BIGINT;
