//! A block of resources as answers have it (wire reference, section 4.10).

use crate::availability::resources;
use crate::document::AsParameter;
use crate::wire::Resource;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::time::{WireTime, Zone};
use slotkeeper_store::tables::resourceblocks;

/// Wire reference, section 4.10.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    last_change_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_change_agent: Option<String>,
}

impl ResourceBlock {
    pub(crate) fn of(
        block: &resourceblocks::ResourceBlock,
        zone: &Zone,
        catalogue: &Catalogue,
        language: Language,
    ) -> Self {
        Self {
            id: block.id.to_string(),
            start_time: block.span.from.to_wire(zone),
            end_time: block.span.to.to_wire(zone),
            reason: block.reason.clone(),
            resources: resources(&block.resources, catalogue, language),
            creation_time: block.created.at.to_wire_minutes(zone),
            creation_agent: block.created.agent.clone(),
            last_change_time: block.changed.as_ref().map(|stamp| stamp.at.to_wire_minutes(zone)),
            last_change_agent: block.changed.as_ref().and_then(|stamp| stamp.agent.clone()),
        }
    }
}
