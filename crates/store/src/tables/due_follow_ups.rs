//! Follow-ups: reminders and other e-mails about a booking that are written at a set time.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;

statements! {
    PUT = "INSERT INTO due_letter (account_id, booking_number, letter, due_at) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT (account_id, booking_number, letter) DO UPDATE SET due_at = excluded.due_at";
    REMOVE = "DELETE FROM due_letter WHERE account_id = ?1 AND booking_number = ?2 AND letter = ?3";
    REMOVE_ALL = "DELETE FROM due_letter WHERE account_id = ?1 AND booking_number = ?2";
    DUE = "SELECT account_id, booking_number, letter, due_at FROM due_letter WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2";
    LOCK = "SELECT due_at FROM due_letter WHERE account_id = ?1 AND booking_number = ?2 AND letter = ?3 {FOR UPDATE SKIP LOCKED}";
}

/// A follow-up to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFollowUp {
    pub account: AccountId,
    pub booking: BookingNumber,
    /// The word for the kind of e-mail.
    pub email: String,
    pub due_at: Instant,
}

/// Sets the time of a follow-up.
pub fn put(
    tx: &mut Tx,
    account: &AccountId,
    booking: &BookingNumber,
    email: &str,
    due_at: Instant,
) -> Result<(), StoreError> {
    tx.run(PUT, &[account, booking, &email, &due_at])?;
    Ok(())
}

/// Removes a follow-up.
pub fn remove(tx: &mut Tx, account: &AccountId, booking: &BookingNumber, email: &str) -> Result<(), StoreError> {
    tx.run(REMOVE, &[account, booking, &email])?;
    Ok(())
}

/// Removes all follow-ups about a booking.
pub fn remove_all(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(REMOVE_ALL, &[account, booking])?;
    Ok(())
}

/// At most `limit` due follow-ups, the longest due first. [`lock`] one before writing it.
pub fn due(db: &mut Snapshot, now: Instant, limit: i64) -> Result<Vec<DueFollowUp>, StoreError> {
    db.all(DUE, &[&now, &limit], |row: &Row| {
        Ok(DueFollowUp { account: row.next()?, booking: row.next()?, email: row.next()?, due_at: row.next()? })
    })
}

/// Locks a follow-up until the transaction ends; when it is due. `None` if it was written or removed, or another node
/// has locked it.
pub fn lock(tx: &mut Tx, email: &DueFollowUp) -> Result<Option<Instant>, StoreError> {
    tx.one(LOCK, &[&email.account, &email.booking, &email.email], |row| row.next())
}
