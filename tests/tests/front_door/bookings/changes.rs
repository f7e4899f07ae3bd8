//! What a change of a booking changes, and what it keeps.

use super::{business, class, lesson, order, people, seats_left, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

on_every_engine! {
    /// Clients read a booking, change one thing and write all of it back: that one thing changes, whatever it is.
    async fn what_is_echoed_says_nothing(server: TestServer) {
        let (_, program) = business(&server).await;
        let path = |booking: &Value| format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        let change = async |booking: &Value, member: &str, value: Value| {
            let mut body = booking.clone();
            body[member] = value;
            program.put(&path(booking), &body).await
        };
        // An appointment by the id of another slot, by its start alone, and by options that make no difference.
        let booked = program.create("/bookings", &lesson("2026-05-07T09:00:00-00:00")).await;
        let search = json!({
            "productId": LESSON, "startTime": "2026-05-07T13:30:00+01:00", "endTime": "2026-05-07T13:30:00+01:00",
            "peopleNumbers": people(1, 0),
        });
        let slot = program.create("/availability/matchingslots", &search).await["data"][0].clone();
        let moved = change(&booked, "eventId", slot["eventId"].clone()).await;
        assert_eq!((&moved.body["startTime"], &moved.body["endTime"]), (&slot["startTime"], &slot["endTime"]), "{}", moved.text);
        let moved = change(&moved.body, "startTime", json!("2026-05-07T14:00:00+01:00")).await;
        assert_eq!((moved.status, &moved.body["endTime"]), (200, &json!("2026-05-07T15:00:00+01:00")), "{}", moved.text);
        // Ana is busy at ten: the lesson moves there all the same, to Rui, because no resource is named.
        program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        let refused = change(&moved.body, "startTime", json!("2026-05-07T10:00:00+01:00")).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        let mut nobodys = moved.body.clone();
        nobodys.as_object_mut().unwrap().remove("resources");
        let moved = change(&nobodys, "startTime", json!("2026-05-07T10:00:00+01:00")).await;
        assert_eq!((moved.status, &moved.body["resources"][0]["name"]), (200, &json!("Rui")), "{}", moved.text);
        let longer = program.put(&path(&booked), &json!({"endTime": "2026-05-07T10:00:00.900+01:00"})).await;
        assert_eq!(longer.status, 400, "{}", longer.text);
        // A single class stays one.
        let mut single = json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "dropinCourseEnrolledEventId": class("2026-05-12"),
            "participants": {"numbers": people(1, 0)}, "customer": {"firstName": "A"},
        });
        let dropped_in = program.create("/bookings", &single).await;
        let moved = change(&dropped_in, "eventId", json!(class("2026-05-26"))).await;
        assert_eq!(moved.body["dropinCourseEnrolledEventId"], json!(class("2026-05-26")), "{}", moved.text);
        assert_eq!(moved.body["price"]["totalNet"]["amount"], "20");
        // To another product: its options, and none of the old.
        let tour_booking = program.create("/bookings", &order("2026-05-08", 1)).await;
        let moved = program
            .put(&path(&tour_booking), &json!({"productId": LESSON, "startTime": "2026-05-07T11:30:00+01:00", "options": tour_booking["options"]}))
            .await;
        assert_eq!((moved.status, &moved.body["options"]), (200, &json!([])), "{}", moved.text);
        assert_eq!(seats_left(&program, "2026-05-08").await, 8);
        // A party that staff booked past the limits does not keep others from writing a reference.
        single["productId"] = json!(TOUR);
        single["eventId"] = json!(tour("2026-05-08"));
        single.as_object_mut().unwrap().remove("dropinCourseEnrolledEventId");
        single["participants"]["numbers"] = people(2, 5);
        let large = program.create("/bookings?mode=backend", &single).await;
        let same = program.put(&path(&large), &json!({"externalRef": "x"})).await;
        assert_eq!(same.status, 200, "{}", same.text);
        assert_eq!(program.put(&path(&large), &json!({"participants": {"numbers": people(2, 6)}})).await.status, 400);
        let refused = program.put(&path(&large), &json!({"externalRef": "a\u{0}b"})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
}
