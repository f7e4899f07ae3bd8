//! Adopt: a business becomes a subaccount of a portal.
//!
//! Both sides must have agreed. No page asks them yet, so only those call it who make both: the demo, and tests.

use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::subaccount::{MayNotJoin, may_join};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{accounts, subaccounts};
use slotkeeper_store::{StoreError, Tx};

/// Why a business does not become a subaccount.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// One of the two accounts is not there.
    #[error("there is no such account")]
    NoAccount,
    /// The two do not go together.
    #[error(transparent)]
    MayNotJoin(#[from] MayNotJoin),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the business a subaccount of the portal, within a transaction. Both accounts' logs say so.
///
/// # Errors
/// [`AdoptError`].
pub fn adopt(
    tx: &mut Tx,
    portal: &AccountId,
    business: &AccountId,
    by: &Actor,
    now: Instant,
) -> Result<(), AdoptError> {
    // The portal first, as whoever ends its authorizations does.
    accounts::lock(tx, portal)?;
    accounts::lock(tx, business)?;
    let (whose, account) =
        accounts::find(tx, portal)?.zip(accounts::find(tx, business)?).ok_or(AdoptError::NoAccount)?;
    let managed = subaccounts::portal_of(tx, business)?.is_some();
    may_join(whose.kind, subaccounts::count(tx, portal)?, account.kind, managed)?;
    if !subaccounts::adopt(tx, portal, business)? {
        return Err(MayNotJoin::Managed.into());
    }
    for account in [portal, business] {
        tx.record(by.change(account, now, Subject::account(account), Kind::Updated));
    }
    Ok(())
}
