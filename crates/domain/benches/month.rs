//! Computation of a search over a month, after everything has been read: ten products, seven of them with four events a
//! day and three with appointments, twenty guides, and five thousand claims. `cargo bench -p slotkeeper-domain`.
#![expect(clippy::expect_used, reason = "what is made up here is right, or there is nothing to time")]

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::{date, time};
use slotkeeper_domain::account::Language;
use slotkeeper_domain::appointment::StartSearch;
use slotkeeper_domain::catalogue::{
    AppointmentRules, BookingLimit, BookingRules, BookingSettings, Catalogue, Opening, OpeningHours, Product,
    ProductKind, Resource, ResourceRequirement, ResourceType, Schedule, Translated,
};
use slotkeeper_domain::id::ResourceId;
use slotkeeper_domain::inventory::{EventOccupancy, Occupancy, Span, Timeline};
use slotkeeper_domain::recurrence::{Length, Recurrence, Season, Weekdays};
use slotkeeper_domain::scheduled::{RuleContext, events};
use slotkeeper_domain::time::{Instant, Zone};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hint::black_box;
use std::str::FromStr;
use std::time::Duration;

const PRODUCTS: u32 = 10;
const SCHEDULED: u32 = 7;
const GUIDES: u32 = 20;
const CLAIMS: u32 = 5_000;

fn id<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn guide(number: u32) -> ResourceId {
    id(&format!("GUIDE{:05}", number % GUIDES))
}

fn product(number: u32) -> Product {
    let schedule = |position: u32| Schedule {
        id: id(&format!("SERIES{:015}", number * 4 + position)),
        title: None,
        recurrence: Recurrence {
            starts: time(9, 0, 0, 0).saturating_add(jiff::Span::new().hours(3 * position)),
            pattern: Weekdays::ALL,
            season: Season::default(),
            except: BTreeSet::new(),
            also: BTreeSet::new(),
        },
        seats: 20,
        resources: vec![guide(number * 4 + position)],
    };
    let flexible = || AppointmentRules {
        hours: hours(),
        step_minutes: 30,
        gap_minutes: 15,
        needs: vec![ResourceRequirement { resource_type: id("GUIDES0000"), count: 1 }],
    };
    Product {
        id: id(&format!("PRODUCT{number:014}")),
        code: String::new(),
        name: Translated::only(Language::BRITISH_ENGLISH, "A product"),
        description: None,
        images: Vec::new(),
        limits: vec![BookingLimit { category: None, min: 1, max: 8 }],
        pricing: None,
        length: Length::Minutes(60),
        kind: if number < SCHEDULED {
            ProductKind::Fixed { schedules: (0..4).map(schedule).collect() }
        } else {
            ProductKind::FlexibleTime(flexible())
        },
        members_only: false,
        prepaid_only: false,
        accept_deny: false,
        api_bookings_allowed: true,
        without_follow_ups: false,
        allow_private_events: true,
        options: Vec::new(),
        taxes: Vec::new(),
        rules: BookingRules::default(),
    }
}

fn hours() -> OpeningHours {
    let opening = Opening { days: Weekdays::ALL, from: time(9, 0, 0, 0), to: time(19, 0, 0, 0) };
    OpeningHours { weekly: vec![opening], closed: BTreeSet::new() }
}

fn catalogue() -> Catalogue {
    let name = || Translated::only(Language::BRITISH_ENGLISH, "A guide");
    let guides =
        (0..GUIDES).map(|number| Resource { id: guide(number), name: name(), hours: Some(hours()), capacity: 1 });
    Catalogue {
        promotions: Vec::new(),
        products: (0..PRODUCTS).map(product).collect(),
        categories: Vec::new(),
        resource_types: vec![ResourceType {
            id: id("GUIDES0000"),
            name: name(),
            is_public: true,
            resources: guides.collect(),
        }],
        taxes: Vec::new(),
        custom_fields: Vec::new(),
        settings: BookingSettings::default(),
    }
}

/// Half of the claims are for seats, the others for half an hour of a guide.
fn standing(catalogue: &Catalogue, first: Instant, last: Instant, context: RuleContext<'_>) -> Occupancy {
    let mut standing = Occupancy::default();
    let all: Vec<_> = catalogue.products.iter().flat_map(|product| events(product, first, last, context)).collect();
    for event in all.iter().cycle().take(CLAIMS as usize / 2) {
        let standing: &mut EventOccupancy = standing.events.entry(event.id()).or_default();
        standing.taken += 2;
        standing.visited = true;
    }
    let each = CLAIMS / 2 / GUIDES;
    for number in 0..GUIDES {
        let apart = last.since(first) / each;
        let claims = (0..each).map(|position| {
            let from = first.after(apart * position + Duration::from_secs(600) * number);
            (Span { from, to: from.after(Duration::from_secs(1_800)) }, None, false)
        });
        standing.resources.insert(guide(number), Timeline::of(claims));
    }
    standing
}

/// The number of slots: events with free seats, and appointments with the guides they would get.
fn slots(
    catalogue: &Catalogue,
    products: &[Product],
    (first, last): (Instant, Instant),
    context: RuleContext<'_>,
    others: &Occupancy,
) -> usize {
    let mut count = 0;
    for product in products {
        for event in events(product, first, last, context) {
            let request = event.request(0, false, catalogue);
            let free =
                request.resources.iter().all(|needed| others.has_room(needed, request.span, Some(&request.event)));
            count += usize::from(free && others.of_event(&request.event).left(request.capacity) > 0);
        }
        if let Some(search) = StartSearch::new(product, catalogue, &[], context) {
            count += search.free(first, last, product.length, others).len();
        }
    }
    count
}

fn month(criterion: &mut Criterion) {
    let zone = Zone::named("Europe/Lisbon").expect("a zone");
    let first = zone.instant_of(date(2026, 10, 1), time(0, 0, 0, 0));
    let last = zone.instant_of(date(2026, 10, 31), time(23, 59, 0, 0));
    let context = RuleContext { now: first, zone: &zone, relaxed: false };
    let catalogue = catalogue();
    let others = standing(&catalogue, first, last, context);
    let (scheduled, flexible) = catalogue.products.split_at(SCHEDULED as usize);
    let mut group = criterion.benchmark_group("a month of slots, 5 000 claims");
    for (name, products) in [
        ("10 products", &catalogue.products[..]),
        ("the 7 with events", scheduled),
        ("the 3 with appointments", flexible),
    ] {
        let found = slots(&catalogue, products, (first, last), context, &others);
        assert!(found > 300, "only {found} slots of {name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| slots(black_box(&catalogue), products, (first, last), context, black_box(&others)));
        });
    }
    group.finish();
}

criterion_group!(benches, month);
criterion_main!(benches);
