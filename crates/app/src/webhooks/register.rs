//! Register a webhook. One for the same domain and type replaces the one before.

use crate::access::{Access, AnyKey};
use crate::authorizations::check::KeyHolder;
use crate::changes::list::visibility;
use crate::idempotency::{Answering, KeyReused, StoredResponse};
use crate::webhooks::end::end;
use crate::{App, random};
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{AuthorizationId, WebhookId};
use slotkeeper_domain::webhook::Topic;
use slotkeeper_outgoing::Refusal;
use slotkeeper_store::tables::accounts;
use slotkeeper_store::tables::webhooks::{self, Webhook};
use slotkeeper_store::{StoreError, Tx};
use std::sync::Arc;

/// A webhook that is wanted.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Which changes to tell of.
    pub topic: Topic,
    /// Where to tell it.
    pub url: String,
}

/// Why a webhook is not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The address may not be called.
    #[error(transparent)]
    Url(#[from] Refusal),
    /// The key has ended in the meantime.
    #[error("the key has ended")]
    KeyEnded,
    /// The request's own key belongs to another request.
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Registers a webhook for a key. What still waited for the one that it replaces, or that was deleted before it, is given up,
/// which the first notice of the new one says.
///
/// # Errors
/// [`RegisterError`].
pub async fn register<A: StoredResponse>(
    app: &App,
    access: &Access<AnyKey>,
    authorization: AuthorizationId,
    new: NewWebhook,
    answering: Answering<Webhook, A>,
) -> Result<A, RegisterError> {
    app.receivers().check(&new.url)?;
    let (unit, now, id): (_, _, WebhookId) = (app.clone(), app.now(), random::id());
    let (account, actor) = (access.account().id.clone(), access.actor().clone());
    let register = move |tx: &mut Tx| {
        answering.run(tx, &unit, (&account, actor.application()), now, |tx| {
            accounts::lock(tx, &account)?;
            let owner = accounts::find(tx, &account)?.map(Arc::new).ok_or(RegisterError::KeyEnded)?;
            let holder = KeyHolder::of(tx, owner, &authorization)?.ok_or(RegisterError::KeyEnded)?;
            let known = webhooks::of_key(tx, &account, &authorization)?;
            let replaced = known.into_iter().find(|webhook| webhook.topic == new.topic);
            if let Some(old) = &replaced {
                end(tx, old, &actor, now)?;
            }
            // Also where the one before was deleted first.
            let lost = webhooks::last_ended_lost(tx, &account, &authorization, new.topic)?;
            let webhook = Webhook {
                account: account.clone(),
                id: id.clone(),
                authorization: authorization.clone(),
                topic: new.topic,
                url: new.url.clone(),
                created_at: now,
                waiting: 0,
                dropped_in_row: 0,
                lost,
                blocked: None,
            };
            let granted = holder.authorization();
            let visibility = visibility(&holder, new.topic.domain);
            webhooks::insert(tx, &webhook, (&granted.developer, &granted.application), visibility.as_ref())?;
            tx.record(actor.change(&account, now, Subject::webhook(&id), Kind::Created));
            Ok(webhook)
        })
    };
    let registered = app.store().write(register).await;
    // What waited behind something for the one that is replaced.
    app.store().deliveries().notify_one();
    registered
}
