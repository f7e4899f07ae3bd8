//! End webhooks: nothing more is delivered to them.

use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::deliveries;
use slotkeeper_store::tables::webhooks::{self, Webhook};
use slotkeeper_store::{StoreError, Tx};

/// Ends a webhook, within a transaction that has locked the account. Says whether something still waited for it.
pub(crate) fn end(tx: &mut Tx, webhook: &Webhook, by: &Actor, now: Instant) -> Result<bool, StoreError> {
    webhooks::end(tx, &webhook.account, &webhook.id, now)?;
    let waited = deliveries::give_up(tx, (&webhook.account, &webhook.id), now)?;
    tx.record(by.change(&webhook.account, now, Subject::webhook(&webhook.id), Kind::Deleted));
    Ok(waited > 0)
}

/// Ends all webhooks of a key, within a transaction that has locked the account.
pub(crate) fn end_of_key(
    tx: &mut Tx,
    account: &AccountId,
    authorization: &AuthorizationId,
    by: &Actor,
    now: Instant,
) -> Result<(), StoreError> {
    for webhook in webhooks::of_key(tx, account, authorization)? {
        end(tx, &webhook, by, now)?;
    }
    Ok(())
}
