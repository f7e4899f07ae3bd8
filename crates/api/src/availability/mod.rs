//! `/availability`: what can be booked (wire reference, section 3.1). Parts that slots and matching slots share: the
//! mode, courses, resources, and the booking that is to be moved.

pub(crate) mod matchingslots;
pub(crate) mod slots;

use crate::caller::Caller;
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::Resource;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::availability::{CourseSchedule as Schedule, Moving, ReadAvailability};
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::id::ResourceId;
use slotkeeper_domain::time::{WireTime, Zone};

crate::choices! {
    /// As whom an operation acts.
    pub(crate) enum Mode {
        /// As staff: past the rules for customers.
        Backend = "backend",
        /// As a customer.
        Customer = "customer",
    }
}

impl Mode {
    /// Whether the rules of sale for customers are skipped; only for `mode=backend`.
    pub(crate) fn relaxed(mode: Option<Self>) -> bool {
        mode == Some(Self::Backend)
    }
}

/// The booking that is to be moved, whose own claims count as free. Its visibility is that of reading bookings, not
/// that of availability.
///
/// # Errors
/// 404 when the key may not read bookings or the text is no booking number. Whether the booking exists is checked by
/// the search.
fn moving(caller: &Caller<ReadAvailability>, number: Option<&String>) -> Result<Option<Moving>, ApiError> {
    let Some(number) = number else { return Ok(None) };
    let absent = ApiError::absent::<BookingNumber>;
    let seen = caller.holder().access::<ReadBookings>().ok_or_else(absent)?.visibility().clone();
    Ok(Some(Moving { number: number.parse().map_err(|_| absent())?, seen }))
}

/// A whole course (wire reference, section 4.4).
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CourseSchedule {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    events: Vec<CourseEvent>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CourseEvent {
    event_number: usize,
    event_id: String,
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    end_time: String,
}

fn course(schedule: &Schedule, zone: &Zone, language: Language) -> CourseSchedule {
    let events = schedule.classes.iter().enumerate().map(|(position, (id, span))| CourseEvent {
        event_number: position + 1,
        event_id: id.to_string(),
        start_time: span.from.to_wire(zone),
        end_time: span.to.to_wire(zone),
    });
    let title = schedule.title.as_ref().map(|title| title.r#in(language).to_owned());
    CourseSchedule { title, events: events.collect() }
}

/// Resources with their names in the language. The name is empty for a resource that is no longer in the catalogue.
pub(crate) fn resources(ids: &[ResourceId], catalogue: &Catalogue, language: Language) -> Vec<Resource> {
    let named = |id: &ResourceId| {
        let name = catalogue.resource(id).map(|(_, resource)| resource.name.r#in(language));
        Resource { id: id.to_string(), name: name.unwrap_or_default().to_owned() }
    };
    ids.iter().map(named).collect()
}
