//! Input in members, parameters, headers and fields is repeated in messages to the client, and never in the log.

use super::bookings::{business, order, tour};
use slotkeeper_testkit::catalogue::{LESSON, TOUR};
use slotkeeper_testkit::client::{ApiClient, Visitor, operations};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::{Client, Method};
use slotkeeper_testkit::serde_json::{self, Map, Value, json};
use std::time::Duration;

/// What is typed where it does not belong: a code, an address, the number of a card, a name, an address with a secret in it,
/// and text that would write lines of its own or run backwards.
const CANARIES: [&str; 6] = [
    "CNRY-COUPON-4711",
    "cnry-post@canary.example",
    "4111 1111 4711 1111",
    "Cnry O'Hara \"Cnry\"",
    "https://hooks.canary.example/cnry-in/the-path?token=cnry-token-0815",
    "cnry\u{1b}[31m\r\n\u{85}\u{202e}yrnc\u{2066}\u{2028}",
];

/// What each of them would leave in the log, however it is written there.
const TRACES: [&str; 5] = ["cnry", "canary", "4111 1111 4711", "4111111147111111", "yrnc"];

/// The document with one part after another replaced: each value, and each member by one that is called as the canary.
fn spoiled(body: &Value, canary: &str) -> Vec<Value> {
    let mut all = vec![json!(canary)];
    match body {
        Value::Object(members) => {
            for (name, value) in members {
                let with = |value: Value| {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), value);
                    Value::Object(changed)
                };
                all.extend(spoiled(value, canary).into_iter().map(with));
            }
            let mut named = members.clone();
            named.insert(canary.to_owned(), json!(1));
            all.push(Value::Object(named));
        }
        Value::Array(entries) => {
            for (index, value) in entries.iter().enumerate() {
                let with = |value: Value| {
                    let mut changed = entries.clone();
                    changed[index] = value;
                    Value::Array(changed)
                };
                all.extend(spoiled(value, canary).into_iter().map(with));
            }
        }
        _ => {}
    }
    all
}

/// A body that the operation takes, and members that may be added to it, each of which it looks at once it has come so far.
fn body_of(method: &str, path: &str, resource: &str) -> Option<(Value, Value)> {
    let person =
        json!({"firstName": "Ada", "lastName": "Example", "emailAddress": "ada@example.com", "phoneNumbers": null});
    let about_person = json!({
        "gender": "female", "phoneNumbers": [{"number": "1", "type": "mobile"}], "languageCode": "en-GB",
        "dateOfBirth": "1990-01-01", "streetAddress": {"address1": "x", "countryCode": "PT"},
        "customFields": [{"id": "F", "value": "x"}],
    });
    let money = json!({"amount": "1", "currency": "EUR"});
    let about_booking = json!({
        "options": [{"id": "x", "value": "x"}], "couponCodes": ["x"], "externalRef": "x", "promotionCodeInput": "x",
        "giftVoucherCodeInput": "x", "specificVoucherCode": "x", "resources": [{"id": resource}], "customerId": "x",
        "startTime": "2026-05-08T10:00:00+01:00", "source": "x", "sourceIp": "x",
        "priceAdjustments": [{"unitPrice": money, "quantity": 1, "description": "x", "taxIds": ["x"]}],
        "initialPayments": [{"amount": money, "paymentMethod": "cash", "reason": "x"}],
    });
    let times = |from: &str, to: &str| json!({(from): "2026-05-09T10:00:00+01:00", (to): "2026-05-09T11:00:00+01:00"});
    let nothing = json!({});
    Some(match (method, path) {
        ("POST" | "PUT", path)
            if path.contains("linkedpeople") || path.ends_with("/customers") || path.ends_with("/customers/{id}") =>
        {
            (person, about_person)
        }
        ("POST", path) if path.ends_with("/payments") => {
            let payment = json!({"amount": money, "paymentMethod": "other", "paymentMethodOther": "x", "reason": "x"});
            (payment, json!({"comment": "x", "receivedTime": "2026-05-04T09:00:00+01:00"}))
        }
        ("POST" | "PUT", path) if path.starts_with("/bookings") || path == "/holds" => {
            (order("2026-05-08", 1), about_booking)
        }
        ("POST", "/availability/matchingslots") => {
            let mut search = times("startTime", "endTime");
            search["productId"] = json!(LESSON);
            search["peopleNumbers"] = json!([{"peopleCategoryId": "Cadults", "number": 1}]);
            (search, json!({"options": [{"id": "x", "value": "x"}]}))
        }
        ("POST" | "PUT", path) if path.starts_with("/seatblocks") => {
            (json!({"eventId": tour("2026-05-08"), "productId": TOUR, "numSeats": 1, "reason": "x"}), nothing)
        }
        ("POST" | "PUT", path) if path.starts_with("/resourceblocks") => {
            let mut block = times("startTime", "endTime");
            block["resources"] = json!([{"id": resource}]);
            block["reason"] = json!("x");
            (block, nothing)
        }
        ("POST", "/webhooks") => {
            (json!({"url": "https://hooks.example/x", "domain": "bookings", "type": "created"}), nothing)
        }
        _ => return None,
    })
}

/// What there is to send with a canary in it: each part of the body, and of each member that may be added, one at a time.
fn all_spoiled((body, more): &(Value, Value), canary: &str) -> Vec<Value> {
    let mut all = spoiled(body, canary);
    for (member, value) in more.as_object().into_iter().flatten() {
        all.extend(spoiled(value, canary).into_iter().map(|value| {
            let mut body = body.clone();
            body[member] = value;
            body
        }));
    }
    all
}

/// Sends a request with the keys, and adds the message to `said`.
async fn send(program: &ApiClient, http: &Client, method: &str, path: &str, body: Option<String>, said: &mut String) {
    let method: Method = method.parse().expect("a method");
    let mut request = http.request(method, format!("{}{path}", program.url()));
    request = request.header("X-Bookeo-apiKey", program.api_key()).header("X-Bookeo-secretKey", program.secret_key());
    if let Some(body) = body {
        request = request.header("Content-Type", "application/json").body(body);
    }
    let answer = request.send().await.expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("a body"));
    assert!(!status.is_server_error(), "{path}: {text}");
    if status.is_client_error() {
        said.push_str(&text);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A path with the canary for every id in it.
fn path_with(path: &str, canary: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { encoded(canary) } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

on_every_engine! {
    /// Every operation is asked wrongly in every member and parameter; then every page with a form.
    async fn what_is_typed_is_never_logged(server: TestServer) {
        let (owner, program) = business(&server).await;
        let resources = program.read("/settings/resources").await;
        let resource = resources["data"][0]["id"].as_str().unwrap_or("x").to_owned();
        let document: Value = Client::new().get(server.at("/openapi.json")).send().await.expect("an answer").json().await.expect("JSON");
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        let number = booked["bookingNumber"].as_str().expect("a number").to_owned();
        let customer = booked["customerId"].as_str().expect("an id").to_owned();
        let http = Client::new();
        let mut said = String::new();
        for (index, (method, path)) in operations().into_iter().enumerate() {
            let there = path.replace("{bookingNumber}", &number).replace("{customerid}", &customer)
                .replace("/customers/{id}", &format!("/customers/{customer}"));
            let body = body_of(&method, path, &resource);
            let mut canaries: Vec<&str> = CANARIES.to_vec();
            // Not each in each place: which place it is makes the message, and which canary only what it repeats.
            canaries.rotate_left(index % CANARIES.len());
            for canary in &canaries[..3] {
                send(&program, &http, &method, &path_with(path, canary), body.as_ref().map(|(body, _)| body.to_string()), &mut said).await;
                if there.contains('{') {
                    continue;
                }
                let parameters = document["paths"][path][method.to_lowercase()]["parameters"].as_array().cloned().unwrap_or_default();
                let names = parameters.iter().filter_map(|parameter| parameter["name"].as_str());
                for name in names.chain(["lang", "cnry"]) {
                    let path = format!("{there}?{name}={}", encoded(canary));
                    send(&program, &http, &method, &path, body.as_ref().map(|(body, _)| body.to_string()), &mut said).await;
                }
                for text in [format!("{{\"cnry {canary}"), format!("[\"{}\"]", canary.escape_default())] {
                    send(&program, &http, &method, &there, Some(text), &mut said).await;
                }
            }
            if there.contains('{') {
                continue;
            }
            // A code is what messages repeat.
            for canary in [CANARIES[0], canaries[1]] {
                for body in body.iter().flat_map(|body| all_spoiled(body, canary)) {
                    send(&program, &http, &method, &there, Some(body.to_string()), &mut said).await;
                }
            }
        }
        assert!(said.contains("cnry") || said.contains("CNRY"), "messages repeat what was sent, or this proves nothing: {said}");

        // What one cannot send to a database, and a receiver that is not there.
        let mut odd = order("2026-05-08", 1);
        odd["customer"]["lastName"] = json!("cnry\u{0}canary");
        send(&program, &http, "POST", "/bookings", Some(odd.to_string()), &mut said).await;
        let hook = json!({"url": "http://127.0.0.1:1/cnry/in-the-path?token=canary", "domain": "bookings", "type": "created"});
        program.create("/webhooks", &hook).await;
        let mut named = order("2026-05-09", 1);
        named["customer"] = json!({"firstName": "Cnry", "emailAddress": "cnry@canary.example"});
        program.create("/bookings", &named).await;
        server.deliver().await;
        server.send_emails("127.0.0.1", 1).await;

        let stranger = Visitor::new(&server);
        for canary in CANARIES {
            let query = encoded(canary);
            for path in ["/?authappid=", "/?authappid=x&permissions=", "/sign-in?next=", "/sign-in?notice=", "/choose-password/", "/confirm-email/", "/calendars/", "/static/", "/"] {
                stranger.get(&format!("{path}{query}")).await;
                owner.get(&format!("{path}{query}")).await;
            }
            let fields: Vec<(&str, &str)> = ["name", "person_name", "email", "password", "country", "zone", "currency", "language", "next", "role", "question", "subject", "text"]
                .iter().map(|name| (*name, canary)).collect();
            for path in ["/sign-in", "/sign-up/business", "/sign-up/developer", "/forgot-password", "/confirm-email"] {
                stranger.post(path, &fields).await;
            }
            for path in ["/consent", "/backoffice/team", "/backoffice/business-profile", "/backoffice/follow-ups"] {
                owner.post(path, &fields).await;
            }
            server.clock.advance(Duration::from_secs(3_600));
        }
        server.run_jobs().await;

        let log = slotkeeper_testkit::log::everything();
        assert!(log.contains("answered with an error"), "the log is there");
        for trace in TRACES {
            let (plain, hex) = (trace.to_lowercase(), encoded(trace).to_lowercase());
            for line in log.lines() {
                let line = line.to_lowercase();
                assert!(!line.contains(&plain) && !line.contains(&hex), "{trace:?} is in the log: {line}");
            }
        }
        let wrong = |c: char| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        assert!(!log.lines().any(|line| line.contains(wrong)), "a line of the log moves its own text");
    }
}

#[test]
fn every_part_is_spoiled() {
    let body = json!({"a": [1, {"b": "x"}], "c": null});
    let all = spoiled(&body, "!");
    let expected: Map<String, Value> = serde_json::from_value(json!({"a": [1, {"b": "!"}], "c": null})).expect("a map");
    assert!(all.contains(&Value::Object(expected)) && all.contains(&json!({"a": [1, {"b": "x"}], "c": null, "!": 1})));
    assert_eq!(all.len(), 8);
}
