//! A small catalogue for unit tests.

use crate::account::Language;
use crate::catalogue::{
    AppointmentRules, BookingLimit, BookingRules, BookingSettings, Catalogue, CategoryId, ChoiceValue, DropIn, Effect,
    Opening, OpeningHours, OptionDefinition, OptionKind, PeopleCategory, Per, Pricing, Product, ProductKind, Resource,
    ResourceRequirement, ResourceType, Schedule, Tax, Translated, UnitPrice,
};
use crate::money::Money;
use crate::recurrence::{Length, Recurrence, Season, Weekdays};
use jiff::civil::{Time, Weekday, date, time};
use std::collections::BTreeSet;

pub(crate) fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().expect("a currency"))
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn text(text: &str) -> Translated {
    Translated::only(Language::BRITISH_ENGLISH, text)
}

fn category(text_id: &str, seats: u32) -> PeopleCategory {
    PeopleCategory { id: id(text_id), name: text(text_id), seats }
}

fn limit(category: Option<&str>, min: u32, max: u32) -> BookingLimit {
    BookingLimit { category: category.map(id::<CategoryId>), min, max }
}

pub(crate) fn weekly(starts: Time, days: Weekdays) -> Recurrence {
    Recurrence { starts, pattern: days, season: Season::default(), except: BTreeSet::new(), also: BTreeSet::new() }
}

fn product(product_id: &str, kind: ProductKind, length: Length) -> Product {
    Product {
        id: id(product_id),
        code: "CODE".to_owned(),
        name: text("A product"),
        description: None,
        images: Vec::new(),
        limits: vec![limit(None, 1, 8), limit(Some("Cadults"), 1, 8), limit(Some("Cchildren"), 0, 4)],
        pricing: Some(Pricing::PerPerson(vec![
            UnitPrice { category: id("Cadults"), price: euros(4_500) },
            UnitPrice { category: id("Cchildren"), price: euros(3_000) },
        ])),
        length,
        kind,
        members_only: false,
        prepaid_only: false,
        accept_deny: false,
        api_bookings_allowed: true,
        without_follow_ups: false,
        allow_private_events: true,
        options: Vec::new(),
        taxes: vec![id("312TAX0001")],
        rules: BookingRules::default(),
    }
}

fn options() -> Vec<OptionDefinition> {
    let option = |suffix: &str, name: Translated, kind| OptionDefinition {
        id: format!("312KAYK4E9L17A2B6C8D0_{suffix}"),
        name,
        description: None,
        shown_to_customers: true,
        enabled: suffix != "Z9Z9Z9Z9",
        kind,
    };
    let value = |number: u8, name: &str| ChoiceValue {
        id: format!("312KAYK4E9L17A2B6C8D0_K3V9QWZT_{number}"),
        name: text(name),
        description: None,
        effect: Effect::default(),
    };
    let values = vec![value(1, "Pier"), value(2, "Hotel")];
    let costs = |minor, per| Effect { price: Some(euros(minor)), per, minutes: 0 };
    let bags = text("Dry bags").and("pt-PT".parse().expect("a language"), "Sacos estanques");
    let default = Some("312KAYK4E9L17A2B6C8D0_K3V9QWZT_1".to_owned());
    vec![
        option("K3V9QWZT", text("Meeting point"), OptionKind::Choice { values, default }),
        option("H5J8CDYP", bags, OptionKind::Number { min: 0, max: 4, default: 0, each: costs(500, Per::Booking) }),
        option("B7N2MXRL", text("Wetsuit"), OptionKind::OnOff { default: false, on: costs(800, Per::Person) }),
        option("T1F6GSAE", text("Notes"), OptionKind::Text { required: false }),
        option("Z9Z9Z9Z9", text("Old"), OptionKind::Text { required: false }),
    ]
}

pub(crate) fn resource(resource_id: &str, capacity: u32) -> Resource {
    Resource { id: id(resource_id), name: text(resource_id), hours: None, capacity }
}

/// A daily tour with 8 seats at 18:00 that needs the first guide, a course on five Tuesdays in June 2026, and lessons
/// from 9:00 to 17:00 with any guide.
pub(crate) fn catalogue() -> Catalogue {
    let tours = Schedule {
        id: id("312SCHD7TQ17A2B6D11E3"),
        title: None,
        recurrence: weekly(time(18, 0, 0, 0), Weekdays::ALL),
        seats: 8,
        resources: vec![id("312RS00001")],
    };
    let tuesdays = [Weekday::Tuesday].into_iter().collect();
    let season = Season { first: Some(date(2026, 6, 2)), last: Some(date(2026, 6, 30)) };
    let course = Schedule {
        id: id("312SCHDC1M17B5D50A7C9"),
        title: Some(text("June evenings")),
        recurrence: Recurrence { season, ..weekly(time(19, 0, 0, 0), tuesdays) },
        seats: 4,
        resources: Vec::new(),
    };
    let mut tour =
        product("312KAYK4E9L17A2B6C8D0", ProductKind::Fixed { schedules: vec![tours] }, Length::Minutes(120));
    tour.options = options();
    let courses = ProductKind::FixedCourse {
        schedules: vec![course],
        late_enrolment: true,
        drop_in: DropIn::Also,
        drop_in_rates: Some(Pricing::PerBooking(euros(2_000))),
    };
    let hours = OpeningHours {
        weekly: vec![Opening { days: Weekdays::ALL, from: time(9, 0, 0, 0), to: time(17, 0, 0, 0) }],
        closed: BTreeSet::new(),
    };
    let lessons = ProductKind::FlexibleTime(AppointmentRules {
        hours,
        step_minutes: 30,
        gap_minutes: 15,
        needs: vec![ResourceRequirement { resource_type: id("312RT00001"), count: 1 }],
    });
    let tax = |tax_id: &str, millionths| Tax {
        id: id(tax_id),
        name: text("VAT"),
        rate: crate::money::Percent::from_millionths(millionths).expect("a rate"),
        enabled: true,
    };
    Catalogue {
        products: vec![
            tour,
            product("312CRSE8T2M17B5D4E6F1", courses, Length::Minutes(90)),
            product("312PRIV3Y6N17C9A1B2C3", lessons, Length::Minutes(60)),
        ],
        categories: vec![
            category("Cadults", 1),
            category("Cchildren", 1),
            category("Cinfants", 0),
            category("CQ4T7X", 4),
        ],
        resource_types: vec![ResourceType {
            id: id("312RT00001"),
            name: text("Guides"),
            is_public: true,
            resources: vec![resource("312RS00001", 1), resource("312RS00002", 1)],
        }],
        taxes: vec![tax("312TAX0001", 100_000), tax("312TAX0002", 55_000)],
        custom_fields: Vec::new(),
        promotions: Vec::new(),
        settings: BookingSettings::default(),
    }
}
