//! Show a developer what becomes of the notices that go to an application.

use crate::App;
use crate::caller::Developer;
use slotkeeper_domain::account::Name;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, WebhookId};
use slotkeeper_domain::time::Zone;
use slotkeeper_store::tables::deliveries::{self, Attempt, Delivery};
use slotkeeper_store::tables::webhooks::{self, Webhook};
use slotkeeper_store::tables::{accounts, applications, authorizations};
use slotkeeper_store::{Snapshot, StoreError};

/// How many deliveries one page shows.
pub const PAGE: usize = 50;
/// How many installations are looked through for webhooks on one page.
const INSTALLATIONS: usize = 50;
/// How many attempts of a delivery are shown.
const ATTEMPTS: i64 = 50;

/// A webhook, as developers see it.
#[derive(Debug)]
pub struct WebhookView {
    pub webhook: Webhook,
    /// The name of the business whose changes are told.
    pub business: Name,
    pub zone: Zone,
}

/// The webhooks of an application.
#[derive(Debug)]
pub struct ApplicationWebhooks {
    /// What the application is called.
    pub application: Name,
    /// The webhooks of some of its installations.
    pub webhooks: Vec<WebhookView>,
    /// Where the next installations begin, if there are more.
    pub next: Option<(AccountId, AuthorizationId)>,
}

/// The webhooks of the developer's application, in the installations after the given one. Nothing when there is no such
/// application.
pub async fn webhooks(
    app: &App,
    developer: &Developer,
    id: ApplicationId,
    after: Option<(AccountId, AuthorizationId)>,
) -> Result<Option<ApplicationWebhooks>, StoreError> {
    let account = developer.account.id.clone();
    app.store()
        .read(move |db| {
            let Some(application) = applications::find(db, &account, &id)? else { return Ok(None) };
            let after = after.as_ref().map(|(account, id)| (account, id));
            let one_more = i64::try_from(INSTALLATIONS + 1).unwrap_or(i64::MAX);
            let mut installations = authorizations::installations(db, &account, &id, after, one_more)?;
            let more = installations.len() > INSTALLATIONS;
            installations.truncate(INSTALLATIONS);
            let last = installations.last().filter(|_| more);
            let next = last.map(|last| (last.authorization.account.clone(), last.authorization.id.clone()));
            let mut found = Vec::new();
            for installation in installations {
                let (of, name) = (&installation.authorization, &installation.account_name);
                let Some(business) = accounts::find(db, &of.account)? else { continue };
                found.extend(webhooks::of_key(db, &of.account, &of.id)?.into_iter().map(|webhook| WebhookView {
                    webhook,
                    business: name.clone(),
                    zone: business.zone.clone(),
                }));
            }
            Ok(Some(ApplicationWebhooks { application: application.name, webhooks: found, next }))
        })
        .await
}

/// Where a webhook is: the application, the account whose changes it tells of, its id.
pub type WebhookPath = (ApplicationId, AccountId, WebhookId);

/// The webhook, if it is one of the developer's application.
pub(super) fn find_webhook(
    db: &mut Snapshot,
    developer: &AccountId,
    (application, account, webhook): &WebhookPath,
) -> Result<Option<WebhookView>, StoreError> {
    let Some(webhook) = webhooks::find(db, account, webhook)? else { return Ok(None) };
    let Some(authorization) = authorizations::find(db, account, &webhook.authorization)? else { return Ok(None) };
    let theirs = authorization.developer == *developer && authorization.application == *application;
    let business = accounts::find(db, account)?.filter(|_| theirs);
    Ok(business.map(|business| WebhookView { webhook, business: business.name, zone: business.zone }))
}

/// A delivery with its latest attempt.
#[derive(Debug)]
pub struct DeliveryView {
    pub delivery: Delivery,
    pub last: Option<Attempt>,
}

/// One page of a webhook's deliveries, the latest change first.
#[derive(Debug)]
pub struct WebhookDeliveries {
    pub told: WebhookView,
    pub deliveries: Vec<DeliveryView>,
    /// The delivery before which the next page begins, by its place, if there is one.
    pub next: Option<i64>,
}

/// The deliveries before the one at this place. Nothing when the developer has no such webhook.
pub async fn deliveries(
    app: &App,
    developer: &Developer,
    place: WebhookPath,
    before: Option<i64>,
) -> Result<Option<WebhookDeliveries>, StoreError> {
    let whose = developer.account.id.clone();
    app.store()
        .read(move |db| {
            let Some(told) = find_webhook(db, &whose, &place)? else { return Ok(None) };
            let of = (&place.1, &place.2);
            let one_more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            let known = before.map(|position| deliveries::find(db, of, position)).transpose()?.flatten();
            let before = known.map_or(i64::MAX, |delivery| delivery.number);
            let mut found = deliveries::latest(db, of, before, one_more)?;
            let more = found.len() > PAGE;
            found.truncate(PAGE);
            let next = found.last().filter(|_| more).map(|delivery| delivery.position);
            let mut shown = Vec::with_capacity(found.len());
            for delivery in found {
                let last = deliveries::last_attempt(db, of, delivery.number)?;
                shown.push(DeliveryView { delivery, last });
            }
            Ok(Some(WebhookDeliveries { told, deliveries: shown, next }))
        })
        .await
}

/// One delivery with its attempts, the latest first. Nothing when the developer has none such.
pub async fn delivery(
    app: &App,
    developer: &Developer,
    place: WebhookPath,
    position: i64,
) -> Result<Option<(WebhookView, Delivery, Vec<Attempt>)>, StoreError> {
    let whose = developer.account.id.clone();
    app.store()
        .read(move |db| {
            let Some(told) = find_webhook(db, &whose, &place)? else { return Ok(None) };
            let of = (&place.1, &place.2);
            let Some(delivery) = deliveries::find(db, of, position)? else { return Ok(None) };
            let attempts = deliveries::attempts(db, of, delivery.number, ATTEMPTS)?;
            Ok(Some((told, delivery, attempts)))
        })
        .await
}
