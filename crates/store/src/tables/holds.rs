//! Holds: claims that expire, with the final price.

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
    /// The application that made it. No other one can see it.
    pub application: ApplicationId,
    /// The price, the payments that apply, and what is held.
    pub quote: Quote,
    pub created_at: Instant,
    pub expires_at: Instant,
    /// The booking made from it.
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

/// The application's hold with this id, also if it has ended within the last day.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    application: &ApplicationId,
    id: &HoldId,
) -> Result<Option<Hold>, StoreError> {
    db.one(FIND, &[account, id, application], hold)
}

/// As [`find`], locked until the transaction ends.
pub fn lock(
    tx: &mut Tx,
    account: &AccountId,
    application: &ApplicationId,
    id: &HoldId,
) -> Result<Option<Hold>, StoreError> {
    tx.one(LOCK, &[account, id, application], hold)
}

/// Ends a hold, with the booking made from it. The caller releases its claims.
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

/// Deletes at most `limit` holds that ended by `until`; how many.
pub fn sweep(tx: &mut Tx, until: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&until, &limit])
}
