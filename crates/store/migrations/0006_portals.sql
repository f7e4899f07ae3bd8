-- Whose consent an authorization rests on. With neither of the two, `granted_by` is an owner of the account itself. With both,
-- the application has installed itself with this authorization of the portal that manages the account, and `granted_by` is
-- the owner of the portal who granted that one.
ALTER TABLE "authorization" ADD COLUMN portal_id TEXT;
ALTER TABLE "authorization" ADD COLUMN portal_authorization_id TEXT;
-- Those that end when a portal's authorization ends.
CREATE INDEX authorization_by_portal ON "authorization" (portal_id, portal_authorization_id, account_id, id)
    WHERE portal_id IS NOT NULL AND ended_at IS NULL;
-- The businesses of a portal as lists have them.
CREATE INDEX account_in_portal ON account (portal_id, created_at, id) WHERE portal_id IS NOT NULL;
