//! Free seats and resources: expiring holds, private events, and many clients at once.

use super::{business, lesson, order, seats_left, tour};
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::serde_json::json;
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

on_every_engine! {
    /// Some clients write every number with decimals, and JSON knows no difference.
    async fn whole_numbers_can_be_written_with_decimals(server: TestServer) {
        let (_, program) = business(&server).await;
        let numbers = |number: f64| json!([{"peopleCategoryId": "Cadults", "number": number}]);
        let mut body = order("2026-05-08", 1);
        body["participants"] = json!({"numbers": numbers(2.0)});
        let plain = program.create("/holds", &order("2026-05-08", 2)).await;
        assert_eq!(program.create("/holds", &body).await["price"], plain["price"]);
        let block = json!({"productId": TOUR, "eventId": tour("2026-05-09"), "numSeats": 3.0});
        assert_eq!(program.create("/seatblocks", &block).await["numSeats"], 3);
        let half = json!({"productId": TOUR, "eventId": tour("2026-05-09"), "numSeats": 0.5});
        assert_eq!(program.post("/seatblocks", &half).await.status, 400);
    }

    /// Holds end by themselves, by being removed, and by being replaced.
    async fn holds_end(server: TestServer) {
        let (_, program) = business(&server).await;
        let day = "2026-05-08";
        let first = program.create("/holds", &order(day, 6)).await["id"].as_str().unwrap().to_owned();
        assert_eq!(program.post("/holds", &order(day, 6)).await.status, 409);
        // The new hold counts the seats of the one it replaces as free; a refused one leaves it as it was.
        assert_eq!(program.post(&format!("/holds?previousHoldId={first}"), &order(day, 9)).await.status, 400);
        assert_eq!(seats_left(&program, day).await, 2);
        let second = program.create(&format!("/holds?previousHoldId={first}"), &order(day, 8)).await["id"].clone();
        assert_eq!(program.get(&format!("/holds/{first}")).await.status, 404);
        assert_eq!(seats_left(&program, day).await, 0);
        server.clock.advance(Duration::from_secs(299));
        assert_eq!(seats_left(&program, day).await, 0);
        server.clock.advance(Duration::from_secs(1));
        assert_eq!(seats_left(&program, day).await, 8);
        let second = second.as_str().unwrap();
        assert_eq!(program.delete(&format!("/holds/{second}")).await.status, 404);
        // An ended hold in previousHoldId: go on, if seats are still free.
        program.create(&format!("/bookings?previousHoldId={second}"), &order(day, 8)).await;
        let third = program.create("/holds", &order("2026-05-09", 8)).await["id"].as_str().unwrap().to_owned();
        assert_eq!(program.delete(&format!("/holds/{third}")).await.status, 204);
        assert_eq!(seats_left(&program, "2026-05-09").await, 8);
        for seconds in ["0", "601", "-1", "x"] {
            let refused = program.post(&format!("/holds?holdDurationSeconds={seconds}"), &order(day, 1)).await;
            assert_eq!(refused.status, 400, "{seconds}");
        }
    }

    /// A private event is booked as a whole, if it has no other booking.
    async fn a_private_event_has_one_booking(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut private = order("2026-05-08", 2);
        private["privateEvent"] = json!(true);
        let booked = program.create("/bookings", &private).await;
        let slots = program.read("/availability/slots?startTime=2026-05-08T00:00:00Z&endTime=2026-05-08T23:00:00Z").await;
        assert_eq!((&slots["data"][0]["numSeatsAvailable"], &slots["data"][0]["privateEvent"]), (&json!(0), &json!(true)));
        assert_eq!(program.post("/bookings", &order("2026-05-08", 1)).await.status, 409);
        program.delete(&format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap())).await;
        program.create("/bookings", &order("2026-05-08", 1)).await;
        assert_eq!(program.post("/bookings", &private).await.status, 409);
        // A participant without a seat counts.
        let mut infant = order("2026-05-09", 1);
        infant["participants"]["numbers"] = json!([{"peopleCategoryId": "Cinfants", "number": 1}]);
        program.create("/bookings?mode=backend", &infant).await;
        private["eventId"] = json!(tour("2026-05-09"));
        assert_eq!(program.post("/bookings", &private).await.status, 409);
    }

    /// Many clients book the last seats at once: as many are sold as there are, and each refusal says how many are
    /// left.
    async fn no_seat_is_sold_twice(server: TestServer) {
        let (_, program) = business(&server).await;
        let answers = join_all((0..40).map(|_| {
            let program = program.clone();
            async move { program.post("/bookings", &order("2026-05-08", 1)).await }
        }))
        .await;
        let sold = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = |text: &str| answers.iter().filter(|answer| answer.body["message"] == text).count();
        assert_eq!((sold, refused("No seats are left; 1 wanted.")), (8, 32));
        assert_eq!(seats_left(&program, "2026-05-08").await, 0);
        let answers = join_all((0..10).map(|_| {
            let program = program.clone();
            async move { program.post("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await }
        }))
        .await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 2, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 8, "{statuses:?}");
    }
}
