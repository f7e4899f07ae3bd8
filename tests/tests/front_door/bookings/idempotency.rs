//! Requests with an idempotency key that are sent again.

use super::{business, lesson, order, people, portal, seats_left, tour};
use crate::api::assert_error;
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::client::{ApiClient, Visitor, operations};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::{Engine, TestServer};
use slotkeeper_testkit::{join_all, on_every_engine};
use std::time::Duration;

async fn bookings(program: &ApiClient) -> Value {
    let path = "/bookings?startTime=2026-05-01T00:00:00Z&endTime=2026-05-31T00:00:00Z&includeCanceled=true";
    program.read(path).await["info"]["totalItems"].clone()
}

on_every_engine! {
    /// The same answer to the byte, also when things have changed since; and nothing is done twice.
    async fn a_request_sent_again_is_answered_as_before(server: TestServer) {
        let (owner, program) = business(&server).await;
        let first = program.post_with_key("/bookings", "order 7", &order("2026-05-08", 2)).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let path = format!("/bookings/{}", first.body["bookingNumber"].as_str().unwrap());
        assert_eq!(program.delete(&path).await.status, 204);
        server.clock.advance(Duration::from_secs(24 * 3_600 - 1));
        let again = program.post_with_key("/bookings/?", "order 7", &order("2026-05-08", 2)).await;
        assert_eq!((again.status, &again.text), (201, &first.text));
        assert_eq!(again.headers["location"], first.headers["location"]);
        assert_eq!(bookings(&program).await, 1);

        // What is not the same request: another body, another parameter, another operation.
        for (path, body) in [
            ("/bookings", order("2026-05-08", 3)),
            ("/bookings?sendCustomerReminders=false", order("2026-05-08", 2)),
            ("/holds", order("2026-05-08", 2)),
        ] {
            let other = program.post_with_key(path, "order 7", &body).await;
            assert_error(&other, 422);
            assert!(other.body["message"].as_str().unwrap().contains("Idempotency-Key was used"), "{}", other.text);
        }
        // The keys of another application are other keys.
        let other = ApiClient::installed(&server, "Other Desk", &owner, "bookings_rwd_all,customers_rwd_all").await;
        assert_eq!(other.post_with_key("/bookings", "order 7", &order("2026-05-08", 1)).await.status, 201);
        assert_eq!(bookings(&program).await, 2);

        server.clock.advance(Duration::from_secs(1));
        for _ in 0..2 {
            let later = program.post_with_key("/bookings", "order 7", &order("2026-05-08", 3)).await;
            assert_eq!(later.status, 201, "{}", later.text);
        }
        assert_eq!(bookings(&program).await, 3);
        server.clock.advance(Duration::from_secs(48 * 3_600));
        server.run_jobs().await;
        assert_eq!(program.post_with_key("/bookings", "order 7", &order("2026-05-15", 3)).await.status, 201);
    }

    /// The stored response of a key is not sent to a key of the same application with fewer permissions.
    async fn a_kept_answer_is_for_keys_that_may_do_the_same(server: TestServer) {
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let developer = Visitor::developer(&server, "dana@example.com").await;
        let application = developer.register("Front Office", "").await;
        let with = async |permissions: &str| {
            owner.allow(&application.asks_for(permissions, None)).await;
            let key = server.key_emailed_to("dana@example.com").await;
            ApiClient::new(&server, &key, &application.secret_key)
        };
        let [more, same, less] =
            [with("customers_rwd_all").await, with("customers_rwd_all").await, with("customers_rw_own").await];
        let body = json!({"lastName": "Reis"});
        let first = more.post_with_key("/customers", "K", &body).await;
        assert_eq!(first.status, 201, "{}", first.text);
        assert_eq!(same.post_with_key("/customers", "K", &body).await.text, first.text);
        assert_error(&less.post_with_key("/customers", "K", &body).await, 422);
    }

    /// A stored response answers no other request, even if rows are changed in the database.
    async fn a_kept_answer_opens_in_its_place_alone(server: TestServer) {
        let (_, program) = business(&server).await;
        let answer = async |key: &str| program.post_with_key("/customers", key, &json!({"lastName": key})).await;
        let (first, second) = (answer("Reis").await, answer("Brandt").await);
        assert_eq!((first.status, second.status, answer("Reis").await.text), (201, 201, first.text));
        server.swap_stored_responses(program.api_key(), ["Reis", "Brandt"]).await;
        for key in ["Reis", "Brandt"] {
            assert_error(&answer(key).await, 500);
        }
        server.swap_stored_responses(program.api_key(), ["Reis", "Brandt"]).await;
        assert_eq!(answer("Brandt").await.text, second.text);
    }

    /// Twenty at once are one.
    async fn of_many_at_once_one_is_done(server: TestServer) {
        let (_, program) = business(&server).await;
        let body = order("2026-05-08", 2);
        let answers = join_all((0..20).map(|_| program.post_with_key("/bookings", "K", &body))).await;
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
        }
        assert_eq!((bookings(&program).await, seats_left(&program, "2026-05-08").await), (json!(1), json!(6)));
    }

    /// What was refused did nothing, so the key is free.
    async fn a_refused_request_may_be_tried_again(server: TestServer) {
        let (_, program) = business(&server).await;
        let full = program.create("/bookings", &order("2026-05-08", 8)).await;
        let body = order("2026-05-08", 1);
        assert_eq!(program.post_with_key("/bookings", "K", &body).await.status, 409);
        assert_eq!(program.delete(&format!("/bookings/{}", full["bookingNumber"].as_str().unwrap())).await.status, 204);
        assert_eq!(program.post_with_key("/bookings", "K", &body).await.status, 201);
        for wrong in ["", " ", &"k".repeat(256)] {
            assert_error(&program.post_with_key("/bookings", wrong, &body).await, 400);
        }
    }

    /// Every operation that creates something takes a key.
    async fn every_post_takes_a_key(server: TestServer) {
        let (_, program) = business(&server).await;
        let (of_portal, subaccount) = portal(&server).await;
        let booking = program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        let number = booking["bookingNumber"].as_str().unwrap();
        let guide = &program.read("/settings/resources").await["data"][0]["resources"][0]["id"];
        for (_, path) in operations().into_iter().filter(|(method, _)| method == "POST") {
            let body = match path {
                "/availability/matchingslots" => json!({
                    "productId": TOUR, "startTime": "2026-05-05T00:00:00-00:00", "endTime": "2026-05-07T23:00:00-00:00",
                    "peopleNumbers": people(1, 0),
                }),
                "/holds" | "/bookings" => order("2026-05-08", 1),
                "/bookings/{bookingNumber}/payments" => json!({
                    "reason": "Deposit", "amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": "cash",
                }),
                "/customers" | "/customers/{id}/linkedpeople" => json!({"firstName": "Ilse"}),
                "/seatblocks" => json!({"productId": TOUR, "eventId": tour("2026-05-09"), "numSeats": 1}),
                "/resourceblocks" => json!({
                    "startTime": "2026-05-09T08:00:00-00:00", "endTime": "2026-05-09T12:00:00-00:00",
                    "resources": [{"id": guide}],
                }),
                "/webhooks" => json!({"url": "https://shop.example/", "domain": "bookings", "type": "created"}),
                "/subaccounts/{subaccountId}/apikeys" => Value::Null,
                _ => panic!("{path} needs a body here"),
            };
            let customer = format!("/customers/{}", booking["customerId"].as_str().unwrap());
            let address = path.replace("{bookingNumber}", number).replace("{subaccountId}", &subaccount);
            let address = address.replace("/customers/{id}", &customer);
            let program = if path.starts_with("/subaccounts") { &of_portal } else { &program };
            let first = program.post_with_key(&address, path, &body).await;
            let again = program.post_with_key(&address, path, &body).await;
            assert_eq!((first.status, again.status, &again.text), (201, 201, &first.text), "{path}");
            assert_eq!(again.headers["location"], first.headers["location"], "{path}");
            let another = program.post(&address, &body).await;
            assert_ne!(another.headers["location"], first.headers["location"], "{path}");
        }
    }
}

/// What one node has answered, every other answers alike; and of those at once, on all nodes, one is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_knows_what_was_answered() {
    let server = TestServer::start(Engine::Postgres).await;
    let other = server.another_node().await;
    let (_, program) = business(&server).await;
    let elsewhere = program.at(&other);
    let body = order("2026-05-08", 2);
    let calls = (0..20).map(|call| if call % 2 == 0 { &program } else { &elsewhere });
    let answers = join_all(calls.map(|program| program.post_with_key("/bookings", "K", &body))).await;
    for answer in &answers {
        // The address of each node is its own, but for the answer it was the first one's.
        assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
    }
    assert_eq!((bookings(&program).await, seats_left(&elsewhere, "2026-05-08").await), (json!(1), json!(6)));
}
