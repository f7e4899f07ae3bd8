-- The rules of time zones by which instants were made, and what is moved when others take their place.

-- Rules by their fingerprint, as the IANA database compiles them.
CREATE TABLE zone_rules (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    tzif BLOB NOT NULL
);

-- By which rules the instants of an account are made. An account that has no row was made by a program that did not write one,
-- with the rules that were built into it.
CREATE TABLE account_zone (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
    -- Absent while what lies ahead is on its way from one to the other: nothing is given meanwhile.
    rules_id TEXT,
    -- The move that is under way, in which of its stages it is, and how far that has come.
    from_id TEXT,
    to_id TEXT,
    stage TEXT,
    after_key TEXT NOT NULL DEFAULT '',
    after_id TEXT NOT NULL DEFAULT '',
    -- When it began: what was over by then stays.
    since BIGINT,
    -- How many bookings and blocks it has moved.
    moved BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX account_zone_moving ON account_zone (account_id) WHERE stage IS NOT NULL;

-- What a move moves. The rows are there until it has ended.
CREATE TABLE zone_move (
    account_id TEXT NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    -- From when to when it took resources before, or else was.
    was_from BIGINT NOT NULL,
    was_to BIGINT NOT NULL,
    moved_at BIGINT,
    PRIMARY KEY (account_id, kind, id)
);
CREATE INDEX zone_move_waiting ON zone_move (account_id, kind, id) WHERE moved_at IS NULL;

-- Resources that two things have at the same time because a clock is changed otherwise than was known. Both keep them.
CREATE TABLE zone_conflict (
    account_id TEXT NOT NULL REFERENCES account (id),
    resource_id TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    one_kind TEXT NOT NULL,
    one_id TEXT NOT NULL,
    other_kind TEXT NOT NULL,
    other_id TEXT NOT NULL,
    PRIMARY KEY (account_id, resource_id, starts_at, one_kind, one_id, other_kind, other_id)
);
CREATE INDEX zone_conflict_by_end ON zone_conflict (ends_at);
