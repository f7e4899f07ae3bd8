-- Until when a receiver asked to be left alone.
ALTER TABLE webhook ADD COLUMN not_before BIGINT;

-- Whether the last attempt failed: such webhooks must leave room for the others.
ALTER TABLE webhook ADD COLUMN failing BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX webhook_due_by_health ON webhook (failing, due_at) WHERE due_at IS NOT NULL;

-- How many tests were sent, so that none has the number of one that was tidied away.
ALTER TABLE webhook ADD COLUMN tests BIGINT NOT NULL DEFAULT 0;

-- What is sent again is asked for by time. Tests never are.
CREATE INDEX delivery_by_time ON delivery (account_id, webhook_id, happened_at, number) WHERE number > 0;

-- It was counted wrongly where many changes were made at once.
UPDATE webhook SET waiting =
    (SELECT COUNT(*) FROM delivery d
     WHERE d.account_id = webhook.account_id AND d.webhook_id = webhook.id AND d.due_at IS NOT NULL);
