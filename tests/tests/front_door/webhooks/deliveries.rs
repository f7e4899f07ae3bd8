//! Deliveries that are not accepted: retries, order, and failure; no receiver delays another one.

use super::{book, business, delivered_ids, payload, register};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::{Receiver, Reply, Request};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use std::collections::BTreeSet;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// The minutes between attempts, and until the failure, with the random addition.
const SCHEDULE: [u32; 6] = [1, 5, 15, 60, 180, 360];

fn failures(count: usize) -> Vec<Reply> {
    vec![Reply::Status(500); count]
}

async fn rename(program: &ApiClient, customer: &Value, name: &str) {
    let path = format!("/customers/{}", customer["id"].as_str().unwrap());
    assert_eq!(program.put(&path, &json!({"firstName": name})).await.status, 200);
}

/// Path and thing of each delivery, in the order of arrival.
fn arrived(receiver: &Receiver) -> Vec<String> {
    let one = |request: &Request| format!("{} {}", request.path(), payload(request)["itemId"].as_str().unwrap());
    receiver.requests().iter().map(one).collect()
}

/// Makes all pending deliveries fail until none is pending.
async fn give_up(server: &TestServer) {
    server.deliver().await;
    for minutes in SCHEDULE {
        server.clock.advance(MINUTE * minutes + MINUTE * minutes / 10);
        server.deliver().await;
    }
}

on_every_engine! {
    /// After 1, 5, 15, 60, 180 and 360 minutes, under the same message id and a new time and signature each.
    async fn what_fails_is_tried_again_under_the_same_id(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "bookings/created").await;
        receiver.replies("/hooks", [
            Reply::Status(500), Reply::Status(404), Reply::Closes, Reply::Never, Reply::Status(410), Reply::Status(302),
        ]);
        book(&program, "2026-05-08").await;
        server.deliver().await;
        for (done, minutes) in SCHEDULE.into_iter().enumerate() {
            assert_eq!(receiver.requests().len(), done + 1);
            server.clock.advance(MINUTE * minutes - Duration::from_secs(1));
            server.deliver().await;
            assert_eq!(receiver.requests().len(), done + 1, "before {minutes} minutes");
            server.clock.advance(Duration::from_secs(1) + MINUTE * minutes / 10);
            server.deliver().await;
        }
        server.clock.advance(MINUTE * 1_000);
        server.deliver().await;
        let requests = receiver.requests();
        assert_eq!(requests.len(), 7);
        let different = |name: &str| requests.iter().filter_map(|one| one.header(name)).collect::<BTreeSet<_>>().len();
        assert_eq!((different("x-bookeo-messageid"), different("webhook-id")), (1, 1));
        assert_eq!((different("x-bookeo-timestamp"), different("x-bookeo-signature")), (7, 7));
        assert!(requests.iter().all(|one| one.header("x-bookeo-previousmessagelost").is_none()));
    }

    /// A receiver that asks for more time than the schedule has gets it.
    async fn a_receiver_can_ask_for_more_time(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "bookings/created").await;
        receiver.replies("/hooks", [Reply::After(503, 600)]);
        book(&program, "2026-05-08").await;
        server.deliver().await;
        server.clock.advance(Duration::from_secs(599));
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 1);
        server.clock.advance(Duration::from_secs(1));
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 2);
    }

    /// One that has too much to do is left alone by the whole webhook, and not by others of the key.
    async fn a_receiver_that_is_busy_is_left_alone(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/busy", "customers/created").await;
        register(&program, &receiver, "/free", "bookings/created").await;
        receiver.replies("/busy", [Reply::After(429, 600)]);
        let at = |path: &str| receiver.requests().iter().filter(|one| one.path() == path).count();
        program.create("/customers", &json!({"firstName": "A"})).await;
        server.deliver().await;
        program.create("/customers", &json!({"firstName": "B"})).await;
        book(&program, "2026-05-08").await;
        server.deliver().await;
        server.clock.advance(Duration::from_secs(599));
        server.deliver().await;
        assert_eq!((at("/busy"), at("/free")), (1, 1));
        server.clock.advance(Duration::from_secs(1));
        server.deliver().await;
        assert_eq!(at("/busy"), 4);
    }

    /// A success counts even if its body is cut short; a redirect does not, and is not followed.
    async fn the_status_decides(server: TestServer) {
        let (_, program) = business(&server).await;
        let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
        register(&program, &receiver, "/lies", "bookings/created").await;
        register(&program, &receiver, "/moved", "customers/created").await;
        receiver.replies("/lies", [Reply::LiesAboutLength]);
        receiver.redirect("/moved", elsewhere.url("/here"));
        book(&program, "2026-05-08").await;
        server.deliver().await;
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        let at = |path: &str| receiver.requests().iter().filter(|one| one.path() == path).count();
        assert_eq!((at("/lies"), at("/moved"), elsewhere.requests().len()), (1, 2, 0));
    }

    /// What changed later of the same thing waits; what changed of others does not.
    async fn deliveries_of_a_thing_arrive_in_order(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "customers/updated").await;
        let first = program.create("/customers", &json!({"firstName": "A"})).await;
        let second = program.create("/customers", &json!({"firstName": "B"})).await;
        receiver.replies("/hooks", failures(1));
        rename(&program, &first, "A1").await;
        server.deliver().await;
        for name in ["2", "3", "4"] {
            rename(&program, &first, &format!("A{name}")).await;
            rename(&program, &second, &format!("B{name}")).await;
        }
        server.deliver().await;
        let id = |customer: &Value| customer["id"].as_str().unwrap().to_owned();
        let (a, b) = (id(&first), id(&second));
        assert_eq!(delivered_ids(&receiver), [&a, &b, &b, &b].map(Clone::clone));
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        assert_eq!(delivered_ids(&receiver)[4..], [&a, &a, &a, &a].map(Clone::clone));
        let ids: Vec<_> = receiver.requests()[4..].iter().map(|one| one.header("webhook-id").unwrap().to_owned()).collect();
        assert!(ids.is_sorted() && ids.iter().collect::<BTreeSet<_>>().len() == 4, "{ids:?}");
    }

    /// Also where each type of change has a webhook of its own; other things do not wait.
    async fn deliveries_of_a_thing_arrive_in_order_at_all_webhooks_of_a_key(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        for kind in ["created", "updated", "deleted"] {
            register(&program, &receiver, &format!("/{kind}"), &format!("customers/{kind}")).await;
        }
        receiver.replies("/created", failures(1));
        let first = program.create("/customers", &json!({"firstName": "A"})).await;
        server.deliver().await;
        rename(&program, &first, "A1").await;
        server.deliver().await;
        let second = program.create("/customers", &json!({"firstName": "B"})).await;
        rename(&program, &second, "B1").await;
        rename(&program, &first, "A2").await;
        let id = |customer: &Value| customer["id"].as_str().unwrap().to_owned();
        let (a, b) = (id(&first), id(&second));
        server.deliver().await;
        let payload = || arrived(&receiver);
        let came = |list: &[(&str, &String)]| list.iter().map(|(path, id)| format!("{path} {id}")).collect::<Vec<_>>();
        assert_eq!(payload(), came(&[("/created", &a), ("/created", &b), ("/updated", &b)]));
        // The one that waits fails once more, and those behind it with it.
        receiver.replies("/created", failures(1));
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        assert_eq!(payload()[3..], came(&[("/created", &a)]));
        server.clock.advance(MINUTE * 6);
        server.deliver().await;
        assert_eq!(payload()[4..], came(&[("/created", &a), ("/updated", &a), ("/updated", &a)]));
        // Also if it is deleted meanwhile.
        receiver.replies("/updated", failures(1));
        rename(&program, &first, "A3").await;
        server.deliver().await;
        assert_eq!(program.delete(&format!("/customers/{a}")).await.status, 204);
        server.deliver().await;
        assert_eq!(payload()[7..], came(&[("/updated", &a)]));
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        assert_eq!(payload()[8..], came(&[("/updated", &a), ("/deleted", &a)]));
    }

    /// Deliveries discarded because their webhook ends or is replaced delay no others.
    async fn a_webhook_that_ends_keeps_no_other_waiting(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/created", "customers/created").await;
        register(&program, &receiver, "/updated", "customers/updated").await;
        receiver.replies("/created", failures(2));
        let mut second = None;
        for requests in [2, 4] {
            let customer = program.create("/customers", &json!({"firstName": "A"})).await;
            rename(&program, &customer, "A1").await;
            server.deliver().await;
            assert_eq!(receiver.requests().len(), requests - 1);
            second = match second {
                None => Some(register(&program, &receiver, "/created", "customers/created").await),
                Some(webhook) => {
                    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
                    assert_eq!(program.delete(&path).await.status, 204);
                    Some(webhook)
                }
            };
            server.deliver().await;
            let last = receiver.requests().pop().unwrap();
            assert_eq!((receiver.requests().len(), last.path()), (requests, "/updated"));
            assert_eq!(payload(&last)["itemId"], customer["id"]);
        }
    }

    /// The same when it is blocked, or when its deliveries fail one by one.
    async fn a_webhook_that_is_blocked_keeps_no_other_waiting(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/created", "customers/created").await;
        register(&program, &receiver, "/updated", "customers/updated").await;
        receiver.replies("/created", failures(1_000));
        let mut ids = BTreeSet::new();
        for round in 0..22 {
            let customer = program.create("/customers", &json!({"firstName": format!("No. {round}")})).await;
            rename(&program, &customer, "Renamed").await;
            ids.insert(customer["id"].as_str().unwrap().to_owned());
        }
        give_up(&server).await;
        let updates = receiver.requests().into_iter().filter(|one| one.path() == "/updated");
        let updated: Vec<_> = updates.map(|one| payload(&one)["itemId"].as_str().unwrap().to_owned()).collect();
        assert_eq!((updated.len(), updated.into_iter().collect::<BTreeSet<_>>()), (22, ids));
    }

    /// Failed after the seventh attempt; the next delivery says that something was lost, until one has been accepted.
    async fn what_is_given_up_is_said_with_the_next(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "bookings/created").await;
        receiver.replies("/hooks", failures(8));
        book(&program, "2026-05-28").await;
        give_up(&server).await;
        assert_eq!(receiver.requests().len(), 7);
        book(&program, "2026-05-29").await;
        server.deliver().await;
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        book(&program, "2026-05-30").await;
        server.deliver().await;
        let lost: Vec<_> =
            receiver.requests()[7..].iter().map(|one| one.header("x-bookeo-previousmessagelost").is_some()).collect();
        assert_eq!(lost, [true, true, false]);
    }

    /// Twenty failures in a row block the webhook, and the developer gets an e-mail; registering it anew unblocks it.
    async fn twenty_given_up_in_a_row_block_a_webhook(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhook = register(&program, &receiver, "/hooks", "customers/created").await;
        let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
        receiver.replies("/hooks", failures(7 * 19));
        for round in 0..19 {
            program.create("/customers", &json!({"firstName": format!("No. {round}")})).await;
        }
        give_up(&server).await;
        assert_eq!(receiver.requests().len(), 7 * 19);
        assert_eq!(program.read(&path).await, webhook);
        // One that arrives begins the count anew.
        program.create("/customers", &json!({"firstName": "Arrives"})).await;
        server.deliver().await;
        receiver.replies("/hooks", failures(1_000));
        for round in 0..21 {
            program.create("/customers", &json!({"firstName": format!("Again {round}")})).await;
        }
        give_up(&server).await;
        let blocked = program.read(&path).await;
        assert!(blocked["blockedTime"].is_string(), "{blocked}");
        let reason = blocked["blockedReason"].as_str().unwrap();
        assert_eq!(reason, "20 notices in a row could not be delivered. The last time, it answered with status 500.");
        let mail = server.email_to("dev-harbour-desk@example.com").await;
        assert_eq!(mail.subject, "A webhook of Harbour Desk is blocked");
        assert!(mail.text.contains(reason) && mail.text.contains(webhook["url"].as_str().unwrap()), "{}", mail.text);
        let before = receiver.requests().len();
        program.create("/customers", &json!({"firstName": "Not payload"})).await;
        server.deliver().await;
        assert_eq!(receiver.requests().len(), before);
        receiver.replies("/hooks", []);
        register(&program, &receiver, "/hooks", "customers/created").await;
        program.create("/customers", &json!({"firstName": "Told"})).await;
        server.deliver().await;
        let last = receiver.requests().pop().unwrap();
        assert_eq!(payload(&last)["item"]["firstName"], "Told");
        assert_eq!(last.header("x-bookeo-previousmessagelost"), Some("true"));
    }

    /// A receiver that never answers does not delay the deliveries to others.
    async fn a_dead_receiver_delays_no_other_receiver(server: TestServer) {
        let (owner, program) = business(&server).await;
        let other = ApiClient::installed(&server, "Other Desk", &owner, "customers_r_all").await;
        let (dead, alive) = (Receiver::start().await, Receiver::start().await);
        register(&program, &dead, "/hooks", "customers/created").await;
        register(&other, &alive, "/hooks", "customers/created").await;
        dead.replies("/hooks", vec![Reply::Never; 100]);
        let mut created = Vec::new();
        for round in 0..12 {
            created.push(program.create("/customers", &json!({"firstName": format!("No. {round}")})).await);
        }
        let all = async {
            for _ in 0..12 {
                alive.next().await;
            }
            // The dead one is asked for the first few and has answered none when the other has everything.
            assert!(dead.requests().len() <= 8, "{}", dead.requests().len());
        };
        tokio::join!(server.deliver(), all);
        let mut payload = delivered_ids(&alive);
        payload.sort();
        let mut ids: Vec<_> = created.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        assert_eq!(payload, ids);
    }
}
