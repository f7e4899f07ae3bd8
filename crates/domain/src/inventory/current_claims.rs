//! Changes of a booking, hold or block that need no more than its claims already cover.

use super::{Allocation, AllocationRequest, EventRequest, SeatClaim, Span, resources_where};
use crate::block::SeatCount;
use crate::id::ResourceId;
use crate::time::Instant;

/// The claims that an owner has before a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CurrentClaims {
    pub seats: Vec<SeatClaim>,
    /// A long interval is stored as several consecutive pieces.
    pub resources: Vec<(ResourceId, Span)>,
}

impl CurrentClaims {
    fn has(&self, resource: &ResourceId, span: Span) -> bool {
        let mut pieces: Vec<Span> =
            self.resources.iter().filter(|(id, _)| id == resource).map(|(_, piece)| *piece).collect();
        pieces.sort();
        let reach = |to: Instant, piece: &Span| if piece.from <= to { to.max(piece.to) } else { to };
        pieces.iter().fold(span.from, reach) >= span.to
    }
}

/// The allocation for a change that needs no additional capacity; `None` if it needs more or is a resource block.
///
/// Such a change keeps its claims without a new availability check, even if the event is overbooked by now or its
/// resources have become unavailable.
#[must_use]
pub fn fits_within(request: &AllocationRequest, current: &CurrentClaims) -> Option<Allocation> {
    if request.absence.is_some() {
        return None;
    }
    let seats = |request: &EventRequest| {
        let claimed = current.seats.iter().find(|claim| claim.event == request.event)?;
        let SeatCount::Exactly(wanted) = request.seats else { return None };
        let seats = if request.private { request.capacity.max(wanted) } else { wanted };
        let fits = seats <= claimed.seats && (claimed.private || !request.private);
        fits.then(|| SeatClaim { event: request.event.clone(), seats, private: request.private })
    };
    let seats = request.events.iter().map(seats).collect::<Option<_>>()?;
    let resources = match &request.appointment {
        Some(appointment) => resources_where(appointment, |(id, _)| current.has(id, appointment.span)).ok()?,
        None => Vec::new(),
    };
    Some(Allocation { seats, resources })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventId;
    use crate::inventory::{AppointmentRequest, ResourceDemand};
    use std::time::Duration;

    fn event(day: u8) -> EventId {
        format!("312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-{day:02}").parse().expect("an id")
    }

    fn span(from: u64, to: u64) -> Span {
        let at = |hour| Instant::from_millis(0).after(Duration::from_secs(hour * 3_600));
        Span { from: at(from), to: at(to) }
    }

    fn claim(day: u8, seats: u32, private: bool) -> SeatClaim {
        SeatClaim { event: event(day), seats, private }
    }

    fn seats(requested: &[(u8, SeatCount, bool)]) -> AllocationRequest {
        let request = |(day, seats, private): &(u8, SeatCount, bool)| EventRequest {
            event: event(*day),
            span: span(0, 1),
            capacity: 8,
            seats: *seats,
            private: *private,
            resources: vec![("312RS00001".parse().expect("an id"), 1)],
        };
        AllocationRequest { events: requested.iter().map(request).collect(), ..AllocationRequest::default() }
    }

    #[test]
    fn no_more_seats_of_the_same_events_need_nothing_new() {
        use SeatCount::{AllLeft, Exactly};
        let current = CurrentClaims {
            seats: vec![claim(1, 3, false), claim(2, 3, false), claim(3, 8, true)],
            resources: Vec::new(),
        };
        let allocated = |requested: &[(u8, SeatCount, bool)]| {
            fits_within(&seats(requested), &current).map(|allocation| allocation.seats)
        };
        assert_eq!(allocated(&[(1, Exactly(2), false)]), Some(vec![claim(1, 2, false)]));
        let two = [(1, Exactly(3), false), (2, Exactly(0), false)];
        assert_eq!(allocated(&two), Some(vec![claim(1, 3, false), claim(2, 0, false)]));
        // One event more, one seat more, a shared event made private, and all seats that are left.
        assert_eq!(allocated(&[(1, Exactly(2), false), (4, Exactly(0), false)]), None);
        assert_eq!(allocated(&[(1, Exactly(2), false), (2, Exactly(4), false)]), None);
        assert_eq!(allocated(&[(1, Exactly(1), true)]), None);
        assert_eq!(allocated(&[(1, AllLeft, false)]), None);
        // A private event counts as all of its seats, and can become shared.
        assert_eq!(allocated(&[(3, Exactly(5), true)]), Some(vec![claim(3, 8, true)]));
        assert_eq!(allocated(&[(3, Exactly(5), false)]), Some(vec![claim(3, 5, false)]));
    }

    #[test]
    fn a_part_of_the_time_of_the_same_resources_needs_nothing_new() {
        let guide = |number: u8| -> ResourceId { format!("312RS0000{number}").parse().expect("an id") };
        // A long interval is stored in pieces.
        let resources = vec![(guide(1), span(30, 60)), (guide(1), span(10, 30)), (guide(2), span(10, 20))];
        let current = CurrentClaims { seats: Vec::new(), resources };
        let allocated = |numbers: &[u8], count: usize, span: Span| {
            let candidates = numbers.iter().map(|number| (guide(*number), 1)).collect();
            let appointment = Some(AppointmentRequest { span, needs: vec![ResourceDemand { candidates, count }] });
            fits_within(&AllocationRequest { appointment, ..AllocationRequest::default() }, &current)
                .map(|allocation| allocation.resources)
        };
        assert_eq!(allocated(&[1], 1, span(10, 60)), Some(vec![guide(1)]));
        assert_eq!(allocated(&[3, 2, 1], 1, span(12, 20)), Some(vec![guide(2)]));
        assert_eq!(allocated(&[3, 2, 1], 2, span(12, 20)), Some(vec![guide(2), guide(1)]));
        assert_eq!(allocated(&[3, 2, 1], 1, span(12, 21)), Some(vec![guide(1)]));
        for (numbers, count, span) in [
            (&[1_u8] as &[u8], 1, span(9, 20)),
            (&[1], 1, span(50, 61)),
            (&[3], 1, span(10, 20)),
            (&[1, 2], 3, span(10, 20)),
        ] {
            assert_eq!(allocated(numbers, count, span), None, "{numbers:?} {count} {span:?}");
        }
        let gap =
            CurrentClaims { seats: Vec::new(), resources: vec![(guide(1), span(10, 20)), (guide(1), span(21, 30))] };
        assert!(!gap.has(&guide(1), span(10, 30)) && gap.has(&guide(1), span(22, 30)));
    }
}
