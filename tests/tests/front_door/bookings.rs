//! Availability, holds and bookings through the API: the flows of the wire reference, section 7, and what goes wrong.

use slotkeeper_testkit::catalogue::{CLOSED, COURSE, COURSE_SERIES, LESSON, TOUR, TOUR_SERIES, catalogue};
use slotkeeper_testkit::client::{Program, Visitor};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

const ALL: &str = "bookings_rwd_all,customers_rwd_all,payments_rw_all,availability_r";

/// A business with the catalogue, and a program that may do everything in it.
async fn business(server: &TestServer) -> (Visitor, Program) {
    let owner = Visitor::owner(server, "olivia@example.com").await;
    let program = Program::installed(server, "Harbour Desk", &owner, ALL).await;
    server.offer(program.account(), catalogue()).await;
    (owner, program)
}

fn tour(day: &str) -> String {
    format!("{TOUR}_{TOUR_SERIES}_{day}")
}

fn class(day: &str) -> String {
    format!("{COURSE}_{COURSE_SERIES}_{day}")
}

fn people(adults: u32, children: u32) -> Value {
    let number = |id: &str, number: u32| json!({"peopleCategoryId": id, "number": number});
    match children {
        0 => json!([number("Cadults", adults)]),
        _ => json!([number("Cadults", adults), number("Cchildren", children)]),
    }
}

/// So many adults for the tour of a day, with a new customer.
fn order(day: &str, adults: u32) -> Value {
    json!({
        "productId": TOUR, "eventId": tour(day), "participants": {"numbers": people(adults, 0)},
        "customer": {"firstName": "Marta", "lastName": "Reis", "emailAddress": "marta@example.com", "phoneNumbers": null},
    })
}

fn lesson(start: &str) -> Value {
    json!({
        "productId": LESSON, "startTime": start, "participants": {"numbers": people(1, 0)},
        "customer": {"firstName": "Ilse"},
    })
}

/// How many seats the tour of a day has left, as a search says.
async fn seats_left(program: &Program, day: &str) -> Value {
    let path =
        format!("/availability/slots?productId={TOUR}&startTime={day}T00:00:00-00:00&endTime={day}T23:59:59-00:00");
    program.read(&path).await["data"][0]["numSeatsAvailable"].clone()
}

/// The starts of lessons that a search offers on a day, with the name of who would give each.
async fn lessons(program: &Program, day: &str) -> Vec<String> {
    let search = json!({
        "productId": LESSON, "startTime": format!("{day}T00:00:00-00:00"), "endTime": format!("{day}T23:59:00-00:00"),
        "peopleNumbers": people(1, 0),
    });
    let found = program.create("/availability/matchingslots?itemsPerPage=300", &search).await;
    let start = |slot: &Value| {
        let time = slot["startTime"].as_str().unwrap()[11..16].to_owned();
        format!("{time} {}", slot["resources"][0]["name"].as_str().unwrap())
    };
    found["data"].as_array().unwrap().iter().map(start).collect()
}

on_every_engine! {
    /// Flow 1: from the list of products to a booking that is paid for.
    async fn a_scheduled_product_is_booked(server: TestServer) {
        let (_, program) = business(&server).await;
        let products = program.read("/settings/products?type=fixed&lang=pt-PT").await;
        assert_eq!(products["info"], json!({"totalItems": 2, "totalPages": 1, "currentPage": 1}));
        assert_eq!(products["data"][0]["name"], "Sunset kayak tour (pt)");
        assert_eq!(products["data"][0]["defaultRates"][0]["price"], json!({"amount": "45", "currency": "EUR"}));

        // `+` arrives as a space. Two days, one page each.
        let path = format!(
            "/availability/slots/?&productId={TOUR}&startTime=2026-05-08T00:00:00 01:00&endTime=2026-05-09T23:00:00Z\
             &itemsPerPage=1"
        );
        let slots = program.read(&path).await;
        assert_eq!(slots["info"]["totalItems"], 2);
        let token = slots["info"]["pageNavigationToken"].as_str().unwrap();
        assert_eq!(slots["data"][0], json!({
            "productId": TOUR, "eventId": tour("2026-05-08"), "startTime": "2026-05-08T18:00:00+01:00",
            "endTime": "2026-05-08T20:00:00+01:00", "numSeatsAvailable": 8, "privateEvent": false,
            "resources": [{"id": "312RS00001", "name": "Ana"}],
        }));
        let second = program.read(&format!("/availability/slots?pageNavigationToken={token}&pageNumber=2")).await;
        assert_eq!(second["data"][0]["eventId"], json!(tour("2026-05-09")));

        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00+01:00", "endTime": "2026-05-09T00:00:00+01:00",
            "peopleNumbers": people(2, 1), "options": [{"id": format!("{TOUR}_H5J8CDYP"), "value": "1"}],
        });
        let found = program.post("/availability/matchingslots?itemsPerPage=2", &search).await;
        assert_eq!(found.status, 201, "{}", found.text);
        assert_eq!(found.body["data"][0]["price"], json!({"amount": "125", "currency": "EUR"}));
        let location = found.headers["location"].to_str().unwrap();
        let page = location.split_once("/v2").unwrap().1;
        assert_eq!(program.read(page).await["data"], found.body["data"]);

        // A hold takes the seats and says the price.
        let mut body = order("2026-05-08", 2);
        body["participants"]["numbers"] = people(2, 1);
        body["options"] = json!([{"name": "Dry bags", "value": "1"}, {"id": format!("{TOUR}_B7N2MXRL"), "value": "false"}]);
        let held = program.post("/holds?holdDurationSeconds=600", &body).await;
        assert_eq!(held.status, 201, "{}", held.text);
        assert_eq!(held.body["totalPayable"], json!({"amount": "137.5", "currency": "EUR"}));
        assert_eq!(held.body["price"]["taxes"], json!([
            {"taxId": "312TAX0001", "amount": {"amount": "12.5", "currency": "EUR"}},
        ]));
        assert_eq!(held.body["expiration"], "2026-05-04T09:22:00+01:00");
        let hold = held.body["id"].as_str().unwrap();
        assert_eq!(program.read(&format!("/holds/{hold}")).await["id"], hold);
        assert_eq!(seats_left(&program, "2026-05-08").await, 5);

        body["externalRef"] = json!("WEB-88213");
        body["customer"]["customFields"] = json!([{"name": "Experience", "value": "Beginner"}]);
        body["participants"]["details"] = json!([
            {"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": 1},
            {"personId": "PNEW", "peopleCategoryId": "Cadults", "categoryIndex": 2, "personDetails": {"firstName": "Joana"}},
        ]);
        body["initialPayments"] = json!([
            {"reason": "Full payment", "amount": {"amount": 137.50, "currency": "EUR"}, "paymentMethod": "creditCard"},
        ]);
        // Echoed members are ignored.
        body["title"] = json!("Somebody else");
        body["price"] = json!({"totalGross": {"amount": "1", "currency": "EUR"}});
        let booked = program.post(&format!("/bookings?previousHoldId={hold}&notifyUsers=True"), &body).await;
        assert_eq!(booked.status, 201, "{}", booked.text);
        let number = booked.body["bookingNumber"].as_str().unwrap().to_owned();
        assert_eq!(booked.headers["location"], format!("{}/v2/bookings/{number}", server.url));
        assert_eq!(booked.body, json!({
            "bookingNumber": number, "eventId": tour("2026-05-08"), "startTime": "2026-05-08T18:00:00+01:00",
            "endTime": "2026-05-08T20:00:00+01:00", "customerId": booked.body["customerId"], "title": "Marta Reis",
            "externalRef": "WEB-88213", "participants": {"numbers": people(2, 1)}, "canceled": false, "accepted": true,
            "creationTime": "2026-05-04T09:12:00+01:00", "creationAgent": "Harbour Desk",
            "productName": "Sunset kayak tour", "productId": TOUR,
            "options": [
                {"id": format!("{TOUR}_K3V9QWZT"), "name": "Meeting point", "value": "Pier"},
                {"id": format!("{TOUR}_H5J8CDYP"), "name": "Dry bags", "value": "1"},
                {"id": format!("{TOUR}_B7N2MXRL"), "name": "Wetsuit hire", "value": "false"},
            ],
            "privateEvent": false,
            "price": {
                "totalGross": {"amount": "137.5", "currency": "EUR"}, "totalNet": {"amount": "125", "currency": "EUR"},
                "totalTaxes": {"amount": "12.5", "currency": "EUR"}, "totalPaid": {"amount": "137.5", "currency": "EUR"},
                "taxes": [{"taxId": "312TAX0001", "amount": {"amount": "12.5", "currency": "EUR"}}],
            },
            "noShow": false,
        }));
        // The hold has become the booking: it is gone, and cannot become another.
        assert_eq!(seats_left(&program, "2026-05-08").await, 5);
        assert_eq!(program.get(&format!("/holds/{hold}")).await.status, 404);
        assert_eq!(program.post(&format!("/bookings?previousHoldId={hold}"), &body).await.status, 409);

        let shown = program.read(&format!("/bookings/{number}?expandCustomer=1&expandParticipants=true")).await;
        assert_eq!(shown["customer"]["emailAddress"], "marta@example.com");
        assert_eq!(shown["customer"]["startTimeOfNextBooking"], "2026-05-08T18:00:00+01:00");
        assert_eq!(shown["customer"]["customFields"][0]["value"], "Beginner");
        assert_eq!(shown["customer"]["streetAddress"], json!({"countryCode": "PT"}));
        let details = shown["participants"]["details"].as_array().unwrap();
        assert_eq!(details.iter().map(|one| one["personId"].as_str().unwrap().len()).collect::<Vec<_>>(), [5, 21, 8]);
        assert_eq!(details[1]["personDetails"]["firstName"], "Joana");
        let listed = program.read("/bookings?startTime=2026-05-08T18:00:00%2B01:00&endTime=2026-05-08T18:00:00%2B01:00").await;
        assert_eq!(listed["data"][0]["bookingNumber"], number);
        let customer = program.read(&format!("/bookings/{number}/customer")).await;
        assert_eq!(customer["numBookings"], 1);
    }

    /// Flow 2: an appointment, by the id that a search offered and by its start; a guide is nowhere twice.
    async fn an_appointment_is_booked(server: TestServer) {
        let (_, program) = business(&server).await;
        let offered = lessons(&program, "2026-05-07").await;
        assert_eq!((offered.len(), offered[0].as_str(), offered[14].as_str()), (15, "09:00 Ana", "16:00 Ana"));
        assert!(lessons(&program, "2026-05-06").await.is_empty());

        let booked = program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        assert_eq!(booked["endTime"], "2026-05-07T11:00:00+01:00");
        assert_eq!(booked["resources"], json!([{"id": "312RS00001", "name": "Ana"}]));
        assert_eq!(booked["accepted"], false);
        assert!(booked.get("eventId").is_none());
        // With the gap after it, Ana can begin again at 11:30; before, a lesson and its gap end at 9:45 at the latest.
        let offered = lessons(&program, "2026-05-07").await;
        assert_eq!(offered[..6], ["09:00 Rui", "09:30 Rui", "10:00 Rui", "10:30 Rui", "11:00 Rui", "11:30 Ana"]);

        let search = json!({
            "productId": LESSON, "startTime": "2026-05-07T10:00:00+01:00", "endTime": "2026-05-07T10:00:00+01:00",
            "peopleNumbers": people(1, 0),
        });
        let slot = program.create("/availability/matchingslots", &search).await["data"][0].clone();
        assert!(slot["eventId"].as_str().unwrap().ends_with("_2026-05-07"), "{slot}");
        let mut by_id = lesson("2026-05-07T10:00:00-00:00");
        by_id["eventId"] = slot["eventId"].clone();
        by_id.as_object_mut().unwrap().remove("startTime");
        let hold = program.create("/holds", &by_id).await["id"].as_str().unwrap().to_owned();
        let full = program.post("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        assert_eq!(full.status, 409, "{}", full.text);
        assert_eq!(full.body["message"], "Of the resources this needs, 0 are left for the whole time; 1 wanted.");
        let second = program.create(&format!("/bookings?previousHoldId={hold}"), &by_id).await;
        assert_eq!(second["resources"][0]["name"], "Rui");
        // Not where no lesson starts, and not when it is closed.
        for start in ["2026-05-07T10:15:00-00:00", "2026-05-07T16:30:00-00:00", "2026-05-06T10:00:00-00:00"] {
            assert_eq!(program.post("/bookings", &lesson(start)).await.status, 400, "{start}");
        }
        // Ana guides the tour at 18:00, so she has nothing else then, also as staff book.
        program.create("/bookings", &order("2026-05-07", 1)).await;
        let mut late = lesson("2026-05-07T18:00:00-00:00");
        late["resources"] = json!([{"id": "312RS00001"}]);
        assert_eq!(program.post("/bookings?mode=backend", &late).await.status, 409);
        late["resources"] = json!([{"id": "312RS00002"}]);
        program.create("/bookings?mode=backend", &late).await;
    }

    /// Flow 4: a booking is read, edited and written back.
    async fn a_booking_is_moved(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut booking = program.create("/bookings", &order("2026-05-08", 3)).await;
        let path = format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        server.clock.advance(Duration::from_secs(600));
        booking["eventId"] = json!(tour("2026-05-09"));
        booking["participants"]["numbers"] = people(4, 0);
        let moved = program.put(&path, &booking).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(moved.headers["location"], format!("{}/v2{path}", server.url));
        assert_eq!(moved.body["startTime"], "2026-05-09T18:00:00+01:00");
        assert_eq!(moved.body["price"]["totalGross"]["amount"], "198");
        assert_eq!(moved.body["lastChangeTime"], "2026-05-04T09:22:00+01:00");
        assert_eq!((seats_left(&program, "2026-05-08").await, seats_left(&program, "2026-05-09").await), (json!(8), json!(4)));
        // What is not said stays.
        let same = program.put(&path, &json!({"externalRef": "A"})).await;
        assert_eq!((&same.body["externalRef"], &same.body["startTime"]), (&json!("A"), &moved.body["startTime"]));
        // More than there are: nothing changes.
        program.create("/bookings", &order("2026-05-10", 7)).await;
        let full = program.put(&path, &json!({"eventId": tour("2026-05-10")})).await;
        assert_eq!((full.status, full.body["message"].as_str().unwrap()), (409, "Only 1 seat is left; 4 wanted."));
        assert_eq!(seats_left(&program, "2026-05-09").await, 4);
        // An appointment moves by its times alone.
        let lesson = program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        let path = format!("/bookings/{}", lesson["bookingNumber"].as_str().unwrap());
        let times = json!({"startTime": "2026-05-07T10:30:00+01:00", "endTime": "2026-05-07T12:00:00+01:00"});
        let moved = program.put(&path, &times).await;
        assert_eq!((moved.status, &moved.body["endTime"]), (200, &json!("2026-05-07T12:00:00+01:00")), "{}", moved.text);
        // Cancelled: its seats are free, it can be read, and neither changed nor cancelled again.
        let cancel = program.delete(&format!("{path}?trackInCustomerHistory=true&reason=Weather")).await;
        assert_eq!((cancel.status, cancel.text.as_str()), (204, ""));
        let canceled = program.read(&path).await;
        assert_eq!((&canceled["canceled"], &canceled["cancelationAgent"]), (&json!(true), &json!("Harbour Desk")));
        assert_eq!((program.delete(&path).await.status, program.put(&path, &times).await.status), (409, 409));
        assert_eq!(lessons(&program, "2026-05-07").await.len(), 15);
        let range = "startTime=2026-05-07T00:00:00Z&endTime=2026-05-07T23:00:00Z";
        assert_eq!(program.read(&format!("/bookings?{range}")).await["info"]["totalItems"], 0);
        assert_eq!(program.read(&format!("/bookings?{range}&includeCanceled=True")).await["info"]["totalItems"], 1);
        let changed = "lastUpdatedStartTime=2026-05-04T09:22:00-00:00&lastUpdatedEndTime=2026-05-04T10:00:00-00:00";
        assert_eq!(program.read(&format!("/bookings?{changed}&includeCanceled=1")).await["info"]["totalItems"], 3);
    }

    /// A course is booked as a whole, from the first class that can still be, or by the class.
    async fn a_course_is_joined_late_or_by_the_class(server: TestServer) {
        let (_, program) = business(&server).await;
        let search = format!("/availability/slots?productId={COURSE}&startTime=2026-05-04T00:00:00Z&endTime=2026-06-03T00:00:00Z");
        let slot = program.read(&search).await["data"][0].clone();
        assert_eq!((&slot["eventId"], &slot["numSeatsAvailable"]), (&json!(class("2026-05-05")), &json!(4)));
        assert_eq!(slot["courseSchedule"]["events"].as_array().unwrap().len(), 5);
        let body = |id: &str| {
            json!({"productId": COURSE, "eventId": id, "participants": {"numbers": people(2, 0)}, "customer": {"firstName": "A"}})
        };
        // A later class is not where one joins while the first is open; one class is.
        assert_eq!(program.post("/bookings", &body(&class("2026-05-12"))).await.status, 400);
        let mut single = body(&class("2026-05-05"));
        single["dropinCourseEnrolledEventId"] = json!(class("2026-05-19"));
        let dropped_in = program.create("/bookings", &single).await;
        assert_eq!(dropped_in["dropinCourseEnrolledEventId"], json!(class("2026-05-19")));
        assert_eq!((&dropped_in["eventId"], &dropped_in["price"]["totalNet"]["amount"]), (&json!(class("2026-05-05")), &json!("20")));
        // The fullest class decides.
        assert_eq!(program.read(&search).await["data"][0]["numSeatsAvailable"], 2);
        server.clock.advance(Duration::from_secs(3 * 86_400));
        let slot = program.read(&search).await["data"][0].clone();
        assert_eq!((&slot["eventId"], &slot["numSeatsAvailable"]), (&json!(class("2026-05-12")), &json!(2)));
        let late = program.create("/bookings", &body(&class("2026-05-12"))).await;
        assert_eq!((&late["eventId"], &late["firstCourseEnrolledEventId"]), (&json!(class("2026-05-05")), &json!(class("2026-05-12"))));
        assert_eq!(late["startTime"], "2026-05-12T19:00:00+01:00");
        let full = program.post("/bookings", &body(&class("2026-05-12"))).await;
        assert_eq!((full.status, full.body["message"].as_str().unwrap()), (409, "No seats are left; 2 wanted."));
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
        // Ana is busy at ten: the lesson moves there all the same, to Rui.
        program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        let moved = change(&moved.body, "startTime", json!("2026-05-07T10:00:00+01:00")).await;
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

    /// A private event is taken as a whole, while nobody else is booked.
    async fn a_private_event_is_nobody_elses(server: TestServer) {
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
        // Somebody who takes no seat is somebody.
        let mut infant = order("2026-05-09", 1);
        infant["participants"]["numbers"] = json!([{"peopleCategoryId": "Cinfants", "number": 1}]);
        program.create("/bookings?mode=backend", &infant).await;
        private["eventId"] = json!(tour("2026-05-09"));
        assert_eq!(program.post("/bookings", &private).await.status, 409);
    }

    /// Everybody wants the last seats at once: as many are sold as there are, and everybody else is told what is left.
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

    /// What a client does wrong is said with the member and the limit.
    async fn mistakes_are_explained(server: TestServer) {
        let (_, program) = business(&server).await;
        let search = |times: &str| format!("/availability/slots?productId={TOUR}&{times}");
        for (path, status, says) in [
            (search("startTime=2026-05-01T00:00:00Z"), 400, "endTime is missing: startTime needs it."),
            (search("startTime=2026-05-01T00:00:00Z&endTime=2026-06-02T00:00:00Z"), 400, "31 days apart"),
            (search("startTime=2026-05-02T00:00:00Z&endTime=2026-05-01T00:00:00Z"), 400, "endTime must not be before"),
            (search("startTime=yesterday&endTime=2026-05-01T00:00:00Z"), 400, "startTime"),
            (search(""), 400, "startTime and endTime are missing"),
            (format!("/availability/slots?productId={LESSON}&startTime=2026-05-01T00:00:00Z&endTime=2026-05-02T00:00:00Z"), 400, "matchingslots"),
            (format!("/availability/slots?productId={CLOSED}&startTime=2026-05-01T00:00:00Z&endTime=2026-05-02T00:00:00Z"), 403, "API"),
            ("/availability/slots?productId=X&startTime=2026-05-01T00:00:00Z&endTime=2026-05-02T00:00:00Z".to_owned(), 400, "productId"),
            ("/availability/slots?pageNavigationToken=nonsense".to_owned(), 404, "pageNavigationToken"),
            ("/availability/matchingslots/nonsense?pageNumber=2".to_owned(), 404, "pageNavigationToken"),
            ("/bookings".to_owned(), 400, "startTime and endTime"),
            ("/bookings?lastUpdatedEndTime=2026-05-01T00:00:00Z".to_owned(), 400, "lastUpdatedStartTime is missing"),
            ("/bookings/12345678901234".to_owned(), 404, "There is no booking with this id"),
            ("/bookings/x".to_owned(), 404, "There is no booking with this id"),
            ("/customers/x".to_owned(), 404, "There is no customer with this id"),
            ("/settings/products?type=tour".to_owned(), 400, "type"),
            ("/settings/products?itemsPerPage=0".to_owned(), 400, "itemsPerPage"),
        ] {
            let answer = program.get(&path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(says), "{path}: {}", answer.text);
        }
        let with = |member: &str, value: Value| {
            let mut body = order("2026-05-08", 1);
            body[member] = value;
            body
        };
        let numbers = |numbers: Value| with("participants", json!({"numbers": numbers}));
        for (body, status, says) in [
            (with("productId", json!("X")), 400, "productId"),
            (with("productId", json!(CLOSED)), 403, "cannot be booked through the API"),
            (with("eventId", json!("X")), 400, "eventId"),
            (with("eventId", json!(tour("2026-05-20"))), 400, "no such event"),
            (with("eventId", json!(tour("2026-05-03"))), 400, "has begun already"),
            (with("eventId", json!(tour("2027-05-03"))), 400, "180 days ahead"),
            (with("eventId", json!(class("2026-05-05"))), 400, "no such event"),
            (with("eventId", Value::Null), 400, "eventId is missing"),
            (with("customer", Value::Null), 400, "customerId or customer is missing"),
            (with("customerId", json!("X")), 400, "customerId"),
            (with("customer", json!({"emailAddress": "no"})), 400, "emailAddress"),
            (with("customer", json!({"customFields": [{"id": "XXXXXX", "value": ""}]})), 400, "customFields"),
            (numbers(people(9, 0)), 400, "1 to 8 people altogether"),
            (numbers(people(1, 5)), 400, "0 to 4 people of category Cchildren"),
            (numbers(json!([])), 400, "one person at least"),
            (numbers(json!([{"peopleCategoryId": "Cinfants", "number": 1}])), 400, "Cinfants cannot book"),
            (numbers(json!([{"peopleCategoryId": "Cmartians", "number": 1}])), 400, "people category"),
            (numbers(json!([{"peopleCategoryId": "Cadults", "number": -1}])), 400, "participants.numbers[0].number"),
            (with("options", json!([{"id": "X", "value": "1"}])), 400, "options"),
            (with("options", json!([{"name": "Dry bags", "value": "5"}])), 400, "from 0 to 4"),
            (with("externalRef", json!("x".repeat(65))), 400, "64 characters"),
            (with("promotionCodeInput", json!("SUMMER")), 400, "promotionCodeInput"),
            (with("startTime", json!("2026-05-08")), 400, "startTime"),
            (with("priceAdjustments", json!([{"unitPrice": {"amount": "1", "currency": "USD"}, "quantity": 1}])), 400, "currenc"),
        ] {
            for path in ["/holds", "/bookings"] {
                let answer = program.post(path, &body).await;
                // A hold needs no customer, and takes no word of one that is of no use.
                if path == "/holds" && says.contains("customerId or") {
                    assert_eq!(answer.status, 201, "{}", answer.text);
                    continue;
                }
                if path == "/holds" && says.contains("64") {
                    continue;
                }
                assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
                assert!(answer.body["message"].as_str().unwrap().contains(says), "{path} {body}: {}", answer.text);
            }
        }
        // Staff go past the rules for customers, and make no seats.
        program.create("/bookings?mode=backend", &with("eventId", json!(tour("2026-05-03")))).await;
        assert_eq!(program.post("/bookings?mode=backend", &numbers(people(9, 0))).await.status, 409);
    }

    /// What a key may not know of is not there; what it may read and not change is refused.
    async fn applications_keep_to_what_they_were_granted(server: TestServer) {
        let (owner, all) = business(&server).await;
        let own = Program::installed(&server, "Own Things", &owner, "bookings_rwd_own,availability_r").await;
        let reader = Program::installed(&server, "Reader", &owner, "bookings_r_all,bookings_rw_own").await;
        let theirs = all.create("/bookings", &order("2026-05-08", 1)).await;
        let ours = own.create("/bookings", &order("2026-05-08", 1)).await;
        let path = |booking: &Value| format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        let hold = all.create("/holds", &order("2026-05-08", 1)).await["id"].as_str().unwrap().to_owned();
        let absent = own.get("/bookings/12345678901234").await;
        for answer in [
            own.get(&path(&theirs)).await,
            own.put(&path(&theirs), &json!({})).await,
            own.delete(&path(&theirs)).await,
        ] {
            assert_eq!((answer.status, &answer.body["message"]), (404, &absent.body["message"]));
        }
        assert_eq!(own.get(&format!("/holds/{hold}")).await.status, 404);
        assert_eq!(own.post(&format!("/holds?previousHoldId={hold}"), &order("2026-05-08", 1)).await.status, 400);
        let range = "/bookings?startTime=2026-05-08T00:00:00Z&endTime=2026-05-08T23:00:00Z&expandCustomer=true";
        assert_eq!(own.read(range).await["info"]["totalItems"], 1);
        // The customer was made by this application with the booking, and still it may not read customers.
        assert!(own.read(range).await["data"][0].get("customer").is_none());
        assert_eq!(own.get(&format!("{}/customer", path(&ours))).await.status, 403);
        // It can book again for the customer it created, and for nobody else's.
        let mut again = order("2026-05-09", 1);
        again["customerId"] = ours["customerId"].clone();
        own.create("/bookings", &again).await;
        again["customerId"] = theirs["customerId"].clone();
        assert_eq!(own.post("/bookings", &again).await.status, 400);
        assert_eq!(reader.read(range).await["info"]["totalItems"], 2);
        assert_eq!(reader.put(&path(&theirs), &json!({})).await.status, 403);
        assert_eq!(reader.delete(&path(&theirs)).await.status, 403);
        assert_eq!(own.delete(&path(&ours)).await.status, 204);
    }

    /// Customers: created, read, changed, deleted while they have no bookings.
    async fn customers_are_kept(server: TestServer) {
        let (_, program) = business(&server).await;
        let body = json!({
            "firstName": "Ilse", "lastName": "Brandt", "emailAddress": "Ilse@example.com", "dateOfBirth": "1990-03-08",
            "gender": "female", "languageCode": "en_GB", "acceptSmsReminders": true,
        });
        let created = program.post("/customers", &body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let id = created.body["id"].as_str().unwrap().to_owned();
        assert_eq!(created.body, json!({
            "credit": {"amount": "0", "currency": "EUR"}, "acceptSmsReminders": true, "numBookings": 0,
            "numCancelations": 0, "numNoShows": 0, "member": false, "id": id, "firstName": "Ilse", "lastName": "Brandt",
            "emailAddress": "ilse@example.com", "phoneNumbers": [], "streetAddress": {"countryCode": "PT"},
            "creationTime": "2026-05-04T09:12:00+01:00", "dateOfBirth": "1990-03-08", "gender": "female",
            "languageCode": "en_GB",
        }));
        let path = format!("/customers/{id}");
        let changed = program.put(&path, &json!({"phoneNumbers": [{"number": "+351910000000", "type": "mobile"}]})).await;
        assert_eq!((changed.status, &changed.body["firstName"]), (200, &json!("Ilse")));
        assert_eq!(program.read(&path).await, changed.body);
        assert_eq!(program.read("/customers").await["info"]["totalItems"], 1);
        for (search, found) in [
            ("searchText=RAN", 1),
            ("searchField=firstName&searchText=ils", 1),
            ("searchField=lastName&searchText=ils", 0),
            ("searchText=%25", 0),
            ("searchField=emailAddress&searchText=ILSE@example.com", 1),
            ("searchField=emailAddress&searchText=ilse", 0),
            ("createdSince=2026-05-05T00:00:00Z", 0),
            ("currentNonMembers=false", 0),
            ("searchField=emailAddress", 1),
        ] {
            assert_eq!(program.read(&format!("/customers?{search}")).await["info"]["totalItems"], found, "{search}");
        }
        let mut booked = order("2026-05-08", 1);
        booked["customerId"] = json!(id);
        let number = program.create("/bookings", &booked).await["bookingNumber"].as_str().unwrap().to_owned();
        assert_eq!(program.delete(&path).await.status, 409);
        program.create("/bookings?mode=backend", &json!({"productId": TOUR, "eventId": tour("2026-05-03"), "customerId": id,
            "participants": {"numbers": people(3, 0)}})).await;
        assert_eq!(program.delete(&format!("/bookings/{number}")).await.status, 204);
        assert_eq!(program.delete(&path).await.status, 204);
        assert_eq!(program.get(&format!("/bookings/{number}")).await.status, 404);
        assert_eq!(program.get(&path).await.status, 404);
        let nobody = program.create("/customers", &json!({})).await["id"].as_str().unwrap().to_owned();
        assert_eq!(program.delete(&format!("/customers/{nobody}")).await.status, 204);
        assert_eq!(program.get(&format!("/customers/{nobody}")).await.status, 404);
    }
}
