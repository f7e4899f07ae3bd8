//! Every change is delivered or announced as lost, also when the thing is deleted before.

use super::{book, business, payload, register};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::{Receiver, Reply, Request};
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
const TYPES: [&str; 3] = ["created", "updated", "deleted"];

/// Webhooks for all types of a domain, each at a path that its type names.
async fn follow(program: &ApiClient, receiver: &Receiver, domain: &str) -> Vec<Value> {
    let mut webhooks = Vec::new();
    for kind in TYPES {
        webhooks.push(register(program, receiver, &format!("/{kind}"), &format!("{domain}/{kind}")).await);
    }
    webhooks
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

fn paths(requests: &[Request]) -> Vec<&str> {
    requests.iter().map(Request::path).collect()
}

fn says_lost(request: &Request) -> bool {
    request.header("x-bookeo-previousmessagelost") == Some("true")
}

async fn delete(program: &ApiClient, path: &str) {
    assert_eq!(program.delete(path).await.status, 204, "{path}");
}

on_every_engine! {
    /// Created, changed and deleted within a moment: all three arrive, in order, and show what was there last.
    async fn all_changes_of_a_short_life_are_delivered(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        follow(&program, &receiver, "customers").await;
        let customer = program.create("/customers", &json!({"firstName": "A"})).await;
        let path = format!("/customers/{}", id(&customer));
        assert_eq!(program.put(&path, &json!({"firstName": "B"})).await.status, 200);
        let last = program.read(&path).await;
        delete(&program, &path).await;
        server.deliver().await;
        let requests = receiver.requests();
        assert_eq!(paths(&requests), ["/created", "/updated", "/deleted"]);
        for request in &requests {
            assert_eq!((&payload(request)["itemId"], &payload(request)["item"]), (&customer["id"], &last));
            assert!(!says_lost(request));
        }
    }

    /// The same for blocks, and for a booking deleted with its customer, which is shown as cancelled.
    async fn every_deleted_thing_is_delivered_with_its_last_state(server: TestServer) {
        let (_, program) = business(&server).await;
        for (path, domain, body) in [
            ("/seatblocks", "seatblocks", json!({
                "productId": slotkeeper_testkit::catalogue::TOUR, "eventId": crate::bookings::tour("2026-05-15"), "numSeats": 2,
            })),
            ("/resourceblocks", "resourceblocks", json!({
                "startTime": "2026-05-20T08:00:00-00:00", "endTime": "2026-05-20T18:00:00-00:00", "reason": "Surgery",
                "resources": [{"id": "312RS00001"}],
            })),
        ] {
            let receiver = Receiver::start().await;
            follow(&program, &receiver, domain).await;
            let block = program.create(path, &body).await;
            let one = format!("{path}/{}", id(&block));
            let again = program.put(&one, &body).await;
            assert_eq!(again.status, 200, "{}", again.text);
            let last = program.read(&one).await;
            delete(&program, &one).await;
            server.deliver().await;
            let requests = receiver.requests();
            assert_eq!(paths(&requests), ["/created", "/updated", "/deleted"], "{domain}");
            assert!(requests.iter().all(|request| payload(request)["item"] == last), "{domain}");
        }
        let receiver = Receiver::start().await;
        follow(&program, &receiver, "bookings").await;
        let number = book(&program, "2026-05-08").await;
        let shown = program.read(&format!("/bookings/{number}")).await;
        server.clock.advance(7 * DAY);
        delete(&program, &format!("/customers/{}", shown["customerId"].as_str().unwrap())).await;
        server.deliver().await;
        let requests = receiver.requests();
        assert_eq!(paths(&requests), ["/created", "/deleted"]);
        for request in &requests {
            let item = &payload(request)["item"];
            assert_eq!((&item["bookingNumber"], &item["canceled"], &item["customer"]["firstName"]),
                       (&json!(number), &json!(true), &json!("Marta")));
        }
    }

    /// A receiver that is away when a thing is deleted gets all its changes later, in order, also after more than a
    /// day: the last state is kept as long as a delivery that needs it is pending.
    async fn a_receiver_that_was_away_gets_every_change(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        follow(&program, &receiver, "customers").await;
        let customer = program.create("/customers", &json!({"firstName": "A"})).await;
        let path = format!("/customers/{}", id(&customer));
        server.deliver().await;
        receiver.replies("/updated", vec![Reply::After(503, 6 * 3_600); 6]);
        assert_eq!(program.put(&path, &json!({"firstName": "B"})).await.status, 200);
        server.deliver().await;
        delete(&program, &path).await;
        for _ in 0..6 {
            server.clock.advance(7 * HOUR);
            server.run_jobs().await;
            server.deliver().await;
        }
        let requests = receiver.requests();
        assert_eq!(paths(&requests[..1]), ["/created"]);
        assert_eq!(paths(&requests[requests.len() - 2..]), ["/updated", "/deleted"]);
        for request in &requests[requests.len() - 2..] {
            assert_eq!(payload(request)["item"]["firstName"], "B");
            assert!(!says_lost(request));
        }
    }

    /// The last state of a deleted thing, which may be personal data, is kept for a day; for each webhook as long as
    /// a delivery that needs it is pending, and for a day more at most.
    async fn a_last_state_goes_after_a_day(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhooks = follow(&program, &receiver, "customers").await;
        let customer = program.create("/customers", &json!({"firstName": "Ilse"})).await;
        let [_, updated, deleted] = [0, 1, 2].map(|kind| id(&webhooks[kind]));
        let kept = async |webhook: &str| {
            let kept = server.last_state(program.account(), webhook, &id(&customer)).await;
            kept.map(|item| item.contains("\"Ilse\""))
        };
        server.deliver().await;
        // The delivery of the deletion waits behind that of the change, which is refused for 28 hours.
        receiver.replies("/updated", vec![Reply::After(503, 6 * 3_600); 5]);
        let path = format!("/customers/{}", id(&customer));
        assert_eq!(program.put(&path, &json!({"gender": "female"})).await.status, 200);
        assert_eq!((kept(&updated).await, kept(&deleted).await), (None, None));
        delete(&program, &path).await;
        assert_eq!((kept(&updated).await, kept(&deleted).await), (Some(true), Some(true)));
        for _ in 0..5 {
            server.deliver().await;
            server.clock.advance(7 * HOUR);
            server.run_jobs().await;
            assert_eq!((kept(&updated).await, kept(&deleted).await), (Some(true), Some(true)));
        }
        server.deliver().await;
        let requests = receiver.requests();
        assert_eq!(paths(&requests[requests.len() - 2..]), ["/updated", "/deleted"]);
        server.clock.advance(DAY);
        server.run_jobs().await;
        assert_eq!((kept(&updated).await, kept(&deleted).await), (None, None));

        // Where nothing waits, a day to the millisecond.
        let customer = program.create("/customers", &json!({"firstName": "Ilse"})).await;
        delete(&program, &format!("/customers/{}", id(&customer))).await;
        server.deliver().await;
        let kept = async || server.last_state(program.account(), &deleted, &id(&customer)).await.is_some();
        server.clock.advance(DAY - Duration::from_millis(1));
        server.run_jobs().await;
        assert!(kept().await);
        server.clock.advance(Duration::from_millis(1));
        server.run_jobs().await;
        assert!(!kept().await);
    }

    /// A delivery whose last state is no longer kept cannot be resent: the developer sees why, and the next delivery
    /// says that something was lost. It does not count as a failure of the receiver.
    async fn what_is_not_kept_any_more_is_announced_as_lost(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhooks = follow(&program, &receiver, "customers").await;
        let path = format!("/customers/{}", id(&program.create("/customers", &json!({"firstName": "A"})).await));
        delete(&program, &path).await;
        server.deliver().await;
        assert_eq!(paths(&receiver.requests()), ["/created", "/deleted"]);
        // All that is left of a person is not kept for longer than that.
        server.clock.advance(DAY + HOUR);
        server.run_jobs().await;
        let developer = Visitor::new(&server);
        developer.sign_in("dev-harbour-desk@example.com").await;
        let (application, account) = (program.application(), program.account());
        let page = format!("/developer/applications/{application}/webhooks/{account}/{}", id(&webhooks[2]));
        let again = developer.post(&format!("{page}/again"), &[("first", "1")]).await;
        assert!(again.location().ends_with("?notice=sent-again"), "{}", again.html);
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 2);
        let shown = developer.get(&page).await;
        shown.assert_says("Failed");
        shown.assert_says("its last state is not kept any more");
        for lost in [true, false] {
            let next = program.create("/customers", &json!({"firstName": "C"})).await;
            delete(&program, &format!("/customers/{}", id(&next))).await;
            server.deliver().await;
            let last = receiver.requests().pop().unwrap();
            assert_eq!((last.path(), says_lost(&last)), ("/deleted", lost));
        }
        assert!(program.read(&format!("/webhooks/{}", id(&webhooks[2]))).await.get("blockedTime").is_none());
    }

    /// Pending deliveries of a deleted webhook are lost, and the first delivery of its successor says so.
    async fn a_webhook_says_what_the_one_before_it_lost(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        for waits in [false, true] {
            let webhook = register(&program, &receiver, "/hooks", "customers/created").await;
            if waits {
                program.create("/customers", &json!({"firstName": "Waits"})).await;
            }
            delete(&program, &format!("/webhooks/{}", id(&webhook))).await;
            let webhook = register(&program, &receiver, "/hooks", "customers/created").await;
            program.create("/customers", &json!({"firstName": "Told"})).await;
            server.deliver().await;
            let last = receiver.requests().pop().unwrap();
            assert_eq!((payload(&last)["item"]["firstName"].as_str(), says_lost(&last)), (Some("Told"), waits));
            delete(&program, &format!("/webhooks/{}", id(&webhook))).await;
        }
        assert_eq!(receiver.requests().len(), 2);
    }
}
