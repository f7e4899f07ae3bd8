//! Bookings that have started or are over: one rule for changing and cancelling them.

use super::{business, class, lesson, order, people, seats_left, tour};
use slotkeeper_testkit::catalogue::{COURSE, catalogue, edit};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

fn path(booking: &Value) -> String {
    format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap())
}

/// What neither a customer nor an application does to a booking any more.
fn changes() -> Vec<Value> {
    vec![
        json!({"eventId": tour("2026-05-09")}),
        json!({"startTime": "2026-05-09T18:00:00-00:00"}),
        json!({"participants": {"numbers": people(1, 0)}}),
        json!({"participants": {"numbers": people(3, 0)}}),
        json!({"options": [{"name": "Dry bags", "value": "1"}]}),
        json!({"options": [{"name": "Dietary notes", "value": "no nuts"}]}),
        json!({"privateEvent": true}),
        json!({"priceAdjustments": [{"unitPrice": {"amount": "1", "currency": "EUR"}, "quantity": 1}]}),
        json!({"promotionCodeInput": "SUMMER"}),
        json!({"externalRef": "x", "participants": {"numbers": people(1, 0)}}),
    ]
}

async fn refused_alike(program: &ApiClient, booked: &Value) {
    for change in changes() {
        let refused = program.put(&path(booked), &change).await;
        assert_eq!(refused.status, 409, "{change}: {}", refused.text);
        let canceled = program.delete(&path(booked)).await;
        assert_eq!((canceled.status, &canceled.body["message"]), (409, &refused.body["message"]));
        assert!(canceled.text.contains("has begun or is over"), "{}", canceled.text);
    }
    assert_eq!(program.read(&path(booked)).await, *booked);
}

on_every_engine! {
    /// From its start on, for ever; what is noted about it can be changed, and payments are recorded.
    async fn what_has_begun_is_neither_changed_nor_cancelled(server: TestServer) {
        let (_, program) = business(&server).await;
        // At 18:00; it is 9:12.
        let booked = program.create("/bookings", &order("2026-05-04", 2)).await;
        server.clock.advance(8 * HOUR + Duration::from_secs(48 * 60 - 1));
        // A second before the start it can be cancelled, and no longer changed.
        let mut canceled = order("2026-05-04", 1);
        canceled["customer"] = json!({"firstName": "Rui"});
        let other = program.create("/bookings?mode=backend", &canceled).await;
        let late = program.put(&path(&booked), &json!({"participants": {"numbers": people(1, 0)}})).await;
        assert!(late.status == 409 && late.text.contains("until 120 minutes before it starts"), "{}", late.text);
        assert_eq!(program.delete(&path(&other)).await.status, 204);
        assert_eq!(seats_left_of_today(&program).await, 6);
        // At the start, at the end, and years later.
        for seconds in [1, 2 * 3_600, 3 * 366 * 86_400] {
            server.clock.advance(Duration::from_secs(seconds));
            refused_alike(&program, &booked).await;
        }
        // An echo changes nothing of it.
        let mut echo = program.read(&format!("{}?expandParticipants=true&expandCustomer=true", path(&booked))).await;
        (echo["externalRef"], echo["source"], echo["sourceIp"]) = (json!("A-1"), json!("shop"), json!("203.0.113.7"));
        echo["participants"]["details"] = json!([{"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": 2}]);
        let noted = program.put(&path(&booked), &echo).await;
        assert_eq!(noted.status, 200, "{}", noted.text);
        for member in ["startTime", "endTime", "price", "options", "eventId", "productName"] {
            assert_eq!(noted.body[member], booked[member], "{member}");
        }
        assert_eq!((&noted.body["externalRef"], &noted.body["source"]), (&json!("A-1"), &json!("shop")));
        assert_eq!(noted.body["lastChangeAgent"], "Harbour Desk");
        let shown = program.read(&format!("{}?expandParticipants=true", path(&booked))).await;
        assert_eq!(shown["participants"]["details"][1]["personId"], "PSELF");
        let payment = json!({"reason": "Rest", "amount": {"amount": "10", "currency": "EUR"}, "paymentMethod": "cash"});
        program.create(&format!("{}/payments", path(&booked)), &payment).await;
        // Staff do all of it.
        let changed = program.put(&format!("{}?mode=backend", path(&booked)), &json!({"participants": {"numbers": people(1, 0)}})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let canceled = program.delete(&format!("{}?mode=backend", path(&booked))).await;
        assert_eq!(canceled.status, 204, "{}", canceled.text);
        assert_eq!(program.read(&path(&booked)).await["canceled"], true);
        for mode in ["", "?mode=backend"] {
            assert_eq!(program.delete(&format!("{}{mode}", path(&booked))).await.status, 409);
            assert_eq!(program.put(&format!("{}{mode}", path(&booked)), &json!({"externalRef": "x"})).await.status, 409);
        }
        assert_eq!(program.delete(&format!("{}?mode=owner", path(&booked))).await.status, 400);
    }

    /// A price that went up, or a product that is closed, does not touch what is over.
    async fn what_is_over_keeps_its_price(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-04", 2)).await;
        let appointment = program.create("/bookings", &lesson("2026-05-04T14:00:00-00:00")).await;
        server.clock.advance(24 * HOUR);
        let mut dearer = catalogue();
        for product in [0, 2] {
            edit(&mut dearer.products[product], |product| {
                product["rates"]["per_person"][0]["price"]["minor"] = json!(9_000);
                product["api_bookings_allowed"] = json!(false);
            });
        }
        server.offer(program.account(), dearer).await;
        for booked in [&booked, &appointment] {
            for mode in ["", "?mode=backend"] {
                let noted = program.put(&format!("{}{mode}", path(booked)), &json!({"externalRef": "A-1"})).await;
                assert_eq!((noted.status, &noted.body["price"]), (200, &booked["price"]), "{}", noted.text);
                assert_eq!((&noted.body["externalRef"], &noted.body["resources"]), (&json!("A-1"), &booked["resources"]));
            }
            assert_eq!(program.delete(&path(booked)).await.status, 409);
        }
    }

    /// A course begins with the first class that is attended.
    async fn a_course_begins_with_its_first_class(server: TestServer) {
        let (_, program) = business(&server).await;
        let body = json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "participants": {"numbers": people(2, 0)}, "customer": {"firstName": "A"},
        });
        let booked = program.create("/bookings", &body).await;
        server.clock.advance(48 * HOUR);
        let change = json!({"participants": {"numbers": people(1, 0)}});
        assert_eq!((program.put(&path(&booked), &change).await.status, program.delete(&path(&booked)).await.status), (409, 409));
        // Staff cancel it in the middle, and its later seats become free.
        let path = format!("{}?mode=backend", path(&booked));
        assert_eq!((program.put(&path, &change).await.status, program.delete(&path).await.status), (200, 204));
    }
}

/// The seats of today's tour, which begins too soon for customers.
async fn seats_left_of_today(program: &ApiClient) -> Value {
    let day = "2026-05-04";
    assert_eq!(seats_left(program, day).await, Value::Null);
    let today = format!("startTime={day}T00:00:00-00:00&endTime={day}T23:59:59-00:00&mode=backend");
    program.read(&format!("/availability/slots?{today}")).await["data"][0]["numSeatsAvailable"].clone()
}
