//! The only place that ends authorizations.

use crate::webhooks::end::end_of_key;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::subaccount::MOST_SUBACCOUNTS;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{accounts, authorizations};
use slotkeeper_store::{StoreError, Tx};
use std::collections::BTreeSet;

/// Ends those of the account's authorizations that are live, and with them all authorizations made with them in
/// subaccounts. Each is recorded in the change log of its account. Returns how many of `ids` were live.
pub(crate) fn end(
    tx: &mut Tx,
    account: &AccountId,
    ids: &[AuthorizationId],
    by: &Actor,
    now: Instant,
) -> Result<usize, StoreError> {
    // One order of locks for all, against deadlocks: a portal, its authorizations, its subaccounts by id, their
    // authorizations. An installation under way holds a lock on the portal's authorization, so what it makes is either
    // found here, or it finds the portal's authorization ended.
    accounts::lock(tx, account)?;
    let mut ended = Vec::new();
    for id in ids {
        if end_one(tx, account, id, by, now)? {
            ended.push(id);
        }
    }
    let mut below = Vec::new();
    for id in &ended {
        // An application has one key in each subaccount, so the limit cuts nothing off.
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
