//! What a notice shows: the thing that changed, as the key of the webhook may read it.

use crate::App;
use crate::authorizations::check::KeyHolder;
use slotkeeper_domain::change::{Kind, Thing};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::webhook::{Domain, Topic};
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::deliveries;
use slotkeeper_store::tables::webhooks;
use slotkeeper_store::{Snapshot, StoreError, Tx};
use std::sync::Arc;

/// How many webhooks of an account are told of one thing that was deleted for good. There is one for each key at most.
const MOST_TOLD: i64 = 500;

/// Writes things down as the API answers them. The API does, for its words are the API's.
pub trait Items: Send + Sync {
    /// The thing as JSON, or nothing if it is not there or the key may not read it. `gone` says that it is about to be deleted
    /// for good: a booking is shown as cancelled then (wire reference, section 9).
    ///
    /// # Errors
    /// When the store fails.
    fn item(
        &self,
        db: &mut Snapshot,
        app: &App,
        holder: &KeyHolder,
        thing: (Domain, &str),
        gone: bool,
    ) -> Result<Option<String>, StoreError>;
}

/// Keeps the last state of a thing for the webhooks that are to be told that it is deleted, within the transaction that deletes
/// it and before it does.
pub(crate) fn keep_last(
    tx: &mut Tx,
    app: &App,
    account: &Account,
    (thing, id): (Thing, &str),
    now: Instant,
) -> Result<(), StoreError> {
    let Some(domain) = Domain::of(thing) else { return Ok(()) };
    let told = webhooks::of_topic(tx, &account.id, Topic { domain, kind: Kind::Deleted }, MOST_TOLD)?;
    if told.is_empty() {
        return Ok(());
    }
    let Some(account) = accounts::find(tx, &account.id)?.map(Arc::new) else { return Ok(()) };
    for webhook in told {
        let Some(holder) = KeyHolder::of(tx, Arc::clone(&account), &webhook.authorization)? else { continue };
        if let Some(item) = app.items().item(tx, app, &holder, (domain, id), true)? {
            deliveries::keep_item(tx, (&account.id, &webhook.id), id, &item, now)?;
        }
    }
    Ok(())
}
