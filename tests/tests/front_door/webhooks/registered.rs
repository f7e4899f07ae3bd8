//! Webhooks in the API: registered, replaced, listed, deleted, ended with their key.

use super::{book, business, delivered_ids, register};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::Receiver;
use slotkeeper_testkit::serde_json::json;

on_every_engine! {
    /// Each key sees its own.
    async fn a_webhook_belongs_to_its_key(server: TestServer) {
        let (owner, program) = business(&server).await;
        let other = ApiClient::installed(&server, "Other Desk", &owner, "bookings_r_all").await;
        let receiver = Receiver::start().await;
        let url = receiver.url("/hooks?tenant=7");
        let body = json!({"url": url, "domain": "bookings", "type": "created", "id": "ignored"});
        let created = program.post("/webhooks", &body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let id = created.body["id"].as_str().unwrap().to_owned();
        assert_eq!(created.body, json!({"id": id, "url": url, "domain": "bookings", "type": "created"}));
        assert_eq!(created.headers["location"], format!("{}/v2/webhooks/{id}", server.url));
        let path = format!("/webhooks/{id}");
        assert_eq!(program.read(&path).await, created.body);
        assert_eq!(program.read("/webhooks").await, json!({
            "data": [created.body], "info": {"totalItems": 1, "totalPages": 1, "currentPage": 1},
        }));
        assert_eq!(other.read("/webhooks").await["data"], json!([]));
        for answer in [other.get(&path).await, other.delete(&path).await] {
            assert_eq!((answer.status, &answer.body["message"]), (404, &json!("There is no webhook with this id, or this API key may not know of it.")));
        }
        assert_eq!(program.delete(&path).await.status, 204);
        for answer in [program.get(&path).await, program.delete(&path).await] {
            assert_eq!(answer.status, 404);
        }
        book(&program, "2026-05-08").await;
        server.deliver().await;
        assert_eq!(delivered_ids(&receiver), [""; 0]);
    }

    /// One for each domain and type of a key: a second one takes its place.
    async fn a_second_webhook_replaces_the_first(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let first = register(&program, &receiver, "/first", "bookings/created").await;
        register(&program, &receiver, "/changes", "bookings/updated").await;
        let second = register(&program, &receiver, "/second", "bookings/created").await;
        assert_ne!(first["id"], second["id"]);
        let path = format!("/webhooks/{}", first["id"].as_str().unwrap());
        assert_eq!(program.get(&path).await.status, 404);
        assert_eq!(program.read("/webhooks").await["info"]["totalItems"], 2);
        book(&program, "2026-05-08").await;
        server.deliver().await;
        let requests = receiver.requests();
        assert_eq!((requests.len(), requests[0].path()), (1, "/second"));
        assert_eq!(requests[0].header("x-bookeo-previousmessagelost"), None);
    }

    /// Pending deliveries of a replaced webhook are lost, and the next delivery says so.
    async fn replacing_says_what_was_lost(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/first", "bookings/created").await;
        book(&program, "2026-05-08").await;
        register(&program, &receiver, "/second", "bookings/created").await;
        let next = book(&program, "2026-05-09").await;
        server.deliver().await;
        assert_eq!(delivered_ids(&receiver), [next]);
        assert_eq!(receiver.next().await.header("x-bookeo-previousmessagelost"), Some("true"));
    }

    /// An ended key gets no deliveries.
    async fn a_webhook_ends_with_its_key(server: TestServer) {
        let (owner, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "bookings/created").await;
        book(&program, "2026-05-08").await;
        let staff = ApiClient::installed(&server, "Staff Desk", &owner, "bookings_rw_all,customers_rw_all").await;
        let page = format!("/backoffice/applications/{}/uninstall", program.application());
        assert!(owner.post(&page, &[]).await.status.is_redirection());
        assert_eq!(program.get("/webhooks").await.status, 401);
        book(&staff, "2026-05-09").await;
        server.deliver().await;
        assert_eq!(delivered_ids(&receiver), [""; 0]);
    }

    /// What is wrong with a webhook is said by the name of the member.
    async fn what_is_wrong_is_named(server: TestServer) {
        let (_, program) = business(&server).await;
        for (body, why) in [
            (json!({"domain": "bookings", "type": "created"}), "The member url is missing"),
            (json!({"url": "https://shop.example/", "type": "created"}), "The member domain is missing"),
            (json!({"url": "https://shop.example/", "domain": "holds", "type": "created"}), "The member domain must be one of"),
            (json!({"url": "https://shop.example/", "domain": "bookings", "type": "moved"}), "The member type must be one of"),
            (json!({"url": "http://shop.example/", "domain": "bookings", "type": "created"}), "url: "),
            (json!({"url": "https://10.0.0.1/", "domain": "bookings", "type": "created"}), "url: "),
            (json!({"url": "https://169.254.169.254/latest", "domain": "bookings", "type": "created"}), "url: "),
            (json!({"url": "shop", "domain": "bookings", "type": "created"}), "url: "),
        ] {
            let refused = program.post("/webhooks", &body).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
            let message = refused.body["message"].as_str().unwrap();
            assert!(message.starts_with(why) && message.ends_with('.') && !message.ends_with(".."), "{message}");
        }
        assert_eq!(program.read("/webhooks").await["info"]["totalItems"], 0);
    }
}
