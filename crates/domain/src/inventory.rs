//! The inventory: claims, what they leave free, and the one decision whether a request can be granted.
//!
//! A claim takes seats of an event or time of a resource. [`allocation_for`] gets a whole request and the claims of the
//! other owners, read under the locks of the events and resources concerned. It returns all claims to write in the same
//! transaction, or what is missing.

mod current_claims;

pub use current_claims::{CurrentClaims, fits_within};

use crate::block::SeatCount;
use crate::booking::BookingNumber;
use crate::event::EventId;
use crate::id::{HoldId, ResourceBlockId, ResourceId, SeatBlockId};
use crate::time::Instant;
use std::collections::HashMap;
use std::time::Duration;

/// Half-open interval `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub from: Instant,
    pub to: Instant,
}

impl Span {
    /// Whether the two intervals have an instant in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Splits the interval into consecutive pieces of at most `longest`.
    pub fn pieces(self, longest: Duration) -> impl Iterator<Item = Self> {
        // Claims are stored in pieces of bounded length, so that a query for one day knows how far back an overlapping
        // claim can start.
        let mut from = self.from;
        std::iter::from_fn(move || {
            let piece = (from < self.to).then(|| Self { from, to: from.after(longest).min(self.to) })?;
            from = piece.to;
            Some(piece)
        })
    }
}

/// The longest stored piece of a claim on a resource. A longer claim is stored as several rows.
pub const LONGEST_PIECE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The owner of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ClaimOwner {
    Booking(BookingNumber),
    Hold(HoldId),
    /// An event with claimed seats owns the claims on the resources it needs.
    Event(EventId),
    SeatBlock(SeatBlockId),
    ResourceBlock(ResourceBlockId),
}

impl ClaimOwner {
    /// The name of the variant in the database.
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

    /// The kind of [`ClaimOwner::Event`].
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

/// How many seats of an event other owners have claimed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EventOccupancy {
    pub taken: u32,
    /// Whether one owner has the event for itself.
    pub private: bool,
    /// Whether there is any claim on the event, including those of bookings that take no seat.
    pub visited: bool,
}

impl EventOccupancy {
    /// Free seats of an event with `seats` seats; 0 for a private event.
    #[must_use]
    pub fn left(self, seats: u32) -> u32 {
        if self.private { 0 } else { seats.saturating_sub(self.taken) }
    }
}

/// The claims of other owners on one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Sorted by start: the interval, the event it is claimed for, if any, and whether it takes the whole capacity.
    claims: Vec<(Span, Option<EventId>, bool)>,
    longest: Duration,
}

impl Timeline {
    /// Each claim is an interval, the event it is claimed for, if any, and whether it takes the whole capacity of the
    /// resource.
    pub fn of(claims: impl IntoIterator<Item = (Span, Option<EventId>, bool)>) -> Self {
        let mut claims: Vec<_> = claims.into_iter().collect();
        claims.sort_by_key(|(span, ..)| *span);
        let longest = claims.iter().map(|(span, ..)| span.to.since(span.from)).max().unwrap_or_default();
        Self { claims, longest }
    }

    /// Whether at every instant of `span` fewer than `capacity` claims exist. Claims for `event` do not count: an event
    /// claims each resource once, however many bookings it has.
    #[must_use]
    pub fn has_room(&self, span: Span, capacity: u32, event: Option<&EventId>) -> bool {
        let earliest = span.from.before(self.longest);
        let begin = self.claims.partition_point(|(claim, ..)| claim.from < earliest);
        let others: Vec<(Span, bool)> = self.claims[begin..]
            .iter()
            .take_while(|(claim, ..)| claim.from < span.to)
            .filter(|(claim, claimed_for, _)| {
                claim.overlaps(span) && (event.is_none() || claimed_for.as_ref() != event)
            })
            .map(|(claim, _, whole)| (*claim, *whole))
            .collect();
        if others.iter().any(|(_, whole)| *whole) {
            return false;
        }
        // The number of simultaneous claims can only rise where a claim starts, so it is enough to count there.
        let claims_at = |at: Instant| others.iter().filter(|(claim, _)| claim.from <= at && at < claim.to).count();
        let starts = others.iter().map(|(claim, _)| claim.from.max(span.from));
        let most = starts.map(claims_at).max().unwrap_or(0);
        u32::try_from(most).unwrap_or(u32::MAX) < capacity
    }
}

/// The claims of other owners on the events and resources that were read. An entry that is missing is free.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occupancy {
    pub events: HashMap<EventId, EventOccupancy>,
    pub resources: HashMap<ResourceId, Timeline>,
}

impl Occupancy {
    #[must_use]
    pub fn of_event(&self, id: &EventId) -> EventOccupancy {
        self.events.get(id).copied().unwrap_or_default()
    }

    /// Whether the resource, given with its capacity, can take one more claim for all of `span`.
    #[must_use]
    pub fn has_room(&self, (id, capacity): &(ResourceId, u32), span: Span, event: Option<&EventId>) -> bool {
        self.resources.get(id).map_or(*capacity > 0, |timeline| timeline.has_room(span, *capacity, event))
    }
}

/// A request for seats of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRequest {
    pub event: EventId,
    pub span: Span,
    /// All seats of the event, free or not.
    pub capacity: u32,
    /// The seats requested.
    pub seats: SeatCount,
    /// Whether the event must become private: no other owner has or gets seats of it.
    pub private: bool,
    /// The resources that the event needs, each with its capacity.
    pub resources: Vec<(ResourceId, u32)>,
}

/// A request for resources during one interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentRequest {
    /// The appointment and the gap after it.
    pub span: Span,
    pub needs: Vec<ResourceDemand>,
}

/// `count` of the candidates are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceDemand {
    /// The acceptable resources in order of preference, each with its capacity.
    pub candidates: Vec<(ResourceId, u32)>,
    pub count: usize,
}

/// An interval in which resources are unavailable: a resource block. Always accepted, even over existing claims, which
/// stay; no further claim is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceAbsence {
    pub span: Span,
    /// The resources, each with its capacity.
    pub resources: Vec<(ResourceId, u32)>,
}

/// One request for seats, resources or both. It is granted as a whole or refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllocationRequest {
    /// One event, or the classes of a course.
    pub events: Vec<EventRequest>,
    pub appointment: Option<AppointmentRequest>,
    /// A resource block; needs no decision.
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

/// The claims to write for a granted request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allocation {
    /// In the order of the request. A private event takes all of its seats.
    pub seats: Vec<SeatClaim>,
    pub resources: Vec<ResourceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatClaim {
    pub event: EventId,
    pub seats: u32,
    /// Whether no other owner may have seats of the event.
    pub private: bool,
}

/// Decides about the whole request.
///
/// # Errors
/// [`AllocationError`]: the first part that cannot be granted, events before the appointment.
pub fn allocation_for(request: &AllocationRequest, others: &Occupancy) -> Result<Allocation, AllocationError> {
    let seats = request.events.iter().map(|request| allocate_seats(request, others)).collect::<Result<_, _>>()?;
    let resources = match &request.appointment {
        Some(appointment) => resources_for(appointment, others)?,
        None => Vec::new(),
    };
    Ok(Allocation { seats, resources })
}

fn allocate_seats(request: &EventRequest, others: &Occupancy) -> Result<SeatClaim, AllocationError> {
    let event = || request.event.clone();
    let occupancy = others.of_event(&request.event);
    if request.private && occupancy.visited && !occupancy.private {
        return Err(AllocationError::AlreadyBooked { event: event() });
    }
    let left = occupancy.left(request.capacity);
    let wanted = match request.seats {
        SeatCount::Exactly(seats) => seats,
        // With no seat left the claim would be empty.
        SeatCount::AllLeft if left == 0 => return Err(AllocationError::SoldOut { event: event() }),
        SeatCount::AllLeft => left,
    };
    if left < wanted || (occupancy.private && wanted == 0) {
        return Err(AllocationError::TooFewSeats { event: event(), left, wanted });
    }
    if let Some(busy) = busy_resource(request, others) {
        return Err(AllocationError::EventResourceBusy { event: event(), resource: busy.clone() });
    }
    // A private event takes all seats, so that later bookings find none.
    let seats = if request.private { request.capacity } else { wanted };
    Ok(SeatClaim { event: event(), seats, private: request.private })
}

/// The first resource of the event that has no capacity left.
fn busy_resource<'a>(request: &'a EventRequest, others: &Occupancy) -> Option<&'a ResourceId> {
    let busy = |needed: &&(ResourceId, u32)| !others.has_room(needed, request.span, Some(&request.event));
    request.resources.iter().find(busy).map(|(id, _)| id)
}

/// The first free candidates of each demand.
///
/// # Errors
/// [`AllocationError::TooFewResources`].
pub fn resources_for(request: &AppointmentRequest, others: &Occupancy) -> Result<Vec<ResourceId>, AllocationError> {
    resources_where(request, |candidate| others.has_room(candidate, request.span, None))
}

fn resources_where(
    request: &AppointmentRequest,
    is_free: impl Fn(&(ResourceId, u32)) -> bool,
) -> Result<Vec<ResourceId>, AllocationError> {
    let mut chosen: Vec<ResourceId> = Vec::new();
    for demand in &request.needs {
        let free: Vec<&ResourceId> = demand
            .candidates
            .iter()
            // A resource meets one demand only, even if its capacity is larger.
            .filter(|(id, _)| !chosen.contains(id))
            .filter(|candidate| is_free(candidate))
            .map(|(id, _)| id)
            .take(demand.count)
            .collect();
        if free.len() < demand.count {
            return Err(AllocationError::TooFewResources { free: free.len(), wanted: demand.count });
        }
        chosen.extend(free.into_iter().cloned());
    }
    Ok(chosen)
}
