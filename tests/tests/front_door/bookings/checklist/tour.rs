//! Calls every operation once.

use super::id;
use super::members::{assert_members, members};
use super::sound::assert_sound;
use crate::bookings::{business, class, lesson, order, people, portal, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::client::{Answer, ApiClient, operations};
use slotkeeper_testkit::discounts::promotion;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use std::collections::BTreeSet;
use std::time::Duration;

/// A program that looks closely at every answer, and knows which operations it has not called yet.
struct Tour<'a> {
    server: &'a TestServer,
    program: ApiClient,
    ahead: BTreeSet<(String, &'static str)>,
}

impl Tour<'_> {
    async fn call(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.program.send(method, path, &body).await;
        let operation = operation_at(method, path);
        self.ahead.remove(&(method.to_owned(), operation));
        let (text, status) = (format!("{method} {path}: {}", answer.text), answer.status);
        match method {
            "POST" if operation.ends_with("/apikeys") => {
                // The key is in `Location`, and nowhere else (wire reference, section 3.8).
                assert_eq!((status, answer.text.as_str()), (201, ""));
                assert!(!answer.headers.contains_key("content-type"), "{text}");
                assert_eq!(answer.headers.keys().next().unwrap(), "location", "{text}");
                return Value::from(answer.headers["location"].to_str().unwrap());
            }
            "POST" => assert_eq!(status, 201, "{text}"),
            "DELETE" => {
                assert_eq!((status, answer.text.as_str()), (204, ""));
                assert!(!answer.headers.contains_key("content-type"), "{text}");
                return Value::Null;
            }
            _ => assert_eq!(status, 200, "{text}"),
        }
        assert_eq!(answer.headers["content-type"], "application/json", "{text}");
        assert_sound(&answer.body, "", &text);
        let list = if operation == "/settings/peoplecategories" { "categories" } else { "data" };
        if let Some(things) = answer.body.get(list) {
            // Taxes have `info` for the one client that expects it (wire reference, section 1.7).
            let informed = !["/settings/languages", "/settings/peoplecategories"].contains(&operation);
            // Changes are no list of the reference: they are read on, and never in pages.
            let expected = match operation {
                "/changes" => "data last more",
                _ if informed => "info data",
                _ => list,
            };
            assert_members(&answer.body, expected, &text);
            let info = answer.body.get("info").unwrap_or(&Value::Null);
            let several = info["totalPages"].as_u64() > Some(1);
            assert_eq!(info.get("pageNavigationToken").is_some(), several, "{text}");
            things.as_array().unwrap().iter().for_each(|thing| assert_members(thing, members(operation), &text));
        } else {
            assert_members(&answer.body, members(operation), &text);
        }
        if method != "GET" {
            self.follow(&answer, path).await;
        }
        answer.body
    }

    /// `Location` is the first header, an absolute address without a query, and what is there is what was answered.
    async fn follow(&self, answer: &Answer, path: &str) {
        assert_eq!(answer.headers.keys().next().unwrap(), "location", "{path}");
        let location = answer.headers["location"].to_str().unwrap();
        let there = location.strip_prefix(&format!("{}/v2", self.server.url)).expect(location);
        let path = path.split('?').next().unwrap();
        // What is paid for a booking lives among all payments (wire reference, section 3.2).
        let path = if path.ends_with("/payments") { "/payments" } else { path };
        assert!(there.starts_with(path) && !there.contains('?'), "{path}: {location}");
        let shown = self.program.get(&format!("{there}?type=1")).await;
        assert_eq!((shown.status, shown.body), (200, answer.body.clone()), "{location}");
    }

    async fn get(&mut self, path: &str) -> Value {
        self.call("GET", path, &Value::Null).await
    }

    async fn post(&mut self, path: &str, body: &Value) -> Value {
        self.call("POST", path, body).await
    }

    async fn put(&mut self, path: &str, body: &Value) -> Value {
        self.call("PUT", path, body).await
    }

    async fn delete(&mut self, path: &str) {
        self.call("DELETE", path, &Value::Null).await;
    }
}

/// The path of an operation, as its router has it, that a call reaches.
fn operation_at(method: &str, path: &str) -> &'static str {
    let parts = |path: &'static str| path.split('/').collect::<Vec<_>>();
    let called: Vec<_> = path.split('?').next().unwrap().split('/').collect();
    let reaches = |path: &'static str| {
        let parts = parts(path);
        let same = |(part, called): (&&str, &&str)| part.starts_with('{') || part == called;
        parts.len() == called.len() && parts.iter().zip(&called).all(same)
    };
    let found = operations().into_iter().find(|(operation, path)| operation == method && reaches(path));
    found.unwrap_or_else(|| panic!("{method} {path} is no operation")).1
}

on_every_engine! {
    /// A tour over every operation, in summer and in winter: all that section 8 lists, in all answers.
    async fn every_operation_answers_as_clients_expect(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut tour_of = Tour { server: &server, program, ahead: operations().into_iter().collect() };
        let t = &mut tour_of;
        // Bookkeeping times are cut to the minute, which shows within one.
        server.clock.advance(Duration::from_millis(37_250));
        for of in ["apikeyinfo", "business", "customercustomfields", "languages", "resources", "taxes"] {
            t.get(&format!("/settings/{of}")).await;
        }
        assert_eq!(t.get("/settings/peoplecategories").await["categories"][0]["id"], "Cadults");
        t.get("/settings/products").await;
        let page = t.get("/settings/products?itemsPerPage=3").await;
        let token = id(&page["info"], "pageNavigationToken");
        let last = t.get(&format!("/settings/products?pageNavigationToken={token}&pageNumber=2")).await;
        assert_eq!((last["data"].as_array().unwrap().len(), id(&last["info"], "pageNavigationToken")), (1, token));

        // The clocks go back between these two tours, and nothing else happens to them.
        let turn = format!("productId={TOUR}&startTime=2026-10-24T00:00:00-00:00&endTime=2026-10-25T23:00:00-00:00");
        let slots = t.get(&format!("/availability/slots?{turn}")).await;
        assert_eq!(slots["data"][0]["startTime"], "2026-10-24T18:00:00+01:00");
        assert_eq!(slots["data"][1]["startTime"], "2026-10-25T18:00:00+00:00");
        let days = "startTime=2026-05-04T00:00:00-00:00&endTime=2026-05-31T00:00:00-00:00";
        t.get(&format!("/availability/slots?{days}")).await;
        t.get(&format!("/availability/slots?productId={COURSE}&{days}")).await;
        for product in [TOUR, COURSE, LESSON] {
            let search = json!({
                "productId": product, "startTime": "2026-05-05T00:00:00-00:00", "endTime": "2026-05-07T23:00:00-00:00",
                "peopleNumbers": people(1, 0), "options": null, "resources": null,
            });
            let found = t.post("/availability/matchingslots?itemsPerPage=300", &search).await;
            assert_eq!(found["data"][0].get("price").is_some(), product != LESSON);
            let found = t.program.post("/availability/matchingslots?itemsPerPage=1", &search).await;
            let page = found.headers["location"].to_str().unwrap().split_once("/v2").unwrap().1.to_owned();
            t.get(&format!("{page}?pageNumber=1")).await;
        }
        let nothing = t.get("/bookings?startTime=2026-05-04T00:00:00Z&endTime=2026-05-05T00:00:00Z").await;
        assert_eq!(nothing, json!({"info": {"totalItems": 0, "totalPages": 0, "currentPage": 1}, "data": []}));

        // A customer without any details.
        let nobody = id(&t.post("/customers", &json!({})).await, "id");
        t.get(&format!("/customers/{nobody}")).await;
        t.put(&format!("/customers/{nobody}"), &json!({"firstName": null, "phoneNumbers": null, "gender": "female"})).await;
        t.delete(&format!("/customers/{nobody}")).await;
        t.get("/customers?searchText=nobody").await;

        let mut body = order("2026-05-08", 2);
        body["priceAdjustments"] = json!([{
            "unitPrice": {"amount": -2.5, "currency": "EUR"}, "quantity": 1, "description": "Rainy", "taxIds": ["312TAX0001"],
        }]);
        body["options"] = json!([{"name": "Dry bags", "value": "1"}]);
        let (account, coupons) = (t.program.account().to_owned(), promotion("Spring", "coupons", "10"));
        server.promote(&account, &coupons).await;
        server.give_out(&account, &coupons, &["once"]).await;
        server.issue_service(&account, "gift", TOUR, Some(1), None).await;
        server.issue_money(&account, "money", 1_000).await;
        (body["promotionCodeInput"], body["giftVoucherCodeInput"]) = (json!("once"), json!("gift,money"));
        let hold = id(&t.post("/holds", &body).await, "id");
        t.get(&format!("/holds/{hold}")).await;
        t.delete(&format!("/holds/{hold}")).await;
        let hold = id(&t.post("/holds?holdDurationSeconds=600", &body).await, "id");
        body["participants"]["details"] = json!([
            {"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": 1},
            {"personId": "PNEW", "peopleCategoryId": "Cadults", "categoryIndex": 2, "personDetails": {"lastName": "Reis"}},
        ]);
        let booking = t.post(&format!("/bookings?previousHoldId={hold}"), &body).await;
        let single = json!({
            "productId": COURSE, "eventId": class("2026-05-05"), "dropinCourseEnrolledEventId": class("2026-05-12"),
            "participants": {"numbers": people(1, 0)}, "customer": {},
        });
        t.post("/bookings", &single).await;
        t.post("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        t.get(&format!("/bookings?{days}&expandCustomer=true&expandParticipants=true")).await;
        assert_eq!(t.get(&format!("/bookings?{days}&itemsPerPage=2")).await["info"]["totalPages"], 2);
        let (path, customer) = (format!("/bookings/{}", id(&booking, "bookingNumber")), id(&booking, "customerId"));
        t.get(&format!("{path}/customer")).await;
        for amount in [json!("20.00"), json!(-2.5)] {
            let payment = json!({
                "reason": "Deposit", "amount": {"amount": amount, "currency": "EUR"}, "paymentMethod": "cash",
            });
            t.post(&format!("{path}/payments"), &payment).await;
        }
        t.get(&format!("{path}/payments?itemsPerPage=1")).await;
        let paid = t.get("/payments").await;
        t.get(&format!("/payments/{}", id(&paid["data"][0], "id"))).await;
        t.get("/customers").await;
        let of = format!("/customers/{customer}");
        t.get(&format!("{of}/bookings?beginDate=2026-05-08&expandParticipants=true")).await;
        t.server.give_password(t.program.account(), &customer, Some("nine yellow boats")).await.unwrap();
        assert_eq!(t.get(&format!("{of}/authenticate?password=nine+yellow%20boats")).await, json!({}));
        t.server.make_member(t.program.account(), &customer, "2026-05-01", Some("2027-04-30")).await;
        t.get(&of).await;
        let linked = t.post(&format!("{of}/linkedpeople"), &json!({"firstName": "Joana", "phoneNumbers": null})).await;
        t.get(&format!("{of}/linkedpeople?itemsPerPage=1")).await;
        let linked = format!("{of}/linkedpeople/{}", id(&linked, "id"));
        t.get(&linked).await;
        t.put(&linked, &json!({"dateOfBirth": "2015-02-28"})).await;
        t.delete(&linked).await;

        let seats = json!({"productId": TOUR, "eventId": tour("2026-05-09"), "numSeats": -1, "reason": "School class"});
        let hours = json!({
            "startTime": "2026-05-09T08:00:00-00:00", "endTime": "2026-05-09T12:00:00-00:00",
            "resources": [{"id": t.get("/settings/resources").await["data"][0]["resources"][0]["id"]}],
        });
        for (of, block) in [("seatblocks", &seats), ("resourceblocks", &hours)] {
            let path = format!("/{of}/{}", id(&t.post(&format!("/{of}"), block).await, "id"));
            t.get(&path).await;
            t.put(&path, &json!({"reason": null})).await;
            t.get(&format!("/{of}?{days}")).await;
            t.delete(&path).await;
        }

        // Into winter, and there.
        let moved = t.put(&path, &json!({"eventId": tour("2026-10-30")})).await;
        assert_eq!(moved["startTime"], "2026-10-30T18:00:00+00:00");
        server.clock.advance(Duration::from_secs(175 * 86_400));
        let whole = t.get(&format!("{path}?expandCustomer=true&expandParticipants=true")).await;
        t.put(&path, &whole).await;
        t.delete(&path).await;
        let canceled = t.get(&path).await;
        let times = ["creationTime", "lastChangeTime", "cancelationTime"].map(|name| canceled[name].as_str().unwrap());
        assert_eq!(times, ["2026-05-04T09:12:00+01:00", "2026-10-26T08:12:00+00:00", "2026-10-26T08:12:00+00:00"]);
        t.get(&format!("/customers/{customer}")).await;
        t.delete(&format!("/customers/{customer}")).await;

        let webhook = json!({"url": "https://shop.example/hooks?tenant=7", "domain": "bookings", "type": "created"});
        let webhook = id(&t.post("/webhooks", &webhook).await, "id");
        t.get("/webhooks").await;
        t.get(&format!("/webhooks/{webhook}")).await;
        t.delete(&format!("/webhooks/{webhook}")).await;
        t.get("/changes").await;

        let (of_portal, subaccount) = portal(&server).await;
        t.program = of_portal;
        t.get("/subaccounts").await;
        let key = t.post(&format!("/subaccounts/{subaccount}/apikeys"), &Value::Null).await;
        t.delete(key.as_str().unwrap().split_once("/v2").unwrap().1).await;

        assert!(t.ahead.is_empty(), "not called: {:?}", t.ahead);
    }
}
