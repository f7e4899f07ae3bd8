-- Mails of several parts: HTML, a calendar entry, and how they are addressed. The plain text stays where it was, so that a
-- node of before sends at least that.
ALTER TABLE mail ADD COLUMN sealed_parts BLOB;

-- Of a mail about a booking: which booking, what kind of letter, and on which occasion it was written. The occasion is the
-- number of changes of the booking, or, of a letter about a time, that time.
ALTER TABLE mail ADD COLUMN booking_number TEXT;
ALTER TABLE mail ADD COLUMN letter TEXT;
ALTER TABLE mail ADD COLUMN occasion BIGINT;
CREATE UNIQUE INDEX mail_of_booking ON mail (account_id, booking_number, letter, occasion, recipient)
    WHERE booking_number IS NOT NULL;
CREATE INDEX mail_of_account ON mail (account_id, created_at, id);

-- How many times a booking was changed: calendars ignore what is older than what they have.
ALTER TABLE booking ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;

-- Letters about a booking that are to be written when it is time. A row goes when its letter is written or no longer wanted.
CREATE TABLE due_letter (
    account_id TEXT NOT NULL REFERENCES account (id),
    booking_number TEXT NOT NULL,
    letter TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, booking_number, letter)
);
CREATE INDEX due_letter_by_time ON due_letter (due_at);

-- What letters say where a business has its own words.
CREATE TABLE letter_text (
    account_id TEXT NOT NULL REFERENCES account (id),
    letter TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, letter, language)
);
