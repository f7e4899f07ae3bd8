-- The last resort against giving a resource's time twice. Where anything begins within the new claim, no more than the
-- resource's capacity may be going on; a block takes what it wants. Claims are seven days long at most.
CREATE TRIGGER resource_claim_fits AFTER INSERT ON resource_claim
WHEN NOT NEW.whole
BEGIN
    SELECT RAISE(ABORT, 'never_given_twice')
    FROM resource_claim AS begun
    JOIN resource AS r ON r.account_id = NEW.account_id AND r.id = NEW.resource_id
    WHERE begun.account_id = NEW.account_id AND begun.resource_id = NEW.resource_id
      AND begun.starts_at > NEW.starts_at - 604800000 AND begun.starts_at < NEW.ends_at AND begun.ends_at > NEW.starts_at
      AND r.capacity < (
          SELECT SUM(CASE WHEN going_on.whole THEN r.capacity + 1 ELSE 1 END)
          FROM resource_claim AS going_on
          WHERE going_on.account_id = NEW.account_id AND going_on.resource_id = NEW.resource_id
            AND going_on.starts_at > NEW.starts_at - 604800000
            AND going_on.starts_at <= MAX(begun.starts_at, NEW.starts_at)
            AND going_on.ends_at > MAX(begun.starts_at, NEW.starts_at)
      );
END;
