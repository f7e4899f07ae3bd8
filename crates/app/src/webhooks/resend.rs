//! Send notices again that have arrived or were given up, and send a test.

use super::deliveries::{WebhookPath, find_webhook};
use crate::App;
use crate::authorizations::check::KeyHolder;
use crate::caller::Developer;
use crate::changes::list::visibility;
use slotkeeper_domain::change::Kind;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{accounts, change_log, deliveries, webhooks};
use slotkeeper_store::{StoreError, Tx};
use std::sync::Arc;

/// How many notices can be sent again at once.
pub const MOST_AGAIN: i64 = 1_000;
/// How many of the latest changes that the key may know of are looked through for something that is still there.
const LOOKED_THROUGH: i64 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResendSelection {
    /// Those from this one to that one, as the webhook's notices are counted.
    Numbers(i64, i64),
    /// Those of changes that happened at this time or later.
    Since(Instant),
}

/// Why no delivery is sent again.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// None of this developer.
    #[error("there is no such webhook")]
    NoWebhook,
    #[error("the webhook is blocked")]
    Blocked,
    /// More than [`MOST_AGAIN`].
    #[error("more than {MOST_AGAIN} deliveries")]
    TooMany,
    /// None of the selection has been delivered, failed or been discarded.
    #[error("no such delivery has ended")]
    None,
    /// Of the domain of the webhook. A test delivery needs a change to show.
    #[error("nothing that the key may read has changed lately")]
    NothingToTell,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends notices again, under the message ids that they had, each with a whole schedule of attempts before it; how many.
///
/// # Errors
/// [`ResendError`].
pub async fn resend(
    app: &App,
    developer: &Developer,
    place: WebhookPath,
    which: ResendSelection,
) -> Result<u64, ResendError> {
    let (whose, now) = (developer.account.id.clone(), app.now());
    let sent = app
        .store()
        .write_unlogged(move |tx| {
            let of = open(tx, &whose, &place)?;
            let range = match which {
                ResendSelection::Numbers(first, last) => (first, last),
                ResendSelection::Since(since) => {
                    (deliveries::first_since(tx, of, since)?.ok_or(ResendError::None)?, i64::MAX)
                }
            };
            match deliveries::ended_between(tx, of, range, MOST_AGAIN + 1)? {
                0 => return Err(ResendError::None),
                many if many > MOST_AGAIN => return Err(ResendError::TooMany),
                _ => {}
            }
            let sent = deliveries::resend(tx, of, range, now)?;
            webhooks::add_pending(tx, of.0, of.1, i64::try_from(sent).unwrap_or(0), now)?;
            Ok(sent)
        })
        .await?;
    app.store().deliveries().notify_one();
    Ok(sent)
}

/// Sends a notice of something that did not change, once: the last thing of the domain that did and that the key may read. Its
/// number.
///
/// # Errors
/// [`ResendError`].
pub async fn send_test(app: &App, developer: &Developer, place: WebhookPath) -> Result<i64, ResendError> {
    let (whose, unit, now) = (developer.account.id.clone(), app.clone(), app.now());
    let number = app
        .store()
        .write_unlogged(move |tx| {
            let of = open(tx, &whose, &place)?;
            let webhook = webhooks::find(tx, of.0, of.1)?.ok_or(ResendError::NoWebhook)?;
            let account = accounts::find(tx, of.0)?.map(Arc::new).ok_or(ResendError::NoWebhook)?;
            let holder = KeyHolder::of(tx, account, &webhook.authorization)?.ok_or(ResendError::NoWebhook)?;
            let domain = webhook.topic.domain;
            let visibility = visibility(&holder, domain).ok_or(ResendError::NothingToTell)?;
            for entry in change_log::latest(tx, of.0, (domain.thing(), &visibility), LOOKED_THROUGH)? {
                if entry.kind != Kind::Deleted
                    && unit.items().item(tx, &unit, &holder, (domain, &entry.thing_id), false)?.is_some()
                {
                    let number = deliveries::insert_test(tx, of, &entry.thing_id, now)?;
                    webhooks::add_pending(tx, of.0, of.1, 1, now)?;
                    return Ok(number);
                }
            }
            Err(ResendError::NothingToTell)
        })
        .await?;
    app.store().deliveries().notify_one();
    Ok(number)
}

/// Whose deliveries they are, if the webhook is the developer's and something can be sent to it. Locked, so that what waits is
/// counted rightly.
fn open<'p>(
    tx: &mut Tx,
    developer: &AccountId,
    place: &'p WebhookPath,
) -> Result<deliveries::WebhookKey<'p>, ResendError> {
    find_webhook(tx, developer, place)?.ok_or(ResendError::NoWebhook)?;
    let webhook = webhooks::lock(tx, &place.1, &place.2)?.ok_or(ResendError::NoWebhook)?;
    if webhook.blocked.is_some() { Err(ResendError::Blocked) } else { Ok((&place.1, &place.2)) }
}
