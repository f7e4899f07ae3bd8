//! Payments: recorded for bookings, and listed.

use super::{business, order, seats_left};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

fn euros(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

fn payment(amount: &str) -> Value {
    json!({"reason": "Wetsuit hire", "amount": euros(amount), "paymentMethod": "other", "paymentMethodOther": "MB WAY"})
}

async fn booking(program: &ApiClient) -> String {
    program.create("/bookings", &order("2026-05-08", 2)).await["bookingNumber"].as_str().unwrap().to_owned()
}

async fn total(program: &ApiClient, path: &str) -> Value {
    program.read(path).await["info"]["totalItems"].clone()
}

on_every_engine! {
    /// A payment raises what is paid, a refund lowers it, also after the booking was cancelled; both are changes of it.
    async fn what_is_paid_adds_up(server: TestServer) {
        let (_, program) = business(&server).await;
        let number = booking(&program).await;
        let path = format!("/bookings/{number}/payments");
        assert_eq!(program.read(&path).await, json!({
            "info": {"totalItems": 0, "totalPages": 0, "currentPage": 1}, "data": [],
        }));
        server.clock.advance(Duration::from_secs(300));
        let mut body = payment("8.00");
        body["receivedTime"] = json!("2026-05-03T10:00:30Z");
        body["comment"] = json!("At the pier");
        (body["gatewayName"], body["transactionId"]) = (json!("Till"), json!("T-1"));
        let recorded = program.post(&path, &body).await;
        assert_eq!(recorded.status, 201, "{}", recorded.text);
        let id = recorded.body["id"].as_str().unwrap().to_owned();
        assert_eq!(recorded.headers["location"], format!("{}/v2/payments/{id}", server.url));
        let booked = program.read(&format!("/bookings/{number}")).await;
        assert_eq!(recorded.body, json!({
            "id": id, "creationTime": "2026-05-04T09:17:00+01:00", "receivedTime": "2026-05-03T11:00:30+01:00",
            "reason": "Wetsuit hire", "description": format!("Sunset kayak tour ({number})"), "comment": "At the pier",
            "amount": euros("8"), "paymentMethod": "other", "paymentMethodOther": "MB WAY", "agent": "Harbour Desk",
            "customerId": booked["customerId"], "gatewayName": "Till", "transactionId": "T-1",
        }));
        assert_eq!(booked["price"]["totalPaid"], euros("8"));
        assert_eq!((&booked["lastChangeTime"], &booked["lastChangeAgent"]),
            (&json!("2026-05-04T09:17:00+01:00"), &json!("Harbour Desk")));
        assert_eq!(program.read(&format!("/payments/{id}")).await, recorded.body);

        assert_eq!(program.delete(&format!("/bookings/{number}")).await.status, 204);
        program.create(&path, &payment("-8")).await;
        assert_eq!(program.read(&format!("/bookings/{number}")).await["price"]["totalPaid"], euros("0"));
        let page = program.read(&format!("{path}?itemsPerPage=1")).await;
        assert_eq!((&page["info"]["totalItems"], &page["data"][0]["amount"]), (&json!(2), &euros("8")));
        let token = page["info"]["pageNavigationToken"].as_str().unwrap();
        let last = program.read(&format!("{path}?pageNavigationToken={token}&pageNumber=2")).await;
        assert_eq!(last["data"][0]["amount"], euros("-8"));
        // The token belongs to this booking's list.
        let other = booking(&program).await;
        assert_eq!(program.get(&format!("/bookings/{other}/payments?pageNavigationToken={token}")).await.status, 404);
    }

    /// Lists are by when the money was received; both times can be left out, and a way of paying can be asked for.
    async fn payments_are_found(server: TestServer) {
        let (_, program) = business(&server).await;
        let path = format!("/bookings/{}/payments", booking(&program).await);
        for (day, method) in [("2026-05-02", "cash"), ("2026-03-01", "paypal"), ("2026-05-03", "other")] {
            let mut body = payment("1");
            body["receivedTime"] = json!(format!("{day}T12:00:00-00:00"));
            body["paymentMethod"] = json!(method);
            program.create(&path, &body).await;
        }
        let all = program.read("/payments").await;
        let days: Vec<_> = all["data"].as_array().unwrap().iter().map(|one| &one["receivedTime"].as_str().unwrap()[..10]).collect();
        assert_eq!(days, ["2026-03-01", "2026-05-02", "2026-05-03"]);
        // The name of another way is kept with “other” alone.
        assert_eq!(all["data"][1].get("paymentMethodOther"), None);
        for (search, found) in [
            ("startTime=2026-05-02T12:00:00-00:00", 2),
            ("endTime=2026-05-02T12:00:00-00:00", 2),
            ("startTime=2026-05-02T12:00:00-00:00&endTime=2026-05-02T12:00:00-00:00", 1),
            ("startTime=2025-01-01T00:00:00Z&endTime=2026-12-31T00:00:00Z", 3),
            ("paymentMethod=cash", 1),
            ("paymentMethod=creditCard", 0),
            ("paymentMethod=other&paymentMethodOther=MB%20WAY", 1),
            ("paymentMethodOther=MB%20WAY", 1),
            ("paymentMethod=other&paymentMethodOther=Twint", 0),
            ("paymentMethod=cash&paymentMethodOther=MB%20WAY", 1),
        ] {
            assert_eq!(total(&program, &format!("/payments?{search}")).await, found, "{search}");
        }
    }

    /// Money is noted with its own permission alone, also together with a booking.
    async fn who_may_not_record_payments_brings_none_with_a_booking(server: TestServer) {
        let (owner, program) = business(&server).await;
        let books = ApiClient::installed(&server, "Books", &owner, "bookings_rw_own,payments_r_all").await;
        let mut body = order("2026-05-08", 1);
        body["initialPayments"] = json!([payment("5")]);
        let refused = books.post("/bookings", &body).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert!(refused.text.contains("initialPayments: this API key does not have permission to record payments."));
        assert_eq!(seats_left(&program, "2026-05-08").await, 8);
        body["initialPayments"] = json!([]);
        books.create("/bookings", &body).await;
        let both = ApiClient::installed(&server, "Both", &owner, "bookings_rw_own,payments_rw_own").await;
        body["initialPayments"] = json!([payment("5")]);
        assert_eq!(both.create("/bookings", &body).await["price"]["totalPaid"], euros("5"));
        assert_eq!(total(&both, "/payments").await, 1);
    }

    /// An end is included with all of its second: what answers show is what can be asked for.
    async fn what_was_received_within_a_second_is_found(server: TestServer) {
        let (_, program) = business(&server).await;
        server.clock.advance(Duration::from_millis(400));
        let number = booking(&program).await;
        let mut body = payment("5");
        body.as_object_mut().unwrap().remove("receivedTime");
        let received = program.create(&format!("/bookings/{number}/payments"), &body).await["receivedTime"].clone();
        let at = received.as_str().unwrap().replace('+', "%2B");
        assert_eq!(total(&program, &format!("/payments?startTime={at}&endTime={at}")).await, 1);
        let changed = format!("/bookings?lastUpdatedStartTime={at}&lastUpdatedEndTime={at}");
        assert_eq!(total(&program, &changed).await, 1);
        let before = "2026-05-04T09:11:59%2B01:00";
        assert_eq!(total(&program, &format!("/payments?startTime={before}&endTime={before}")).await, 0);
    }

    /// With the right to its own, an application reads what it recorded and pays for bookings it may know of.
    async fn own_payments_are_those_the_application_recorded(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = ApiClient::installed(&server, "Till", &owner, "payments_rw_own,bookings_rw_own").await;
        let till_alone = ApiClient::installed(&server, "Till alone", &owner, "payments_rw_own").await;
        let reader = ApiClient::installed(&server, "Ledger", &owner, "payments_r_all").await;
        let theirs = booking(&program).await;
        let ours = booking(&own).await;
        let foreign = program.create(&format!("/bookings/{theirs}/payments"), &payment("5")).await;
        let mine = own.create(&format!("/bookings/{ours}/payments"), &payment("6")).await;
        program.create(&format!("/bookings/{ours}/payments"), &payment("7")).await;

        let strange = format!("/bookings/{theirs}/payments");
        let absent = own.post("/bookings/12345678901234/payments", &payment("1")).await;
        let refused = own.post(&strange, &payment("1")).await;
        let sentence = |answer: &Value| (answer["httpStatus"].clone(), answer["message"].clone());
        assert_eq!((refused.status, sentence(&refused.body)), (404, sentence(&absent.body)));
        assert_eq!(own.get(&strange).await.status, 404);
        let foreign = format!("/payments/{}", foreign["id"].as_str().unwrap());
        assert_eq!(own.get(&foreign).await.status, 404);
        assert_eq!(own.read(&format!("/payments/{}", mine["id"].as_str().unwrap())).await, mine);
        assert_eq!(total(&own, "/payments").await, 1);
        assert_eq!(total(&own, &format!("/bookings/{ours}/payments")).await, 1);
        assert_eq!(till_alone.post(&format!("/bookings/{ours}/payments"), &payment("1")).await.status, 404);
        assert_eq!(till_alone.get(&format!("/bookings/{ours}/payments")).await.status, 404);

        assert_eq!(total(&reader, "/payments").await, 3);
        assert_eq!(total(&reader, &format!("/bookings/{ours}/payments")).await, 2);
        assert_eq!(reader.read(&foreign).await["amount"], euros("5"));
        assert_eq!(reader.get("/bookings/12345678901234/payments").await.status, 404);
        assert_eq!(reader.post(&strange, &payment("1")).await.status, 403);
    }

    async fn what_is_no_payment_is_refused(server: TestServer) {
        let (_, program) = business(&server).await;
        let path = format!("/bookings/{}/payments", booking(&program).await);
        for (member, value, says) in [
            ("amount", json!({"amount": "1", "currency": "GBP"}), "must be in EUR"),
            ("amount", json!({"amount": "1.234", "currency": "EUR"}), "amount"),
            ("amount", json!(null), "amount"),
            ("paymentMethod", json!("cheque"), "must be one of: creditCard"),
            ("paymentMethod", json!(null), "paymentMethod"),
            ("paymentMethodOther", json!(null), "paymentMethodOther is missing"),
            ("reason", json!(" "), "reason is missing"),
            ("reason", json!("x".repeat(1_001)), "reason can have 1000 characters"),
            ("receivedTime", json!("yesterday"), "receivedTime"),
        ] {
            let mut body = payment("1");
            body[member] = value;
            let refused = program.post(&path, &body).await;
            let message = refused.body["message"].as_str().unwrap_or_default();
            assert!(refused.status == 400 && message.contains(says), "{member}: {}", refused.text);
        }
        program.create(&path, &payment("92233720368547758.07")).await;
        let refused = program.post(&path, &payment("0.01")).await;
        assert_eq!((refused.status, &refused.body["message"]), (400, &json!("The payments add up to more than can be counted.")));
        assert_eq!(program.get("/payments?paymentMethod=cheque").await.status, 400);
        for path in ["/payments?paymentMethodOther=%00", "/payments?paymentMethodOther=a%00b"] {
            let refused = program.get(path).await;
            assert!(refused.status == 400 && refused.text.contains("without the character U+0000"), "{}", refused.text);
        }
        assert_eq!(program.delete(&format!("{}?reason=%00", path.trim_end_matches("/payments"))).await.status, 400);
        assert_eq!(program.get("/payments?startTime=2026-05-02T00:00:00Z&endTime=2026-05-01T00:00:00Z").await.status, 400);
        assert_eq!(program.get("/payments/ABC").await.status, 404);
    }
}
