-- Invitations to sign up, which those who run the server make. Each works once. Only a keyed hash of the token is here.
CREATE TABLE sign_up_invitation (
    token_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_up_invitation_by_expiry ON sign_up_invitation (expires_at);
