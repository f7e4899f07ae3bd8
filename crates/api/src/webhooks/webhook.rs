//! A webhook as requests and answers have it (wire reference, section 4.10).

use crate::bounded::exactly;
use crate::document::AsParameter;
use crate::wire::parameter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use slotkeeper_app::webhooks::register::NewWebhook;
use slotkeeper_domain::change::Kind;
use slotkeeper_domain::time::{WireTime, Zone};
use slotkeeper_domain::webhook::{Domain, Topic};
use slotkeeper_store::tables::webhooks;

/// Longest address of a receiver, in characters.
const LONGEST_URL: usize = 2_048;

/// Where notices of one kind of change go (wire reference, section 4.10).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook {
    id: String,
    url: String,
    #[schemars(with = "AsParameter<Domain>")]
    domain: &'static str,
    #[schemars(with = "AsParameter<Kind>")]
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    blocked_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked_reason: Option<String>,
}

impl Webhook {
    pub(crate) fn of(webhook: &webhooks::Webhook, zone: &Zone) -> Self {
        let Topic { domain, kind } = webhook.topic;
        let blocked = webhook.blocked.as_ref();
        Self {
            id: webhook.id.to_string(),
            url: webhook.url.clone(),
            domain: domain.as_str(),
            r#type: kind.as_str(),
            blocked_time: blocked.map(|(at, _)| at.to_wire_minutes(zone)),
            blocked_reason: blocked.map(|(_, reason)| reason.clone()),
        }
    }
}

/// A webhook as requests have it. Members that only answers have are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "WebhookInput")]
pub(crate) struct WebhookBody {
    #[serde(deserialize_with = "exactly::<LONGEST_URL, _>")]
    #[schemars(url, length(max = LONGEST_URL))]
    url: String,
    #[serde(deserialize_with = "parameter")]
    #[schemars(with = "AsParameter<Domain>")]
    domain: Domain,
    #[serde(deserialize_with = "parameter")]
    #[schemars(with = "AsParameter<Kind>")]
    r#type: Kind,
}

impl WebhookBody {
    /// The webhook that is wanted.
    pub(crate) fn new_webhook(self) -> NewWebhook {
        NewWebhook { topic: Topic { domain: self.domain, kind: self.r#type }, url: self.url }
    }
}
