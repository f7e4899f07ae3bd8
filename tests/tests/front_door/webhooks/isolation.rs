//! Webhooks reveal nothing about things that a key may not see, and no developer waits for another one's receivers.

use super::{book, business, delivered_ids, payload, register};
use slotkeeper_testkit::client::{ApiClient, Page, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::{Receiver, Reply};
use slotkeeper_testkit::reqwest;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use std::time::Duration;

/// The page on which the developer of `Own Desk` and the like sees what was sent to a webhook.
async fn deliveries(server: &TestServer, name: &str, program: &ApiClient, webhook: &Value) -> Page {
    let developer = Visitor::new(server);
    developer.sign_in(&format!("dev-{name}@example.com")).await;
    let (application, account) = (program.application(), program.account());
    developer
        .get(&format!("/developer/applications/{application}/webhooks/{account}/{}", webhook["id"].as_str().unwrap()))
        .await
}

/// Registers ten webhooks of one developer for new customers, each with a key of its own.
async fn register_many(server: &TestServer, owner: &Visitor, receiver: &Receiver) {
    let email = "dev-many@example.com";
    let application = Visitor::developer(server, email).await.register("Many", "").await;
    for number in 0..10 {
        owner.allow(&application.asks_for("customers_r_all", Some(&format!("s{number}")))).await;
        let key = ApiClient::new(server, &server.key_emailed_to(email).await, &application.secret_key);
        register(&key, receiver, "/hooks", "customers/created").await;
    }
}

/// A developer with ten webhooks whose receivers never answer, and another one with one that does: the client that
/// makes changes, the two receivers, and the customer of the ten deliveries.
async fn beside_slow_receivers(server: &TestServer) -> (ApiClient, Receiver, Receiver, Value) {
    let (owner, program) = business(server).await;
    let (slow, fast) = (Receiver::start().await, Receiver::start().await);
    slow.replies("/hooks", vec![Reply::Never; 200]);
    register_many(server, &owner, &slow).await;
    let other = ApiClient::installed(server, "Other Desk", &owner, "customers_r_all").await;
    register(&other, &fast, "/hooks", "customers/updated").await;
    let customer = program.create("/customers", &json!({"firstName": "A"})).await;
    (program, slow, fast, customer)
}

on_every_engine! {
    /// What a key may not know of is not on the page of its developer, neither while it waits nor later, and leaves no gap in the
    /// numbers that are.
    async fn a_developer_sees_nothing_of_what_the_key_may_not_know(server: TestServer) {
        let (owner, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let own = ApiClient::installed(&server, "Own Desk", &owner, "bookings_rw_own,customers_rw_own").await;
        let none = ApiClient::installed(&server, "No Desk", &owner, "availability_r").await;
        let of_own = register(&own, &receiver, "/own", "bookings/created").await;
        let of_none = register(&none, &receiver, "/none", "bookings/created").await;
        let mut theirs = vec![book(&program, "2026-05-08").await];
        let first = book(&own, "2026-05-09").await;
        theirs.extend([book(&program, "2026-05-10").await, book(&program, "2026-05-11").await]);
        let second = book(&own, "2026-05-12").await;
        for delivered in [false, true] {
            let page = deliveries(&server, "own-desk", &own, &of_own).await;
            for text in [&first, &second, "Delivery 1<", "Delivery 2<"] {
                page.assert_says(text);
            }
            page.assert_says(if delivered { "Up to date" } else { "2 queued" });
            let nothing = deliveries(&server, "no-desk", &none, &of_none).await;
            nothing.assert_says("No deliveries.");
            for number in &theirs {
                assert!(!page.html.contains(number) && !nothing.html.contains(number), "{number}");
            }
            server.deliver().await;
        }
        let ids = receiver.requests().into_iter().map(|one| one.header("webhook-id").unwrap().to_owned());
        // Only deliveries of one thing have an order.
        let mut payload: Vec<_> = ids.zip(delivered_ids(&receiver)).collect();
        payload.sort();
        let webhook = of_own["id"].as_str().unwrap();
        assert_eq!(payload, [(format!("{webhook}0000001"), first), (format!("{webhook}0000002"), second)]);
    }

    /// Things that a key may not read are not announced as lost either, also if they are deleted before a delivery.
    async fn what_a_key_may_not_know_is_not_announced_as_lost(server: TestServer) {
        let (owner, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let own = ApiClient::installed(&server, "Own Desk", &owner, "customers_rwd_own").await;
        for kind in ["created", "deleted"] {
            register(&own, &receiver, "/own", &format!("customers/{kind}")).await;
        }
        for round in 0..3 {
            let theirs = program.create("/customers", &json!({"firstName": format!("No. {round}")})).await;
            assert_eq!(program.delete(&format!("/customers/{}", theirs["id"].as_str().unwrap())).await.status, 204);
        }
        let ours = own.create("/customers", &json!({"firstName": "Ours"})).await;
        assert_eq!(own.delete(&format!("/customers/{}", ours["id"].as_str().unwrap())).await.status, 204);
        server.deliver().await;
        let requests = receiver.requests();
        assert!(requests.iter().all(|one| payload(one)["itemId"] == ours["id"]), "{:?}", delivered_ids(&receiver));
        assert!(requests.len() == 2 && requests.iter().all(|one| one.header("x-bookeo-previousmessagelost").is_none()));
    }

    /// One developer's many receivers that do not answer leave room for those of others: of eight that can be served at once, one
    /// developer gets four at most.
    async fn slow_receivers_of_one_developer_delay_no_other(server: TestServer) {
        let (program, slow, fast, customer) = beside_slow_receivers(&server).await;
        // All of theirs have been due for longer.
        server.clock.advance(Duration::from_millis(10));
        let renamed = program.put(&format!("/customers/{}", customer["id"].as_str().unwrap()), &json!({"firstName": "B"})).await;
        assert_eq!(renamed.status, 200);
        let arrives = async {
            let delivery = fast.next().await;
            // None of them has failed yet.
            (payload(&delivery)["item"]["firstName"].clone(), slow.requests().len())
        };
        let ((name, asked), ()) = tokio::join!(arrives, server.deliver_to(8));
        assert_eq!(name, "B");
        assert!(asked <= 4, "{asked} of one developer's receivers were asked before");
        assert_eq!(slow.requests().len(), 10);
    }

    /// The same for changes while that developer's receivers hang and more deliveries are due: all are sent at once,
    /// and a developer with a full share gets none of the free places.
    async fn others_get_deliveries_while_slow_receivers_hang(server: TestServer) {
        let (program, slow, fast, customer) = beside_slow_receivers(&server).await;
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        let meanwhile = async {
            for _ in 0..4 {
                slow.next().await;
            }
            // Each search for due webhooks of these finds those of the other developer as well.
            for name in ["B", "C", "D", "E", "F", "G"] {
                assert_eq!(program.put(&path, &json!({"firstName": name})).await.status, 200);
                assert_eq!(payload(&fast.next().await)["item"]["firstName"], name);
                assert_eq!(slow.requests().len(), 4, "as many as can hang at once");
            }
        };
        tokio::select! {
            () = server.deliver_with_timeout(8, Duration::from_secs(600)) => panic!("nobody waits for those who hang"),
            () = meanwhile => {}
        }
    }

    /// A webhook that leads to this server would make a loop: refused, however it is spelled, when it is registered and when
    /// something is sent.
    async fn a_webhook_does_not_lead_to_the_server_itself(server: TestServer) {
        let (_, program) = business(&server).await;
        let port = server.url.rsplit(':').next().unwrap();
        let keys = format!("apiKey={}&secretKey={}", program.api_key(), program.secret_key());
        for host in ["127.0.0.1", "localhost", "LOCALHOST", "a.localhost", "[::ffff:127.0.0.1]", "[::1]", "127.0.0.2"] {
            for path in ["v2/customers", "", "health"] {
                let url = format!("http://{host}:{port}/{path}?{keys}");
                let body = json!({"url": url, "domain": "customers", "type": "created"});
                let refused = program.post("/webhooks", &body).await;
                assert_eq!(refused.status, 400, "{url}: {}", refused.text);
                let message = refused.body["message"].as_str().unwrap();
                assert!(message.starts_with("url: The address leads to this server itself.") , "{message}");
            }
        }
        assert_eq!(program.read("/webhooks").await["info"]["totalItems"], 0);
        // A delivery that leads back to this server by another name or a proxy is refused.
        let http = reqwest::Client::new();
        for path in ["/v2/customers", "/v2/nowhere", "/sign-in"] {
            let delivery = http.post(format!("{}{path}?{keys}", server.url)).header("X-Bookeo-MessageId", "ABCDEFGHIJKLMNOP0000001");
            let answer = delivery.header("content-type", "application/json").body(r#"{"firstName":"Looped"}"#).send().await.unwrap();
            assert_eq!(answer.status(), 400, "{path}");
            assert!(answer.text().await.unwrap().contains("of a webhook"), "{path}");
        }
        assert_eq!(program.read("/customers").await["info"]["totalItems"], 0);
    }
}

/// The server's public and listen addresses are itself as well, on every port.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_does_not_lead_to_the_public_address() {
    let server =
        TestServer::start_with(slotkeeper_testkit::server::Engine::Sqlite, Some("https://book.example"), None).await;
    let owner = Visitor::owner(&server, "olivia@example.com").await;
    let program = ApiClient::installed(&server, "Harbour Desk", &owner, "customers_rw_all").await;
    for (url, status) in [
        ("https://book.example/v2/customers", 400),
        ("https://BOOK.EXAMPLE:443/", 400),
        ("https://book.example:8443/", 400),
        ("https://book.example./", 400),
        ("https://hooks.book.example/", 201),
    ] {
        let answer = program.post("/webhooks", &json!({"url": url, "domain": "customers", "type": "created"})).await;
        assert_eq!(answer.status, status, "{url}: {}", answer.text);
    }
}
