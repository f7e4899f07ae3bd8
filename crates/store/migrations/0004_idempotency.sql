-- Answers to requests that carried a key of their own, for when they are sent again. Written in the transaction of what the
-- request did, so that one is never there without the other.
CREATE TABLE kept_answer (
    account_id TEXT NOT NULL REFERENCES account (id),
    application_id TEXT NOT NULL,
    -- Keyed hashes of the key, and of everything the request said.
    key_hash BLOB NOT NULL,
    request_hash BLOB NOT NULL,
    -- Sealed: answers name people, and some hold keys.
    answer BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, application_id, key_hash)
);
CREATE INDEX kept_answer_by_expiry ON kept_answer (expires_at);
