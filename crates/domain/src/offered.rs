//! What is offered can be booked, and what is not cannot: over every transition of every zone, 2025 to 2030.

use crate::appointment::{End, Search};
use crate::catalogue::{Catalogue, Opening, OpeningHours, ProductKind};
use crate::event::EventId;
use crate::inventory::Standing;
use crate::schedule::Weekdays;
use crate::scheduled::{self, EventChoice, Moment};
use crate::testing;
use crate::time::{Instant, Zone};
use jiff::civil::{Time, time};
use std::collections::BTreeSet;
use std::time::Duration;

/// The day of each transition of each zone that a business can choose, and the instant.
fn transitions() -> Vec<(Zone, Instant)> {
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a timestamp");
    let (first, last) = (at("2025-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z"));
    let mut found = Vec::new();
    for name in Zone::choices() {
        let (zone, rules) = (Zone::named(&name).expect("a zone"), jiff::tz::TimeZone::get(&name).expect("a zone"));
        let within = rules.following(first).take_while(|transition| transition.timestamp() < last);
        found.extend(
            within.map(|transition| (zone.clone(), Instant::from_millis(transition.timestamp().as_millisecond()))),
        );
    }
    assert!(found.len() > 1_000, "{} transitions", found.len());
    found
}

/// The catalogue with a tour at this time of day, and lessons around the clock.
fn catalogue(starts: Time) -> Catalogue {
    let mut catalogue = testing::catalogue();
    for product in &mut catalogue.products {
        match &mut product.kind {
            ProductKind::Fixed { series } => series.iter_mut().for_each(|series| series.schedule.starts = starts),
            ProductKind::FlexibleTime(flexible) => {
                let always = Opening { days: Weekdays::ALL, from: Time::midnight(), to: Time::midnight() };
                flexible.hours = OpeningHours { weekly: vec![always], closed: BTreeSet::new() };
            }
            ProductKind::FixedCourse { .. } => {}
        }
    }
    catalogue
}

const HOURS: u64 = 60 * 60;

#[test]
fn every_event_that_is_offered_can_be_booked_and_no_other() {
    // Starts around the hours that clocks skip and repeat.
    for starts in [time(0, 30, 0, 0), time(1, 30, 0, 0), time(2, 0, 0, 0), time(2, 30, 0, 0), time(23, 45, 0, 0)] {
        let catalogue = catalogue(starts);
        let tour = &catalogue.products[0];
        for (zone, transition) in transitions() {
            let (first, last) =
                (transition.before(Duration::from_secs(40 * HOURS)), transition.after(Duration::from_secs(40 * HOURS)));
            // Half of the time is over, so that some events can no longer be booked.
            let now = transition.before(Duration::from_secs(12 * HOURS));
            let moment = Moment { now, zone: &zone, relaxed: false };
            let offered: BTreeSet<EventId> =
                scheduled::events(tour, first, last, moment).iter().map(scheduled::Event::id).collect();
            let mut day = zone.date_of(first);
            while day <= zone.date_of(last) {
                let ProductKind::Fixed { series } = &tour.kind else { panic!("a tour") };
                let id = EventId { product: tour.id.clone(), schedule: series[0].id.clone(), date: day };
                let choice = EventChoice { event: Some(id.clone()), ..EventChoice::default() };
                let booked = scheduled::visit(tour, &choice, moment).ok().map(|visit| visit.attends[0].occurrence);
                let within = booked.is_some_and(|event| first <= event.starts_at && event.starts_at <= last);
                assert_eq!(within, offered.contains(&id), "{} {id}", zone.name());
                // The same meaning in search and booking.
                assert_eq!(
                    booked,
                    scheduled::event(tour, &id, &zone)
                        .map(|event| event.occurrence)
                        .filter(|event| now < event.starts_at)
                );
                day = day.tomorrow().expect("a day");
            }
        }
    }
}

#[test]
fn every_appointment_that_is_offered_can_be_booked_and_no_other() {
    let catalogue = catalogue(time(18, 0, 0, 0));
    let lessons = &catalogue.products[2];
    for (zone, transition) in transitions() {
        let (first, last) =
            (transition.before(Duration::from_secs(5 * HOURS)), transition.after(Duration::from_secs(5 * HOURS)));
        let moment = Moment { now: transition.before(Duration::from_secs(3 * HOURS)), zone: &zone, relaxed: false };
        let search = Search::new(lessons, &catalogue, &[], moment).expect("appointments");
        let offered: BTreeSet<Instant> =
            search.free(first, last, lessons.length, &Standing::default()).iter().map(|(span, _)| span.from).collect();
        let mut start = Instant::from_millis(first.as_millis() / 900_000 * 900_000);
        while start <= last {
            if first <= start {
                let bookable = search.at(start, End::After(lessons.length)).is_ok();
                assert_eq!(bookable, offered.contains(&start), "{} {}", zone.name(), start.to_wire(&zone));
            }
            start = start.after(Duration::from_secs(900));
        }
    }
}
