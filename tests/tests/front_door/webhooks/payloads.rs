//! Deliveries: the payload, the signatures, and which key gets which.

use super::{book, business, delivered_ids, order, payload, register};
use slotkeeper_testkit::Clock;
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::{Receiver, Request};
use slotkeeper_testkit::serde_json::json;
use standardwebhooks::Webhook;
use std::time::Duration;

/// The value of a header that must be there.
fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.header(name).unwrap_or_else(|| panic!("no header {name}"))
}

/// The signature of section 5.3 of the wire reference, by other code than the server's.
fn signature(secret_key: &str, url: &str, request: &Request) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret_key.as_bytes()).unwrap();
    for part in [header(request, "X-Bookeo-Timestamp"), header(request, "X-Bookeo-MessageId"), url] {
        mac.update(part.as_bytes());
    }
    mac.update(&request.body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The library of the specification, with a secret key as it wants to have it.
fn standard(secret_key: &str) -> Webhook {
    use base64::Engine as _;
    Webhook::new(&base64::engine::general_purpose::STANDARD.encode(secret_key)).unwrap()
}

fn standard_headers(request: &Request) -> http::HeaderMap {
    let mut headers = http::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, header(request, name).parse().unwrap());
    }
    headers
}

on_every_engine! {
    /// Bookings come with customer and participants, as if both had been expanded.
    async fn a_delivery_shows_the_whole_booking(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhook = register(&program, &receiver, "/hooks?tenant=7", "bookings/created").await;
        let number = book(&program, "2026-05-08").await;
        server.deliver().await;
        let delivery = receiver.next().await;
        assert_eq!((delivery.method.as_str(), delivery.target.as_slice()), ("POST", b"/hooks?tenant=7".as_slice()));
        assert_eq!(header(&delivery, "content-type"), "application/json");
        let shown = program.read(&format!("/bookings/{number}?expandCustomer=true&expandParticipants=true")).await;
        assert!(shown["customer"].is_object() && shown["participants"]["details"].is_array());
        assert_eq!(payload(&delivery), json!({"itemId": number, "timestamp": "2026-05-04T09:12:00+01:00", "item": shown}));
        let now = server.clock.now().as_millis().to_string();
        assert_eq!(header(&delivery, "X-Bookeo-Timestamp"), now);
        let id = header(&delivery, "X-Bookeo-MessageId");
        assert!(id.len() >= 23 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        let url = webhook["url"].as_str().unwrap();
        assert_eq!(header(&delivery, "X-Bookeo-Signature"), signature(program.secret_key(), url, &delivery));
        assert_eq!(delivery.header("X-Bookeo-PreviousMessageLost"), None);
        assert_eq!((header(&delivery, "webhook-id"), header(&delivery, "webhook-timestamp")), (id, &now[..10]));
    }

    /// The library of the specification accepts what is sent, and nothing that was changed on the way.
    async fn the_standard_library_verifies_it(server: TestServer) {
        let (_, program) = business(&server).await;
        server.clock.set_to_machine();
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "customers/created").await;
        program.create("/customers", &json!({"firstName": "Zoë", "lastName": "Ümit \u{1f6f6}"})).await;
        server.deliver().await;
        let mut delivery = receiver.next().await;
        let library = standard(program.secret_key());
        library.verify(&delivery.body, &standard_headers(&delivery)).unwrap();
        assert!(standard("another key").verify(&delivery.body, &standard_headers(&delivery)).is_err());
        delivery.body.push(b' ');
        assert!(library.verify(&delivery.body, &standard_headers(&delivery)).is_err());
    }

    /// While two keys work, both sign where there is room for two, and the older one where there is not, until the developer
    /// says otherwise or it ends.
    async fn both_keys_sign_during_an_overlap(server: TestServer) {
        let (owner, _) = business(&server).await;
        let developer = Visitor::developer(&server, "dev@example.com").await;
        let application = developer.register("Key Desk", "").await;
        owner.allow(&application.asks_for("customers_rw_all", None)).await;
        let api_key = server.key_emailed_to("dev@example.com").await;
        let program = ApiClient::new(&server, &api_key, &application.secret_key);
        let receiver = Receiver::start().await;
        let webhook = register(&program, &receiver, "/hooks", "customers/created").await;
        let url = webhook["url"].as_str().unwrap();
        let old = application.secret_key.clone();
        let new = developer.replace_secret(&application.id, "24h").await.copied("Secret key");
        let person = json!({"firstName": "Marta"});
        program.create("/customers", &person).await;
        server.deliver().await;
        let delivery = receiver.next().await;
        assert_eq!(header(&delivery, "X-Bookeo-Signature"), signature(&old, url, &delivery));
        let signatures: Vec<_> = header(&delivery, "webhook-signature").split(' ').collect();
        assert_eq!(signatures.len(), 2);
        for key in [&old, &new] {
            let id = header(&delivery, "webhook-id");
            let seconds = header(&delivery, "webhook-timestamp").parse().unwrap();
            let expected = standard(key).sign(id, seconds, &delivery.body).unwrap();
            assert!(signatures.contains(&expected.as_str()), "{signatures:?}");
        }
        let page = developer.post(&format!("/developer/applications/{}/signing-key", application.id), &[]).await;
        assert!(page.location().ends_with("?notice=signing-key"), "{}", page.html);
        program.create("/customers", &person).await;
        server.deliver().await;
        let delivery = receiver.next().await;
        assert_eq!(header(&delivery, "X-Bookeo-Signature"), signature(&new, url, &delivery));
        server.clock.advance(Duration::from_secs(25 * 3_600));
        ApiClient::new(&server, &api_key, &new).create("/customers", &person).await;
        server.deliver().await;
        let delivery = receiver.next().await;
        assert_eq!(header(&delivery, "X-Bookeo-Signature"), signature(&new, url, &delivery));
        assert_eq!(header(&delivery, "webhook-signature").split(' ').count(), 1);
    }

    /// A key gets deliveries of what it may read, with the parts it may read.
    async fn a_delivery_shows_what_the_key_may_read(server: TestServer) {
        let (owner, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let own = ApiClient::installed(&server, "Own Desk", &owner, "bookings_rw_own,customers_rw_own").await;
        let blind = ApiClient::installed(&server, "Blind Desk", &owner, "bookings_r_all").await;
        let nothing = ApiClient::installed(&server, "Nothing", &owner, "availability_r").await;
        register(&own, &receiver, "/own", "bookings/created").await;
        register(&blind, &receiver, "/blind", "bookings/created").await;
        register(&nothing, &receiver, "/nothing", "bookings/created").await;
        let theirs = book(&program, "2026-05-08").await;
        let ours = book(&own, "2026-05-09").await;
        server.deliver().await;
        let at = |path: &str| {
            let mut payload: Vec<_> = receiver.requests().iter().filter(|one| one.path() == path).map(payload).collect();
            payload.sort_by_key(|payload| payload["itemId"].as_str().map(str::to_owned));
            payload
        };
        assert_eq!(at("/own").iter().map(|payload| payload["itemId"].as_str().unwrap()).collect::<Vec<_>>(), [&ours]);
        assert_eq!(at("/own")[0]["item"]["customer"]["firstName"], "Marta");
        let blind = at("/blind");
        let mut both = [theirs, ours];
        both.sort();
        assert_eq!(blind.iter().map(|payload| payload["itemId"].as_str().unwrap()).collect::<Vec<_>>(), both);
        assert!(blind.iter().all(|payload| payload["item"].get("customer").is_none()));
        assert_eq!(at("/nothing").len(), 0);
    }

    /// A cancellation is a deletion, and so is the end of a booking with its customer: the last state is delivered,
    /// cancelled.
    async fn deleted_things_are_delivered_with_their_last_state(server: TestServer) {
        let (owner, program) = business(&server).await;
        let receiver = Receiver::start().await;
        for (path, topic) in [
            ("/bookings", "bookings/deleted"), ("/customers", "customers/deleted"), ("/seats", "seatblocks/deleted"),
            ("/resources", "resourceblocks/deleted"),
        ] {
            register(&program, &receiver, path, topic).await;
        }
        let own = ApiClient::installed(&server, "Own Desk", &owner, "bookings_rw_own,customers_rw_own").await;
        register(&own, &receiver, "/foreign", "bookings/deleted").await;
        let expanded = |number: &str| format!("/bookings/{number}?expandCustomer=true&expandParticipants=true");
        let number = book(&program, "2026-05-08").await;
        assert_eq!(program.delete(&format!("/bookings/{number}")).await.status, 204);
        server.deliver().await;
        let canceled = payload(&receiver.next().await);
        assert_eq!((&canceled["itemId"], &canceled["item"]["canceled"]), (&json!(number), &json!(true)));
        assert_eq!(canceled["item"], program.read(&expanded(&number)).await);

        let number = book(&program, "2026-05-09").await;
        server.clock.advance(Duration::from_secs(7 * 86_400));
        let mut booking = program.read(&expanded(&number)).await;
        let customer = booking["customerId"].as_str().unwrap().to_owned();
        let shown = program.read(&format!("/customers/{customer}")).await;
        let block = program.create("/seatblocks", &json!({
            "productId": booking["productId"], "eventId": crate::bookings::tour("2026-05-15"), "numSeats": 2,
        })).await;
        assert_eq!(program.delete(&format!("/seatblocks/{}", block["id"].as_str().unwrap())).await.status, 204);
        assert_eq!(program.delete(&format!("/customers/{customer}")).await.status, 204);
        server.deliver().await;
        booking["canceled"] = json!(true);
        let payload: Vec<_> = receiver.requests().iter().skip(1).map(|one| (one.path().to_owned(), payload(one))).collect();
        let item = |path: &str| payload.iter().find(|(at, _)| at == path).map(|(_, payload)| payload["item"].clone());
        assert_eq!(payload.len(), 3, "{payload:?}");
        assert_eq!(item("/bookings"), Some(booking));
        assert_eq!(item("/customers"), Some(shown));
        assert_eq!(item("/seats"), Some(block));
    }

    /// Changes by every face and of every domain are delivered.
    async fn every_domain_and_type_is_delivered(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        for domain in ["bookings", "customers", "payments", "seatblocks", "resourceblocks"] {
            for kind in ["created", "updated", "deleted"] {
                register(&program, &receiver, &format!("/{domain}/{kind}"), &format!("{domain}/{kind}")).await;
            }
        }
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        let number = booked["bookingNumber"].as_str().unwrap();
        program.create(&format!("/bookings/{number}/payments"), &json!({
            "reason": "Deposit", "amount": {"amount": "5", "currency": "EUR"}, "paymentMethod": "cash",
        })).await;
        let customer = format!("/customers/{}", booked["customerId"].as_str().unwrap());
        assert_eq!(program.put(&customer, &json!({"firstName": "Rita"})).await.status, 200);
        program.create(&format!("{customer}/linkedpeople"), &json!({"firstName": "Joana"})).await;
        server.deliver().await;
        let mut paths: Vec<_> = receiver.requests().iter().map(|one| one.path().to_owned()).collect();
        paths.sort();
        assert_eq!(paths, [
            "/bookings/created", "/bookings/updated", "/bookings/updated", "/customers/created", "/customers/updated", "/customers/updated",
            "/payments/created",
        ]);
        assert_eq!(delivered_ids(&receiver).len(), 7);
    }
}
