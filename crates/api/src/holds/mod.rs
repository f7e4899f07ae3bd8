//! `/holds` (wire reference, sections 3.4 and 6.3).

pub(crate) mod create;
pub(crate) mod remove;
pub(crate) mod show;

use crate::bookings::booking::Price;
use crate::document::AsParameter;
use crate::wire::Money;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_domain::time::{WireTime, Zone};
use slotkeeper_store::tables::holds;

/// Wire reference, section 4.5.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hold {
    id: String,
    price: Price,
    total_payable: Money,
    #[schemars(with = "AsParameter<WireTime>")]
    expiration: String,
}

fn hold(hold: &holds::Hold, zone: &Zone) -> Hold {
    Hold {
        id: hold.id.to_string(),
        price: Price::of(&hold.price, 0),
        total_payable: hold.price.gross.into(),
        expiration: hold.expires_at.to_wire(zone),
    }
}
