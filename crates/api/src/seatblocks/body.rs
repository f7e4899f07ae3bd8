//! What requests say of a block of seats (wire reference, section 4.10). Members that only answers have are ignored.

use crate::bounded::{LONGEST_ID, line, prose};
use crate::document::Completable;
use crate::error::ApiError;
use crate::plain_types::{whole, whole_in};
use crate::wire::{missing, said};
use crate::wording::orders::NO_PRODUCT;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use slotkeeper_app::seatblocks::create::NewSeatBlock;
use slotkeeper_app::seatblocks::update::SeatBlockChange;
use slotkeeper_domain::block::{LONGEST_REASON, MOST_SEATS, SeatCount};
use slotkeeper_domain::event::EventId;

/// A block of seats as requests have it. A member that is missing says nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SeatBlockChange")]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SeatBlockBody {
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    product_id: Option<String>,
    #[serde(deserialize_with = "line::<LONGEST_ID, _>")]
    #[schemars(length(max = LONGEST_ID))]
    event_id: Option<String>,
    #[serde(deserialize_with = "seats")]
    #[schemars(with = "Option<i64>", range(min = -1, max = MOST_SEATS), extend("not" = { "const": 0 }))]
    num_seats: Option<SeatCount>,
    #[serde(deserialize_with = "prose::<LONGEST_REASON, _>")]
    #[schemars(length(max = LONGEST_REASON))]
    reason: Option<String>,
}

impl Completable for SeatBlockBody {
    const COMPLETE: &'static str = "SeatBlockInput";
    const REQUIRED: &'static [&'static str] = &["eventId", "numSeats"];
}

fn seats<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SeatCount>, D::Error> {
    let number = match Option::<Value>::deserialize(deserializer)? {
        None => return Ok(None),
        // What is no whole number is none of seats either.
        Some(Value::String(text)) => whole_in(&text).unwrap_or_default(),
        Some(value) => value.as_i64().or_else(|| whole(value.as_f64()?)).unwrap_or_default(),
    };
    SeatCount::try_from(number).map(Some).map_err(said)
}

impl SeatBlockBody {
    /// The block to be made.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn new_block(&self) -> Result<NewSeatBlock, ApiError> {
        let SeatBlockChange { product, event, seats, reason } = self.change()?;
        Ok(NewSeatBlock {
            event: event.ok_or_else(|| missing("eventId"))?,
            product: product.ok_or_else(|| missing("productId"))?,
            seats: seats.ok_or_else(|| missing("numSeats"))?,
            reason,
        })
    }

    /// What is said of a block that is there.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn change(&self) -> Result<SeatBlockChange, ApiError> {
        let no_product = |_| ApiError::bad_request(NO_PRODUCT);
        let no_event = |_| ApiError::bad_request("eventId: there is no such event of this product.");
        let event: Option<EventId> = self.event_id.as_ref().map(|id| id.parse()).transpose().map_err(no_event)?;
        let product = self.product_id.as_ref().map(|id| id.parse()).transpose().map_err(no_product)?;
        Ok(SeatBlockChange {
            // An event is of one product, so its id says which.
            product: product.or(event.as_ref().map(|event| event.product.clone())),
            event,
            seats: self.num_seats,
            reason: self.reason.clone(),
        })
    }
}
