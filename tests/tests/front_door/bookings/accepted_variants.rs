//! Accepted variants of the documented forms, stored in the documented form. Ambiguous input is refused, naming the
//! member.

use super::{business, class, lesson, order, people, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

on_every_engine! {
    /// Offsets without a colon or without minutes, times without seconds, a space for the T, and the plus of a query.
    async fn times_are_read_as_programs_write_them(server: TestServer) {
        let (_, program) = business(&server).await;
        let forms = [
            "2026-05-07T10:00:00+0100", "2026-05-07T09:00:00+0000", "2026-05-07T04:00:00-0500", "2026-05-07T10:00:00+01",
            "2026-05-07T10:00+01:00", "2026-05-07T09:00Z", "2026-05-07 10:00:00+01:00", "2026-05-07T10:00:00.000+0100",
            "2026-05-07T10:00:00-0000", "2026-05-07T10:00:00 0100", "2026-05-07T10:00:00 01:00",
            "2026-05-07 10:00:00 +01:00", "2026-05-07 10:00:00  01:00",
        ];
        for start in forms {
            let booked = program.create("/bookings", &lesson(start)).await;
            assert_eq!(booked["startTime"], "2026-05-07T10:00:00+01:00", "{start}");
            let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
            let moved = program.put(&path, &json!({"startTime": start.replace("05-07", "05-08")})).await;
            assert_eq!((moved.status, &moved.body["startTime"]), (200, &json!("2026-05-08T10:00:00+01:00")), "{}", moved.text);
            assert_eq!(program.delete(&path).await.status, 204);
            let block = json!({"startTime": start, "endTime": "2026-05-07T11:00:00+0100", "resources": ["312RS00001"]});
            let blocked = program.create("/resourceblocks", &block).await;
            assert_eq!((&blocked["startTime"], &blocked["endTime"]), (&json!("2026-05-07T10:00:00+01:00"), &json!("2026-05-07T11:00:00+01:00")));
            assert_eq!(program.delete(&format!("/resourceblocks/{}", blocked["id"].as_str().unwrap())).await.status, 204);
        }
        // In a query, an unescaped plus is a space.
        for (start, end) in [
            ("2026-05-08T17:00:00+0000", "2026-05-08T17:00:00+00:00"),
            ("2026-05-08T18:00:00%2B0100", "2026-05-08T13:00:00-0400"),
            ("2026-05-08T18:00+01", "2026-05-08T18:00-0000"),
            ("2026-05-08%2018:00:00%20%2B01:00", "2026-05-08+18:00:00+%2B01:00"),
        ] {
            let found = program.read(&format!("/availability/slots?productId={TOUR}&startTime={start}&endTime={end}")).await;
            assert_eq!(found["data"][0]["eventId"], json!(tour("2026-05-08")), "{start}");
        }
        for (member, wrong) in [("startTime", "2026-05-07T10:00:00"), ("startTime", "2026-05-07"), ("endTime", "2026-05-07T10:00:00+100")] {
            let mut body = lesson("2026-05-07T10:00:00+01:00");
            body[member] = json!(wrong);
            let refused = program.post("/bookings", &body).await;
            assert!(refused.status == 400 && refused.text.contains(member), "{wrong}: {}", refused.text);
        }
    }

    /// The value of an option or of a field is a text on the wire, and clients write a number or a switch as what it is.
    async fn values_are_read_as_what_they_are(server: TestServer) {
        let (_, program) = business(&server).await;
        let value = async |name: &str, value: Value| {
            let mut body = order("2026-05-08", 1);
            body["options"] = json!([{"name": name, "value": value}]);
            let answer = program.post("/bookings", &body).await;
            if answer.status == 201 {
                let path = format!("/bookings/{}", answer.body["bookingNumber"].as_str().unwrap());
                assert_eq!(program.delete(&path).await.status, 204);
            }
            answer
        };
        let written = |options: &Value, name: &str| {
            options.as_array().unwrap().iter().find(|option| option["name"] == name).unwrap()["value"].clone()
        };
        for (name, said, expected) in [
            ("Dry bags", json!(2), "2"),
            ("Dry bags", json!(2.0), "2"),
            ("Dry bags", json!("2"), "2"),
            ("Wetsuit hire", json!(true), "true"),
            ("Wetsuit hire", json!(1), "true"),
            ("Wetsuit hire", json!(false), "false"),
            ("Dietary notes", json!(7), "7"),
            ("Dietary notes", json!(1.5), "1.5"),
            ("Dietary notes", json!(true), "true"),
        ] {
            let booked = value(name, said.clone()).await;
            assert_eq!(booked.status, 201, "{name} {said}: {}", booked.text);
            assert_eq!(written(&booked.body["options"], name), expected, "{name} {said}");
        }
        for (name, said, says) in [
            ("Dry bags", json!(1.5), "must be a whole number"),
            ("Dry bags", json!(true), "must be a whole number"),
            ("Wetsuit hire", json!(2), "must be true or false"),
            ("Meeting point", json!(1), "must be the name of one of its values"),
            ("Dietary notes", json!(null), "options[0].value"),
            ("Dietary notes", json!(["x"]), "options[0].value"),
            ("Dietary notes", json!({"value": "x"}), "options[0].value"),
        ] {
            let refused = value(name, said.clone()).await;
            assert_eq!(refused.status, 400, "{name} {said}: {}", refused.text);
            assert!(refused.body["message"].as_str().unwrap().contains(says), "{name} {said}: {}", refused.text);
        }
        let customer = program.create("/customers", &json!({"customFields": [{"name": "Emergency contact", "value": 351_912}]})).await;
        assert_eq!(customer["customFields"][0]["value"], "351912");
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        let changed = program.put(&path, &json!({"customFields": [{"id": "ZT5R1H", "value": false}]})).await;
        assert_eq!(changed.body["customFields"][0]["value"], "false", "{}", changed.text);
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00Z", "endTime": "2026-05-08T23:00:00Z", "peopleNumbers": people(1, 0),
            "options": [{"name": "Dry bags", "value": 2}, {"name": "Wetsuit hire", "value": true}],
        });
        assert_eq!(program.create("/availability/matchingslots", &search).await["data"][0]["price"]["amount"], "63");
    }

    /// A number in quotation marks is a number.
    async fn numbers_are_read_from_texts(server: TestServer) {
        let (_, program) = business(&server).await;
        let numbers = |number: Value| json!([{"peopleCategoryId": "Cadults", "number": number}]);
        for number in [json!("2"), json!(" 2 "), json!("2.0"), json!(2.0), json!(2)] {
            let mut body = order("2026-05-08", 1);
            body["participants"] = json!({
                "numbers": numbers(number), "details": [{"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": "2"}],
            });
            body["priceAdjustments"] = json!([{"unitPrice": {"amount": 5, "currency": "eur"}, "quantity": "2"}]);
            let booked = program.create("/bookings", &body).await;
            assert_eq!((&booked["participants"]["numbers"], &booked["price"]["totalNet"]["amount"]), (&people(2, 0), &json!("100")));
            let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
            let changed = program.put(&path, &json!({"participants": {"numbers": numbers(json!("1"))}})).await;
            assert_eq!((changed.status, &changed.body["participants"]["numbers"]), (200, &people(1, 0)), "{}", changed.text);
            assert_eq!(program.delete(&path).await.status, 204);
        }
        for number in [json!("two"), json!("1.5"), json!(""), json!("-1"), json!("1e1"), json!("0x1"), json!(true), json!(null), json!([1])] {
            let mut body = order("2026-05-08", 1);
            body["participants"]["numbers"] = numbers(number.clone());
            let refused = program.post("/bookings", &body).await;
            assert_eq!(refused.status, 400, "{number}: {}", refused.text);
            assert!(refused.text.contains("participants.numbers[0].number"), "{number}: {}", refused.text);
        }
        let block = |number: Value| json!({"productId": TOUR, "eventId": tour("2026-05-09"), "numSeats": number});
        for (said, expected) in [(json!("3"), 3), (json!(" 1.0"), 1), (json!("-1"), -1)] {
            let blocked = program.create("/seatblocks", &block(said)).await;
            assert_eq!(blocked["numSeats"], expected);
        }
        for wrong in [json!("all"), json!("0"), json!("1.5"), json!(""), json!(true)] {
            let refused = program.post("/seatblocks", &block(wrong.clone())).await;
            assert!(refused.status == 400 && refused.text.contains("numSeats"), "{wrong}: {}", refused.text);
        }
    }

    /// The id of an event says of which product it is; two that disagree are refused.
    async fn an_event_says_of_which_product_it_is(server: TestServer) {
        let (_, program) = business(&server).await;
        let day = "2026-05-08";
        let blocked = program.create("/seatblocks", &json!({"eventId": tour(day), "numSeats": 2})).await;
        assert_eq!(blocked["productId"], TOUR);
        let path = format!("/seatblocks/{}", blocked["id"].as_str().unwrap());
        let course = class("2026-05-12");
        let moved = program.put(&path, &json!({"eventId": course})).await;
        assert_eq!((moved.status, &moved.body["productId"]), (200, &json!(COURSE)), "{}", moved.text);
        let mut body = order(day, 1);
        body.as_object_mut().unwrap().remove("productId");
        program.create("/holds", &body).await;
        let booked = program.create("/bookings", &body).await;
        assert_eq!(booked["productId"], TOUR);
        // To an event of another product, and by an offer of appointments.
        let number = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let moved = program.put(&number, &json!({"eventId": class("2026-05-05")})).await;
        assert_eq!((moved.status, &moved.body["productId"]), (200, &json!(COURSE)), "{}", moved.text);
        let search = json!({
            "productId": LESSON, "startTime": "2026-05-07T10:00:00Z", "endTime": "2026-05-07T10:00:00Z", "peopleNumbers": people(1, 0),
        });
        let slot = program.create("/availability/matchingslots", &search).await["data"][0]["eventId"].clone();
        body["eventId"] = slot.clone();
        assert_eq!(program.create("/bookings", &body).await["productId"], LESSON);
        let slot = program.create("/availability/matchingslots", &search).await["data"][0]["eventId"].clone();
        let moved = program.put(&number, &json!({"eventId": slot})).await;
        assert_eq!((moved.status, &moved.body["productId"]), (200, &json!(LESSON)), "{}", moved.text);
        for (path, body, says) in [
            ("/seatblocks", json!({"eventId": tour(day), "productId": COURSE, "numSeats": 1}), "eventId"),
            ("/seatblocks", json!({"productId": TOUR, "numSeats": 1}), "eventId"),
            ("/seatblocks", json!({"numSeats": 1}), "eventId"),
            ("/bookings", {
                let mut body = order(day, 1);
                body["productId"] = json!(COURSE);
                body
            }, "eventId"),
            ("/bookings", json!({"startTime": "2026-05-07T10:00:00Z", "participants": {"numbers": people(1, 0)}, "customer": {}}), "productId"),
        ] {
            let refused = program.post(path, &body).await;
            assert!(refused.status == 400 && refused.text.contains(says), "{path} {body}: {}", refused.text);
        }
        let refused = program.put(&path, &json!({"eventId": tour(day), "productId": COURSE})).await;
        assert!(refused.status == 400 && refused.text.contains("eventId"), "{}", refused.text);
    }

    /// Phone numbers without a type, references of 256 characters, and what is made of digits.
    async fn people_and_references_are_read_as_they_come(server: TestServer) {
        let (_, program) = business(&server).await;
        let person = json!({
            "firstName": "Marta", "phoneNumbers": [{"number": "+351 912 000 000"}, {"number": 210_000_000, "type": null}, {"number": "3", "type": "home"}],
            "streetAddress": {"postcode": 1_100}, "facebookId": 4_711,
        });
        let expected = json!([
            {"number": "+351 912 000 000", "type": "mobile"}, {"number": "210000000", "type": "mobile"}, {"number": "3", "type": "home"},
        ]);
        let customer = program.create("/customers", &person).await;
        assert_eq!(customer["phoneNumbers"], expected);
        assert_eq!((&customer["streetAddress"]["postcode"], &customer["facebookId"]), (&json!("1100"), &json!("4711")));
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        assert_eq!(program.put(&path, &person).await.body["phoneNumbers"], expected);
        assert_eq!(program.create(&format!("{path}/linkedpeople"), &person).await["phoneNumbers"], expected);
        for wrong in [json!([{"type": "home"}]), json!([{"number": "1", "type": "pager"}]), json!([{"number": true}])] {
            let refused = program.post("/customers", &json!({"phoneNumbers": wrong})).await;
            assert!(refused.status == 400 && refused.text.contains("phoneNumbers"), "{wrong}: {}", refused.text);
        }
        let long = "ß".repeat(256);
        let mut body = order("2026-05-08", 1);
        (body["externalRef"], body["customer"]) = (json!(long), person);
        let booked = program.create("/bookings", &body).await;
        assert_eq!(booked["externalRef"], json!(long));
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let changed = program.put(&path, &json!({"externalRef": 88_213})).await;
        assert_eq!((changed.status, &changed.body["externalRef"]), (200, &json!("88213")), "{}", changed.text);
        for wrong in [json!("x".repeat(257)), json!(1.5), json!(true), json!({"id": "x"})] {
            let refused = program.put(&path, &json!({"externalRef": wrong})).await;
            assert!(refused.status == 400 && refused.text.contains("externalRef"), "{wrong}: {}", refused.text);
        }
        let payment = json!({
            "reason": "Deposit", "amount": {"amount": 5.5, "currency": "EUR"}, "paymentMethod": "creditCard", "transactionId": 991_234,
            "receivedTime": "2026-05-04T09:12:00+0100",
        });
        let paid = program.create(&format!("{path}/payments"), &payment).await;
        assert_eq!((&paid["transactionId"], &paid["amount"]["amount"]), (&json!("991234"), &json!("5.5")));
        assert_eq!(paid["receivedTime"], "2026-05-04T09:12:00+01:00");
    }
}
