//! Promotions in use: coupons, and how often promotions with a limit are used. What promotions are stands in the catalogue.
//!
//! Whoever uses one locks what it uses, promotions first, each kind in order; looks; and writes. The number in
//! `promotion_count.uses` is kept here and nowhere else.

use crate::{Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::code::Code;
use slotkeeper_domain::id::{AccountId, PromotionId};
use slotkeeper_domain::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

statements! {
    INSERT_COUPON = "INSERT INTO coupon (account_id, code, promotion_id, created_at) VALUES (?1, ?2, ?3, ?4)";
    FIND_COUPON = "SELECT promotion_id, EXISTS (SELECT 1 FROM coupon_use WHERE account_id = ?1 AND code = ?2)
                   FROM coupon WHERE account_id = ?1 AND code = ?2";
    LOCK_COUPON = "SELECT code FROM coupon WHERE account_id = ?1 AND code = ?2 {FOR UPDATE}";
    USE_COUPON = "INSERT INTO coupon_use (account_id, code, booking_number) VALUES (?1, ?2, ?3)";
    RELEASE_COUPONS = "DELETE FROM coupon_use WHERE account_id = ?1 AND booking_number = ?2";
    /// One that was used more often than it can be now keeps its uses.
    LOCK_COUNT = "INSERT INTO promotion_count (account_id, promotion_id, uses, most) VALUES (?1, ?2, 0, ?3)
                  ON CONFLICT (account_id, promotion_id) DO UPDATE SET
                      most = CASE WHEN promotion_count.uses > excluded.most THEN promotion_count.uses ELSE excluded.most END";
    LOCK_KNOWN_COUNT = "SELECT promotion_id FROM promotion_count WHERE account_id = ?1 AND promotion_id = ?2 {FOR UPDATE}";
    USES = "SELECT uses FROM promotion_count WHERE account_id = ?1 AND promotion_id = ?2";
    OF_BOOKING = "SELECT promotion_id FROM promotion_use WHERE account_id = ?1 AND booking_number = ?2 LIMIT 1000";
    USE = "INSERT INTO promotion_use (account_id, promotion_id, booking_number) VALUES (?1, ?2, ?3)";
    COUNT = "UPDATE promotion_count SET uses = uses + ?3 WHERE account_id = ?1 AND promotion_id = ?2";
    RELEASE = "DELETE FROM promotion_use WHERE account_id = ?1 AND booking_number = ?2 RETURNING promotion_id";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    pub promotion: PromotionId,
    /// Whether a booking has used it.
    pub used: bool,
}

/// Adds a coupon of a promotion.
///
/// # Errors
/// [`StoreError::Unique`] when there is a coupon with this code; otherwise when the store fails.
pub fn insert_coupon(
    tx: &mut Tx,
    account: &AccountId,
    code: &Code,
    promotion: &PromotionId,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(INSERT_COUPON, &[account, code, promotion, &now])?;
    Ok(())
}

/// The coupon with this code.
pub fn find_coupon(db: &mut Snapshot, account: &AccountId, code: &Code) -> Result<Option<Coupon>, StoreError> {
    db.one(FIND_COUPON, &[account, code], |row| Ok(Coupon { promotion: row.next()?, used: row.next()? }))
}

/// Locks promotions until the transaction ends, in the order of their ids. Those with a limit have it afterwards.
pub fn lock(
    tx: &mut Tx,
    account: &AccountId,
    promotions: &BTreeMap<PromotionId, Option<u32>>,
) -> Result<(), StoreError> {
    for (id, most) in promotions {
        match most {
            Some(most) => tx.run(LOCK_COUNT, &[account, id, &i64::from(*most)])?,
            None => tx.run(LOCK_KNOWN_COUNT, &[account, id])?,
        };
    }
    Ok(())
}

/// Locks coupons until the transaction ends, in the order of their codes.
pub fn lock_coupons(tx: &mut Tx, account: &AccountId, codes: &BTreeSet<Code>) -> Result<(), StoreError> {
    for code in codes {
        tx.run(LOCK_COUPON, &[account, code])?;
    }
    Ok(())
}

/// How many bookings use a promotion with a limit.
pub fn uses(db: &mut Snapshot, account: &AccountId, promotion: &PromotionId) -> Result<i64, StoreError> {
    Ok(db.one(USES, &[account, promotion], |row| row.next())?.unwrap_or(0))
}

/// The promotions of which a booking counts as a use.
pub fn of_booking(
    db: &mut Snapshot,
    account: &AccountId,
    booking: &BookingNumber,
) -> Result<BTreeSet<PromotionId>, StoreError> {
    Ok(db.all(OF_BOOKING, &[account, booking], |row| row.next())?.into_iter().collect())
}

/// Has a booking use a coupon, which is locked and unused.
///
/// # Errors
/// When the store fails; it refuses to use one twice.
pub fn use_coupon(tx: &mut Tx, account: &AccountId, code: &Code, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(USE_COUPON, &[account, code, booking])?;
    Ok(())
}

/// Counts a booking as a use of a promotion, which is locked and not used up.
///
/// # Errors
/// When the store fails; it refuses a use too many.
pub fn count_use(
    tx: &mut Tx,
    account: &AccountId,
    promotion: &PromotionId,
    booking: &BookingNumber,
) -> Result<(), StoreError> {
    tx.batch(&[(USE, &[account, promotion, booking]), (COUNT, &[account, promotion, &1_i64])])?;
    Ok(())
}

/// Gives back every coupon and every counted use that a booking has. The promotions are locked.
pub fn release(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(RELEASE_COUPONS, &[account, booking])?;
    let released: Vec<PromotionId> = tx.all(RELEASE, &[account, booking], |row| row.next())?;
    for promotion in released {
        tx.run(COUNT, &[account, &promotion, &-1_i64])?;
    }
    Ok(())
}
