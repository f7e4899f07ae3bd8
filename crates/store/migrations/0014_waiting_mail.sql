-- A mail that is no longer needed, such as the confirmation of a booking that was cancelled while it waited: since when. And when
-- one has become useless, such as the reminder of something that has begun.
ALTER TABLE mail ADD COLUMN ended_at BIGINT;
ALTER TABLE mail ADD COLUMN not_after BIGINT;

-- Mails with links and keys go before letters about bookings, however many of those are due.
CREATE INDEX mail_due_first ON mail (next_attempt_at) WHERE next_attempt_at IS NOT NULL AND booking_number IS NULL;

-- What waits for somebody.
CREATE INDEX mail_waiting_for ON mail (account_id, recipient) WHERE next_attempt_at IS NOT NULL;
