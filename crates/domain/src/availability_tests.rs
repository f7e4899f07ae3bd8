//! Tests that a search offers exactly what can be booked, around every transition of every zone, 2025 to 2030.

use crate::appointment::{AppointmentEnd, StartSearch};
use crate::catalogue::{Catalogue, Opening, OpeningHours, ProductKind};
use crate::event::EventId;
use crate::inventory::{Occupancy, resources_for};
use crate::recurrence::{Length, Weekdays};
use crate::scheduled::{self, EventChoice, RuleContext};
use crate::testing;
use crate::time::{Instant, Zone};
use jiff::civil::{Date, Time, Weekday, date, time};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// Each transition of each zone that a business can choose.
fn transitions() -> Vec<(Zone, Instant)> {
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a timestamp");
    let (first, last) = (at("2025-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z"));
    let mut found = Vec::new();
    for name in Zone::choices() {
        let zone = Zone::named(&name).expect("a zone");
        let within = zone.rules().following(first).take_while(|transition| transition.timestamp() < last);
        found.extend(
            within.map(|transition| (zone.clone(), Instant::from_millis(transition.timestamp().as_millisecond()))),
        );
    }
    assert!(found.len() > 1_000, "{} transitions", found.len());
    found
}

/// A catalogue with a tour that starts at this time, and lessons around the clock.
fn catalogue(starts: Time) -> Catalogue {
    let mut catalogue = testing::catalogue();
    for product in &mut catalogue.products {
        match &mut product.kind {
            ProductKind::Fixed { schedules } => {
                schedules.iter_mut().for_each(|schedule| schedule.recurrence.starts = starts)
            }
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
            // Past and future events.
            let now = transition.before(Duration::from_secs(12 * HOURS));
            let context = RuleContext { now, zone: &zone, relaxed: false };
            let offered: BTreeSet<EventId> =
                scheduled::events(tour, first, last, context).iter().map(scheduled::Event::id).collect();
            let mut day = zone.date_of(first);
            while day <= zone.date_of(last) {
                let ProductKind::Fixed { schedules } = &tour.kind else { panic!("a tour") };
                let id = EventId { product: tour.id.clone(), schedule: schedules[0].id.clone(), date: day };
                let choice = EventChoice { event: Some(id.clone()), ..EventChoice::default() };
                let booked =
                    scheduled::selection(tour, &choice, context).ok().map(|selection| selection.attends[0].occurrence);
                let within = booked.is_some_and(|event| first <= event.starts_at && event.starts_at <= last);
                assert_eq!(within, offered.contains(&id), "{} {id}", zone.name());
                // Search and booking compute the same times.
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
        let context =
            RuleContext { now: transition.before(Duration::from_secs(3 * HOURS)), zone: &zone, relaxed: false };
        let search = StartSearch::new(lessons, &catalogue, &[], context).expect("appointments");
        let offered: BTreeSet<Instant> =
            search.free(first, last, lessons.length, &Occupancy::default()).iter().map(|(span, _)| span.from).collect();
        let mut start = Instant::from_millis(first.as_millis() / 900_000 * 900_000);
        while start <= last {
            if first <= start {
                let bookable = search.at(start, AppointmentEnd::After(lessons.length)).is_ok();
                assert_eq!(bookable, offered.contains(&start), "{} {}", zone.name(), start.to_wire(&zone));
            }
            start = start.after(Duration::from_secs(900));
        }
    }
}

/// Zones and days with a change of the clock: at night, at midnight, by half an hour, and by a whole day.
fn odd_days() -> impl Strategy<Value = (Zone, Date)> {
    let day = |name: &str, day| (Zone::named(name).expect("a zone"), day);
    prop::sample::select(vec![
        day("Europe/Lisbon", date(2026, 3, 29)),
        day("Europe/Lisbon", date(2026, 10, 25)),
        day("Africa/Cairo", date(2026, 4, 24)),
        day("Africa/Cairo", date(2026, 10, 29)),
        day("Asia/Beirut", date(2026, 3, 29)),
        day("Australia/Lord_Howe", date(2026, 4, 5)),
        day("Pacific/Apia", date(2011, 12, 30)),
        day("Asia/Tokyo", date(2026, 7, 1)),
    ])
}

/// Arbitrary hours: overlapping, adjacent, empty, and until the end of the day.
fn hours() -> impl Strategy<Value = OpeningHours> {
    let weekdays = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let opening = (1_u8..128, 0_i8..24, 0_i8..=24, prop::sample::select(vec![0_i8, 30])).prop_map(
        move |(days, from, to, minute)| Opening {
            days: weekdays.into_iter().zip(0..).filter(|(_, bit)| days >> bit & 1 == 1).map(|(day, _)| day).collect(),
            from: time(from, minute, 0, 0),
            to: if to == 24 { Time::midnight() } else { time(to, minute, 0, 0) },
        },
    );
    prop::collection::vec(opening, 0..5).prop_map(|weekly| OpeningHours { weekly, closed: BTreeSet::new() })
}

proptest! {
    /// Hours computed in advance equal those computed on demand, also for days outside the computed range.
    #[test]
    fn hours_of_many_days_are_the_hours_of_each(
        mut hours in hours(),
        (zone, day) in odd_days(),
        (first, days, closed) in (-3_i64..3, 0_i64..5, -3_i64..3),
        spans in prop::collection::vec((-100_i64..100, 0_i64..150), 1..20),
    ) {
        let later = |days: i64| day.checked_add(jiff::Span::new().days(days)).expect("a day");
        hours.closed.insert(later(closed));
        let computed = hours.during(later(first), later(first + days), &zone);
        for days in -4..8 {
            prop_assert_eq!(computed.on(later(days)).into_owned(), hours.on(later(days), &zone));
        }
        let start = zone.instant_of(day, Time::midnight()).as_millis();
        for (from, length) in spans {
            let at = |halves: i64| Instant::from_millis(start + halves * 1_800_000);
            let (from, to) = (at(from), at(from + length));
            let days = (zone.date_of(from), zone.date_of(to));
            prop_assert_eq!(computed.cover(from, to, days), hours.cover(from, to, &zone), "{:?} to {:?}", from, to);
        }
    }

    /// A search finds the same starts and guides as a check of each single start.
    #[test]
    fn a_search_finds_what_asking_for_each_start_finds(
        (product, ana, rui) in (hours(), hours(), prop::option::of(hours())),
        // A skipped day has the hours of the next one, so the search would offer them twice.
        (zone, day) in odd_days().prop_filter("a day that there was", |(zone, _)| zone.name() != "Pacific/Apia"),
        (before, after, minutes) in (0_u64..40, 0_u64..40, 1_u32..300),
        (now, relaxed) in (0_u64..80, any::<bool>()),
    ) {
        let mut catalogue = testing::catalogue();
        for (guide, hours) in catalogue.resource_types[0].resources.iter_mut().zip([Some(ana), rui]) {
            guide.hours = hours;
        }
        let mut lessons = catalogue.products[2].clone();
        let ProductKind::FlexibleTime(flexible) = &mut lessons.kind else { panic!("lessons") };
        flexible.hours = product;
        let noon = zone.instant_of(day, time(12, 0, 0, 0));
        let hours = |number: u64| Duration::from_secs(number * HOURS);
        let (first, last) = (noon.before(hours(before)), noon.after(hours(after)));
        let context = RuleContext { now: first.before(hours(10)).after(hours(now)), zone: &zone, relaxed };
        let search = StartSearch::new(&lessons, &catalogue, &[], context).expect("appointments");
        let length = Length::Minutes(minutes);
        let found = search.free(first, last, length, &Occupancy::default());
        let strict = StartSearch::new(&lessons, &catalogue, &[], RuleContext { relaxed: false, ..context }).expect("appointments");
        let mut asked = Vec::new();
        let mut start = Instant::from_millis(first.as_millis() / 1_800_000 * 1_800_000);
        while start <= last {
            let one = match strict.at(start, AppointmentEnd::After(length)) {
                Err(crate::appointment::AppointmentNotBookable::NotNow(_)) if relaxed => search.at(start, AppointmentEnd::After(length)),
                other => other,
            };
            if let Some(one) = one.ok().filter(|_| first <= start)
                && let Ok(guides) = resources_for(&one.request, &Occupancy::default())
            {
                asked.push((one.span, guides));
            }
            start = start.after(Duration::from_secs(1_800));
        }
        prop_assert_eq!(found, asked);
    }
}
