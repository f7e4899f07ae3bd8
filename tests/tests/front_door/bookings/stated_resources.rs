//! A named resource is allocated or the request is refused; without a name, one is assigned.

use super::resourceblocks::away;
use super::{business, lesson, order, people};
use slotkeeper_testkit::catalogue::{LESSON, catalogue, edit};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

const ANA: &str = "312RS00001";
const RUI: &str = "312RS00002";

fn with(mut body: Value, guide: &str) -> Value {
    body["resources"] = json!([{"id": guide}]);
    body
}

fn at(time: &str) -> String {
    format!("2026-05-07T{time}:00-00:00")
}

fn path(booking: &Value) -> String {
    format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap())
}

/// The id of the lesson with this guide that a search offers at this time.
async fn offered(program: &ApiClient, time: &str, guide: &str) -> Value {
    let search = json!({
        "productId": LESSON, "startTime": at(time), "endTime": at(time), "peopleNumbers": people(1, 0), "resources": [guide],
    });
    program.create("/availability/matchingslots", &search).await["data"][0]["eventId"].clone()
}

on_every_engine! {
    /// New bookings and holds.
    async fn a_new_appointment_is_with_whom_it_says(server: TestServer) {
        let (_, program) = business(&server).await;
        let (ana, rui) = (offered(&program, "10:00", ANA).await, offered(&program, "10:00", RUI).await);
        program.create("/bookings", &with(lesson(&at("10:00")), ANA)).await;
        let by_id = |id: &Value| {
            let mut body = lesson(&at("10:00"));
            body.as_object_mut().unwrap().remove("startTime");
            body["eventId"] = id.clone();
            body
        };
        for path in ["/holds", "/bookings", "/bookings?mode=backend"] {
            for body in [
                with(lesson(&at("10:00")), ANA),
                with(lesson(&at("10:30")), ANA),
                by_id(&ana),
                // Whom the order names counts, and not whom the offer had.
                with(by_id(&rui), ANA),
            ] {
                let refused = program.post(path, &body).await;
                assert_eq!(refused.status, 409, "{path} {body}: {}", refused.text);
            }
        }
        // A search for a guide offers that guide alone.
        let search = json!({
            "productId": LESSON, "startTime": at("09:00"), "endTime": at("16:00"), "peopleNumbers": people(1, 0), "resources": [ANA],
        });
        let found = program.create("/availability/matchingslots", &search).await["data"].clone();
        assert_eq!(found[0]["startTime"], "2026-05-07T11:30:00+01:00");
        assert!(found.as_array().unwrap().iter().all(|slot| slot["resources"][0]["id"] == ANA), "{found}");
        // The hold of one guide does not become a booking of the other.
        let hold = program.create("/holds", &with(lesson(&at("10:00")), RUI)).await["id"].as_str().unwrap().to_owned();
        let taken = program.post(&format!("/bookings?previousHoldId={hold}"), &with(lesson(&at("10:00")), ANA)).await;
        assert_eq!(taken.status, 409, "{}", taken.text);
        let booked = program.create(&format!("/bookings?previousHoldId={hold}"), &with(lesson(&at("10:00")), RUI)).await;
        assert_eq!(booked["resources"][0]["id"], RUI);
        // None is named, so one is assigned; an empty list names none.
        let mut any = lesson(&at("14:00"));
        any["resources"] = json!([]);
        assert_eq!(program.create("/bookings", &any).await["resources"][0]["id"], ANA);
        assert_eq!(program.create("/bookings", &lesson(&at("14:00"))).await["resources"][0]["id"], RUI);
    }

    /// Changes, in every combination of what says when.
    async fn a_change_is_with_whom_it_says(server: TestServer) {
        let (_, program) = business(&server).await;
        program.create("/bookings", &with(lesson(&at("10:00")), ANA)).await;
        let rui_at_ten = offered(&program, "10:00", RUI).await;
        let booked = program.create("/bookings", &with(lesson(&at("14:00")), ANA)).await;
        let path = path(&booked);
        for change in [
            json!({"startTime": at("10:00"), "resources": [{"id": ANA, "name": "Ana"}]}),
            json!({"startTime": at("10:30"), "resources": [ANA]}),
            json!({"startTime": at("10:00"), "endTime": at("11:00"), "resources": [ANA]}),
            json!({"eventId": rui_at_ten, "resources": [ANA]}),
            json!({"eventId": rui_at_ten, "startTime": at("10:00"), "resources": [ANA]}),
            json!({"startTime": at("10:00"), "resources": [ANA], "participants": {"numbers": people(2, 0)}}),
        ] {
            for path in [path.clone(), format!("{path}?mode=backend")] {
                let refused = program.put(&path, &change).await;
                assert_eq!(refused.status, 409, "{path} {change}: {}", refused.text);
            }
        }
        assert_eq!(program.read(&path).await, booked);
        // Another resource at the same time, occupied and free.
        let other = program.create("/bookings", &with(lesson(&at("15:30")), RUI)).await;
        let longer = json!({"endTime": at("16:00"), "resources": [RUI]});
        assert_eq!(program.put(&path, &longer).await.status, 409);
        assert_eq!(program.delete(&self::path(&other)).await.status, 204);
        let with_rui = program.put(&path, &json!({"resources": [RUI]})).await;
        assert_eq!((with_rui.status, &with_rui.body["resources"][0]["id"]), (200, &json!(RUI)), "{}", with_rui.text);
        assert_eq!(with_rui.body["startTime"], booked["startTime"]);
        // Without a word of it the lesson keeps its guide where that can be, and gets another where not.
        let moved = program.put(&path, &json!({"startTime": at("11:30")})).await;
        assert_eq!(moved.body["resources"][0]["id"], RUI, "{}", moved.text);
        program.create("/bookings", &with(lesson(&at("13:00")), RUI)).await;
        // Longer at the same time is longer with the same guide.
        assert_eq!(program.put(&path, &json!({"endTime": at("13:30")})).await.status, 409);
        let moved = program.put(&path, &json!({"startTime": at("12:30")})).await;
        assert_eq!((moved.status, &moved.body["resources"][0]["id"]), (200, &json!(ANA)), "{}", moved.text);
        // An echo that changes nothing says nothing.
        let same = program.put(&path, &moved.body).await;
        assert_eq!((same.status, &same.body["resources"]), (200, &moved.body["resources"]), "{}", same.text);
        // Moved to another product, it is with whom the change says as well.
        let tour = program.create("/bookings", &order("2026-05-08", 1)).await;
        let busy = json!({"productId": LESSON, "startTime": at("10:00"), "resources": [ANA]});
        assert_eq!(program.put(&self::path(&tour), &busy).await.status, 409);
        let free = json!({"productId": LESSON, "startTime": at("10:00"), "resources": [RUI]});
        let moved = program.put(&self::path(&tour), &free).await;
        assert_eq!((moved.status, &moved.body["resources"][0]["id"]), (200, &json!(RUI)), "{}", moved.text);
    }

    /// Blocked, outside the working hours, or not of the product: no other resource is assigned instead.
    async fn who_cannot_come_is_not_replaced(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        let mornings = json!({"weekly": [{"days": 127, "from": "09:00:00", "to": "12:00:00"}], "closed": []});
        edit(&mut offered.resource_types[0], |guides| guides["resources"][0]["hours"] = mornings);
        server.offer(program.account(), offered).await;
        let booked = program.create("/bookings", &with(lesson(&at("09:00")), ANA)).await;
        for (body, status, says) in [
            (with(lesson(&at("14:00")), ANA), 409, "The resource 312RS00001 is not there for the whole time."),
            (with(lesson(&at("14:00")), "312RS00009"), 400, "The resource 312RS00009 cannot be booked with this product."),
            (json!({"resources": [ANA, RUI]}), 400, "The product does not use so many resources."),
        ] {
            let mut new = lesson(&at("10:30"));
            new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            let mut change = body.clone();
            change.as_object_mut().unwrap().remove("customer");
            for answer in [
                program.post("/holds", &new).await,
                program.post("/bookings", &new).await,
                program.put(&path(&booked), &change).await,
            ] {
                assert_eq!(answer.status, status, "{body}: {}", answer.text);
                assert!(answer.text.contains(says), "{body}: {}", answer.text);
            }
        }
        // Nor where only the guide is to be another one.
        let afternoon = program.create("/bookings", &with(lesson(&at("15:30")), RUI)).await;
        let refused = program.put(&path(&afternoon), &json!({"resources": [ANA]})).await;
        assert!(refused.status == 409 && refused.text.contains("is not there for the whole time"), "{}", refused.text);
        let by_staff = program.put(&format!("{}?mode=backend", path(&afternoon)), &json!({"resources": [ANA]})).await;
        assert_eq!((by_staff.status, &by_staff.body["resources"][0]["id"]), (200, &json!(ANA)), "{}", by_staff.text);
        // Without a name it is the guide who is there.
        assert_eq!(program.create("/bookings", &lesson(&at("14:00"))).await["resources"][0]["id"], RUI);
        program.create("/resourceblocks", &away("2026-05-08", "09:00", "12:00", &[ANA])).await;
        let blocked = json!({"startTime": "2026-05-08T09:00:00-00:00", "resources": [ANA]});
        assert_eq!(program.put(&path(&booked), &blocked).await.status, 409);
    }
}
