//! Issue a gift voucher.

use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::vouchers::{self, Voucher};
use slotkeeper_store::{StoreError, Tx};

/// Issues a gift voucher within a transaction that others write in as well.
///
/// # Errors
/// [`StoreError::Unique`] when the account has a voucher with this code; otherwise when the store fails.
pub fn issue(
    tx: &mut Tx,
    account: &AccountId,
    actor: &Actor,
    at: Instant,
    voucher: &Voucher,
) -> Result<(), StoreError> {
    vouchers::insert(tx, account, voucher, at)?;
    tx.record(actor.change(account, at, Subject::voucher(&voucher.code), Kind::Created));
    Ok(())
}
