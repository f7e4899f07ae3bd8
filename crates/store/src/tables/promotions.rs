//! The use of promotions: coupons, and the counts of promotions with a limit. The promotions themselves are in the
//! catalogue.
//!
//! Before using any, lock promotions, then coupons, each in order, and check them. Only this module changes
//! `promotion_count.uses`.

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
    /// A promotion that was used more often than its limit now allows keeps its uses.
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
/// [`StoreError::Unique`] if a coupon has this code.
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

pub fn find_coupon(db: &mut Snapshot, account: &AccountId, code: &Code) -> Result<Option<Coupon>, StoreError> {
    db.one(FIND_COUPON, &[account, code], |row| Ok(Coupon { promotion: row.next()?, used: row.next()? }))
}

/// Locks promotions until the transaction ends, in the order of their ids, and sets the limits given.
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

/// The promotions that count a booking as a use.
pub fn of_booking(
    db: &mut Snapshot,
    account: &AccountId,
    booking: &BookingNumber,
) -> Result<BTreeSet<PromotionId>, StoreError> {
    Ok(db.all(OF_BOOKING, &[account, booking], |row| row.next())?.into_iter().collect())
}

/// Uses a coupon for a booking. It must be locked and unused.
///
/// # Errors
/// [`StoreError::Unique`] if it is used.
pub fn use_coupon(tx: &mut Tx, account: &AccountId, code: &Code, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(USE_COUPON, &[account, code, booking])?;
    Ok(())
}

/// Counts a booking as a use of a promotion. It must be locked and have uses left.
///
/// # Errors
/// [`StoreError::Refused`] if it has none left, [`StoreError::Unique`] if the booking is counted already.
pub fn count_use(
    tx: &mut Tx,
    account: &AccountId,
    promotion: &PromotionId,
    booking: &BookingNumber,
) -> Result<(), StoreError> {
    tx.batch(&[(USE, &[account, promotion, booking]), (COUNT, &[account, promotion, &1_i64])])?;
    Ok(())
}

/// Releases the coupons and counted uses of a booking. The promotions must be locked.
pub fn release(tx: &mut Tx, account: &AccountId, booking: &BookingNumber) -> Result<(), StoreError> {
    tx.run(RELEASE_COUPONS, &[account, booking])?;
    let released: Vec<PromotionId> = tx.all(RELEASE, &[account, booking], |row| row.next())?;
    // Only promotions with a limit have uses, and so counts.
    for promotion in released {
        tx.run(COUNT, &[account, &promotion, &-1_i64])?;
    }
    Ok(())
}
