//! Resource blocks: what they occupy, and what they leave.

use super::seatblocks::{office, path, seats};
use super::{business, lesson, lessons, order, people, seats_left};
use slotkeeper_testkit::catalogue::catalogue_with_seats;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

const ANA: &str = "312RS00001";
const RUI: &str = "312RS00002";

/// These guides, from one time of a day to another, on the clock of the business.
pub(super) fn away(day: &str, from: &str, to: &str, guides: &[&str]) -> Value {
    let guides: Vec<Value> = guides.iter().map(|id| json!({"id": id})).collect();
    json!({"startTime": format!("{day}T{from}:00-00:00"), "endTime": format!("{day}T{to}:00-00:00"), "resources": guides})
}

on_every_engine! {
    /// Searches show it, blocked resources cannot be held or booked, and deleting it releases all of it.
    async fn blocked_guides_give_no_lessons_and_no_tours(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let day = "2026-05-07";
        let before = lessons(&program, day).await;
        let mut body = away(day, "08:00", "13:00", &[ANA, RUI, ANA]);
        body["reason"] = json!("First-aid course");
        let blocked = office.post("/resourceblocks?lang=pt-PT", &body).await;
        assert_eq!(blocked.status, 201, "{}", blocked.text);
        let morning = path("/resourceblocks", &blocked.body);
        assert_eq!(blocked.headers["location"], format!("{}/v2{morning}", server.url));
        assert_eq!(blocked.body, json!({
            "id": blocked.body["id"], "startTime": "2026-05-07T08:00:00+01:00", "endTime": "2026-05-07T13:00:00+01:00",
            "reason": "First-aid course",
            "resources": [{"id": ANA, "name": "Ana (pt)"}, {"id": RUI, "name": "Rui (pt)"}],
            "creationTime": "2026-05-04T09:12:00+01:00", "creationAgent": "Front Office",
        }));
        assert_eq!(office.read(&morning).await["resources"][1]["name"], "Rui");
        assert_eq!(lessons(&program, day).await[0], "13:00 Ana");
        for path in ["/holds", "/bookings", "/bookings?mode=backend"] {
            let refused = program.post(path, &lesson("2026-05-07T12:30:00-00:00")).await;
            assert_eq!(refused.status, 409, "{}", refused.text);
        }
        // With Ana away there is no tour, and with Rui away there is one.
        let evening = office.create("/resourceblocks", &away(day, "19:30", "23:00", &[RUI])).await;
        assert_eq!(seats_left(&program, day).await, 8);
        let evening = path("/resourceblocks", &evening);
        let moved = office.put(&evening, &json!({"resources": [{"id": ANA}]})).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(seats_left(&program, day).await, Value::Null);
        for (caller, path, body) in [
            (&program, "/holds", order(day, 1)),
            (&program, "/bookings", order(day, 1)),
            (&office, "/seatblocks", seats(day, 1)),
        ] {
            let refused = caller.post(path, &body).await;
            assert_eq!((refused.status, &refused.body["message"]), (409, &json!("What this event needs is not free at that time.")));
        }
        assert_eq!(office.delete(&evening).await.status, 204);
        assert_eq!(seats_left(&program, day).await, 8);
        let gone = office.delete(&morning).await;
        assert_eq!((gone.status, gone.text.as_str()), (204, ""));
        assert_eq!(lessons(&program, day).await, before);
        assert_eq!(office.get(&morning).await.status, 404);
    }

    /// A block is accepted over existing bookings, which stay; nothing new is booked.
    async fn what_was_booked_before_a_block_stays(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let day = "2026-05-08";
        let coached = program.create("/bookings", &lesson("2026-05-08T10:00:00-00:00")).await;
        let toured = program.create("/bookings", &order(day, 3)).await;
        let held = program.create("/holds", &lesson("2026-05-08T14:00:00-00:00")).await;
        let blocked = office.create("/resourceblocks", &away(day, "09:00", "22:00", &[ANA, RUI])).await;
        // A second block of the same time is as good as one.
        let again = office.create("/resourceblocks", &away(day, "09:00", "22:00", &[ANA])).await;
        let number = |booking: &Value| format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        for booking in [&coached, &toured] {
            assert_eq!(program.read(&number(booking)).await, *booking);
            // What takes nothing new can be changed.
            let changed = program.put(&number(booking), &json!({"externalRef": "X"})).await;
            assert_eq!(changed.status, 200, "{}", changed.text);
        }
        // Taking more, or anew, is another matter; so is what was only held.
        assert_eq!(program.put(&number(&toured), &json!({"participants": {"numbers": people(4, 0)}})).await.status, 409);
        assert_eq!(program.put(&number(&coached), &json!({"startTime": "2026-05-08T11:00:00-00:00"})).await.status, 409);
        let hold = held["id"].as_str().unwrap();
        let late = program.post(&format!("/bookings?previousHoldId={hold}"), &lesson("2026-05-08T14:00:00-00:00")).await;
        assert_eq!(late.status, 409, "{}", late.text);
        assert_eq!(seats_left(&program, day).await, Value::Null);
        assert_eq!(lessons(&program, day).await, Vec::<String>::new());
        let moved = program.put(&number(&coached), &json!({"startTime": "2026-05-09T10:00:00-00:00"})).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(program.post("/bookings", &lesson("2026-05-08T10:00:00-00:00")).await.status, 409);
        office.delete(&path("/resourceblocks", &blocked)).await;
        assert_eq!((seats_left(&program, day).await, &lessons(&program, day).await[0][..]), (Value::Null, "09:00 Rui"));
        office.delete(&path("/resourceblocks", &again)).await;
        assert_eq!(seats_left(&program, day).await, 5);
        assert_eq!(&lessons(&program, day).await[0][..], "09:00 Ana");
    }

    /// A change that needs no more of an absent guide keeps its claim and releases the rest.
    async fn what_was_booked_before_a_block_can_be_made_smaller(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let day = "2026-05-08";
        let toured = program.create("/bookings", &order(day, 5)).await;
        let reserved = office.create("/seatblocks", &seats(day, 3)).await;
        let coached = program.create("/bookings", &lesson("2026-05-08T10:00:00-00:00")).await;
        let before = lessons(&program, day).await;
        assert_eq!(coached["resources"][0]["id"], ANA);
        let blocked = office.create("/resourceblocks", &away(day, "09:00", "22:00", &[ANA])).await;
        let number = |booking: &Value| format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        let party = |adults: u32| json!({"participants": {"numbers": people(adults, 0)}});
        let reserved = path("/seatblocks", &reserved);
        for (caller, path, body, status) in [
            (&program, number(&toured), party(2), 200),
            (&program, number(&toured), party(3), 409),
            (&office, reserved.clone(), json!({"numSeats": 1}), 200),
            (&office, reserved.clone(), json!({"numSeats": 2}), 409),
            // Two for one guide are no more of the guide than one, and half an hour is less than an hour.
            (&program, number(&coached), party(2), 200),
            (&program, number(&coached), json!({"endTime": "2026-05-08T10:30:00-00:00"}), 200),
            (&program, number(&coached), json!({"endTime": "2026-05-08T11:00:00-00:00"}), 409),
        ] {
            let changed = caller.put(&path, &body).await;
            assert_eq!(changed.status, status, "{path} {body}: {}", changed.text);
        }
        let shorter = program.read(&number(&coached)).await;
        assert_eq!((&shorter["endTime"], &shorter["resources"]), (&json!("2026-05-08T10:30:00+01:00"), &coached["resources"]));
        // With the guide back, what was given back is free, and no more.
        office.delete(&path("/resourceblocks", &blocked)).await;
        assert_eq!(seats_left(&program, day).await, 5);
        let ana = |all: &[String]| all.iter().filter(|one| one.ends_with("Ana")).cloned().collect::<Vec<_>>();
        assert_eq!(ana(&before)[..2], ["11:30 Ana", "12:00 Ana"]);
        assert_eq!(ana(&lessons(&program, day).await)[..2], ["11:00 Ana", "11:30 Ana"]);
        let refilled = program.put(&number(&toured), &party(8)).await;
        assert_eq!(refilled.status, 409, "{}", refilled.text);
        assert_eq!(program.put(&number(&toured), &party(7)).await.status, 200);
        for (caller, path) in [(&program, number(&toured)), (&office, reserved), (&program, number(&coached))] {
            assert_eq!(caller.delete(&path).await.status, 204);
        }
        assert_eq!((seats_left(&program, day).await, &lessons(&program, day).await[0][..]), (json!(8), "09:00 Ana"));
        // What was sold beyond what there is today can become less as well.
        let full = program.create("/bookings", &order("2026-05-09", 8)).await;
        server.offer(program.account(), catalogue_with_seats(4)).await;
        assert_eq!(program.put(&number(&full), &party(6)).await.status, 200);
        assert_eq!(program.put(&number(&full), &party(7)).await.status, 409);
        assert_eq!(seats_left(&program, "2026-05-09").await, 0);
    }

    /// A change replaces what the block has in one step; a block can be as long as a year.
    async fn a_block_of_resources_is_changed_in_one_step(server: TestServer) {
        let (owner, program) = business(&server).await;
        let office = office(&server, &owner).await;
        let mut body = away("2026-05-07", "09:00", "17:00", &[ANA, RUI]);
        body["reason"] = json!("Training");
        let blocked = office.create("/resourceblocks", &body).await;
        let path = path("/resourceblocks", &blocked);
        server.clock.advance(Duration::from_secs(3_600));
        let changed = office.put(&path, &json!({"endTime": "2026-05-07T12:00:00.900-00:00"})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(changed.headers["location"], format!("{}/v2{path}", server.url));
        let mut expected = blocked.clone();
        expected["endTime"] = json!("2026-05-07T12:00:00+01:00");
        expected["lastChangeTime"] = json!("2026-05-04T10:12:00+01:00");
        expected["lastChangeAgent"] = json!("Front Office");
        assert_eq!(changed.body, expected);
        assert_eq!(office.read(&path).await, expected);
        assert_eq!(lessons(&program, "2026-05-07").await[0], "12:00 Ana");
        // Written back as it was, it says nothing.
        assert_eq!(office.put(&path, &changed.body).await.body["resources"], blocked["resources"]);
        let changed = office.put(&path, &json!({"resources": [RUI], "reason": "Holiday", "startTime": null})).await;
        assert_eq!(changed.body["resources"], json!([{"id": RUI, "name": "Rui"}]), "{}", changed.text);
        assert_eq!(lessons(&program, "2026-05-07").await[0], "09:00 Ana");
        let year = json!({"startTime": "2026-05-07T00:00:00-00:00", "endTime": "2027-05-08T00:00:00-00:00", "resources": [{"id": ANA}]});
        assert_eq!(office.put(&path, &year).await.status, 200);
        assert_eq!((lessons(&program, "2026-05-07").await[0].as_str(), lessons(&program, "2026-09-30").await[0].as_str()), ("09:00 Rui", "09:00 Rui"));
        assert_eq!(seats_left(&program, "2026-10-24").await, Value::Null);
        let before = office.read(&path).await;
        for (body, says) in [
            (json!({"endTime": "2027-05-08T00:00:01-00:00"}), "366 days apart at most"),
            (json!({"endTime": "2026-05-07T00:00:00.400-00:00"}), "endTime must be after startTime."),
            (json!({"resources": []}), "resources must have 1 to 100 entries."),
            (json!({"resources": [{"id": "312RS00009"}]}), "resources: this business has no resource 312RS00009."),
        ] {
            let refused = office.put(&path, &body).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.text);
            assert!(refused.body["message"].as_str().unwrap().contains(says), "{body}: {}", refused.text);
        }
        assert_eq!(office.read(&path).await, before);
        office.delete(&path).await;
        assert_eq!(seats_left(&program, "2026-10-24").await, 8);
    }

    /// What a client does wrong is said with the member and the limit.
    async fn mistakes_with_resources_are_explained(server: TestServer) {
        let (owner, _) = business(&server).await;
        let office = office(&server, &owner).await;
        let with = |member: &str, value: Value| {
            let mut body = away("2026-05-07", "08:00", "13:00", &[ANA]);
            body[member] = value;
            body
        };
        for (body, says) in [
            (with("startTime", Value::Null), "The member startTime is missing."),
            (with("endTime", Value::Null), "The member endTime is missing."),
            (with("resources", Value::Null), "The member resources is missing."),
            (with("startTime", json!("tomorrow")), "The member startTime"),
            (with("startTime", json!(7)), "The member startTime"),
            (with("endTime", json!("2026-05-07T08:00:00-00:00")), "endTime must be after startTime."),
            (with("endTime", json!("2027-06-07T08:00:00-00:00")), "startTime and endTime can be 366 days apart at most."),
            (with("resources", json!([])), "resources must have 1 to 100 entries."),
            (with("resources", json!(vec![json!({"id": ANA}); 101])), "The member resources can have 100 entries at most"),
            (with("resources", json!([{"id": "x"}])), "resources: this business has no such resource."),
            (with("resources", json!([{"name": "Ana"}])), "The member resources"),
            (with("resources", json!("Ana")), "The member resources"),
            (with("resources", json!([{"id": ANA}, {"id": "312RS00009"}])), "resources: this business has no resource 312RS00009."),
            (with("reason", json!("x".repeat(1_001))), "reason can have 1000 characters at most"),
        ] {
            let answer = office.post("/resourceblocks", &body).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(says), "{body}: {}", answer.text);
        }
        // A guide who was ill yesterday can be written down.
        office.create("/resourceblocks", &away("2026-05-03", "08:00", "13:00", &[ANA])).await;
    }
}
