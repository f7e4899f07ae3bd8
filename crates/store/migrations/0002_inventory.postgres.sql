-- The last resort against giving a resource's time twice. Where anything begins within the new claim, no more than the
-- resource's capacity may be going on; a block takes what it wants. Claims are seven days long at most. The resource is
-- locked first, so that the claims of others are seen when they are there to be seen.
CREATE FUNCTION resource_claim_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed BIGINT;
BEGIN
    SELECT capacity INTO allowed FROM resource
    WHERE account_id = NEW.account_id AND id = NEW.resource_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM resource_claim AS begun
        WHERE begun.account_id = NEW.account_id AND begun.resource_id = NEW.resource_id
          AND begun.starts_at > NEW.starts_at - 604800000 AND begun.starts_at < NEW.ends_at
          AND begun.ends_at > NEW.starts_at
          AND allowed < (
              SELECT SUM(CASE WHEN going_on.whole THEN allowed + 1 ELSE 1 END)
              FROM resource_claim AS going_on
              WHERE going_on.account_id = NEW.account_id AND going_on.resource_id = NEW.resource_id
                AND going_on.starts_at > NEW.starts_at - 604800000
                AND going_on.starts_at <= GREATEST(begun.starts_at, NEW.starts_at)
                AND going_on.ends_at > GREATEST(begun.starts_at, NEW.starts_at)
          )
    ) THEN
        RAISE EXCEPTION 'never_given_twice' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER resource_claim_fits AFTER INSERT ON resource_claim
FOR EACH ROW WHEN (NOT NEW.whole) EXECUTE FUNCTION resource_claim_fits();
