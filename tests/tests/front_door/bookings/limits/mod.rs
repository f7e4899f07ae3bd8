//! Limits of what can be stored and requested: each text, list, thing and page, and the memory for clients that do
//! not read.

mod schema;

use super::{business, order, people, tour};
use schema::{Kind, members};
use slotkeeper_testkit::catalogue::{TOUR, catalogue_with_seats};
use slotkeeper_testkit::client::{Answer, ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{self, Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

fn says(answer: &Answer) -> &str {
    answer.body["message"].as_str().unwrap_or_default()
}

/// The paths of the document with ids of things that are there in place of their names.
async fn paths(program: &ApiClient) -> Vec<(&'static str, String)> {
    let text = |body: &Value, member: &str| body[member].as_str().expect("a text").to_owned();
    let booking = program.create("/bookings", &order("2026-05-07", 1)).await;
    let (number, customer) = (text(&booking, "bookingNumber"), text(&booking, "customerId"));
    let person = text(&program.create(&format!("/customers/{customer}/linkedpeople"), &json!({})).await, "id");
    let seats = json!({"productId": TOUR, "eventId": tour("2026-05-08"), "numSeats": 1});
    let seats = text(&program.create("/seatblocks", &seats).await, "id");
    let away = json!({
        "startTime": "2026-05-09T08:00:00Z", "endTime": "2026-05-09T09:00:00Z", "resources": [{"id": "312RS00002"}],
    });
    let away = text(&program.create("/resourceblocks", &away).await, "id");
    vec![
        ("/bookings/{bookingNumber}", format!("/bookings/{number}")),
        ("/customers/{customerid}/linkedpeople/{id}", format!("/customers/{customer}/linkedpeople/{person}")),
        ("/customers/{id}", format!("/customers/{customer}")),
        ("/seatblocks/{id}", format!("/seatblocks/{seats}")),
        ("/resourceblocks/{id}", format!("/resourceblocks/{away}")),
    ]
}

/// A person of almost as many bytes as there can be.
fn large_person() -> Value {
    let number = "😀".repeat(200);
    json!({ "firstName": "Large", "phoneNumbers": vec![json!({"number": number, "type": "home"}); 18] })
}

fn adjustments(count: usize, length: usize) -> Value {
    let price = json!({"amount": "0", "currency": "EUR"});
    json!(vec![json!({"unitPrice": price, "quantity": 1, "description": "x".repeat(length)}); count])
}

on_every_engine! {
    /// Every text and every list in every body has a limit that the document says, and that holds: one more character or entry
    /// is refused by name, and so is a control character in a text that is taken as it is.
    async fn every_text_and_list_of_the_document_has_the_limit_that_it_says(server: TestServer) {
        let (_, program) = business(&server).await;
        let paths = paths(&program).await;
        let document: Value = serde_json::from_str(&Visitor::new(&server).get("/openapi.json").await.html).unwrap();
        let (mut texts, mut lists) = (0, 0);
        for (path, operations) in document["paths"].as_object().unwrap() {
            let known = paths.iter().find(|(prefix, _)| path.starts_with(prefix));
            let address = known.map_or_else(|| path.clone(), |(prefix, address)| path.replacen(prefix, address, 1));
            for (method, operation) in operations.as_object().unwrap() {
                let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
                for member in members(&document, schema) {
                    let (name, mut wrong) = (member.name(), Vec::new());
                    match &member.kind {
                        Kind::Closed => {}
                        Kind::Unlimited => panic!("{method} {path}: {member:?} has no limit"),
                        Kind::Text { most, free } => {
                            texts += 1;
                            wrong.push(json!("x".repeat(most + 1)));
                            if *free {
                                wrong.push(json!("a\u{1}b"));
                            }
                        }
                        Kind::List { most, entry } => {
                            lists += 1;
                            wrong.push(json!(vec![entry.clone(); most + 1]));
                        }
                    }
                    for value in wrong {
                        let body = member.body(value).to_string();
                        let answer = program.send(&method.to_uppercase(), &address, &body).await;
                        let told = answer.status == 400 && says(&answer).contains(name);
                        assert!(told, "{method} {address} {member:?}: {} for {:.300}", answer.text, body);
                    }
                }
            }
        }
        assert!(texts > 100 && lists > 15, "the document was not read: {texts} texts, {lists} lists");
    }

    /// What a list may have once it has once, and what is asked for in the query has limits too.
    async fn what_is_there_twice_or_too_long_in_the_query_is_refused(server: TestServer) {
        let (_, program) = business(&server).await;
        let with = |member: &str, value: Value| {
            let mut body = order("2026-05-07", 1);
            body[member] = value;
            body
        };
        let mut taxed = adjustments(1, 3);
        taxed[0]["taxIds"] = json!(["312TAX0001", "312TAX0001"]);
        let bags = json!({"id": format!("{TOUR}_H5J8CDYP"), "value": "1"});
        let mut twice = order("2026-05-07", 1);
        let one = json!({"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": 1});
        twice["participants"]["details"] = json!([one, one]);
        let mut beyond = twice.clone();
        beyond["participants"]["details"][1]["categoryIndex"] = json!(2);
        for (body, text) in [
            (with("priceAdjustments", taxed), "priceAdjustments.taxIds: the tax 312TAX0001 is there twice."),
            (with("resources", json!([{"id": "312RS00001"}, {"id": "312RS00001"}])), "resources: the resource 312RS00001 is there twice."),
            (with("options", json!([bags, bags])), "is there twice"),
            (twice, "is there twice"),
            (beyond, "there is no person 2"),
        ] {
            for path in ["/bookings", "/holds"] {
                let answer = program.post(path, &body).await;
                assert!(answer.status == 400 && says(&answer).contains(text), "{path} {body}: {}", answer.text);
            }
        }
        let number = program.create("/bookings", &order("2026-05-07", 1)).await["bookingNumber"].as_str().unwrap().to_owned();
        for reason in ["x".repeat(1_001), "a%01b".to_owned()] {
            let answer = program.delete(&format!("/bookings/{number}?reason={reason}")).await;
            assert!(answer.status == 400 && says(&answer).contains("reason"), "{}", answer.text);
        }
        let answer = program.get(&format!("/customers?searchText={}", "x".repeat(301))).await;
        assert!(answer.status == 400 && says(&answer).contains("searchText"), "{}", answer.text);
        assert_eq!(program.delete(&format!("/bookings/{number}?reason=a%0Ab")).await.status, 204);
    }

    /// Options and adjustments have 32 KiB together, a person 16 KiB; what is refused changes nothing.
    async fn bookings_and_people_have_so_many_bytes(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut fits = order("2026-05-07", 1);
        fits["priceAdjustments"] = adjustments(25, 1_000);
        let mut too_large = fits.clone();
        too_large["priceAdjustments"] = adjustments(32, 1_000);
        let refusal = "priceAdjustments takes up too much: options and priceAdjustments can have 32768 bytes together";
        for path in ["/bookings", "/holds"] {
            let answer = program.post(path, &too_large).await;
            assert!(answer.status == 400 && says(&answer).contains(refusal), "{path}: {}", answer.text);
        }
        program.create("/holds", &fits).await;
        let booking = program.create("/bookings", &fits).await;
        let path = format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        let answer = program.put(&path, &json!({"priceAdjustments": adjustments(32, 1_000)})).await;
        assert!(answer.status == 400 && says(&answer).contains(refusal), "{}", answer.text);
        let notes = json!([{"name": "Dietary notes", "value": "é".repeat(2_000)}]);
        let answer = program.put(&path, &json!({"options": notes})).await;
        assert!(answer.status == 400 && says(&answer).contains("priceAdjustments takes up too much"), "{}", answer.text);
        assert_eq!(program.read(&path).await, booking);
        assert_eq!(program.put(&path, &json!({"priceAdjustments": adjustments(1, 10)})).await.status, 200);

        let mut person = large_person();
        let customer = program.create("/customers", &person).await;
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        let more = json!({"number": "😀".repeat(200), "type": "home"});
        person["phoneNumbers"].as_array_mut().unwrap().extend([more.clone(), more.clone(), more]);
        for answer in [program.post("/customers", &person).await, program.put(&path, &person).await] {
            let text = "phoneNumbers takes up too much: all that is known of a person can have 16384 bytes";
            assert!(answer.status == 400 && says(&answer).contains(text), "{}", answer.text);
        }
        assert_eq!(program.read(&path).await, customer);
    }

    /// What is larger than it may be today, from a time when it could, is read, changed in everything else, made smaller and
    /// cancelled; only larger it cannot become. A page of such bookings says how many fit.
    async fn what_was_larger_before_can_become_smaller(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut paths = Vec::new();
        for _ in 0..8 {
            let booking = program.create("/bookings", &order("2026-05-07", 1)).await;
            let number = booking["bookingNumber"].as_str().unwrap();
            // 100 lines of 12 KB.
            server.enlarge_booking(program.account(), number, 100, 12_000).await;
            paths.push(format!("/bookings/{number}"));
        }
        let path = &paths[0];
        assert_eq!(program.read(path).await["priceAdjustments"].as_array().unwrap().len(), 100);
        let answer = program.put(path, &json!({"externalRef": "ours"})).await;
        assert_eq!((answer.status, &answer.body["externalRef"]), (200, &json!("ours")), "{:.300}", answer.text);
        let answer = program.put(path, &json!({"priceAdjustments": adjustments(60, 1_000)})).await;
        assert_eq!(answer.status, 200, "{:.300}", answer.text);
        let answer = program.put(path, &json!({"priceAdjustments": adjustments(61, 1_000)})).await;
        assert!(answer.status == 400 && says(&answer).contains("priceAdjustments takes up too much"), "{:.300}", answer.text);
        let list = "/bookings?startTime=2026-05-07T00:00:00Z&endTime=2026-05-08T00:00:00Z";
        let answer = program.get(list).await;
        assert!(answer.status == 400 && says(&answer).contains("itemsPerPage="), "{:.300}", answer.text);
        assert_eq!(program.read(&format!("{list}&itemsPerPage=1")).await["data"].as_array().unwrap().len(), 1);
        assert_eq!(program.delete(&paths[1]).await.status, 204);
    }

    /// A page with too many participants says how many bookings would fit; one booking alone always fits. Large
    /// responses that are not read are counted: the next one is refused until they are read, small ones never are.
    async fn pages_and_what_waits_to_be_read_have_so_many_bytes(server: TestServer) {
        let (_, program) = business(&server).await;
        server.offer(program.account(), catalogue_with_seats(1_000)).await;
        let customer = program.create("/customers", &json!({"firstName": "Marta"})).await["id"].as_str().unwrap().to_owned();
        let mut named = Vec::new();
        for index in 1..=40 {
            let person = program.create(&format!("/customers/{customer}/linkedpeople"), &large_person()).await;
            named.push(json!({"personId": person["id"], "peopleCategoryId": "Cadults", "categoryIndex": index}));
        }
        for _ in 0..16 {
            program.create("/bookings?mode=backend", &json!({
                "productId": TOUR, "eventId": tour("2026-05-07"), "customerId": customer,
                "participants": {"numbers": people(40, 0), "details": named},
            })).await;
        }
        let list = "/bookings?startTime=2026-05-07T00:00:00Z&endTime=2026-05-08T00:00:00Z";
        assert_eq!(program.read(list).await["data"].as_array().unwrap().len(), 16);
        let refused = program.get(&format!("{list}&expandParticipants=true")).await;
        assert_eq!(refused.status, 400, "{:.300}", refused.text);
        let fit: usize = says(&refused).split_once("itemsPerPage=").expect("it says how many").1
            .split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap();
        let page = format!("{list}&expandParticipants=true&itemsPerPage={fit}");
        assert_eq!(program.read(&page).await["data"].as_array().unwrap().len(), fit);
        assert!(program.get(&format!("{list}&expandParticipants=true&itemsPerPage={}", fit + 1)).await.status == 400);
        let of_customer = program.get(&format!("/customers/{customer}/bookings?expandParticipants=true")).await;
        assert!(of_customer.status == 400 && says(&of_customer).contains("itemsPerPage="), "{:.300}", of_customer.text);

        // Two pages of almost 8 MiB fit into the share of 16 MiB.
        let unread: Vec<TcpStream> = (0..2).map(|_| head_of(&program, &page)).collect();
        let refused = program.get(&page).await;
        assert_eq!((refused.status, &refused.headers["retry-after"]), (429, &"2".parse().unwrap()), "{:.300}", refused.text);
        assert!(says(&refused).contains("not read yet"), "{}", refused.text);
        assert_eq!(program.get(&format!("{list}&itemsPerPage=2")).await.status, 200);
        drop(unread);
        while program.get(&page).await.status != 200 {}
    }

    /// A customer with many bookings is deleted in chunks, and completely.
    async fn a_customer_of_many_bookings_is_deleted(server: TestServer) {
        let (_, program) = business(&server).await;
        let customer = program.create("/customers", &json!({"firstName": "Marta"})).await["id"].as_str().unwrap().to_owned();
        let mut numbers = Vec::new();
        for _ in 0..205 {
            let booking = program.create("/bookings", &json!({
                "productId": TOUR, "eventId": tour("2026-05-07"), "customerId": customer, "participants": {"numbers": people(1, 0)},
            })).await;
            let path = format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
            assert_eq!(program.delete(&path).await.status, 204);
            numbers.push(path);
        }
        assert_eq!(program.delete(&format!("/customers/{customer}")).await.status, 204);
        for path in [&numbers[0], &numbers[100], &numbers[204]] {
            assert_eq!(program.get(path).await.status, 404);
        }
        let list = "/bookings?startTime=2026-05-07T00:00:00Z&endTime=2026-05-08T00:00:00Z&includeCanceled=true";
        assert_eq!(program.read(list).await["info"]["totalItems"], 0);
        let answer = program.get(&format!("/customers/{customer}")).await;
        assert_eq!(answer.status, 404);
    }
}

/// Asks for something, reads the head of the answer and no more. The socket takes little that is not read.
fn head_of(program: &ApiClient, path: &str) -> TcpStream {
    let host = program.url().trim_start_matches("http://").trim_end_matches("/v2");
    let mut socket = TcpStream::connect(host).unwrap();
    let (key, secret) = (program.api_key(), program.secret_key());
    let keys = format!("X-Bookeo-apiKey: {key}\r\nX-Bookeo-secretKey: {secret}\r\n");
    write!(socket, "GET /v2{path} HTTP/1.1\r\nHost: {host}\r\n{keys}\r\n").unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    socket
}
