//! Mail that goes out or is kept. Bodies are sealed, and wiped once they were delivered.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::{AccountId, MailId};
use slotkeeper_domain::time::Instant;

/// The columns of a [`Mail`].
macro_rules! columns {
    () => {
        "account_id, id, recipient, subject, sealed_body, sealed_parts, created_at, attempts, not_after"
    };
}

statements! {
    INSERT = "INSERT INTO mail (account_id, id, recipient, subject, sealed_body, sealed_parts, created_at, next_attempt_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// One that is there already is not written again.
    INSERT_ABOUT = "INSERT INTO mail (account_id, id, recipient, subject, sealed_body, sealed_parts, created_at, next_attempt_at,
                                      booking_number, letter, occasion, not_after)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                    ON CONFLICT (account_id, booking_number, letter, occasion, recipient) WHERE booking_number IS NOT NULL
                    DO NOTHING";
    DUE_FIRST = concat!("SELECT ", columns!(), "
        FROM mail WHERE next_attempt_at <= ?1 AND booking_number IS NULL
        ORDER BY next_attempt_at LIMIT ?2 {FOR UPDATE SKIP LOCKED}");
    DUE_THEN = concat!("SELECT ", columns!(), "
        FROM mail WHERE next_attempt_at <= ?1 AND booking_number IS NOT NULL
        ORDER BY next_attempt_at LIMIT ?2 {FOR UPDATE SKIP LOCKED}");
    /// One that has ended meanwhile does not come back.
    POSTPONE = "UPDATE mail SET next_attempt_at = ?3, attempts = ?4, last_error = ?5
                WHERE account_id = ?1 AND id = ?2 AND ended_at IS NULL";
    END = "UPDATE mail SET next_attempt_at = NULL, ended_at = ?3 WHERE account_id = ?1 AND id = ?2";
    END_OF_BOOKING = "UPDATE mail SET next_attempt_at = NULL, ended_at = ?3
                      WHERE account_id = ?1 AND booking_number = ?2 AND next_attempt_at IS NOT NULL";
    WIPE_OF_BOOKING = "UPDATE mail SET sealed_body = NULL, sealed_parts = NULL WHERE account_id = ?1 AND booking_number = ?2";
    /// What somebody of the business gets, and not what the same address gets as a customer's.
    END_OF_COLLEAGUE = "UPDATE mail SET next_attempt_at = NULL, ended_at = ?3, sealed_body = NULL, sealed_parts = NULL
                        WHERE account_id = ?1 AND recipient = ?2 AND next_attempt_at IS NOT NULL
                        AND (booking_number IS NULL OR letter LIKE 'staff%')";
    /// Only one that was given up, and that is about a booking or for this address.
    SEND_AGAIN = "UPDATE mail SET next_attempt_at = ?3, attempts = 0, last_error = NULL
                  WHERE account_id = ?1 AND id = ?2 AND next_attempt_at IS NULL AND attempts > 0 AND delivered_at IS NULL
                  AND ended_at IS NULL AND sealed_body IS NOT NULL AND (booking_number IS NOT NULL OR recipient = ?4)";
    DELIVERED = "UPDATE mail SET delivered_at = ?3, next_attempt_at = NULL, last_error = NULL, sealed_body = NULL,
                        sealed_parts = NULL WHERE account_id = ?1 AND id = ?2";
    /// Either all, or those about bookings and those for this address.
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
    /// The account whose mail it is.
    pub account: AccountId,
    pub id: MailId,
    /// Whom it is for.
    pub recipient: EmailAddress,
    pub subject: String,
    /// The text, sealed; absent once it was delivered.
    pub sealed_body: Option<Vec<u8>>,
    /// What there is besides the text, sealed; absent of a mail that is only text, and once it was delivered.
    pub sealed_parts: Option<Vec<u8>>,
    /// When it was written.
    pub created_at: Instant,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is of no use any more, if ever.
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

/// Adds a mail; `send_at` absent: it is only kept.
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

/// What a mail about a booking is. Nobody gets two that are the same.
#[derive(Debug, Clone)]
pub struct EmailKey<'a> {
    pub booking: &'a BookingNumber,
    /// The word of its kind of letter.
    pub email: &'static str,
    /// On which occasion: after how many changes of the booking or, if it is about a time, for which.
    pub occasion: i64,
}

/// Adds a mail about a booking, unless it is there already; `send_at` absent: it is only kept.
pub fn insert_about(
    tx: &mut Tx,
    email: &OutboxEmail,
    about: &EmailKey<'_>,
    send_at: Option<Instant>,
) -> Result<(), StoreError> {
    tx.run(
        INSERT_ABOUT,
        &[
            &email.account,
            &email.id,
            &email.recipient,
            &email.subject,
            &email.sealed_body,
            &email.sealed_parts,
            &email.created_at,
            &send_at,
            about.booking,
            &about.email,
            &about.occasion,
            &email.not_after,
        ],
    )?;
    Ok(())
}

/// Mails to try now, at most `limit`: those about bookings only when there is no other one, or two thousand reminders would
/// hold up somebody who waits for a link. Whoever takes them says in the same transaction, by [`postpone`], until
/// when nobody else need try.
pub fn due(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<OutboxEmail>, StoreError> {
    let mut due = tx.all(DUE_FIRST, &[&now, &limit], email)?;
    let room = limit.saturating_sub(i64::try_from(due.len()).unwrap_or(limit));
    if room > 0 {
        due.extend(tx.all(DUE_THEN, &[&now, &room], email)?);
    }
    Ok(due)
}

/// Says when to try again, if at all, and what went wrong the last time.
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

/// Has a mail not sent any more.
pub fn discard(tx: &mut Tx, email: &OutboxEmail, now: Instant) -> Result<(), StoreError> {
    tx.run(END, &[&email.account, &email.id, &now])?;
    Ok(())
}

/// Has what waits of the mails about a booking not sent any more.
pub fn discard_of_booking(
    tx: &mut Tx,
    account: &AccountId,
    booking: &BookingNumber,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(END_OF_BOOKING, &[account, booking, &now])?;
    Ok(())
}

/// The same, and wipes the text of those that were given up as well.
pub fn forget_booking(
    tx: &mut Tx,
    account: &AccountId,
    booking: &BookingNumber,
    now: Instant,
) -> Result<(), StoreError> {
    discard_of_booking(tx, account, booking, now)?;
    tx.run(WIPE_OF_BOOKING, &[account, booking])?;
    Ok(())
}

/// Has what waits of the mails to somebody who worked for the business not sent any more.
pub fn discard_of_member(
    tx: &mut Tx,
    account: &AccountId,
    address: &EmailAddress,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(END_OF_COLLEAGUE, &[account, address, &now])?;
    Ok(())
}

/// Has a mail that was given up tried again from the beginning; whether there is such a one. One that is not about a booking
/// may hold a secret, and is sent again only if it is for `own`.
pub fn send_again(
    tx: &mut Tx,
    account: &AccountId,
    id: &MailId,
    own: &EmailAddress,
    now: Instant,
) -> Result<bool, StoreError> {
    Ok(tx.run(SEND_AGAIN, &[account, id, &now, own])? > 0)
}

/// Notes that the mail server took it, and wipes the text.
pub fn delivered(tx: &mut Tx, email: &OutboxEmail, now: Instant) -> Result<(), StoreError> {
    tx.run(DELIVERED, &[&email.account, &email.id, &now])?;
    Ok(())
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailStatus {
    /// The mail server took it, at this time.
    Sent(Instant),
    /// It is tried at this time.
    Waits(Instant),
    /// It was tried often enough, or refused for good.
    GivenUp,
    /// It was no longer needed before it could be sent.
    Ended,
    /// There was no mail server when it was written, so it is not tried.
    Kept,
}

/// A mail without its text, and what became of it.
#[derive(Debug, Clone)]
pub struct EmailRecord {
    pub id: MailId,
    /// Whom it is for.
    pub recipient: EmailAddress,
    pub subject: String,
    /// When it was written.
    pub created_at: Instant,
    /// How often it was tried.
    pub attempts: i64,
    /// What became of it.
    pub fate: EmailStatus,
    /// What went wrong the last time, in words that name nobody.
    pub last_error: Option<String>,
    /// Whether it is about a booking.
    pub about_booking: bool,
    /// Whether there is still something to send.
    pub has_text: bool,
}

fn followed(row: &Row) -> Result<EmailRecord, StoreError> {
    let (id, recipient, subject, created_at) = (row.next()?, row.next()?, row.next()?, row.next()?);
    let (attempts, next, delivered) = (row.next()?, row.next::<Option<Instant>>()?, row.next::<Option<Instant>>()?);
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

/// Mails of an account, the latest first, at most `limit`; those written before the one with this time and id, if one is
/// named. With an address `only` those about bookings and those for that address.
pub fn list(
    db: &mut Snapshot,
    account: &AccountId,
    before: Option<&(Instant, MailId)>,
    only: Option<&EmailAddress>,
    limit: i64,
) -> Result<Vec<EmailRecord>, StoreError> {
    let last = Instant::from_millis(i64::MAX);
    let (at, id) = before.map_or((last, ""), |(at, id)| (*at, id.as_str()));
    db.all(LIST, &[account, &at, &id, &limit, &only.is_none(), &only], followed)
}

/// The latest mails of the whole server, at most `limit`. For the demo's mail box, which is nobody's.
pub fn latest(db: &mut Snapshot, limit: i64) -> Result<Vec<OutboxEmail>, StoreError> {
    db.all(LATEST_OF_ALL, &[&limit], email)
}

/// The mail with this id.
pub fn find(db: &mut Snapshot, account: &AccountId, id: &MailId) -> Result<Option<OutboxEmail>, StoreError> {
    db.one(FIND, &[account, id], email)
}

/// Tidies away mails written before `before` that nobody tries to deliver any more, at most `limit`; how many there
/// were.
pub fn sweep(tx: &mut Tx, before: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&before, &limit])
}
