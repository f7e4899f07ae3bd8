//! A block of resources as answers have it (wire reference, section 4.10).

use crate::availability::resources;
use crate::document::AsParameter;
use crate::seatblocks::block::agent;
use crate::wire::Resource;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::time::WireTime;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::resourceblocks;

/// Resources that are kept from being booked for a time (wire reference, section 4.10).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceBlock {
    id: String,
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    end_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    resources: Vec<Resource>,
    #[schemars(with = "AsParameter<WireTime>")]
    creation_time: String,
    creation_agent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    last_change_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_change_agent: Option<String>,
}

impl ResourceBlock {
    /// The block as answers of this business have it, in a language.
    pub(crate) fn of(
        block: &resourceblocks::ResourceBlock,
        account: &Account,
        catalogue: &Catalogue,
        language: Language,
    ) -> Self {
        let zone = &account.zone;
        Self {
            id: block.id.to_string(),
            start_time: block.span.from.to_wire(zone),
            end_time: block.span.to.to_wire(zone),
            reason: block.reason.clone(),
            resources: resources(&block.resources, catalogue, language),
            creation_time: block.created.at.to_wire_minutes(zone),
            creation_agent: agent(&block.created, account),
            last_change_time: block.changed.as_ref().map(|stamp| stamp.at.to_wire_minutes(zone)),
            last_change_agent: block.changed.as_ref().and_then(|stamp| stamp.agent.clone()),
        }
    }
}
