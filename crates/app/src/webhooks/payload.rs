//! Notices: what one attempt to deliver a change consists of (wire reference, sections 5.2 and 5.3).

use crate::App;
use crate::authorizations::check::KeyHolder;
use crate::changes::list::visibility;
use crate::secrets::{Usage, sign};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use slotkeeper_domain::id::{AccountId, SecretKeyId, WebhookId};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::webhook::{message_id, signed_text, standard_signed_text};
use slotkeeper_store::tables::deliveries::{self, Delivery};
use slotkeeper_store::tables::webhooks::{self, Webhook};
use slotkeeper_store::tables::{accounts, change_log};
use slotkeeper_store::tables::{applications, secret_keys};
use slotkeeper_store::{Snapshot, StoreError};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What is sent. Signatures hold only for a short while, so each attempt has a notice of its own.
#[derive(Debug, Clone)]
pub struct DeliveryRequest {
    pub url: String,
    /// Names and values, all of them ASCII.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Whether it says that an earlier one was lost.
    pub says_lost: bool,
}

/// What there is to send of a delivery.
#[derive(Debug, Clone)]
pub enum ComposedDelivery {
    Request(DeliveryRequest),
    /// Nothing more, and nobody is to be told: the webhook has ended or is blocked, or its key may not know of the thing.
    Discard,
    /// The thing is gone and its last state was not kept: that something was lost is said with the next notice.
    PayloadMissing,
}

/// The notice of a delivery, with the time it is now. Of a thing that is gone it shows the last state that was kept.
pub fn compose(
    db: &mut Snapshot,
    app: &App,
    (account, webhook): (&AccountId, &WebhookId),
    delivery: &Delivery,
    now: Instant,
) -> Result<ComposedDelivery, StoreError> {
    let Some(webhook) = webhooks::find(db, account, webhook)?.filter(|webhook| webhook.blocked.is_none()) else {
        return Ok(ComposedDelivery::Discard);
    };
    let Some(account) = accounts::find(db, account)?.map(Arc::new) else { return Ok(ComposedDelivery::Discard) };
    let Some(holder) = KeyHolder::of(db, Arc::clone(&account), &webhook.authorization)? else {
        return Ok(ComposedDelivery::Discard);
    };
    let (domain, test) = (webhook.topic.domain, delivery.number < 0);
    // Nothing is queued that the key may not know of; programs of before queued everything.
    if !test {
        let creator = change_log::creator(db, &account.id, delivery.number)?;
        if !visibility(&holder, domain).is_some_and(|visibility| visibility.shows(creator.as_ref())) {
            return Ok(ComposedDelivery::Discard);
        }
    }
    let item = match app.items().item(db, app, &holder, (domain, &delivery.thing_id), false)? {
        Some(item) => Some(item),
        None => deliveries::kept_payload(db, (&account.id, &webhook.id), &delivery.thing_id)?,
    };
    let Some(item) = item else {
        return Ok(if test { ComposedDelivery::Discard } else { ComposedDelivery::PayloadMissing });
    };
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let (id, timestamp) = (quoted(&delivery.thing_id), quoted(&delivery.happened_at.to_wire(&account.zone)));
    let body = format!("{{\"itemId\":{id},\"timestamp\":{timestamp},\"item\":{item}}}").into_bytes();
    let keys = SigningKeys::of(db, app, &holder, now)?;
    let headers = headers(&webhook, delivery, &keys, &body, now);
    Ok(ComposedDelivery::Request(DeliveryRequest { says_lost: webhook.lost, url: webhook.url, headers, body }))
}

fn headers(
    webhook: &Webhook,
    delivery: &Delivery,
    keys: &SigningKeys,
    body: &[u8],
    now: Instant,
) -> Vec<(&'static str, String)> {
    let id = message_id(&webhook.id, delivery.position);
    let (millis, seconds) = (now.as_millis().to_string(), now.as_millis().div_euclid(1_000).to_string());
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-bookeo-signature", hex(&sign(keys.single(), &signed_text(&millis, &id, &webhook.url, body)))),
        ("x-bookeo-messageid", id.clone()),
        ("x-bookeo-timestamp", millis),
    ];
    if webhook.lost {
        headers.push(("x-bookeo-previousmessagelost", "true".to_owned()));
    }
    let text = standard_signed_text(&id, &seconds, body);
    let signatures: Vec<_> =
        keys.all.iter().map(|(_, key)| format!("v1,{}", STANDARD.encode(sign(key, &text)))).collect();
    headers.push(("webhook-signature", signatures.join(" ")));
    headers.push(("webhook-timestamp", seconds));
    headers.push(("webhook-id", id));
    headers
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The secret keys of an application that work, the newest first.
struct SigningKeys {
    all: Vec<(SecretKeyId, Zeroizing<String>)>,
    chosen: Option<SecretKeyId>,
}

impl SigningKeys {
    fn of(db: &mut Snapshot, app: &App, holder: &KeyHolder, now: Instant) -> Result<Self, StoreError> {
        let (developer, application) = (&holder.authorization().developer, &holder.authorization().application);
        let sealed = secret_keys::sealed(db, developer, application, now)?;
        let all = sealed.into_iter().map(|(id, sealed)| {
            let key = app.vault().open(Usage::SecretKey, &sealed);
            key.map(|key| (id, key)).map_err(|_| StoreError::inconsistent("a secret key cannot be opened"))
        });
        let all: Vec<_> = all.collect::<Result<_, _>>()?;
        if all.is_empty() {
            return Err(StoreError::inconsistent("an application without a secret key"));
        }
        Ok(Self { all, chosen: applications::signing_key(db, developer, application)? })
    }

    /// The one that signs where there is room for one signature: the one that the developer chose, or else the oldest, which
    /// every receiver knows.
    fn single(&self) -> &str {
        let chosen = self.all.iter().find(|(id, _)| Some(id) == self.chosen.as_ref());
        chosen.or(self.all.last()).map_or("", |(_, key)| key.as_str())
    }
}
