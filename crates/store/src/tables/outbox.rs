//! The outbox: e-mails to send, or only to keep. Their contents are sealed, and wiped after delivery.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::{AccountId, MailId};
use slotkeeper_domain::time::Instant;

/// The columns of an [`OutboxEmail`].
macro_rules! columns {
    () => {
        "account_id, id, recipient, subject, sealed_body, sealed_parts, created_at, attempts, not_after"
    };
}

statements! {
    INSERT = "INSERT INTO mail (account_id, id, recipient, subject, sealed_body, sealed_parts, created_at, next_attempt_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// Does nothing if the same e-mail exists.
    INSERT_FOR_BOOKING = "INSERT INTO mail (account_id, id, recipient, subject, sealed_body, sealed_parts, created_at, next_attempt_at,
                                      booking_number, letter, occasion, not_after)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                    ON CONFLICT (account_id, booking_number, letter, occasion, recipient) WHERE booking_number IS NOT NULL
                    DO NOTHING";
    DUE_OTHER = concat!("SELECT ", columns!(), "
        FROM mail WHERE next_attempt_at <= ?1 AND booking_number IS NULL
        ORDER BY next_attempt_at LIMIT ?2 {FOR UPDATE SKIP LOCKED}");
    DUE_OF_BOOKINGS = concat!("SELECT ", columns!(), "
        FROM mail WHERE next_attempt_at <= ?1 AND booking_number IS NOT NULL
        ORDER BY next_attempt_at LIMIT ?2 {FOR UPDATE SKIP LOCKED}");
    /// Not for an e-mail that was discarded in the meantime.
    POSTPONE = "UPDATE mail SET next_attempt_at = ?3, attempts = ?4, last_error = ?5
                WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL";
    DISCARD = "UPDATE mail SET next_attempt_at = NULL, ended_at = ?3 WHERE account_id = ?1 AND id = ?2";
    DISCARD_OF_BOOKING = "UPDATE mail SET next_attempt_at = NULL, ended_at = ?3
                      WHERE account_id = ?1 AND booking_number = ?2 AND next_attempt_at IS NOT NULL";
    WIPE_OF_BOOKING = "UPDATE mail SET sealed_body = NULL, sealed_parts = NULL WHERE account_id = ?1 AND booking_number = ?2";
    /// The e-mails to a member of the business, and not those that the same address gets as a customer's.
    DISCARD_OF_MEMBER = "UPDATE mail SET next_attempt_at = NULL, ended_at = ?3, sealed_body = NULL, sealed_parts = NULL
                        WHERE account_id = ?1 AND recipient = ?2 AND next_attempt_at IS NOT NULL
                        AND (booking_number IS NULL OR letter LIKE 'staff%')";
    /// Only one that has failed, and that is about a booking or to this address.
    RESEND = "UPDATE mail SET next_attempt_at = ?3, attempts = 0, last_error = NULL
                  WHERE account_id = ?1 AND id = ?2 AND next_attempt_at IS NULL AND attempts > 0 AND delivered_at IS NULL
                  AND ended_at IS NULL AND sealed_body IS NOT NULL AND (booking_number IS NOT NULL OR recipient = ?4)";
    MARK_SENT = "UPDATE mail SET delivered_at = ?3, next_attempt_at = NULL, last_error = NULL, sealed_body = NULL,
                        sealed_parts = NULL WHERE account_id = ?1 AND id = ?2";
    /// All, or those about bookings and those to this address.
    LIST = "SELECT id, recipient, subject, created_at, attempts, next_attempt_at, delivered_at, ended_at, last_error,
                   booking_number IS NOT NULL, sealed_body IS NOT NULL
            FROM mail WHERE account_id = ?1 AND (created_at, id) < (?2, ?3)
            AND (?5 OR booking_number IS NOT NULL OR recipient = ?6) ORDER BY created_at DESC, id DESC LIMIT ?4";
    SWEEP = "DELETE FROM mail WHERE (account_id, id) IN
             (SELECT account_id, id FROM mail WHERE created_at <= ?1 AND next_attempt_at IS NULL ORDER BY created_at LIMIT ?2)";
    LATEST_OF_ALL = concat!("SELECT ", columns!(), " FROM mail ORDER BY created_at DESC, id DESC LIMIT ?1");
    FIND = concat!("SELECT ", columns!(), " FROM mail WHERE account_id = ?1 AND id = ?2");
}

#[derive(Debug, Clone)]
pub struct OutboxEmail {
    pub account: AccountId,
    pub id: MailId,
    pub recipient: EmailAddress,
    pub subject: String,
    /// The text, sealed; absent after delivery.
    pub sealed_body: Option<Vec<u8>>,
    /// The other parts, sealed; absent if there is only text, and after delivery.
    pub sealed_parts: Option<Vec<u8>>,
    pub created_at: Instant,
    pub attempts: i64,
    /// When it becomes useless, if ever.
    pub not_after: Option<Instant>,
}

fn email(row: &Row) -> Result<OutboxEmail, StoreError> {
    Ok(OutboxEmail {
        account: row.next()?,
        id: row.next()?,
        recipient: row.next()?,
        subject: row.next()?,
        sealed_body: row.next()?,
        sealed_parts: row.next()?,
        created_at: row.next()?,
        attempts: row.next()?,
        not_after: row.next()?,
    })
}

/// Adds an e-mail. Without `send_at` it is only kept.
pub fn insert(tx: &mut Tx, email: &OutboxEmail, send_at: Option<Instant>) -> Result<(), StoreError> {
    tx.run(
        INSERT,
        &[
            &email.account,
            &email.id,
            &email.recipient,
            &email.subject,
            &email.sealed_body,
            &email.sealed_parts,
            &email.created_at,
            &send_at,
        ],
    )?;
    Ok(())
}

/// Identifies an e-mail about a booking, together with its recipient. The same one is not added twice.
#[derive(Debug, Clone)]
pub struct EmailKey<'a> {
    pub booking: &'a BookingNumber,
    /// The word for the kind of e-mail.
    pub email: &'static str,
    /// The booking's number of changes or, if the e-mail is about a time, that time.
    pub occasion: i64,
}

/// Adds an e-mail about a booking, unless the same exists. Without `send_at` it is only kept.
pub fn insert_for_booking(
    tx: &mut Tx,
    email: &OutboxEmail,
    key: &EmailKey<'_>,
    send_at: Option<Instant>,
) -> Result<(), StoreError> {
    tx.run(
        INSERT_FOR_BOOKING,
        &[
            &email.account,
            &email.id,
            &email.recipient,
            &email.subject,
            &email.sealed_body,
            &email.sealed_parts,
            &email.created_at,
            &send_at,
            key.booking,
            &key.email,
            &key.occasion,
            &email.not_after,
        ],
    )?;
    Ok(())
}

/// At most `limit` e-mails to send now. Those about bookings come last, so that many reminders do not delay a link that
/// a user waits for. The caller leases them with [`postpone`] in the same transaction.
pub fn due(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<OutboxEmail>, StoreError> {
    let mut due = tx.all(DUE_OTHER, &[&now, &limit], email)?;
    // E-mails about bookings get only the places that are left.
    let room = limit.saturating_sub(i64::try_from(due.len()).unwrap_or(limit));
    if room > 0 {
        due.extend(tx.all(DUE_OF_BOOKINGS, &[&now, &room], email)?);
    }
    Ok(due)
}

/// Sets when to try again, if at all, the number of attempts, and the last error.
pub fn postpone(
    tx: &mut Tx,
    email: &OutboxEmail,
    next_attempt_at: Option<Instant>,
    attempts: i64,
    error: Option<&str>,
) -> Result<(), StoreError> {
    tx.run(POSTPONE, &[&email.account, &email.id, &next_attempt_at, &attempts, &error])?;
    Ok(())
}

/// Ends an e-mail without sending it.
pub fn discard(tx: &mut Tx, email: &OutboxEmail, now: Instant) -> Result<(), StoreError> {
    tx.run(DISCARD, &[&email.account, &email.id, &now])?;
    Ok(())
}

/// Discards the pending e-mails about a booking.
pub fn discard_of_booking(
    tx: &mut Tx,
    account: &AccountId,
    booking: &BookingNumber,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(DISCARD_OF_BOOKING, &[account, booking, &now])?;
    Ok(())
}

/// Discards the pending e-mails about a booking, and wipes the contents of all.
pub fn wipe_of_booking(
    tx: &mut Tx,
    account: &AccountId,
    booking: &BookingNumber,
    now: Instant,
) -> Result<(), StoreError> {
    discard_of_booking(tx, account, booking, now)?;
    tx.run(WIPE_OF_BOOKING, &[account, booking])?;
    Ok(())
}

/// Discards and wipes the pending e-mails to a former member of the business.
pub fn discard_of_member(
    tx: &mut Tx,
    account: &AccountId,
    address: &EmailAddress,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(DISCARD_OF_MEMBER, &[account, address, &now])?;
    Ok(())
}

/// Makes a failed e-mail due again, with new attempts; whether there was one. An e-mail that is not about a booking may
/// contain a secret, and is resent only if it is to `own`.
pub fn resend(
    tx: &mut Tx,
    account: &AccountId,
    id: &MailId,
    own: &EmailAddress,
    now: Instant,
) -> Result<bool, StoreError> {
    Ok(tx.run(RESEND, &[account, id, &now, own])? > 0)
}

/// Records that the mail server has accepted the e-mail, and wipes its contents.
pub fn mark_sent(tx: &mut Tx, email: &OutboxEmail, now: Instant) -> Result<(), StoreError> {
    tx.run(MARK_SENT, &[&email.account, &email.id, &now])?;
    Ok(())
}

/// The state of an e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailStatus {
    /// Accepted by the mail server at this time.
    Sent(Instant),
    /// Due at this time.
    Waits(Instant),
    /// Attempts were used up, or the mail server refused it for good.
    GivenUp,
    /// Discarded before it was sent.
    Ended,
    /// Not to be sent, because no mail server was configured when it was written.
    Kept,
}

/// An e-mail without its contents, and its state.
#[derive(Debug, Clone)]
pub struct EmailRecord {
    pub id: MailId,
    pub recipient: EmailAddress,
    pub subject: String,
    pub created_at: Instant,
    pub attempts: i64,
    pub fate: EmailStatus,
    /// Why the last attempt failed; without names and addresses.
    pub last_error: Option<String>,
    pub about_booking: bool,
    /// Whether its contents have not been wiped.
    pub has_text: bool,
}

fn email_record(row: &Row) -> Result<EmailRecord, StoreError> {
    let (id, recipient, subject, created_at) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let (attempts, next, delivered) = (row.next()?, row.next::<Option<Instant>>()?, row.next::<Option<Instant>>()?);
    // Delivery wins over discarding, and discarding over a planned attempt.
    let fate = match (delivered, row.next::<Option<Instant>>()?, next) {
        (Some(at), ..) => EmailStatus::Sent(at),
        (None, Some(_), _) => EmailStatus::Ended,
        (None, None, Some(at)) => EmailStatus::Waits(at),
        (None, None, None) if attempts > 0 => EmailStatus::GivenUp,
        (None, None, None) => EmailStatus::Kept,
    };
    let (last_error, about_booking, has_text) = (row.next()?, row.next()?, row.next()?);
    Ok(EmailRecord { id, recipient, subject, created_at, attempts, fate, last_error, about_booking, has_text })
}

/// At most `limit` e-mails of an account, latest first, written before the one with this time and id. With an address
/// `only` those about bookings and those to it.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    before: Option<&(Instant, MailId)>,
    only: Option<&EmailAddress>,
    limit: i64,
) -> Result<Vec<EmailRecord>, StoreError> {
    let last = Instant::from_millis(i64::MAX);
    let (at, id) = before.map_or((last, ""), |(at, id)| (*at, id.as_str()));
    db.all(LIST, &[account, &at, &id, &limit, &only.is_none(), &only], email_record)
}

/// At most `limit` e-mails of all accounts, latest first. For the demo's mailbox.
pub fn latest(db: &mut Snapshot, limit: i64) -> Result<Vec<OutboxEmail>, StoreError> {
    db.all(LATEST_OF_ALL, &[&limit], email)
}

pub fn find(db: &mut Snapshot, account: &AccountId, id: &MailId) -> Result<Option<OutboxEmail>, StoreError> {
    db.one(FIND, &[account, id], email)
}

/// Deletes at most `limit` e-mails written by `before` that are not pending; how many.
pub fn sweep(tx: &mut Tx, before: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&before, &limit])
}
