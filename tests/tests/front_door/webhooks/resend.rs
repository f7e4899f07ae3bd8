//! Resending deliveries, test deliveries, and what happens to the others meanwhile.

use super::{business, delivered_ids, payload, register};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::{Receiver, Reply};
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::TestServer;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// The developer of the application, and the address of the page of one of its webhooks.
async fn developer(server: &TestServer, program: &ApiClient, webhook: &Value) -> (Visitor, String) {
    let developer = Visitor::new(server);
    developer.sign_in("dev-harbour-desk@example.com").await;
    let (application, account) = (program.application(), program.account());
    let webhook = webhook["id"].as_str().unwrap();
    (developer, format!("/developer/applications/{application}/webhooks/{account}/{webhook}"))
}

/// The number of a delivery, at the end of its message id.
fn number(receiver: &Receiver, index: usize, webhook: &Value) -> String {
    let requests = receiver.requests();
    let id = requests[index].header("x-bookeo-messageid").unwrap();
    id.strip_prefix(webhook["id"].as_str().unwrap()).unwrap().to_owned()
}

on_every_engine! {
    /// A later delivery waits for an earlier one of the same thing, also when both are resent, without busy waiting.
    async fn what_is_sent_again_waits_for_what_was_before(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhook = register(&program, &receiver, "/hooks", "customers/updated").await;
        let customer = program.create("/customers", &json!({"firstName": "A"})).await;
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        for name in ["A1", "A2"] {
            assert_eq!(program.put(&path, &json!({"firstName": name})).await.status, 200);
        }
        server.deliver().await;
        let (first, second) = (number(&receiver, 0, &webhook), number(&receiver, 1, &webhook));
        let (developer, page) = developer(&server, &program, &webhook).await;
        receiver.replies("/hooks", [Reply::Status(500)]);
        for number in [&first, &second] {
            let again = developer.post(&format!("{page}/again"), &[("first", number)]).await;
            assert!(again.location().ends_with("?notice=sent-again"), "{}", again.html);
            server.deliver().await;
            assert_eq!(receiver.requests().len(), 3);
        }
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        let sent: Vec<_> = (2..5).map(|index| number(&receiver, index, &webhook)).collect();
        assert_eq!(sent, [&first, &first, &second].map(Clone::clone));
    }

    /// A test is sent at once and is no attempt to deliver what waits for the same thing.
    async fn a_test_leaves_what_waits_alone(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhook = register(&program, &receiver, "/hooks", "customers/created").await;
        receiver.replies("/hooks", [Reply::Status(500)]);
        program.create("/customers", &json!({"firstName": "A"})).await;
        server.deliver().await;
        let (developer, page) = developer(&server, &program, &webhook).await;
        let test = developer.post(&format!("{page}/test"), &[]).await;
        assert!(test.status.is_redirection(), "{}", test.html);
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 2);
        assert!(number(&receiver, 1, &webhook).starts_with('T'));
        server.clock.advance(MINUTE * 2);
        server.deliver().await;
        assert_eq!(number(&receiver, 2, &webhook), number(&receiver, 0, &webhook));
    }

    /// Receivers know deliveries by their ids, so no id is used twice, even after the first one was swept.
    async fn a_test_never_has_the_id_of_another(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        let webhook = register(&program, &receiver, "/hooks", "customers/updated").await;
        program.create("/customers", &json!({"firstName": "A"})).await;
        let mut numbers = Vec::new();
        for _ in 0..2 {
            let (developer, page) = developer(&server, &program, &webhook).await;
            let test = developer.post(&format!("{page}/test"), &[]).await;
            assert!(test.status.is_redirection(), "{}", test.html);
            server.deliver().await;
            numbers.push(number(&receiver, numbers.len(), &webhook));
            server.clock.advance(MINUTE * 60 * 24 * 31);
            server.run_jobs().await;
        }
        assert_eq!(numbers, ["T000001", "T000002"]);
    }

    /// A delivery that was under way when another one failed did not announce it: the next one does.
    async fn what_is_given_up_is_said_although_others_arrive(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "customers/created").await;
        receiver.replies("/hooks", vec![Reply::Status(500); 12]);
        for name in ["A", "B"] {
            program.create("/customers", &json!({"firstName": name})).await;
        }
        server.deliver().await;
        for minutes in [1, 5, 15, 60, 180] {
            server.clock.advance(MINUTE * minutes + MINUTE * minutes / 10);
            server.deliver().await;
        }
        assert_eq!(receiver.requests().len(), 12);
        // Both have their last attempt now.
        receiver.replies("/hooks", [Reply::Late(300), Reply::Status(500)]);
        server.clock.advance(MINUTE * 396);
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 14);
        for (name, lost) in [("C", Some("true")), ("D", None)] {
            program.create("/customers", &json!({"firstName": name})).await;
            server.deliver().await;
            let last = receiver.requests().pop().unwrap();
            assert_eq!(payload(&last)["item"]["firstName"], name);
            assert_eq!(last.header("x-bookeo-previousmessagelost"), lost);
        }
    }

    /// What a process had in hand that was killed is sent again: at once where a database has one process, and otherwise
    /// when ten seconds have passed.
    async fn what_a_killed_process_had_in_hand_is_sent_again(server: TestServer) {
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        register(&program, &receiver, "/hooks", "customers/created").await;
        receiver.replies("/hooks", [Reply::Never]);
        program.create("/customers", &json!({"firstName": "A"})).await;
        tokio::select! {
            () = server.deliver() => panic!("delivered without an answer"),
            _request = receiver.next() => {}
        }
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 1);
        if !server.take_over().await {
            server.clock.advance(Duration::from_millis(9_999));
            server.deliver().await;
            assert_eq!(receiver.requests().len(), 1);
            server.clock.advance(Duration::from_millis(1));
        }
        server.deliver().await;
        let payload = delivered_ids(&receiver);
        assert_eq!((payload.len(), &payload[0]), (2, &payload[1]));
        assert_eq!(receiver.requests()[0].header("webhook-id"), receiver.requests()[1].header("webhook-id"));
    }
}
