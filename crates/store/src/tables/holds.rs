//! Holds: claims with an end, and the final price.

use crate::{Json, Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::{AccountId, ApplicationId, HoldId};
use slotkeeper_domain::quote::Quote;
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO hold (account_id, id, application_id, body, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    FIND = "SELECT id, application_id, body, created_at, expires_at, booking_number FROM hold
            WHERE account_id = ?1 AND id = ?2 AND application_id = ?3";
    LOCK = "SELECT id, application_id, body, created_at, expires_at, booking_number FROM hold
            WHERE account_id = ?1 AND id = ?2 AND application_id = ?3 {FOR UPDATE}";
    END = "UPDATE hold SET expires_at = ?3, booking_number = ?4 WHERE account_id = ?1 AND id = ?2";
    SWEEP = "DELETE FROM hold WHERE (account_id, id) IN (
                 SELECT account_id, id FROM hold WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)";
}

#[derive(Debug, Clone)]
pub struct Hold {
    pub id: HoldId,
    /// The application that made it. Nobody else knows of it.
    pub application: ApplicationId,
    /// What the booking will cost, what will pay for it, and what it is for.
    pub quote: Quote,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends by itself.
    pub expires_at: Instant,
    /// The booking it became.
    pub booking: Option<BookingNumber>,
}

fn hold(row: &Row) -> Result<Hold, StoreError> {
    Ok(Hold {
        id: row.next()?,
        application: row.next()?,
        quote: row.next::<Json<_>>()?.0,
        created_at: row.next()?,
        expires_at: row.next()?,
        booking: row.next()?,
    })
}

pub fn insert(tx: &mut Tx, account: &AccountId, hold: &Hold) -> Result<(), StoreError> {
    tx.run(INSERT, &[account, &hold.id, &hold.application, &Json(&hold.quote), &hold.created_at, &hold.expires_at])?;
    Ok(())
}

/// The application's hold with this id, also one that has ended in the last day.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    application: &ApplicationId,
    id: &HoldId,
) -> Result<Option<Hold>, StoreError> {
    db.one(FIND, &[account, id, application], hold)
}

/// The same, locked against changes by others.
pub fn lock(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    id: &HoldId,
) -> Result<Option<Hold>, StoreError> {
    tx.one(LOCK, &[account, id, application], hold)
}

/// Ends a hold; `booking` is what it became. Its claims are removed by whoever ends it.
pub fn end(
    tx: &mut Tx,
    account: &AccountId,
    id: &HoldId,
    now: Instant,
    booking: Option<&BookingNumber>,
) -> Result<(), StoreError> {
    tx.run(END, &[account, id, &now, &booking])?;
    Ok(())
}

/// Removes holds that ended until then, at most `limit`; says how many.
pub fn sweep(tx: &mut Tx, until: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&until, &limit])
}
