//! `GET /availability/slots`: the events of scheduled products that can be booked, with the number of seats left.

use super::{CourseSchedule, Mode, course, moving, resources};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, UnreadQuery};
use crate::span::span;
use crate::wire::Resource;
use crate::wording::orders::NO_PRODUCT;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use slotkeeper_app::App;
use slotkeeper_app::availability::slots::{SlotSearch, slots};
use slotkeeper_app::availability::{EventSlot, ReadAvailability, SearchError};
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::ProductId;
use slotkeeper_domain::time::{Instant, WireTime, Zone};

/// Most slots on a page.
pub(super) const MOST: u32 = 300;

crate::parameters! {
    /// Which events are wanted.
    pub(crate) struct ListSlots {
        /// Of which product.
        product_id: Option<String> = "productId",
        /// Starting from then on.
        start_time: Option<WireTime> = "startTime",
        /// Starting until then.
        end_time: Option<WireTime> = "endTime",
        /// As whom to look.
        mode: Option<Mode> = "mode",
        /// The number of a booking that is to be moved: what it has counts as free.
        ignore_booking: Option<String> = "ignoreBooking",
    }
}

/// The search as the page token holds it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SlotsToken {
    product: Option<ProductId>,
    first: Instant,
    last: Instant,
    relaxed: bool,
    #[serde(default)]
    ignored: Option<String>,
}

/// An event that can be booked, with the seats that are left (wire reference, section 4.4).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slot {
    product_id: String,
    event_id: String,
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    end_time: String,
    num_seats_available: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    course_schedule: Option<CourseSchedule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    private_event: bool,
}

/// Lists the events that can be booked, ordered by start. Each page is computed anew: the list is not fixed with its
/// first page.
pub(crate) async fn list(
    caller: Caller<ReadAvailability>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: UnreadQuery<ListSlots>,
) -> Result<OkJson<List<Slot>>, ApiError> {
    let account = caller.access().account();
    let paging = Paging::read(&app, &account.id, "GET /availability/slots", &page, MOST, || {
        let wanted = wanted.read()?;
        let product = wanted.product_id.map(|id| id.parse::<ProductId>()).transpose();
        let product = product.map_err(|_| ApiError::bad_request(NO_PRODUCT))?;
        let times = span((wanted.start_time, "startTime"), (wanted.end_time, "endTime"), &account.zone)?;
        let (first, last) = times.ok_or_else(|| {
            ApiError::bad_request("startTime and endTime are missing: they say from when to when to look.")
        })?;
        Ok(SlotsToken { product, first, last, relaxed: Mode::relaxed(wanted.mode), ignored: wanted.ignore_booking })
    })?;
    let SlotsToken { product, first, last, relaxed, ignored } = &paging.search;
    let moving = moving(&caller, ignored.as_ref())?;
    let search = SlotSearch { product: product.clone(), first: *first, last: *last, relaxed: *relaxed, moving };
    let found = app.read(caller.access(), move |cx| Ok::<_, SearchError>((slots(cx, &search)?, cx.catalogue()?)));
    let (found, catalogue) = found.await?;
    let data = paging.page.slice_of(&found).iter();
    let data = data.map(|found| slot(found, &catalogue, &account.zone, caller.language())).collect();
    Ok(OkJson(paging.list(found.len() as u64, data)))
}

fn slot(slot: &EventSlot, catalogue: &Catalogue, zone: &Zone, language: Language) -> Slot {
    Slot {
        product_id: slot.event.product.to_string(),
        event_id: slot.event.to_string(),
        start_time: slot.span.from.to_wire(zone),
        end_time: slot.span.to.to_wire(zone),
        num_seats_available: slot.left,
        course_schedule: slot.course.as_ref().map(|schedule| course(schedule, zone, language)),
        resources: resources(&slot.resources, catalogue, language),
        private_event: slot.private,
    }
}
