//! The list of things clients break on (wire reference, section 8), held against every operation there is.

use super::{business, class, lesson, order, people, portal, tour};
use crate::api::assert_error;
use slotkeeper_testkit::benefits::promotion;
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::client::{Answer, Program, operations};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use std::collections::BTreeSet;
use std::time::Duration;

/// The members that things have in the answers of a path, by the words of the reference; `?` marks what may be absent.
fn members(path: &str) -> &'static str {
    match path {
        "/settings/apikeyinfo" => "accountId permissions creationTime",
        "/settings/business" => {
            "id name phoneNumbers streetAddress legalIdentifiers? websiteURL? emailAddress? logo? description?"
        }
        "/settings/customercustomfields" => "choiceFields? numberFields? onOffFields? textFields?",
        "/settings/languages" => "tag name customersDefault",
        "/settings/peoplecategories" => "id name numSeats",
        "/settings/products" => {
            "name productId productCode bookingLimits duration type membersOnly prepaidOnly acceptDeny \
             apiBookingsAllowed dropInOnly description? images? defaultRates? allowPrivateEvents? choiceOptions? \
             numberOptions? onOffOptions? textOptions?"
        }
        "/settings/resources" => "id name isPublic resources",
        "/settings/taxes" => "id name enabled",
        "/availability/slots" => {
            "productId eventId startTime endTime numSeatsAvailable courseSchedule? resources? privateEvent?"
        }
        _ if path.starts_with("/availability/matchingslots") => {
            "eventId startTime endTime price? courseSchedule? resources?"
        }
        _ if path.starts_with("/holds") => {
            "id price totalPayable expiration applicableMoneyCredit? applicableGiftVoucherCredit? \
             applicablePrepaidCredits? promotionApplicable? appliedPromotionDiscount? specificVoucherCode?"
        }
        _ if path.ends_with("/authenticate") => "",
        _ if path.contains("/linkedpeople") => {
            "id creationTime gender customerId firstName? middleName? lastName? emailAddress? phoneNumbers? \
             streetAddress? startTimeOfNextBooking? startTimeOfPreviousBooking? dateOfBirth? customFields?"
        }
        "/customers/{id}/bookings" => members("/bookings"),
        _ if path.starts_with("/customers") || path.ends_with("/customer") => {
            "id creationTime phoneNumbers streetAddress gender credit acceptSmsReminders numBookings numCancelations \
             numNoShows member membershipEnd? firstName? middleName? lastName? emailAddress? startTimeOfNextBooking? \
             startTimeOfPreviousBooking? dateOfBirth? customFields? facebookId? languageCode?"
        }
        _ if path.starts_with("/payments") || path.ends_with("/payments") => {
            "id creationTime receivedTime reason amount paymentMethod description? comment? paymentMethodOther? agent? \
             customerId? gatewayName? transactionId?"
        }
        _ if path.starts_with("/seatblocks") => {
            "id eventId productId numSeats startTime creationTime creationAgent reason? lastChangeTime? lastChangeAgent?"
        }
        _ if path.starts_with("/resourceblocks") => {
            "id startTime endTime resources creationTime creationAgent reason? lastChangeTime? lastChangeAgent?"
        }
        _ if path.starts_with("/bookings") => {
            "bookingNumber startTime endTime customerId title participants canceled accepted creationTime creationAgent \
             productId productName price eventId? firstCourseEnrolledEventId? dropinCourseEnrolledEventId? customer? \
             externalRef? resources? cancelationTime? cancelationAgent? sourceIp? lastChangeTime? lastChangeAgent? \
             options? privateEvent? priceAdjustments? noShow? source? promotionName? couponCodes? specificVoucherCode?"
        }
        "/subaccounts" => "id name",
        _ => panic!("{path} is not in the reference"),
    }
}

/// The same for things within things, by the member that holds them or a list of them.
fn inner_members(name: &str) -> Option<&'static str> {
    Some(match name {
        "info" => "totalItems totalPages currentPage pageNavigationToken?",
        "price" => "totalGross totalNet totalTaxes totalPaid taxes",
        "customer" => members("/customers"),
        "participants" => "numbers details?",
        "personDetails" => {
            "id customerId creationTime gender phoneNumbers? streetAddress? firstName? middleName? lastName? emailAddress? \
             startTimeOfNextBooking? startTimeOfPreviousBooking? dateOfBirth? customFields?"
        }
        "numbers" => "peopleCategoryId number",
        "details" => "personId peopleCategoryId categoryIndex personDetails?",
        "taxes" => "taxId amount",
        "courseSchedule" => "events title?",
        "events" => "eventNumber startTime endTime eventId",
        "priceAdjustments" => "unitPrice quantity description taxIds?",
        "bookingLimits" => "peopleCategoryId? min max",
        "duration" => "days hours minutes",
        "resources" => "id name",
        "options" | "customFields" => "id name value",
        "choiceFields" => {
            "id name description? shownToCustomers forCustomer forParticipants index values defaultValueId?"
        }
        "onOffOptions" => "id name description? index shownToCustomers enabled defaultState",
        _ => return None,
    })
}

fn assert_members(thing: &Value, members: &str, text: &str) {
    let thing = thing.as_object().unwrap_or_else(|| panic!("no object: {text}"));
    let known: Vec<_> = members.split_whitespace().map(|name| name.trim_end_matches('?')).collect();
    for name in thing.keys() {
        assert!(known.contains(&name.as_str()), "{name} is not in the reference: {text}");
    }
    for name in members.split_whitespace().filter(|name| !name.ends_with('?')) {
        assert!(thing.contains_key(name), "{name} is missing: {text}");
    }
}

/// Whatever stands in an answer, wherever: nothing is `null`, amounts are texts, times are those of the business.
pub(super) fn assert_sound(value: &Value, name: &str, text: &str) {
    match value {
        Value::Null => panic!("{name} is null: {text}"),
        Value::Number(number) => assert!(!number.is_f64(), "{name} has decimals: {text}"),
        Value::Bool(_) => {}
        Value::Array(items) => items.iter().for_each(|item| assert_sound(item, name, text)),
        Value::Object(members) => {
            if members.contains_key("currency") {
                assert_members(value, "amount currency", text);
                assert_amount(&members["amount"], text);
            } else if let Some(expected) = inner_members(name) {
                assert_members(value, expected, text);
            }
            members.iter().for_each(|(name, value)| assert_sound(value, name, text));
        }
        Value::String(string) => {
            if name.ends_with("Time") || name.starts_with("startTimeOf") || name == "expiration" {
                assert_time(name, string);
            }
        }
    }
}

/// Euros: no needless zeros, two decimals at most.
fn assert_amount(amount: &Value, text: &str) {
    let amount = amount.as_str().unwrap_or_else(|| panic!("an amount is no text: {text}"));
    let digits = amount.strip_prefix('-').unwrap_or(amount);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "1"));
    let numeric = [whole, decimals].iter().all(|part| part.parse::<u64>().is_ok());
    let needless = decimals.ends_with('0') || (whole.starts_with('0') && whole != "0");
    assert!(numeric && !needless && decimals.len() <= 2, "{amount}: {text}");
}

/// Summer time is from 29 March to 25 October 2026 in Lisbon, and its winter is not written as `Z`.
fn assert_time(name: &str, time: &str) {
    let summer = ("2026-03-29T02:00:00".."2026-10-25T02:00:00").contains(&&time[..19]);
    assert_eq!(&time[19..], if summer { "+01:00" } else { "+00:00" }, "{name}: {time}");
    if ["creationTime", "lastChangeTime", "cancelationTime"].contains(&name) {
        assert_eq!(&time[16..19], ":00", "{name}: {time}");
    }
}

/// A program that looks closely at every answer, and knows which operations it has not called yet.
struct Tour<'a> {
    server: &'a TestServer,
    program: Program,
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
            assert_members(&answer.body, if informed { "info data" } else { list }, &text);
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

/// An address where an operation could be, with ids of nothing.
fn somewhere(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part }).collect::<Vec<_>>().join("/")
}

fn id(thing: &Value, name: &str) -> String {
    thing[name].as_str().unwrap().to_owned()
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

        // Somebody of whom nothing is known.
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

        let (of_portal, subaccount) = portal(&server).await;
        t.program = of_portal;
        t.get("/subaccounts").await;
        let key = t.post(&format!("/subaccounts/{subaccount}/apikeys"), &Value::Null).await;
        t.delete(key.as_str().unwrap().split_once("/v2").unwrap().1).await;

        assert!(t.ahead.is_empty(), "not called: {:?}", t.ahead);
    }

    /// Whatever fails, at whatever operation, fails with the error body.
    async fn every_failure_has_the_error_body(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (of_portal, _) = portal(&server).await;
        let stranger = Program::new(&server, "A1B2", "C3D4");
        // An installation needs one permission, and this one is for portals alone.
        let powerless = Program::installed(&server, "Powerless", &owner, "subaccounts_rw").await;
        for (method, path) in operations() {
            let address = somewhere(path);
            let expect = async |program: &Program, method: &str, query: &str, body: &str, status: u16| {
                let answer = program.send(method, &format!("{address}{query}"), body).await;
                assert_error(&answer, status);
                assert_eq!(answer.body.as_object().unwrap().len(), 3, "{}", answer.text);
                assert_eq!(answer.headers.get("location"), None);
            };
            expect(&stranger, &method, "", "", 401).await;
            // A slash before the query and an empty first parameter are all the same.
            expect(&stranger, &method, "/?&x=1", "a=b", 401).await;
            expect(&program, "PATCH", "", "{}", 405).await;
            expect(&program, &method, "/more/of/it", "", 404).await;
            expect(&program, &method, "?lang=tlh", "", 400).await;
            if !path.starts_with("/settings/") {
                expect(&powerless, &method, "", "", 403).await;
            }
            if path.contains('{') {
                let program = if path.starts_with("/subaccounts") { &of_portal } else { &program };
                expect(program, &method, "", "{}", 404).await;
            } else if method == "POST" {
                for body in ["", "{\"participants\": ", "7", "[]", "<booking/>", "{\"productId\": {}}"] {
                    // A customer needs nothing, and has no product.
                    if path != "/customers" || !body.starts_with("{\"productId") {
                        expect(&program, "POST", "", body, 400).await;
                    }
                }
            }
        }
        let full = order("2026-05-08", 8);
        let booking = program.create("/bookings", &full).await;
        let path = format!("/bookings/{}", id(&booking, "bookingNumber"));
        let customer = format!("/customers/{}", id(&booking, "customerId"));
        for (method, path, body) in [
            ("PUT", path.as_str(), "{\"participants\": ["),
            ("PUT", &path, "{\"startTime\": \"soon\"}"),
            ("PUT", &customer, "nothing"),
            ("GET", "/bookings?startTime=soon&endTime=later", ""),
            ("GET", "/customers?pageNumber=0", ""),
            ("GET", "/customers?searchField=shoeSize&searchText=4", ""),
            ("GET", "/availability/slots?startTime=2026-05-01T00:00:00Z", ""),
            ("GET", &format!("{path}?expandCustomer=perhaps"), ""),
            ("DELETE", &format!("{path}?trackInCustomerHistory=perhaps"), ""),
            ("POST", "/holds?holdDurationSeconds=601", &full.to_string()),
        ] {
            assert_error(&program.send(method, path, body).await, 400);
        }
        for (method, path) in [("POST", "/holds"), ("POST", "/bookings"), ("DELETE", &customer)] {
            assert_error(&program.send(method, path, &full.to_string()).await, 409);
        }
        assert_eq!(program.delete(&path).await.status, 204);
        assert_error(&program.delete(&path).await, 409);
        assert_error(&program.put(&path, &booking).await, 409);
    }
}
