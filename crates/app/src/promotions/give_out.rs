//! Give out coupons of a promotion.

use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::code::Code;
use slotkeeper_domain::id::{AccountId, PromotionId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::promotions;
use slotkeeper_store::{StoreError, Tx};

/// Adds codes to a promotion, each of which can be used once, within a transaction that others write in as well.
///
/// # Errors
/// [`StoreError::Unique`] when the account has a coupon with one of the codes; otherwise when the store fails.
pub fn give_out(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    (promotion, codes): (&PromotionId, &[Code]),
) -> Result<(), StoreError> {
    for code in codes {
        promotions::insert_coupon(tx, account, code, promotion, at)?;
    }
    tx.record(actor.change(account, at, Subject::promotion(promotion), Kind::Updated));
    Ok(())
}
