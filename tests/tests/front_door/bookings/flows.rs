//! The flows of the wire reference, section 7: search, hold, book, move, cancel.

use super::{business, class, lesson, lessons, order, people, seats_left, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::json;
use std::time::Duration;

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
        // The hold has become the booking and cannot become another.
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

    /// Flow 1 for a course: what the search offered is held, and the hold becomes the booking.
    async fn a_course_is_held_and_booked(server: TestServer) {
        let (_, program) = business(&server).await;
        let products = program.read("/settings/products?type=fixedCourse").await;
        let mut body = json!({"productId": products["data"][0]["productId"], "participants": {"numbers": people(2, 0)}});
        let search = json!({
            "productId": body["productId"], "startTime": "2026-05-04T00:00:00-00:00", "endTime": "2026-06-03T23:59:00-00:00",
            "peopleNumbers": people(2, 0),
        });
        let slot = program.create("/availability/matchingslots", &search).await["data"][0].clone();
        assert_eq!(slot["price"], json!({"amount": "90", "currency": "EUR"}));
        assert_eq!(slot["courseSchedule"]["events"][4]["startTime"], "2026-06-02T19:00:00+01:00");
        body["eventId"] = slot["eventId"].clone();
        let first = program.create("/holds", &body).await;
        let hold = program.create(&format!("/holds?previousHoldId={}", first["id"].as_str().unwrap()), &body).await;
        assert_eq!((&hold["price"]["totalNet"], &hold["totalPayable"]["amount"]), (&slot["price"], &json!("99")));
        body["customer"] = json!({"firstName": "Ilse"});
        body["initialPayments"] = json!([{"reason": "Deposit", "amount": hold["totalPayable"], "paymentMethod": "paypal"}]);
        let booked = program.create(&format!("/bookings?previousHoldId={}", hold["id"].as_str().unwrap()), &body).await;
        assert_eq!((&booked["eventId"], &booked["startTime"]), (&slot["eventId"], &slot["startTime"]));
        assert_eq!(booked["price"]["totalPaid"], hold["totalPayable"]);
        let found = program.create("/availability/matchingslots", &search).await;
        assert_eq!(found["data"][0]["eventId"], slot["eventId"]);
        body["participants"]["numbers"] = people(3, 0);
        assert_eq!(program.post("/holds", &body).await.status, 409);
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
        // The same by the start of what was offered, held first, for as long as the client says.
        let search = json!({
            "productId": LESSON, "startTime": "2026-05-08T14:00:00+01:00", "endTime": "2026-05-08T14:00:00+01:00",
            "peopleNumbers": people(1, 0), "resources": [{"id": "312RS00002"}],
        });
        let slot = program.create("/availability/matchingslots", &search).await["data"][0].clone();
        let mut by_start = lesson(slot["startTime"].as_str().unwrap());
        by_start["endTime"] = slot["endTime"].clone();
        by_start["resources"] = slot["resources"].clone();
        let hold = program.create("/holds", &by_start).await["id"].as_str().unwrap().to_owned();
        assert_eq!(program.post("/bookings", &by_start).await.status, 409);
        let booked = program.create(&format!("/bookings?previousHoldId={hold}"), &by_start).await;
        for member in ["startTime", "endTime", "resources"] {
            assert_eq!(booked[member], slot[member], "{member}");
        }
        assert_eq!(program.get(&format!("/holds/{hold}")).await.status, 404);
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
        // Clients also write back the whole booking with other times; an event that is named says more than they do.
        let mut back = same.body.clone();
        (back["startTime"], back["endTime"]) = (json!("2026-05-11T18:00:00+01:00"), json!("2026-05-11T20:00:00+01:00"));
        for (body, day) in [(back, "2026-05-11"), (json!({"startTime": "2026-05-09T17:00:00Z"}), "2026-05-09")] {
            let moved = program.put(&path, &body).await;
            assert_eq!((moved.status, &moved.body["eventId"]), (200, &json!(tour(day))), "{}", moved.text);
            assert_eq!(seats_left(&program, day).await, 4);
        }
        let never = program.put(&path, &json!({"startTime": "2026-05-11T18:30:00+01:00"})).await;
        assert!(never.status == 400 && never.text.contains("no event of this product starts then"), "{}", never.text);
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

    /// Flow 4 as clients do it: everything that was read, with linked people, is written back with one change.
    async fn what_was_read_is_written_back(server: TestServer) {
        let (_, program) = business(&server).await;
        let read = async |path: &str| program.read(&format!("{path}?expandCustomer=true&expandParticipants=true")).await;
        let booked = program.create("/bookings", &order("2026-05-08", 2)).await;
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let mut whole = read(&path).await;
        whole["eventId"] = json!(tour("2026-05-09"));
        let moved = program.put(&path, &whole).await;
        assert_eq!((moved.status, &moved.body["startTime"]), (200, &json!("2026-05-09T18:00:00+01:00")), "{}", moved.text);
        assert_eq!(program.read(&path).await, moved.body);
        for member in ["customerId", "title", "price", "options", "creationTime", "creationAgent"] {
            assert_eq!(moved.body[member], booked[member], "{member}");
        }
        assert_eq!(read(&path).await["participants"], whole["participants"]);
        assert_eq!((seats_left(&program, "2026-05-08").await, seats_left(&program, "2026-05-09").await), (json!(8), json!(6)));

        let booked = program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let mut whole = read(&path).await;
        whole["startTime"] = json!("2026-05-07T12:30:00Z");
        whole["endTime"] = json!("2026-05-07T14:00:00.000Z");
        let moved = program.put(&path, &whole).await;
        assert_eq!((moved.status, &moved.body["startTime"]), (200, &json!("2026-05-07T13:30:00+01:00")), "{}", moved.text);
        assert_eq!((&moved.body["endTime"], &moved.body["resources"]), (&json!("2026-05-07T15:00:00+01:00"), &booked["resources"]));
        assert_eq!(program.read(&path).await, moved.body);
        let search = json!({
            "productId": LESSON, "startTime": "2026-05-08T09:00:00+01:00", "endTime": "2026-05-08T09:00:00+01:00",
            "peopleNumbers": people(1, 0),
        });
        let slot = program.create("/availability/matchingslots", &search).await["data"][0].clone();
        let mut whole = read(&path).await;
        whole["eventId"] = slot["eventId"].clone();
        let moved = program.put(&path, &whole).await;
        assert_eq!((moved.status, &moved.body["startTime"]), (200, &slot["startTime"]), "{}", moved.text);
        assert_eq!(read(&path).await["customerId"], booked["customerId"]);
        assert_eq!(lessons(&program, "2026-05-07").await.len(), 15);
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
}
