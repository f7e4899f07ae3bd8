-- Accounts, the people in them, applications, what owners granted, and the mail that goes out.
--
-- Instants are milliseconds since 1970-01-01T00:00:00Z. Whatever belongs to an account has a key that starts with
-- the account's id. Without an account one asks the two directories, the buckets of limits, facts about the server,
-- and, for the jobs, what is due or has expired. Secrets are here as keyed hashes, or sealed under the server's master
-- key, and never as they are.

CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('business', 'developer', 'portal')),
    -- The portal that manages this business, if one does.
    portal_id TEXT,
    name TEXT NOT NULL,
    country TEXT,
    time_zone TEXT NOT NULL,
    currency TEXT,
    -- Comma-separated RFC 5646 tags; the first is the default.
    languages TEXT NOT NULL,
    email_address TEXT,
    phone_number TEXT,
    phone_kind TEXT,
    website_url TEXT,
    legal_identifiers TEXT,
    address1 TEXT,
    address2 TEXT,
    city TEXT,
    state TEXT,
    postcode TEXT,
    description TEXT,
    created_at BIGINT NOT NULL,
    -- How many changes the account's log has; the number of the last one.
    change_count BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX account_by_portal ON account (portal_id, id) WHERE portal_id IS NOT NULL;

-- The ordered log of what happened in an account.
CREATE TABLE change (
    account_id TEXT NOT NULL REFERENCES account (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    -- The account of the user or the application that did it; it can be another account than this one.
    actor_account_id TEXT,
    actor_id TEXT,
    thing TEXT NOT NULL,
    thing_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (account_id, number)
);

-- People who sign in.
CREATE TABLE "user" (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    email_address TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'staff')),
    -- An argon2id hash; absent until an invited person has chosen a password.
    password_hash TEXT,
    email_confirmed_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Directory: which account and user an e-mail address signs in to. One address, one user, on the whole server.
CREATE TABLE email_directory (
    email_address TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    user_id TEXT NOT NULL
);

CREATE TABLE session (
    account_id TEXT NOT NULL REFERENCES account (id),
    token_hash BLOB NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, token_hash)
);
CREATE INDEX session_by_user ON session (account_id, user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Links in mails that work once: to confirm an e-mail address, to choose a password.
CREATE TABLE one_time_link (
    account_id TEXT NOT NULL REFERENCES account (id),
    token_hash BLOB NOT NULL,
    user_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, token_hash)
);
CREATE INDEX one_time_link_by_expiry ON one_time_link (expires_at);

-- How much of a limit is used up. The id is a keyed hash of what is limited (an address, an account).
CREATE TABLE bucket (
    id BLOB NOT NULL PRIMARY KEY,
    busy_until BIGINT NOT NULL
);
CREATE INDEX bucket_by_end ON bucket (busy_until);

CREATE TABLE application (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    callback_url TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
-- A developer tells applications apart by name, and a form that is sent twice registers one.
CREATE UNIQUE INDEX application_by_name ON application (account_id, name);

-- Directory: which developer's account an application belongs to.
CREATE TABLE application_directory (
    application_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL
);

-- Secret keys of applications: hashed for the check, sealed for signing.
CREATE TABLE secret_key (
    account_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    id TEXT NOT NULL,
    hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it stops working; absent for the current one.
    ends_at BIGINT,
    PRIMARY KEY (account_id, application_id, id),
    FOREIGN KEY (account_id, application_id) REFERENCES application (account_id, id)
);
CREATE INDEX secret_key_by_end ON secret_key (ends_at) WHERE ends_at IS NOT NULL;

-- What owners granted. The account is the business's; the application belongs to a developer's account.
CREATE TABLE "authorization" (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    developer_account_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    permissions TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX authorization_by_key ON "authorization" (account_id, key_hash);
-- Those that have ended stay for the record; nothing that is asked often looks at them.
CREATE INDEX authorization_live ON "authorization" (account_id, application_id) WHERE ended_at IS NULL;
CREATE INDEX authorization_by_application ON "authorization" (application_id, account_id, id);

-- Questions put to owners. A question is answered once; the sealed answer is there so that a second press of the
-- button leads where the first one led.
CREATE TABLE question (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    session_hash BLOB NOT NULL,
    user_id TEXT NOT NULL,
    developer_account_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    permissions TEXT NOT NULL,
    state TEXT,
    callback_url TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answer TEXT CHECK (answer IN ('allowed', 'denied')),
    authorization_id TEXT,
    sealed_redirect BLOB,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX question_allowed ON question (account_id, session_hash) WHERE answer = 'allowed';
CREATE INDEX question_by_expiry ON question (expires_at);

-- Mail that goes out, or is kept where no mail server is configured. The body can hold keys and links: sealed, and
-- wiped once it was delivered.
CREATE TABLE mail (
    account_id TEXT NOT NULL REFERENCES account (id),
    id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    sealed_body BLOB,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- When to try next; absent when it was delivered, given up, or is only kept.
    next_attempt_at BIGINT,
    delivered_at BIGINT,
    last_error TEXT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX mail_due ON mail (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX mail_by_creation ON mail (created_at);

-- Facts about this database as a whole, by name.
CREATE TABLE server_fact (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);
