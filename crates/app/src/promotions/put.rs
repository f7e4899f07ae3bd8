//! Put a promotion into the catalogue, or another in the place of one.

use slotkeeper_domain::catalogue::{Discount, Promotion};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{accounts, catalogue};
use slotkeeper_store::{StoreError, Tx};

/// Why a promotion is not put into the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// It takes off less than nothing, or something in another currency than the account's.
    #[error("the discount is no amount in the currency of the account")]
    Amount,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts a promotion into the account's catalogue, over one with the same id, within a transaction that others write in as
/// well. Bookings that have it already keep it as it was.
///
/// # Errors
/// [`PutError`].
pub fn put(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    promotion: &Promotion,
) -> Result<(), PutError> {
    // In another currency it would take off nothing, and no price could be computed with it.
    if let Discount::Fixed(amount) = promotion.discount {
        let currency = accounts::find(tx, account)?.and_then(|account| account.currency);
        if currency != Some(amount.currency()) || amount.minor() < 0 {
            return Err(PutError::Amount);
        }
    }
    catalogue::put_promotion(tx, account, promotion)?;
    tx.record(actor.change(account, at, Subject::promotion(&promotion.id), Kind::Updated));
    Ok(())
}
