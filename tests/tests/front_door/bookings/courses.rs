//! Courses and drop-ins, in every way of selling them (wire reference, section 6.2).

use super::{business, class, people};
use slotkeeper_testkit::catalogue::{COURSE, catalogue, edit};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

/// An order for one, with these ids of classes.
fn order(ids: &Value) -> Value {
    let mut body =
        json!({"productId": COURSE, "participants": {"numbers": people(1, 0)}, "customer": {"firstName": "Ines"}});
    body.as_object_mut().unwrap().extend(ids.as_object().unwrap().clone());
    body
}

async fn slots(program: &ApiClient) -> Vec<Value> {
    let days = "startTime=2026-05-04T00:00:00Z&endTime=2026-06-03T00:00:00Z";
    let found = program.read(&format!("/availability/slots?productId={COURSE}&{days}")).await;
    found["data"].as_array().unwrap().clone()
}

on_every_engine! {
    /// Who joins late says so by the id of the slot, or by the pair that bookings answer.
    async fn a_late_enrolment_has_two_spellings(server: TestServer) {
        let (_, program) = business(&server).await;
        server.clock.advance(Duration::from_secs(3 * 86_400));
        let (first, second) = (class("2026-05-05"), class("2026-05-12"));
        let by_slot = program.create("/bookings", &order(&json!({"eventId": slots(&program).await[0]["eventId"]}))).await;
        let pair = json!({"eventId": first, "firstCourseEnrolledEventId": second});
        program.create("/holds", &order(&pair)).await;
        let by_pair = program.create("/bookings", &order(&pair)).await;
        for booked in [&by_slot, &by_pair] {
            assert_eq!((&booked["eventId"], &booked["firstCourseEnrolledEventId"]), (&json!(first), &json!(second)));
            assert_eq!(booked["startTime"], "2026-05-12T19:00:00+01:00");
            assert_eq!(booked.get("dropinCourseEnrolledEventId"), None);
        }
        for (ids, says) in [
            (json!({"eventId": first}), "eventId"),
            (json!({"eventId": first, "firstCourseEnrolledEventId": class("2026-05-19")}), "joined at the first class"),
            (json!({"eventId": first, "firstCourseEnrolledEventId": class("2026-05-20")}), "no such event"),
            (json!({"eventId": first, "firstCourseEnrolledEventId": "X"}), "firstCourseEnrolledEventId"),
        ] {
            let refused = program.post("/bookings", &order(&ids)).await;
            assert!(refused.status == 400 && refused.text.contains(says), "{ids}: {}", refused.text);
        }
    }

    /// What is sold by the class is sold by the class alone, and every slot of it can be booked.
    async fn single_classes_alone_are_sold(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[1], |course| course["kind"]["fixed_course"]["drop_in"] = json!("only"));
        server.offer(program.account(), offered).await;
        assert_eq!(program.read("/settings/products?type=fixedCourse").await["data"][0]["dropInOnly"], true);
        let found = slots(&program).await;
        let ids: Vec<_> = found.iter().map(|slot| slot["eventId"].clone()).collect();
        assert_eq!(ids[..2], [json!(class("2026-05-05")), json!(class("2026-05-12"))]);
        for slot in &found {
            assert_eq!(slot["courseSchedule"]["events"].as_array().unwrap().len(), 5);
            let booked = program.create("/bookings", &order(&json!({"eventId": slot["eventId"]}))).await;
            assert_eq!((&booked["dropinCourseEnrolledEventId"], &booked["startTime"]), (&slot["eventId"], &slot["startTime"]));
            assert_eq!(booked["eventId"], json!(class("2026-05-05")));
            assert_eq!(booked["price"]["totalNet"]["amount"], "20");
        }
        let pair = json!({"eventId": class("2026-05-05"), "dropinCourseEnrolledEventId": class("2026-05-26")});
        program.create("/bookings", &order(&pair)).await;
        let late = json!({"eventId": class("2026-05-05"), "firstCourseEnrolledEventId": class("2026-05-12")});
        let refused = program.post("/bookings", &order(&late)).await;
        assert!(refused.status == 400 && refused.text.contains("single classes only"), "{}", refused.text);
    }

    /// A course that is sold as a whole has no single classes, and one without late enrolment is closed once it has begun.
    async fn whole_courses_alone_are_sold(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        edit(&mut offered.products[1], |course| {
            course["kind"]["fixed_course"]["drop_in"] = json!("no");
            course["kind"]["fixed_course"]["late_enrolment"] = json!(false);
        });
        server.offer(program.account(), offered).await;
        let pair = json!({"eventId": class("2026-05-05"), "dropinCourseEnrolledEventId": class("2026-05-12")});
        assert_eq!(program.post("/bookings", &order(&pair)).await.status, 400);
        assert_eq!(slots(&program).await.len(), 1);
        program.create("/bookings", &order(&json!({"eventId": class("2026-05-05")}))).await;
        server.clock.advance(Duration::from_secs(3 * 86_400));
        assert_eq!(slots(&program).await.len(), 0);
        assert_eq!(program.post("/bookings", &order(&json!({"eventId": class("2026-05-12")}))).await.status, 400);
    }
}
