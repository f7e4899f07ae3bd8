//! Blocks: seats of an event or time of resources that the business withdraws from sale (wire reference, section 6.11).

use crate::catalogue::{Catalogue, Product};
use crate::event::EventId;
use crate::id::{ProductId, ResourceId};
use crate::inventory::Span;
use crate::scheduled::{self, Event};
use crate::time::{Instant, Zone};
use std::time::Duration;

/// In characters.
pub const LONGEST_REASON: usize = 1_000;
/// Maximum number of resources in one block.
pub const MOST_RESOURCES: usize = 100;
/// Maximum number of seats in one block: the largest integer of the wire.
pub const MOST_SEATS: u32 = i32::MAX.unsigned_abs();
/// Maximum length of a resource block, in days: a leap year.
pub const MOST_DAYS: u16 = 366;

/// A number of seats in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeatCount {
    Exactly(u32),
    /// Every free seat at the time of the block. Seats that become free later are not blocked.
    AllLeft,
}

/// The number is no number of seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 1 to {MOST_SEATS}, or -1 for every seat that is left")]
pub struct NotASeatCount;

impl SeatCount {
    /// -1 on the wire (wire reference, section 4.10).
    const ALL_LEFT: i64 = -1;

    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Exactly(seats) => i64::from(seats),
            Self::AllLeft => Self::ALL_LEFT,
        }
    }
}

impl TryFrom<i64> for SeatCount {
    type Error = NotASeatCount;

    fn try_from(number: i64) -> Result<Self, NotASeatCount> {
        match u32::try_from(number) {
            Ok(seats @ 1..=MOST_SEATS) => Ok(Self::Exactly(seats)),
            Err(_) if number == Self::ALL_LEFT => Ok(Self::AllLeft),
            _ => Err(NotASeatCount),
        }
    }
}

/// Why a block is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockNotAllowed {
    #[error("no such product")]
    NoProduct,
    /// The business does not let applications book the product.
    #[error("seats of the product are not blocked by applications")]
    Closed,
    #[error("the product has appointments, and no seats")]
    NoSeats,
    #[error("no such event of the product")]
    NoEvent,
    #[error("the event has begun")]
    Past,
    #[error("the end is not after the start")]
    WrongWayRound,
    #[error("longer than {MOST_DAYS} days")]
    TooLong,
    #[error("not 1 to {MOST_RESOURCES} resources")]
    ResourceCount,
    #[error("no such resource: {0}")]
    NoResource(ResourceId),
}

/// Checks a request to block seats and returns the event; of a course, one class. The booking rules for customers do
/// not apply.
pub fn event<'a>(
    catalogue: &'a Catalogue,
    product: &ProductId,
    id: &EventId,
    now: Instant,
    zone: &Zone,
) -> Result<Event<'a>, BlockNotAllowed> {
    let product: &Product = catalogue.product(product).ok_or(BlockNotAllowed::NoProduct)?;
    if !product.api_bookings_allowed {
        return Err(BlockNotAllowed::Closed);
    }
    if product.flexible().is_some() {
        return Err(BlockNotAllowed::NoSeats);
    }
    // Of a course this finds the single class; a block never covers the whole course.
    let event = scheduled::event(product, id, zone).ok_or(BlockNotAllowed::NoEvent)?;
    if event.occurrence.starts_at <= now { Err(BlockNotAllowed::Past) } else { Ok(event) }
}

/// Checks a request to block resources and returns each of them once, with its capacity. The interval may be in the
/// past.
pub fn resources(
    catalogue: &Catalogue,
    ids: &[ResourceId],
    span: Span,
) -> Result<Vec<(ResourceId, u32)>, BlockNotAllowed> {
    if span.to <= span.from {
        return Err(BlockNotAllowed::WrongWayRound);
    }
    if span.to.since(span.from) > Duration::from_secs(u64::from(MOST_DAYS) * 24 * 60 * 60) {
        return Err(BlockNotAllowed::TooLong);
    }
    if !(1..=MOST_RESOURCES).contains(&ids.len()) {
        return Err(BlockNotAllowed::ResourceCount);
    }
    let mut found: Vec<(ResourceId, u32)> = Vec::with_capacity(ids.len());
    for id in ids {
        let (_, resource) = catalogue.resource(id).ok_or_else(|| BlockNotAllowed::NoResource(id.clone()))?;
        // A resource that is named twice is blocked once.
        if !found.iter().any(|(known, _)| known == id) {
            found.push((id.clone(), resource.capacity));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use jiff::civil::{date, time};

    #[test]
    fn seats_are_a_number_or_all_that_are_left() {
        for (number, seats) in [
            (1, Some(SeatCount::Exactly(1))),
            (2_147_483_647, Some(SeatCount::Exactly(MOST_SEATS))),
            (-1, Some(SeatCount::AllLeft)),
            (0, None),
            (-2, None),
            (2_147_483_648, None),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            assert_eq!(SeatCount::try_from(number).ok(), seats, "{number}");
            assert!(seats.is_none_or(|seats| seats.number() == number));
        }
    }

    #[test]
    fn seats_are_blocked_of_events_to_come_past_the_rules_for_customers() {
        let mut catalogue = testing::catalogue();
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let at = |day: i8, hour: i8| zone.instant_of(date(2026, 6, day), time(hour, 0, 0, 0));
        let (tour, course, lesson) = ("312KAYK4E9L17A2B6C8D0", "312CRSE8T2M17B5D4E6F1", "312PRIV3Y6N17C9A1B2C3");
        let (tours, classes) = ("312SCHD7TQ17A2B6D11E3", "312SCHDC1M17B5D50A7C9");
        catalogue.products[0].rules.lead_minutes = 1_000;
        let refused = |catalogue: &Catalogue, product: &str, id: String, now| {
            let id: EventId = id.parse().expect("an id");
            event(catalogue, &product.parse().expect("an id"), &id, now, &zone)
                .map(|event| assert_eq!(event.id(), id))
                .err()
        };
        let on = |product: &str, schedule: &str, day: i8| format!("{product}_{schedule}_2026-06-{day:02}");
        for (product, id, now, expected) in [
            (tour, on(tour, tours, 12), at(12, 17), None),
            (tour, on(tour, tours, 12), at(12, 18), Some(BlockNotAllowed::Past)),
            (course, on(course, classes, 16), at(12, 0), None),
            (course, on(course, classes, 17), at(12, 0), Some(BlockNotAllowed::NoEvent)),
            (course, on(tour, tours, 12), at(1, 0), Some(BlockNotAllowed::NoEvent)),
            (tour, on(tour, classes, 16), at(1, 0), Some(BlockNotAllowed::NoEvent)),
            (lesson, on(tour, tours, 12), at(1, 0), Some(BlockNotAllowed::NoSeats)),
            ("312NONE4E9L17A2B6C8D0", on(tour, tours, 12), at(1, 0), Some(BlockNotAllowed::NoProduct)),
        ] {
            assert_eq!(refused(&catalogue, product, id.clone(), now), expected, "{product} {id}");
        }
        catalogue.products[0].api_bookings_allowed = false;
        assert_eq!(refused(&catalogue, tour, on(tour, tours, 12), at(1, 0)), Some(BlockNotAllowed::Closed));
    }

    #[test]
    fn resources_are_blocked_once_each_for_some_time() {
        let catalogue = testing::catalogue();
        let id = |number: u8| -> ResourceId { format!("312RS0000{number}").parse().expect("an id") };
        let days = |days: u64| {
            let from = Instant::from_millis(1_000);
            Span { from, to: from.after(Duration::from_secs(days * 86_400)) }
        };
        assert_eq!(resources(&catalogue, &[id(2), id(1), id(2)], days(366)), Ok(vec![(id(2), 1), (id(1), 1)]));
        for (ids, span, expected) in [
            (vec![id(1)], days(0), BlockNotAllowed::WrongWayRound),
            (vec![id(1)], Span { from: days(1).to, to: days(1).from }, BlockNotAllowed::WrongWayRound),
            (vec![id(1)], days(367), BlockNotAllowed::TooLong),
            (vec![], days(1), BlockNotAllowed::ResourceCount),
            (vec![id(1); MOST_RESOURCES + 1], days(1), BlockNotAllowed::ResourceCount),
            (vec![id(1), id(3)], days(1), BlockNotAllowed::NoResource(id(3))),
        ] {
            assert_eq!(resources(&catalogue, &ids, span), Err(expected));
        }
    }
}
