//! The catalogue of the tests' businesses: a tour, a course and lessons, with every setting used.

use crate::server::TestServer;
use serde_json::{Value, json};
use slotkeeper_app::clock::Clock;
use slotkeeper_domain::catalogue::{Catalogue, ProductKind};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::id::AccountId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::catalogue;

/// The tour: daily at 18:00 for two hours, 8 seats, with the guide Ana.
pub const TOUR: &str = "312KAYK4E9L17A2B6C8D0";
pub const TOUR_SERIES: &str = "312SCHD7TQ17A2B6D11E3";
/// The course: Tuesdays at 19:00, 5 May to 2 June 2026, 4 seats, late enrolment and single classes.
pub const COURSE: &str = "312CRSE8T2M17B5D4E6F1";
pub const COURSE_SERIES: &str = "312SCHDC1M17B5D50A7C9";
/// The lessons: an hour with Ana or Rui, from 9 to 17, every half hour.
pub const LESSON: &str = "312PRIV3Y6N17C9A1B2C3";
/// A product that cannot be booked through the API.
pub const CLOSED: &str = "312CLOS3Y6N17C9A1B2C3";

fn text(text: &str) -> Value {
    json!([["en-GB", text], ["pt-PT", format!("{text} (pt)")]])
}

fn money(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

fn option(suffix: &str, name: &str, kind: Value) -> Value {
    json!({
        "id": format!("{TOUR}_{suffix}"), "name": text(name), "description": null, "shown_to_customers": true,
        "enabled": true, "kind": kind,
    })
}

fn product(id: &str, code: &str, name: &str, minutes: u32, kind: &Value) -> Value {
    json!({
        "id": id, "code": code, "name": text(name), "description": text("<p>Good.</p>"), "images": [],
        "limits": [
            {"category": null, "min": 1, "max": 8},
            {"category": "Cadults", "min": 1, "max": 8},
            {"category": "Cchildren", "min": 0, "max": 4},
        ],
        "rates": {"per_person": [
            {"category": "Cadults", "price": money(4_500)},
            {"category": "Cchildren", "price": money(3_000)},
        ]},
        "length": {"minutes": minutes}, "kind": kind, "members_only": false, "prepaid_only": false,
        "accept_deny": code == "COACH", "api_bookings_allowed": code != "STAFF", "allow_private_events": code == "SUNSET",
        "options": [], "taxes": ["312TAX0001"],
        "rules": {"lead_minutes": 60, "latest": null, "window_days": 180, "change_lead_minutes": 120},
    })
}

fn schedule(id: &str, starts: &str, days: u8, season: [Value; 2], seats: u32, resources: &[&str]) -> Value {
    let [first, last] = season;
    json!({
        "id": id, "title": text("A season"), "seats": seats, "resources": resources,
        "schedule": {
            "starts": starts, "pattern": days, "season": {"first": first, "last": last}, "except": ["2026-05-20"], "also": [],
        },
    })
}

/// The whole catalogue, in its stored form.
#[must_use]
pub fn catalogue() -> Catalogue {
    let tours = schedule(TOUR_SERIES, "18:00:00", 127, [Value::Null, Value::Null], 8, &["312RS00001"]);
    let mut tour = product(TOUR, "SUNSET", "Sunset kayak tour", 120, &json!({"fixed": {"series": [tours]}}));
    let value = |number: u8, name: &str| {
        json!({
            "id": format!("{TOUR}_K3V9QWZT_{number}"), "name": text(name), "description": null,
            "effect": {"price": null, "per": "booking", "minutes": 0},
        })
    };
    let values = [value(1, "Pier"), value(2, "Hotel")];
    let effect = |minor: i64, per: &str| json!({"price": money(minor), "per": per, "minutes": 0});
    tour["options"] = json!([
        option(
            "K3V9QWZT",
            "Meeting point",
            json!({"choice": {"values": values, "default": format!("{TOUR}_K3V9QWZT_1")}})
        ),
        option(
            "H5J8CDYP",
            "Dry bags",
            json!({"number": {"min": 0, "max": 4, "default": 0, "each": effect(500, "booking")}})
        ),
        option("B7N2MXRL", "Wetsuit hire", json!({"on_off": {"default": false, "on": effect(800, "person")}})),
        option("T1F6GSAE", "Dietary notes", json!({"text": {"required": false}})),
    ]);
    let season = [json!("2026-05-05"), json!("2026-06-02")];
    let tuesdays = schedule(COURSE_SERIES, "19:00:00", 0b10, season, 4, &[]);
    let drop_in_rates = json!({"per_booking": money(2_000)});
    let course = json!({"fixed_course": {
        "series": [tuesdays], "late_enrolment": true, "drop_in": "also", "drop_in_rates": drop_in_rates,
    }});
    let hours = json!({"weekly": [{"days": 127, "from": "09:00:00", "to": "17:00:00"}], "closed": ["2026-05-06"]});
    let needs = json!([{"resource_type": "312RT00001", "count": 1}]);
    let lessons = json!({"flexible_time": {"hours": hours, "step_minutes": 30, "gap_minutes": 15, "needs": needs}});
    let staff = schedule("312SCHDSTAFF17A2B6D11", "08:00:00", 127, [Value::Null, Value::Null], 8, &[]);
    let guide = |id: &str, name: &str| json!({"id": id, "name": text(name), "hours": null, "capacity": 1});
    let guides = json!({
        "id": "312RT00001", "name": text("Guides"), "is_public": true,
        "resources": [guide("312RS00001", "Ana"), guide("312RS00002", "Rui")],
    });
    let category = |id: &str, name: &str, seats: u32| json!({"id": id, "name": text(name), "seats": seats});
    let field = |id: &str, name: &str, kind: Value| {
        json!({
            "id": id, "name": text(name), "description": null, "shown_to_customers": true, "for_customer": true,
            "for_participants": true, "kind": kind,
        })
    };
    let levels = [
        json!({"id": "QF7K2M_1", "name": text("Beginner"), "description": null}),
        json!({"id": "QF7K2M_2", "name": text("Advanced"), "description": null}),
    ];
    Catalogue {
        products: parsed(&json!([
            tour,
            product(COURSE, "SEA5", "Sea kayaking, five evenings", 90, &course),
            product(LESSON, "COACH", "Private coaching", 60, &lessons),
            product(CLOSED, "STAFF", "Staff outing", 60, &json!({"fixed": {"series": [staff]}})),
        ])),
        categories: parsed(&json!([
            category("Cadults", "Adults", 1),
            category("Cchildren", "Children", 1),
            category("Cinfants", "Infants", 0),
            category("CQ4T7X", "Family", 4),
        ])),
        resource_types: parsed(&json!([guides])),
        taxes: parsed(&json!([{"id": "312TAX0001", "name": text("VAT 10%"), "rate": 100_000, "enabled": true}])),
        custom_fields: parsed(&json!([
            field("QF7K2M", "Experience", json!({"choice": {"values": levels, "default": "QF7K2M_1"}})),
            field("ZT5R1H", "Emergency contact", json!("text")),
        ])),
        promotions: Vec::new(),
        settings: parsed(&json!({"prices_include_taxes": false, "cancelation": null})),
    }
}

/// The same catalogue, with `seats` seats for each tour.
#[must_use]
pub fn catalogue_with_seats(seats: u32) -> Catalogue {
    let mut catalogue = catalogue();
    for product in &mut catalogue.products {
        if let ProductKind::Fixed { schedules } = &mut product.kind {
            schedules.iter_mut().for_each(|schedule| schedule.seats = seats);
        }
    }
    catalogue
}

/// Changes a part of a catalogue in its stored form.
pub fn edit<T: serde::Serialize + serde::de::DeserializeOwned>(part: &mut T, change: impl FnOnce(&mut Value)) {
    let mut value = serde_json::to_value(&*part).unwrap();
    change(&mut value);
    *part = parsed(&value);
}

fn parsed<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error} in {value}"))
}

impl TestServer {
    /// Replaces the account's catalogue.
    pub async fn offer(&self, account: &str, offered: Catalogue) {
        let account: AccountId = account.parse().unwrap();
        let now = self.clock.now();
        self.store()
            .write(move |tx| {
                catalogue::put(tx, &account, &offered)?;
                tx.record(Actor::System.change(&account, now, Subject::catalogue(&account), Kind::Updated));
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
    }
}
