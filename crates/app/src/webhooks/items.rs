//! What a notice shows: the thing that changed, as the key of the webhook may read it.

use crate::App;
use crate::authorizations::check::KeyHolder;
use slotkeeper_domain::change::Thing;
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::webhook::Domain;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::deliveries;
use slotkeeper_store::tables::webhooks;
use slotkeeper_store::{Snapshot, StoreError, Tx};
use std::sync::Arc;

/// For how many webhooks of an account the last state of a thing is kept. The others are told that something was lost.
const MOST_TOLD: i64 = 500;

/// Writes things down as the API answers them. The API does, for its words are the API's.
pub trait PayloadItems: Send + Sync {
    /// The thing as JSON, or nothing if it is not there or the key may not read it. `gone` says that it is about to be deleted
    /// for good: a booking is shown as cancelled then (wire reference, section 9).
    fn item(
        &self,
        db: &mut Snapshot,
        app: &App,
        holder: &KeyHolder,
        thing: (Domain, &str),
        gone: bool,
    ) -> Result<Option<String>, StoreError>;
}

/// Keeps the last state of a thing for the webhooks that are to be told that it is deleted and for those at which an earlier
/// change of it waits, within the transaction that deletes it and before it does. `creator` is the application that created the
/// thing, if one did.
pub(crate) fn keep_last(
    tx: &mut Tx,
    app: &App,
    account: &Account,
    (thing, id, creator): (Thing, &str, Option<&ApplicationId>),
    now: Instant,
) -> Result<(), StoreError> {
    let Some(domain) = Domain::of(thing) else { return Ok(()) };
    let told = webhooks::subscribed_to(tx, &account.id, (domain, id), creator, MOST_TOLD)?;
    if told.is_empty() {
        return Ok(());
    }
    let Some(account) = accounts::find(tx, &account.id)?.map(Arc::new) else { return Ok(()) };
    for of_key in told.chunk_by(|one, other| one.authorization == other.authorization) {
        let Some(first) = of_key.first() else { continue };
        let Some(holder) = KeyHolder::of(tx, Arc::clone(&account), &first.authorization)? else { continue };
        let Some(item) = app.items().item(tx, app, &holder, (domain, id), true)? else { continue };
        for webhook in of_key {
            deliveries::keep_payload(tx, (&account.id, &webhook.id), id, &item, now)?;
        }
    }
    Ok(())
}
