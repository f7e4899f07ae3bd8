-- Lists of the payments that one application recorded do not look at those of others.
CREATE INDEX payment_by_application ON payment (account_id, application_id, received_at, id) WHERE application_id IS NOT NULL;
