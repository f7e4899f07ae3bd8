//! Letters about bookings that are to be written when it is time.

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

/// A letter that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFollowUp {
    pub account: AccountId,
    pub booking: BookingNumber,
    /// The word of its kind of letter.
    pub email: String,
    pub due_at: Instant,
}

/// Has a letter written at this time, and at no other.
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

/// Has a letter not written.
pub fn remove(tx: &mut Tx, account: &AccountId, booking: &BookingNumber, email: &str) -> Result<(), StoreError> {
    tx.run(REMOVE, &[account, booking, &email])?;
    Ok(())
}

/// Has no letter about a booking written.
pub fn remove_all(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(REMOVE_ALL, &[account, booking])?;
    Ok(())
}

/// Letters that are due, those that have been for the longest time first, at most `limit`. Whoever writes one has to
/// [`lock`] it first.
pub fn due(db: &mut Snapshot, now: Instant, limit: i64) -> Result<Vec<DueFollowUp>, StoreError> {
    db.all(DUE, &[&now, &limit], |row: &Row| {
        Ok(DueFollowUp { account: row.next()?, booking: row.next()?, email: row.next()?, due_at: row.next()? })
    })
}

/// Locks a letter for this transaction; when it is due, or nothing if it was written, is no longer wanted, or another node
/// has it in hand.
pub fn lock(tx: &mut Tx, email: &DueFollowUp) -> Result<Option<Instant>, StoreError> {
    tx.one(LOCK, &[&email.account, &email.booking, &email.email], |row| row.next())
}
