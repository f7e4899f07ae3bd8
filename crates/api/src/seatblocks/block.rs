//! A block of seats as answers have it (wire reference, section 4.10).

use crate::document::AsParameter;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_domain::time::WireTime;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::bookings::Stamp;
use slotkeeper_store::tables::seatblocks;

/// Seats of an event that are kept from being booked (wire reference, section 4.10).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeatBlock {
    id: String,
    event_id: String,
    product_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    num_seats: i64,
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    creation_time: String,
    creation_agent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    last_change_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_change_agent: Option<String>,
}

impl SeatBlock {
    /// The block as answers of this business have it.
    pub(crate) fn of(block: &seatblocks::SeatBlock, account: &Account) -> Self {
        let zone = &account.zone;
        Self {
            id: block.id.to_string(),
            event_id: block.event.to_string(),
            product_id: block.event.product.to_string(),
            reason: block.reason.clone(),
            num_seats: block.seats.number(),
            start_time: block.starts_at.to_wire(zone),
            creation_time: block.created.at.to_wire_minutes(zone),
            creation_agent: agent(&block.created, account),
            last_change_time: block.changed.as_ref().map(|stamp| stamp.at.to_wire_minutes(zone)),
            last_change_agent: block.changed.as_ref().and_then(|stamp| stamp.agent.clone()),
        }
    }
}

/// Who created a block. It is the business's word, so where nobody is named, the business itself is (wire reference, section
/// 4.10: always present).
pub(crate) fn agent(created: &Stamp, account: &Account) -> String {
    created.agent.clone().unwrap_or_else(|| account.name.to_string())
}
