//! Members and parameters of requests that have no effect (wire reference, sections 1.9, 3.2, 4.6 and 6.3).

use super::{business, order, people, tour};
use slotkeeper_testkit::catalogue::{LESSON, TOUR};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

on_every_engine! {
    /// Events have their own times and resources, whatever a request says.
    async fn an_event_is_when_it_is(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut body = order("2026-05-08", 1);
        let elsewhere = json!([{"id": "312RS00002", "name": "Rui"}]);
        (body["startTime"], body["endTime"]) = (json!("2026-05-09T07:00:00Z"), json!("2026-05-09T08:00:00Z"));
        (body["resources"], body["accepted"], body["canceled"]) = (elsewhere.clone(), json!(false), json!(true));
        program.create("/holds", &body).await;
        let booked = program.create("/bookings", &body).await;
        assert_eq!(
            (&booked["startTime"], &booked["endTime"], booked.get("resources"), &booked["accepted"], &booked["canceled"]),
            (&json!("2026-05-08T18:00:00+01:00"), &json!("2026-05-08T20:00:00+01:00"), None, &json!(true), &json!(false))
        );
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let moved = program.put(&path, &json!({"eventId": tour("2026-05-10"), "startTime": "2026-05-09T07:00:00Z", "resources": elsewhere})).await;
        assert_eq!((moved.status, &moved.body["startTime"]), (200, &json!("2026-05-10T18:00:00+01:00")), "{}", moved.text);
        assert_eq!(moved.body.get("resources"), None);
    }

    /// A change pays nothing, and the booking stays with its customer.
    async fn a_change_is_no_creation(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 2)).await;
        let other = program.create("/customers", &json!({"firstName": "Other"})).await;
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let change = json!({
            "externalRef": "changed", "customerId": other["id"], "customer": {"firstName": "Somebody", "lastName": "Else"},
            "initialPayments": [{"reason": "Deposit", "amount": {"amount": "20", "currency": "EUR"}, "paymentMethod": "cash"}],
            "participants": {"numbers": people(2, 0)},
            "title": "Nobody", "bookingNumber": "1", "creationAgent": "Nobody", "creationTime": "2020-01-01T00:00:00Z", "noShow": true,
        });
        let changed = program.put(&path, &change).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        for member in ["customerId", "title", "price", "participants", "bookingNumber", "creationAgent", "creationTime", "noShow"] {
            assert_eq!(changed.body[member], booked[member], "{member}");
        }
        assert_eq!(changed.body["externalRef"], "changed");
        // Not even looked at.
        for nonsense in [json!(7), json!("x"), json!([[]]), json!({"emailAddress": 5, "phoneNumbers": "none"})] {
            let change = json!({"customer": nonsense, "initialPayments": nonsense});
            let changed = program.put(&path, &change).await;
            assert_eq!((changed.status, &changed.body["participants"]), (200, &booked["participants"]), "{}", changed.text);
        }
        assert_eq!(program.read("/customers").await["info"]["totalItems"], 2);
        assert_eq!(program.read(&format!("{path}/payments")).await["info"]["totalItems"], 0);
        let linked = format!("/customers/{}/linkedpeople", booked["customerId"].as_str().unwrap());
        assert_eq!(program.read(&linked).await["info"]["totalItems"], 0);
        assert_eq!(program.read(&format!("{path}/customer")).await["firstName"], "Marta");
    }

    /// A hold is no booking, and hands on nothing but its seats: the booking says everything again.
    async fn a_hold_hands_on_its_seats_alone(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut body = order("2026-05-08", 8);
        body["options"] = json!([{"name": "Dry bags", "value": "2"}]);
        let hold = program.create("/holds", &body).await["id"].as_str().unwrap().to_owned();
        let found = program.read("/bookings?startTime=2026-05-08T00:00:00Z&endTime=2026-05-09T00:00:00Z&includeCanceled=true").await;
        assert_eq!(found["info"]["totalItems"], 0);
        assert_eq!(program.read("/customers").await["info"]["totalItems"], 0);
        let path = format!("/bookings?previousHoldId={hold}");
        for missing in ["participants", "eventId", "customer"] {
            let mut body = body.clone();
            body.as_object_mut().unwrap().remove(missing);
            let refused = program.post(&path, &body).await;
            assert_eq!(refused.status, 400, "{missing}: {}", refused.text);
        }
        body.as_object_mut().unwrap().remove("options");
        let booked = program.create(&path, &body).await;
        assert_eq!(booked["options"][1]["value"], "0");
    }

    /// 31 days of the calendar, also in the autumn, when they are an hour longer.
    async fn a_month_is_a_month_in_autumn(server: TestServer) {
        let (_, program) = business(&server).await;
        let ends = "2026-10-31T23:59:59%2B00:00";
        let month = format!("startTime=2026-10-01T00:00:00%2B01:00&endTime={ends}");
        let changed = month.replace("startTime", "lastUpdatedStartTime").replace("endTime", "lastUpdatedEndTime");
        for path in ["/availability/slots", "/bookings", "/seatblocks", "/resourceblocks"] {
            program.read(&format!("{path}?{month}")).await;
            if path != "/availability/slots" {
                program.read(&format!("{path}?{changed}&{month}")).await;
            }
            let longer = program.get(&format!("{path}?{}", month.replace("10-31T23:59:59", "11-01T00:00:01"))).await;
            assert_eq!(longer.status, 400, "{path}: {}", longer.text);
        }
        for product in [TOUR, LESSON] {
            let mut search = json!({
                "productId": product, "startTime": "2026-10-01T00:00:00+01:00", "endTime": "2026-10-31T23:59:59+00:00",
                "peopleNumbers": people(1, 0),
            });
            program.create("/availability/matchingslots", &search).await;
            search["endTime"] = json!("2026-11-01T00:00:01+00:00");
            assert_eq!(program.post("/availability/matchingslots", &search).await.status, 400);
        }
    }

    /// Yes and no, as programs in several languages write them.
    async fn yes_and_no_are_written_in_many_ways(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        for (word, expanded) in [("true", true), ("True", true), ("1", true), ("false", false), ("False", false), ("0", false), ("", false)] {
            let shown = program.read(&format!("{path}?expandCustomer={word}")).await;
            assert_eq!(shown.get("customer").is_some(), expanded, "{word}");
        }
        assert_eq!(program.get(&format!("{path}?expandCustomer=yes")).await.status, 400);
        for (value, private) in [(json!("True"), true), (json!(0), false), (json!(null), false), (json!(false), false)] {
            let mut body = order(if private { "2026-05-09" } else { "2026-05-08" }, 1);
            body["privateEvent"] = value;
            assert_eq!(program.create("/bookings", &body).await["privateEvent"], private);
        }
    }

    /// An empty text takes away what was there, where nothing needs it.
    async fn an_empty_text_takes_away_what_was_there(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut body = order("2026-05-08", 1);
        (body["externalRef"], body["source"], body["sourceIp"]) = (json!("A1"), json!("shop"), json!("203.0.113.7"));
        let booked = program.create("/bookings", &body).await;
        assert_eq!((&booked["externalRef"], &booked["source"]), (&json!("A1"), &json!("shop")));
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let changed = program.put(&path, &json!({"externalRef": "", "source": " "})).await.body;
        assert_eq!((changed.get("externalRef"), changed.get("source"), &changed["sourceIp"]), (None, None, &json!("203.0.113.7")));
    }

    /// The title of a booking is the customer's name, also after that was changed.
    async fn a_title_is_the_customers_name(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        assert_eq!(booked["title"], "Marta Reis");
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let customer = format!("/customers/{}", booked["customerId"].as_str().unwrap());
        assert_eq!(program.put(&customer, &json!({"lastName": "Sol"})).await.status, 200);
        let shown = program.read(&path).await;
        let changed = (&shown["title"], &shown["lastChangeTime"], &shown["lastChangeAgent"]);
        assert_eq!(changed, (&json!("Marta Sol"), &booked["creationTime"], &json!("Harbour Desk")));
    }

    /// `null` stands for what is not said, in every member that may be absent.
    async fn null_says_nothing(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut body = order("2026-05-08", 1);
        for member in [
            "firstCourseEnrolledEventId", "dropinCourseEnrolledEventId", "startTime", "endTime", "customerId", "externalRef",
            "resources", "options", "privateEvent", "priceAdjustments", "initialPayments", "promotionCodeInput",
            "giftVoucherCodeInput", "source", "sourceIp", "title", "price",
        ] {
            body[member] = Value::Null;
        }
        body["participants"]["details"] = Value::Null;
        for member in ["middleName", "streetAddress", "dateOfBirth", "customFields", "gender", "facebookId", "languageCode", "acceptSmsReminders"] {
            body["customer"][member] = Value::Null;
        }
        program.create("/holds", &body).await;
        let booked = program.create("/bookings", &body).await;
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        (body["customer"], body["eventId"], body["productId"]) = (Value::Null, Value::Null, Value::Null);
        body["participants"]["numbers"] = Value::Null;
        let same = program.put(&path, &body).await;
        assert_eq!(same.status, 200, "{}", same.text);
        assert_eq!((&same.body["startTime"], &same.body["participants"]), (&booked["startTime"], &booked["participants"]));
        body["participants"] = Value::Null;
        assert_eq!(program.put(&path, &body).await.status, 200);
        let payment = json!({
            "reason": "Deposit", "amount": {"amount": 5, "currency": "EUR"}, "paymentMethod": "cash", "receivedTime": null,
            "comment": null, "paymentMethodOther": null, "gatewayName": null, "transactionId": null, "agent": null,
        });
        let paid = program.create(&format!("{path}/payments"), &payment).await;
        assert_eq!(paid["receivedTime"], "2026-05-04T09:12:00+01:00");
    }
}
