//! Seat blocks: what they occupy, and changes of them.

use super::{business, class, lesson, order, people, seats_left, tour};
use slotkeeper_testkit::catalogue::{CLOSED, COURSE, LESSON, TOUR};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

/// A program that may do everything with blocks, and nothing else.
pub(super) async fn office(server: &TestServer, owner: &Visitor) -> ApiClient {
    ApiClient::installed(server, "Front Office", owner, "blocks_rwd_all").await
}

/// So many seats of the tour of a day.
pub(super) fn seats(day: &str, number: i32) -> Value {
    json!({"productId": TOUR, "eventId": tour(day), "numSeats": number})
}

pub(super) fn path(kind: &str, block: &Value) -> String {
    format!("{kind}/{}", block["id"].as_str().unwrap())
}

on_every_engine! {
    /// Searches show it, blocked seats cannot be held or booked, and deleting it releases all of it.
    async fn blocked_seats_cannot_be_booked(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let day = "2026-05-08";
        let mut body = seats(day, 3);
        body["reason"] = json!(" Held for the hotel ");
        // What only answers have is ignored.
        body["creationAgent"] = json!("Somebody else");
        let blocked = office.post("/seatblocks", &body).await;
        assert_eq!(blocked.status, 201, "{}", blocked.text);
        let path = path("/seatblocks", &blocked.body);
        assert_eq!(blocked.headers["location"], format!("{}/v2{path}", server.url));
        assert_eq!(blocked.body, json!({
            "id": blocked.body["id"], "eventId": tour(day), "productId": TOUR, "reason": "Held for the hotel", "numSeats": 3,
            "startTime": "2026-05-08T18:00:00+01:00", "creationTime": "2026-05-04T09:12:00+01:00",
            "creationAgent": "Front Office",
        }));
        assert_eq!(office.read(&path).await, blocked.body);
        assert_eq!(seats_left(&program, day).await, 5);
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00Z", "endTime": "2026-05-08T23:00:00Z",
            "peopleNumbers": people(6, 0),
        });
        assert_eq!(program.create("/availability/matchingslots", &search).await["data"], json!([]));
        for path in ["/holds", "/bookings", "/bookings?mode=backend"] {
            let refused = program.post(path, &order(day, 6)).await;
            assert_eq!(refused.status, 409, "{}", refused.text);
            assert_eq!(refused.body["message"], "Only 5 seats are left; 6 wanted.");
        }
        program.create("/holds", &order(day, 5)).await;
        let refused = office.post("/seatblocks", &seats(day, 1)).await;
        assert_eq!((refused.status, &refused.body["message"]), (409, &json!("No seats are left; 1 wanted.")));
        let refused = office.post("/seatblocks", &seats(day, -1)).await;
        assert_eq!((refused.status, &refused.body["message"]), (409, &json!("No seats are left.")));
        // It has bookings, so it cannot be booked privately.
        let mut private = order("2026-05-09", 1);
        private["privateEvent"] = json!(true);
        office.create("/seatblocks", &seats("2026-05-09", 1)).await;
        assert_eq!(program.post("/bookings", &private).await.status, 409);
        private["eventId"] = json!(tour("2026-05-10"));
        program.create("/bookings", &private).await;
        assert_eq!(office.post("/seatblocks", &seats("2026-05-10", -1)).await.status, 409);
        let gone = office.delete(&path).await;
        assert_eq!((gone.status, gone.text.as_str()), (204, ""));
        assert_eq!(seats_left(&program, day).await, 3);
        assert_eq!(office.get(&path).await.status, 404);
        assert_eq!(office.delete(&path).await.status, 404);
    }

    /// All that are left are those that are left at that moment: what is given back later stays free.
    async fn all_that_are_left_is_said_of_that_moment(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let day = "2026-05-08";
        let booked = program.create("/bookings", &order(day, 3)).await;
        program.create("/holds", &order(day, 5)).await;
        assert_eq!(office.post("/seatblocks", &seats(day, -1)).await.status, 409);
        // A hold that has ended has nothing.
        server.clock.advance(Duration::from_secs(300));
        let blocked = office.create("/seatblocks", &seats(day, -1)).await;
        assert_eq!(blocked["numSeats"], -1);
        assert_eq!(seats_left(&program, day).await, 0);
        assert_eq!(program.post("/holds", &order(day, 1)).await.status, 409);
        program.delete(&format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap())).await;
        assert_eq!(seats_left(&program, day).await, 3);
        // Written back as it was, it says nothing, and takes no more.
        let same = office.put(&path("/seatblocks", &blocked), &blocked).await;
        assert_eq!((same.status, &same.body["numSeats"]), (200, &json!(-1)), "{}", same.text);
        assert_eq!(seats_left(&program, day).await, 3);
        let second = office.create("/seatblocks", &seats(day, -1)).await;
        assert_eq!(seats_left(&program, day).await, 0);
        office.delete(&path("/seatblocks", &blocked)).await;
        assert_eq!(seats_left(&program, day).await, 5);
        office.delete(&path("/seatblocks", &second)).await;
        assert_eq!(seats_left(&program, day).await, 8);
    }

    /// A change replaces what the block has in one step, and what it has counts as free; a refused one changes nothing.
    async fn a_block_is_changed_in_one_step(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let (day, other) = ("2026-05-08", "2026-05-09");
        let mut body = seats(day, 5);
        body["reason"] = json!("Hotel");
        let blocked = office.create("/seatblocks", &body).await;
        let path = path("/seatblocks", &blocked);
        program.create("/bookings", &order(day, 2)).await;
        server.clock.advance(Duration::from_secs(3_600));
        let changed = office.put(&path, &json!({"numSeats": 6})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(changed.headers["location"], format!("{}/v2{path}", server.url));
        assert_eq!(changed.body, json!({
            "id": blocked["id"], "eventId": tour(day), "productId": TOUR, "reason": "Hotel", "numSeats": 6,
            "startTime": "2026-05-08T18:00:00+01:00", "creationTime": "2026-05-04T09:12:00+01:00",
            "creationAgent": "Front Office", "lastChangeTime": "2026-05-04T10:12:00+01:00", "lastChangeAgent": "Front Office",
        }));
        assert_eq!(seats_left(&program, day).await, 0);
        let refused = office.put(&path, &json!({"numSeats": 7, "reason": "More"})).await;
        assert_eq!((refused.status, &refused.body["message"]), (409, &json!("Only 6 seats are left; 7 wanted.")));
        assert_eq!(office.read(&path).await, changed.body);
        for (body, left, left_on_other) in [
            (json!({"numSeats": 1}), 5, 8),
            (json!({"numSeats": -1}), 0, 8),
            (json!({"eventId": tour(other), "numSeats": 3}), 6, 5),
            (json!({"eventId": tour(other), "productId": TOUR, "numSeats": null, "reason": "Agency"}), 6, 5),
            (json!({}), 6, 5),
        ] {
            let changed = office.put(&path, &body).await;
            assert_eq!(changed.status, 200, "{}", changed.text);
            assert_eq!((seats_left(&program, day).await, seats_left(&program, other).await), (left.into(), left_on_other.into()));
        }
        let shown = office.read(&path).await;
        assert_eq!((&shown["startTime"], &shown["reason"]), (&json!("2026-05-09T18:00:00+01:00"), &json!("Agency")));
        assert_eq!(office.put(&path, &json!({"eventId": tour("2026-05-20")})).await.status, 400);
        assert_eq!(office.put(&path, &json!({"productId": COURSE})).await.status, 400);
        // When the event is over, no other seats of it can be blocked; the rest can be written.
        server.clock.advance(Duration::from_secs(6 * 24 * 3_600));
        assert_eq!(office.put(&path, &json!({"numSeats": 2})).await.status, 400);
        let mut echoed = shown.clone();
        echoed["reason"] = json!("They did not come");
        let written = office.put(&path, &echoed).await;
        assert_eq!((written.status, &written.body["reason"]), (200, &echoed["reason"]), "{}", written.text);
        assert_eq!(office.delete(&path).await.status, 204);
    }

    /// Of a course, one class is blocked: the course as a whole has as many seats as its fullest class.
    async fn one_class_of_a_course_is_blocked(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let block = json!({"productId": COURSE, "eventId": class("2026-05-12"), "numSeats": 3});
        let blocked = office.create("/seatblocks", &block).await;
        assert_eq!(blocked["startTime"], "2026-05-12T19:00:00+01:00");
        let slots = format!("/availability/slots?productId={COURSE}&startTime=2026-05-05T00:00:00Z&endTime=2026-05-05T23:00:00Z");
        assert_eq!(program.read(&slots).await["data"][0]["numSeatsAvailable"], 1);
        let book = async |adults: u32, single: Option<&str>| {
            let mut body = json!({
                "productId": COURSE, "eventId": class("2026-05-05"), "participants": {"numbers": people(adults, 0)},
                "customer": {"firstName": "A"},
            });
            if let Some(day) = single {
                body["dropinCourseEnrolledEventId"] = json!(class(day));
            }
            program.post("/bookings", &body).await.status
        };
        assert_eq!(book(2, None).await, 409);
        assert_eq!(book(2, Some("2026-05-12")).await, 409);
        assert_eq!(book(2, Some("2026-05-19")).await, 201);
        assert_eq!(book(1, None).await, 201);
        assert_eq!(program.read(&slots).await["data"][0]["numSeatsAvailable"], 0);
    }

    /// What a client does wrong is said with the member and the limit.
    async fn mistakes_with_seats_are_explained(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let with = |member: &str, value: Value| {
            let mut body = seats("2026-05-08", 1);
            body[member] = value;
            body
        };
        let lesson = program.create("/bookings", &lesson("2026-05-07T09:00:00-00:00")).await;
        assert!(lesson.get("eventId").is_none());
        for (body, status, says) in [
            (with("eventId", json!("")), 400, "The member eventId is missing."),
            (with("numSeats", Value::Null), 400, "The member numSeats is missing."),
            (with("productId", json!("X")), 400, "productId: this business has no such product."),
            (with("productId", json!("312NONE4E9L17A2B6C8D0")), 400, "productId: this business has no such product."),
            (with("productId", json!(COURSE)), 400, "eventId: there is no such event of this product."),
            (with("productId", json!(LESSON)), 400, "productId: this product has appointments"),
            (with("productId", json!(CLOSED)), 403, "cannot be blocked through the API"),
            (with("productId", json!(7)), 400, "productId"),
            (with("eventId", json!("X")), 400, "eventId: there is no such event of this product."),
            (with("eventId", json!(tour("2026-05-20"))), 400, "eventId: there is no such event of this product."),
            (with("eventId", json!(class("2026-05-05"))), 400, "eventId: there is no such event of this product."),
            (with("eventId", json!(tour("2026-05-03"))), 400, "eventId: this event has begun already, or is over."),
            (with("numSeats", json!(0)), 400, "The member numSeats must be a whole number from 1 to 2147483647, or -1"),
            (with("numSeats", json!(-2)), 400, "The member numSeats must be a whole number from 1 to 2147483647, or -1"),
            (with("numSeats", json!(1.5)), 400, "The member numSeats must be a whole number"),
            (with("numSeats", json!("all")), 400, "The member numSeats must be a whole number"),
            (with("numSeats", json!(2_147_483_648_u32)), 400, "The member numSeats must be a whole number"),
            (with("numSeats", json!(2_147_483_647)), 409, "Only 8 seats are left; 2147483647 wanted."),
            (with("numSeats", json!(9)), 409, "Only 8 seats are left; 9 wanted."),
            (with("reason", json!("x".repeat(1_001))), 400, "reason can have 1000 characters at most"),
            (with("reason", json!("a\u{0}b")), 400, "The member reason must not contain"),
            (json!(7), 400, "The body is not what this operation expects"),
        ] {
            let answer = office.post("/seatblocks", &body).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(says), "{body}: {}", answer.text);
        }
        // Neither the rules for customers count nor how far ahead they can book.
        office.create("/seatblocks", &seats("2027-05-08", 1)).await;
        server.clock.advance(Duration::from_secs(8 * 3_600 + 30 * 60));
        office.create("/seatblocks", &seats("2026-05-04", -1)).await;
    }

    /// Bookings and blocks at once: together they have as many seats as there are.
    async fn no_seat_is_both_sold_and_blocked(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let answers = join_all((0..30).map(|turn| {
            let (program, office) = (program.clone(), office.clone());
            async move {
                match turn % 3 {
                    0 => office.post("/seatblocks", &seats("2026-05-08", 1)).await,
                    _ => program.post("/bookings", &order("2026-05-08", 1)).await,
                }
            }
        }))
        .await;
        let given = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 409).count();
        assert_eq!((given, refused), (8, 22));
        assert_eq!(seats_left(&program, "2026-05-08").await, 0);
        // Many clients block all of it: one succeeds.
        let answers = join_all((0..10).map(|_| {
            let office = office.clone();
            async move { office.post("/seatblocks", &seats("2026-05-09", -1)).await.status }
        }))
        .await;
        assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 9, "{answers:?}");
    }
}
