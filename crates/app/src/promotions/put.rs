//! Put a promotion into the catalogue, or another in the place of one.

use slotkeeper_domain::catalogue::Promotion;
use slotkeeper_domain::change::{Actor, Kind, Thing};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::catalogue;
use slotkeeper_store::{StoreError, Tx};

/// Puts a promotion into the account's catalogue, over one with the same id, within a transaction that others write in as
/// well. Bookings that have it already keep it as it was.
///
/// # Errors
/// When the store fails.
pub fn put(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    promotion: &Promotion,
) -> Result<(), StoreError> {
    catalogue::put_promotion(tx, account, promotion)?;
    tx.record(actor.change(account, at, Thing::Promotion, promotion.id.as_str(), Kind::Updated));
    Ok(())
}
