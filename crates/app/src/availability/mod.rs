//! Availability: the schedule less the claims.

pub mod matching;
pub mod slots;

use crate::access::Action;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::catalogue::{Catalogue, Product, Translated};
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{ClaimOwner, EventRequest, Occupancy, Span};
use slotkeeper_domain::options::OptionError;
use slotkeeper_domain::party::PartyError;
use slotkeeper_domain::permission::Permission;
use slotkeeper_domain::scheduled::{self, RuleContext};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::{PermissionRequirement, Visibility};
use slotkeeper_store::tables::bookings;
use slotkeeper_store::tables::occupancy::{self, FreedClaims};
use slotkeeper_store::{Snapshot, StoreError};
use std::collections::BTreeMap;

/// Query availability (wire reference, section 3.1).
pub struct ReadAvailability;

impl Action for ReadAvailability {
    const REQUIRES: PermissionRequirement = PermissionRequirement::One(Permission::AvailabilityR);
    const DESCRIPTION: &'static str = "query availability";
}

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("no such product")]
    NoProduct,
    /// The business has excluded the product from booking by applications.
    #[error("the product is not booked by applications")]
    Closed,
    /// Appointments are found only by a search with a party.
    #[error("the product has no scheduled events")]
    NotScheduled,
    #[error(transparent)]
    Party(#[from] PartyError),
    #[error(transparent)]
    Option(#[from] OptionError),
    /// There is no such booking, or it is outside the key's visibility.
    #[error("no such booking")]
    NoBooking,
    #[error("no such resource: {0}")]
    NoResource(ResourceId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A booking that is to be moved; its claims count as free.
#[derive(Debug, Clone)]
pub struct Moving {
    pub number: BookingNumber,
    /// The bookings that the principal may see.
    pub seen: Visibility,
}

/// The claims to be ignored: those of the booking that is to be moved.
fn without(
    db: &mut Snapshot,
    account: &AccountId,
    moving: Option<&Moving>,
    now: Instant,
) -> Result<Option<FreedClaims>, SearchError> {
    let Some(Moving { number, seen }) = moving else { return Ok(None) };
    let booking = bookings::find(db, account, number)?;
    let booking = booking.filter(|booking| seen.shows(booking.application.as_ref())).ok_or(SearchError::NoBooking)?;
    Ok(Some(FreedClaims::of_owner(db, account, ClaimOwner::Booking(booking.number), now)?))
}

/// An event that can be booked, or a course that can be entered at its first open class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSlot {
    pub event: EventId,
    /// Start and end; of a course, those of its first class that can be booked.
    pub span: Span,
    /// Seats left; of a course, in the fullest of its remaining classes.
    pub left: u32,
    /// Whether it is booked as a private event.
    pub private: bool,
    /// The resources used, public ones only.
    pub resources: Vec<ResourceId>,
    /// All classes of the course, for a course and for one of its classes.
    pub course: Option<CourseSchedule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseSchedule {
    pub title: Option<Translated>,
    /// In order of their start.
    pub classes: Vec<(EventId, Span)>,
}

/// An event or course found by a search, with a request for zero seats in every class that a booking of it attends.
struct Found {
    slot: EventSlot,
    attends: Vec<EventRequest>,
}

/// The events of these products that start within the times, both inclusive, by start. Full events are included, with
/// no seats left. Events whose resources are occupied otherwise are left out.
fn event_slots(
    db: &mut Snapshot,
    account: &AccountId,
    catalogue: &Catalogue,
    products: &[&Product],
    (first, last): (Instant, Instant),
    (moment, without): (RuleContext<'_>, Option<&FreedClaims>),
) -> Result<Vec<EventSlot>, StoreError> {
    let mut found: Vec<Found> = Vec::new();
    for product in products {
        for event in scheduled::events(product, first, last, moment) {
            let request = event.request(0, false, catalogue);
            // A class names its course (wire reference, section 4.4).
            let course = scheduled::course(product, &event.id(), moment.zone).map(|course| schedule(&course));
            let slot = EventSlot { course, ..slot(event.id(), event.span(), catalogue, &request) };
            found.push(Found { slot, attends: vec![request] });
        }
        for (course, class, position) in scheduled::courses(product, first, last, moment) {
            let attends: Vec<EventRequest> =
                course.from(position).map(|class| class.request(0, false, catalogue)).collect();
            let slot = slot(class.id(), class.span(), catalogue, &class.request(0, false, catalogue));
            found.push(Found { slot: EventSlot { course: Some(schedule(&course)), ..slot }, attends });
        }
    }
    let occupancy = occupancy(db, account, &found, moment.now, without)?;
    let mut slots: Vec<EventSlot> = found.into_iter().filter_map(|found| with_seats(found, &occupancy)).collect();
    slots.sort_by(|one, other| (one.span.from, &one.event).cmp(&(other.span.from, &other.event)));
    Ok(slots)
}

fn schedule(course: &scheduled::Course<'_>) -> CourseSchedule {
    let classes = course.from(0).map(|class| (class.id(), class.span())).collect();
    CourseSchedule { title: course.schedule.title.clone(), classes }
}

fn slot(event: EventId, span: Span, catalogue: &Catalogue, request: &EventRequest) -> EventSlot {
    let public = |id: &&ResourceId| catalogue.resource(id).is_some_and(|(kind, _)| kind.is_public);
    let resources = request.resources.iter().map(|(id, _)| id).filter(public).cloned().collect();
    EventSlot { event, span, left: 0, private: false, resources, course: None }
}

fn with_seats(found: Found, occupancy: &Occupancy) -> Option<EventSlot> {
    let free = |request: &EventRequest| {
        request.resources.iter().all(|needed| occupancy.has_room(needed, request.span, Some(&request.event)))
    };
    if !found.attends.iter().all(free) {
        return None;
    }
    let of = |request: &EventRequest| occupancy.of_event(&request.event);
    let left = found.attends.iter().map(|request| of(request).left(request.capacity)).min().unwrap_or(0);
    let private = found.attends.first().is_some_and(|request| of(request).private);
    Some(EventSlot { left, private, ..found.slot })
}

/// The claims on everything found: one read for the events of these days, and one for each resource they need.
fn occupancy(
    db: &mut Snapshot,
    account: &AccountId,
    found: &[Found],
    now: Instant,
    without: Option<&FreedClaims>,
) -> Result<Occupancy, StoreError> {
    let mut occupancy = Occupancy::default();
    let attends = || found.iter().flat_map(|found| &found.attends);
    let days = attends().map(|request| request.event.date);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return Ok(occupancy) };
    occupancy.events = occupancy::occupancies(db, account, first, last, now)?;
    if let Some(without) = without {
        without.subtract_from(&mut occupancy.events);
    }
    let mut around: BTreeMap<&ResourceId, Span> = BTreeMap::new();
    for request in attends() {
        for (id, _) in &request.resources {
            let known = around.entry(id).or_insert(request.span);
            *known = Span { from: known.from.min(request.span.from), to: known.to.max(request.span.to) };
        }
    }
    for (id, span) in around {
        occupancy.resources.insert(id.clone(), occupancy::timeline(db, account, id, span, now, without)?);
    }
    Ok(occupancy)
}

/// The product of a search, if applications may search for it.
fn product<'a>(catalogue: &'a Catalogue, id: &slotkeeper_domain::id::ProductId) -> Result<&'a Product, SearchError> {
    let product = catalogue.product(id).ok_or(SearchError::NoProduct)?;
    if product.api_bookings_allowed { Ok(product) } else { Err(SearchError::Closed) }
}

/// Whether any customer could book it. Products for members or with prepaid credit are included.
fn open_to_customers(product: &Product) -> bool {
    product.api_bookings_allowed
}
