//! End webhooks: nothing more is delivered to them.

use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::{AccountId, AuthorizationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::deliveries::{self, WebhookKey};
use slotkeeper_store::tables::webhooks::{self, Webhook};
use slotkeeper_store::{StoreError, Tx};

/// Ends a webhook, within a transaction that has locked the account. Says whether something still waited for it. Afterwards
/// others of the key may have something to do.
pub(crate) fn end(tx: &mut Tx, webhook: &Webhook, by: &Actor, now: Instant) -> Result<bool, StoreError> {
    let of = (&webhook.account, &webhook.id);
    webhooks::lock_group(tx, of.0, of.1)?;
    let waited = fail_pending(tx, of, now)?;
    webhooks::end(tx, of.0, of.1, waited, now)?;
    tx.record(by.change(of.0, now, Subject::webhook(of.1), Kind::Deleted));
    Ok(waited)
}

/// Gives up everything that waits for a webhook whose line is locked; whether there was anything. What waits behind it at other
/// webhooks of the line is tried now.
pub(super) fn fail_pending(tx: &mut Tx, of: WebhookKey<'_>, now: Instant) -> Result<bool, StoreError> {
    deliveries::make_due_behind(tx, of, now)?;
    let waited = deliveries::fail_pending(tx, of, now)? > 0;
    if waited {
        webhooks::wake_group(tx, of.0, of.1, None, now)?;
    }
    Ok(waited)
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
