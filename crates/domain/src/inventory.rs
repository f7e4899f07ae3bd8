//! The inventory: what is claimed, what is left, and the one place that decides whether more can be given.
//!
//! Whatever takes seats of an event or time of a resource is a claim. [`decide`] is asked with everything that somebody
//! wishes for at once and with what others have of it, read under the locks of exactly those events and resources; it gives
//! all of the wish, as claims to be written in the same transaction, or says what is missing.

mod current_claims;

pub use current_claims::{CurrentClaims, fits_within};

use crate::block::SeatCount;
use crate::booking::BookingNumber;
use crate::event::EventId;
use crate::id::{HoldId, ResourceBlockId, ResourceId, SeatBlockId};
use crate::time::Instant;
use std::collections::HashMap;
use std::time::Duration;

/// From one instant to another, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub from: Instant,
    /// The first instant after it.
    pub to: Instant,
}

impl Span {
    /// Whether the two have an instant in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The span in pieces of at most this length: rows are that long, so that whoever looks for what overlaps a day knows
    /// how early it can have begun.
    pub fn pieces(self, longest: Duration) -> impl Iterator<Item = Self> {
        let mut from = self.from;
        std::iter::from_fn(move || {
            let piece = (from < self.to).then(|| Self { from, to: from.after(longest).min(self.to) })?;
            from = piece.to;
            Some(piece)
        })
    }
}

/// Longest piece of a claim of a resource.
pub const LONGEST_PIECE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What holds a claim.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ClaimOwner {
    Booking(BookingNumber),
    Hold(HoldId),
    /// An event that somebody has seats of holds what it needs.
    Event(EventId),
    /// A block of seats.
    SeatBlock(SeatBlockId),
    /// A block of resources.
    ResourceBlock(ResourceBlockId),
}

impl ClaimOwner {
    /// The word for its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Booking(_) => "booking",
            Self::Hold(_) => "hold",
            Self::Event(_) => Self::EVENT,
            Self::SeatBlock(_) => "seat_block",
            Self::ResourceBlock(_) => "resource_block",
        }
    }

    /// The word for events.
    pub const EVENT: &'static str = "event";

    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Booking(number) => number.to_string(),
            Self::Hold(id) => id.to_string(),
            Self::Event(id) => id.to_string(),
            Self::SeatBlock(id) => id.to_string(),
            Self::ResourceBlock(id) => id.to_string(),
        }
    }
}

/// How much of an event others have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventOccupancy {
    pub taken: u32,
    /// Whether somebody has taken the event as a whole.
    pub private: bool,
    /// Whether anybody comes at all, even those who take no seat.
    pub visited: bool,
}

impl EventOccupancy {
    /// How many seats are left, if the event has so many.
    #[must_use]
    pub fn left(self, seats: u32) -> u32 {
        if self.private { 0 } else { seats.saturating_sub(self.taken) }
    }
}

/// When others have a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// What takes it, by beginning; with what takes it, if that is an event, and whether all of it.
    claims: Vec<(Span, Option<EventId>, bool)>,
    longest: Duration,
}

impl Timeline {
    /// A timeline of these claims: when, for which event (if for one), and whether it takes all of the resource, however
    /// many things that can do at once.
    pub fn of(claims: impl IntoIterator<Item = (Span, Option<EventId>, bool)>) -> Self {
        let mut claims: Vec<_> = claims.into_iter().collect();
        claims.sort_by_key(|(span, ..)| *span);
        let longest = claims.iter().map(|(span, ..)| span.to.since(span.from)).max().unwrap_or_default();
        Self { claims, longest }
    }

    /// Whether a resource that can do `capacity` things at once has room for one more all through the span. What the event
    /// itself has of it does not count.
    #[must_use]
    pub fn has_room(&self, span: Span, capacity: u32, event: Option<&EventId>) -> bool {
        let earliest = span.from.before(self.longest);
        let begin = self.claims.partition_point(|(claim, ..)| claim.from < earliest);
        let others: Vec<(Span, bool)> = self.claims[begin..]
            .iter()
            .take_while(|(claim, ..)| claim.from < span.to)
            .filter(|(claim, user, _)| claim.overlaps(span) && (event.is_none() || user.as_ref() != event))
            .map(|(claim, _, all)| (*claim, *all))
            .collect();
        if others.iter().any(|(_, all)| *all) {
            return false;
        }
        // It is busiest where something begins.
        let busy_at = |at: Instant| others.iter().filter(|(claim, _)| claim.from <= at && at < claim.to).count();
        let begins = others.iter().map(|(claim, _)| claim.from.max(span.from));
        let busiest = begins.map(busy_at).max().unwrap_or(0);
        u32::try_from(busiest).unwrap_or(u32::MAX) < capacity
    }
}

/// What others have: of the events and resources that were asked about. One that is not in it is free.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occupancy {
    pub events: HashMap<EventId, EventOccupancy>,
    pub resources: HashMap<ResourceId, Timeline>,
}

impl Occupancy {
    /// What others have of an event.
    #[must_use]
    pub fn of_event(&self, id: &EventId) -> EventOccupancy {
        self.events.get(id).copied().unwrap_or_default()
    }

    /// Whether a resource has room for one more thing.
    #[must_use]
    pub fn has_room(&self, (id, capacity): &(ResourceId, u32), span: Span, event: Option<&EventId>) -> bool {
        self.resources.get(id).map_or(*capacity > 0, |timeline| timeline.has_room(span, *capacity, event))
    }
}

/// Seats of an event that somebody wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRequest {
    pub event: EventId,
    pub span: Span,
    /// How many seats it has.
    pub capacity: u32,
    /// How many are wished for.
    pub seats: SeatCount,
    /// Whether the event is to be theirs alone.
    pub private: bool,
    /// The resources the event needs, and how many things each can do at once.
    pub resources: Vec<(ResourceId, u32)>,
}

/// Time of resources that somebody wishes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentRequest {
    /// From when to when, the gap after it included.
    pub span: Span,
    pub needs: Vec<ResourceDemand>,
}

/// So many of these resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceDemand {
    /// Those that would do, in the order in which they are given, and how many things each can do at once.
    pub candidates: Vec<(ResourceId, u32)>,
    pub count: usize,
}

/// Time that resources are away. It is the business's word, and asks nobody: what was given of it before stays given, and
/// nothing more of it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceAbsence {
    /// From when to when.
    pub span: Span,
    /// Which resources, and how many things each can do at once when it is there.
    pub resources: Vec<(ResourceId, u32)>,
}

/// Everything that somebody wishes for at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Seats: of one event, or of the classes of a course.
    pub events: Vec<EventRequest>,
    pub appointment: Option<AppointmentRequest>,
    /// Resources that are away. They are granted as they are.
    pub absence: Option<ResourceAbsence>,
}

/// Why an allocation request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    #[error("{left} seats are left of {wanted} wanted")]
    TooFewSeats { event: EventId, left: u32, wanted: u32 },
    /// [`SeatCount::AllLeft`] of an event without free seats.
    #[error("no seats are left")]
    SoldOut { event: EventId },
    /// A private event was requested.
    #[error("the event has bookings, and cannot be private")]
    AlreadyBooked { event: EventId },
    #[error("a resource of the event is taken")]
    EventResourceBusy { event: EventId, resource: ResourceId },
    /// Of the resources that would do, too few are free for the whole time.
    #[error("{free} resources are free of {wanted} wanted")]
    TooFewResources { free: usize, wanted: usize },
}

/// What is granted: claims to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// Seats, event by event, as they were wished for. A private event takes all of its seats.
    pub seats: Vec<SeatClaim>,
    /// The resources of the appointment.
    pub resources: Vec<ResourceId>,
}

/// Seats of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatClaim {
    pub event: EventId,
    pub seats: u32,
    /// Whether the event is theirs alone.
    pub private: bool,
}

/// Grants the whole wish or nothing.
///
/// # Errors
/// [`Full`]: the first thing that is missing.
pub fn allocation_for(request: &Wish, others: &Occupancy) -> Result<Grant, AllocationError> {
    let seats = request.events.iter().map(|request| seats_of(request, others)).collect::<Result<_, _>>()?;
    let resources = match &request.appointment {
        Some(appointment) => resources_for(appointment, others)?,
        None => Vec::new(),
    };
    Ok(Grant { seats, resources })
}

fn seats_of(request: &EventRequest, others: &Occupancy) -> Result<SeatClaim, AllocationError> {
    let event = || request.event.clone();
    let occupancy = others.of_event(&request.event);
    if request.private && occupancy.visited && !occupancy.private {
        return Err(AllocationError::AlreadyBooked { event: event() });
    }
    let left = occupancy.left(request.capacity);
    let wanted = match request.seats {
        SeatCount::Exactly(seats) => seats,
        SeatCount::AllLeft if left == 0 => return Err(AllocationError::SoldOut { event: event() }),
        SeatCount::AllLeft => left,
    };
    if left < wanted || (occupancy.private && wanted == 0) {
        return Err(AllocationError::TooFewSeats { event: event(), left, wanted });
    }
    if let Some(busy) = busy_resource(request, others) {
        return Err(AllocationError::EventResourceBusy { event: event(), resource: busy.clone() });
    }
    let seats = if request.private { request.capacity } else { wanted };
    Ok(SeatClaim { event: event(), seats, private: request.private })
}

/// The first resource the event needs that others have.
fn busy_resource<'a>(request: &'a EventRequest, others: &Occupancy) -> Option<&'a ResourceId> {
    let busy = |needed: &&(ResourceId, u32)| !others.has_room(needed, request.span, Some(&request.event));
    request.resources.iter().find(busy).map(|(id, _)| id)
}

/// The resources for an appointment: the first ones that are free.
///
/// # Errors
/// [`Full::Resources`].
pub fn resources_for(request: &AppointmentRequest, others: &Occupancy) -> Result<Vec<ResourceId>, AllocationError> {
    resources_where(request, |candidate| others.has_room(candidate, request.span, None))
}

fn resources_where(
    request: &AppointmentRequest,
    is_free: impl Fn(&(ResourceId, u32)) -> bool,
) -> Result<Vec<ResourceId>, AllocationError> {
    let mut chosen: Vec<ResourceId> = Vec::new();
    for need in &request.needs {
        let free: Vec<&ResourceId> = need
            .candidates
            .iter()
            .filter(|(id, _)| !chosen.contains(id))
            .filter(|candidate| is_free(candidate))
            .map(|(id, _)| id)
            .take(need.count)
            .collect();
        if free.len() < need.count {
            return Err(AllocationError::TooFewResources { free: free.len(), wanted: need.count });
        }
        chosen.extend(free.into_iter().cloned());
    }
    Ok(chosen)
}
