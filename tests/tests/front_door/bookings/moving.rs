//! Moving a booking: a search that counts what the booking occupies as free, and the change itself.

use super::{business, class, lesson, order, people, second_business, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

const DAY: &str = "2026-05-07";
const ANA: &str = "312RS00001";

fn number(booking: &Value) -> &str {
    booking["bookingNumber"].as_str().unwrap()
}

/// The starts of lessons with Ana on the day, as a search finds them.
async fn with_ana(program: &ApiClient, ignored: Option<&str>) -> Vec<String> {
    let search = json!({
        "productId": LESSON, "startTime": format!("{DAY}T00:00:00-00:00"), "endTime": format!("{DAY}T23:59:00-00:00"),
        "peopleNumbers": people(1, 0), "resources": [ANA],
    });
    let ignored = ignored.map(|number| format!("&ignoreBooking={number}")).unwrap_or_default();
    let found = program.post(&format!("/availability/matchingslots?itemsPerPage=300{ignored}"), &search).await;
    assert_eq!(found.status, 201, "{}", found.text);
    found.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["startTime"].as_str().unwrap()[11..16].to_owned())
        .collect()
}

async fn slot(program: &ApiClient, day: &str, ignored: &str) -> Value {
    let path = format!(
        "/availability/slots?productId={TOUR}&startTime={day}T00:00:00-00:00&endTime={day}T23:59:00-00:00{ignored}"
    );
    program.read(&path).await["data"][0].clone()
}

on_every_engine! {
    /// An appointment does not stand in its own way, in searches and in changes; others do.
    async fn an_appointment_is_moved_within_its_own_time(server: TestServer) {
        let (_, program) = business(&server).await;
        let lesson = |time: &str| {
            let mut body = lesson(&format!("{DAY}T{time}:00-00:00"));
            body["resources"] = json!([ANA]);
            body
        };
        let booked = program.create("/bookings", &lesson("10:00")).await;
        program.create("/bookings", &lesson("13:00")).await;
        let plain = with_ana(&program, None).await;
        assert_eq!(plain[..3], ["11:30", "14:30", "15:00"]);
        let free = with_ana(&program, Some(number(&booked))).await;
        assert_eq!(free[..8], ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "14:30", "15:00"]);
        // Every start that was offered is one to which it can be moved, and no other.
        let path = format!("/bookings/{}", number(&booked));
        for time in ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30", "13:30", "14:00", "14:30"] {
            let change = json!({"startTime": format!("{DAY}T{time}:00-00:00"), "resources": [ANA]});
            let moved = program.put(&path, &change).await;
            assert_eq!(moved.status == 200, free.contains(&time.to_owned()), "{time}: {}", moved.text);
            // Wherever it is, it does not count.
            assert_eq!(with_ana(&program, Some(number(&booked))).await, free);
        }
        // By the offer, to half an hour later.
        let moved = program.put(&path, &json!({"startTime": format!("{DAY}T10:00:00-00:00")})).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        let search = json!({
            "productId": LESSON, "startTime": format!("{DAY}T10:30:00-00:00"), "endTime": format!("{DAY}T10:30:00-00:00"),
            "peopleNumbers": people(1, 0), "resources": [ANA],
        });
        let offered = program.create(&format!("/availability/matchingslots?ignoreBooking={}", number(&booked)), &search).await;
        let moved = program.put(&path, &json!({"eventId": offered["data"][0]["eventId"]})).await;
        assert_eq!((moved.status, &moved.body["startTime"]), (200, &json!("2026-05-07T10:30:00+01:00")), "{}", moved.text);
        // What was offered for a move is not offered to other bookings.
        let mut somebody = lesson("11:00");
        somebody["resources"] = json!([ANA]);
        assert_eq!(program.post("/bookings", &somebody).await.status, 409);
        // Cancelled, it has nothing.
        assert_eq!(program.delete(&path).await.status, 204);
        assert_eq!(with_ana(&program, Some(number(&booked))).await, with_ana(&program, None).await);
    }

    /// A booking's seats are free for its own party, and a guide who is occupied by this booking only is free for
    /// another product.
    async fn seats_and_guides_of_the_booking_count_as_free(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 5)).await;
        program.create("/bookings", &order("2026-05-08", 2)).await;
        let ignored = format!("&ignoreBooking={}", number(&booked));
        assert_eq!(slot(&program, "2026-05-08", "").await["numSeatsAvailable"], 1);
        assert_eq!(slot(&program, "2026-05-08", &ignored).await["numSeatsAvailable"], 6);
        let search = |adults: u32| json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00-00:00", "endTime": "2026-05-08T23:00:00-00:00", "peopleNumbers": people(adults, 0),
        });
        let (plain, moving) = ("/availability/matchingslots".to_owned(), format!("/availability/matchingslots?{}", &ignored[1..]));
        let path = format!("/bookings/{}", number(&booked));
        for (adults, fits, grows) in [(1, true, true), (6, false, true), (7, false, false)] {
            assert_eq!(!program.create(&plain, &search(adults)).await["data"].as_array().unwrap().is_empty(), fits, "{adults}");
            assert_eq!(!program.create(&moving, &search(adults)).await["data"].as_array().unwrap().is_empty(), grows, "{adults}");
            let changed = program.put(&path, &json!({"participants": {"numbers": people(adults, 0)}})).await;
            assert_eq!(changed.status, if grows { 200 } else { 409 }, "{}", changed.text);
        }
        // A private event is theirs: it is as free as any without them.
        let mut private = order("2026-05-09", 2);
        private["privateEvent"] = json!(true);
        let private = program.create("/bookings", &private).await;
        let ignored = format!("&ignoreBooking={}", number(&private));
        let (taken, free) = (slot(&program, "2026-05-09", "").await, slot(&program, "2026-05-09", &ignored).await);
        assert_eq!((&taken["numSeatsAvailable"], &taken["privateEvent"]), (&json!(0), &json!(true)));
        assert_eq!((&free["numSeatsAvailable"], &free["privateEvent"]), (&json!(8), &json!(false)));
        // Pages of a search go on without it.
        let days = format!("/availability/slots?productId={TOUR}&startTime=2026-05-09T00:00:00-00:00&endTime=2026-05-10T23:59:00-00:00&itemsPerPage=1");
        let first = program.read(&format!("{days}{ignored}")).await;
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        let again = program.read(&format!("/availability/slots?pageNavigationToken={token}&pageNumber=1")).await;
        assert_eq!((&again["data"], &again["data"][0]["numSeatsAvailable"]), (&first["data"], &json!(8)));
        // Ana guides the tour of the 10th for this booking alone, and that of the 11th for others as well.
        let evening = async |booked: &Value, day: &str| {
            let search = json!({
                "productId": LESSON, "startTime": format!("{day}T17:00:00-00:00"), "endTime": format!("{day}T19:00:00-00:00"),
                "peopleNumbers": people(1, 0), "resources": [ANA],
            });
            let path = format!("/availability/matchingslots?mode=backend&ignoreBooking={}", number(booked));
            program.create(&path, &search).await["data"].as_array().unwrap().len()
        };
        let mut offered = slotkeeper_testkit::catalogue::catalogue();
        slotkeeper_testkit::catalogue::edit(&mut offered.products[2], |lessons| {
            lessons["kind"]["flexible_time"]["hours"]["weekly"][0]["to"] = json!("21:00:00");
        });
        server.offer(program.account(), offered).await;
        let alone = program.create("/bookings", &order("2026-05-10", 1)).await;
        let shared = program.create("/bookings", &order("2026-05-11", 1)).await;
        let held = program.create("/holds", &order("2026-05-11", 1)).await;
        assert_eq!((evening(&alone, "2026-05-10").await, evening(&shared, "2026-05-11").await), (5, 0));
        let to_lesson = |day: &str| json!({"productId": LESSON, "startTime": format!("{day}T18:00:00-00:00"), "resources": [ANA]});
        let path = |booked: &Value| format!("/bookings/{}?mode=backend", number(booked));
        assert_eq!(program.put(&path(&shared), &to_lesson("2026-05-11")).await.status, 409);
        assert_eq!(program.delete(&format!("/holds/{}", held["id"].as_str().unwrap())).await.status, 204);
        assert_eq!(evening(&shared, "2026-05-11").await, 5);
        for (booked, day) in [(&alone, "2026-05-10"), (&shared, "2026-05-11")] {
            let moved = program.put(&path(booked), &to_lesson(day)).await;
            assert_eq!((moved.status, &moved.body["resources"][0]["id"]), (200, &json!(ANA)), "{}", moved.text);
            assert_eq!(program.post("/bookings", &order(day, 1)).await.status, 409);
        }
    }

    /// Of a course, in all of its classes.
    async fn a_course_does_not_stand_in_its_own_way(server: TestServer) {
        let (_, program) = business(&server).await;
        let body = json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "participants": {"numbers": people(3, 0)}, "customer": {"firstName": "A"},
        });
        let booked = program.create("/bookings", &body).await;
        let search = format!("/availability/slots?productId={COURSE}&startTime=2026-05-04T00:00:00Z&endTime=2026-06-03T00:00:00Z");
        assert_eq!(program.read(&search).await["data"][0]["numSeatsAvailable"], 1);
        let without = program.read(&format!("{search}&ignoreBooking={}", number(&booked))).await;
        assert_eq!(without["data"][0]["numSeatsAvailable"], 4);
    }

    /// A booking of which the key may not know is none, in every search.
    async fn only_a_booking_in_sight_is_left_out(server: TestServer) {
        let (owner, all) = business(&server).await;
        let (_, elsewhere) = second_business(&server).await;
        let booked = all.create("/bookings", &order("2026-05-08", 5)).await;
        let foreign = elsewhere.create("/bookings", &order("2026-05-08", 5)).await;
        let looks = ApiClient::installed(&server, "Looks", &owner, "availability_r").await;
        let own = ApiClient::installed(&server, "Own Things", &owner, "availability_r,bookings_rw_own").await;
        let reads = ApiClient::installed(&server, "Reader", &owner, "availability_r,bookings_r_all").await;
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00Z", "endTime": "2026-05-08T23:00:00Z", "peopleNumbers": people(4, 0),
        });
        let slots = format!("/availability/slots?productId={TOUR}&startTime=2026-05-08T00:00:00Z&endTime=2026-05-08T23:00:00Z");
        for (program, number, status) in [
            (&all, number(&booked), 200),
            (&reads, number(&booked), 200),
            (&own, number(&booked), 404),
            (&looks, number(&booked), 404),
            (&all, number(&foreign), 404),
            (&all, "12345678901234", 404),
            (&all, "x", 404),
        ] {
            let listed = program.get(&format!("{slots}&ignoreBooking={number}")).await;
            assert_eq!(listed.status, status, "{}", listed.text);
            let found = program.post(&format!("/availability/matchingslots?ignoreBooking={number}"), &search).await;
            assert_eq!(found.status, if status == 200 { 201 } else { 404 }, "{}", found.text);
            if status == 404 {
                assert_eq!(listed.body["message"], "There is no booking with this id, or this API key may not know of it.");
                assert_eq!(found.body["message"], listed.body["message"]);
            }
        }
        // Its own bookings, and a token of another application's search.
        let ours = own.create("/bookings", &order("2026-05-08", 2)).await;
        assert_eq!(own.read(&format!("{slots}&ignoreBooking={}", number(&ours))).await["data"][0]["numSeatsAvailable"], 3);
        let days = slots.replace("05-08T23", "05-09T23");
        let first = all.read(&format!("{days}&itemsPerPage=1&ignoreBooking={}", number(&booked))).await;
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        assert_eq!(looks.get(&format!("/availability/slots?pageNavigationToken={token}")).await.status, 404);
        assert_eq!(looks.read(&slots).await["data"][0]["eventId"], json!(tour("2026-05-08")));
    }
}
