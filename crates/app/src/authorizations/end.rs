//! End authorizations: the one place where keys die, whoever ends them.

use crate::webhooks::end::end_of_key;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::subaccount::MOST_SUBACCOUNTS;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{accounts, authorizations};
use slotkeeper_store::{StoreError, Tx};
use std::collections::BTreeSet;

/// Ends those of an account's authorizations that live, within a transaction, and with them all that applications made
/// with them in subaccounts. Each account that loses one has it in its log. How many of the account's own lived.
pub(crate) fn end(
    tx: &mut Tx,
    account: &AccountId,
    ids: &[AuthorizationId],
    by: &Actor,
    now: Instant,
) -> Result<usize, StoreError> {
    // Everybody locks in this order, so that nobody waits in a circle: a portal, its authorizations, subaccounts by their
    // ids, and then their authorizations. An installation that is under way holds the portal's authorization, so whatever
    // it makes is found here, or it finds that authorization ended.
    accounts::lock(tx, account)?;
    let mut ended = Vec::new();
    for id in ids {
        if end_one(tx, account, id, by, now)? {
            ended.push(id);
        }
    }
    let mut below = Vec::new();
    for id in &ended {
        // An application has one key in each subaccount, so this is all there can be.
        below.extend(authorizations::installed_with(tx, account, id, MOST_SUBACCOUNTS)?);
    }
    let subaccounts: BTreeSet<_> = below.iter().map(|(subaccount, _)| subaccount).collect();
    for subaccount in subaccounts {
        accounts::lock(tx, subaccount)?;
    }
    for (subaccount, id) in &below {
        end_one(tx, subaccount, id, by, now)?;
    }
    Ok(ended.len())
}

fn end_one(
    tx: &mut Tx,
    account: &AccountId,
    id: &AuthorizationId,
    by: &Actor,
    now: Instant,
) -> Result<bool, StoreError> {
    let lived = authorizations::end(tx, account, id, now)?;
    if lived {
        end_of_key(tx, account, id, by, now)?;
        tx.record(by.change(account, now, Subject::authorization(id), Kind::Deleted));
    }
    Ok(lived)
}
