//! A process without free file descriptors calls no receiver and sends no e-mail, and none of that counts as an attempt.
//!
//! A test binary of its own: while its tests take every descriptor, others could not work.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop, and say where"
)]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use slotkeeper_testkit::catalogue::{TOUR, TOUR_SERIES, catalogue};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::Receiver;
use slotkeeper_testkit::serde_json::json;
use slotkeeper_testkit::smtp::Sink;
use std::fs::File;
use std::time::Duration;
use tokio::sync::Mutex;

/// The tests share their descriptors, so they take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// Every descriptor that is left, until this is dropped.
struct All {
    before: Rlimit,
    files: Vec<File>,
}

impl All {
    fn taken() -> Self {
        let before = getrlimit(Resource::Nofile);
        // Few enough to be taken quickly.
        setrlimit(Resource::Nofile, Rlimit { current: Some(200), ..before }).unwrap();
        let files = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        Self { before, files }
    }
}

impl Drop for All {
    fn drop(&mut self) {
        self.files.clear();
        setrlimit(Resource::Nofile, self.before).unwrap();
    }
}

on_every_engine! {
    /// The delivery arrives five seconds later as a first attempt, and the e-mail ten seconds later.
    async fn nothing_fails_for_want_of_descriptors(server: TestServer) {
        let _turn = TURN.lock().await;
        let (receiver, sink) = (Receiver::start().await, Sink::start().await);
        let owner = Visitor::owner(&server, "olivia@example.com").await;
        let permissions = "bookings_rw_all,customers_rw_all,availability_r";
        let program = ApiClient::installed(&server, "Harbour Desk", &owner, permissions).await;
        server.offer(program.account(), catalogue()).await;
        server.send_emails(sink.host(), sink.port()).await;
        let sent = sink.messages().len();
        let webhook = json!({"domain": "bookings", "type": "created", "url": receiver.url("/hooks")});
        program.create("/webhooks", &webhook).await;
        program.create("/bookings?notifyCustomer=true", &json!({
            "productId": TOUR, "eventId": format!("{TOUR}_{TOUR_SERIES}_2026-05-08"),
            "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]},
            "customer": {"firstName": "Marta", "lastName": "Reis", "emailAddress": "marta@example.com"},
        })).await;

        let all = All::taken();
        server.deliver().await;
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        drop(all);
        assert!(receiver.requests().is_empty() && sink.messages().len() == sent);

        server.clock.advance(Duration::from_secs(5));
        server.deliver().await;
        assert_eq!(receiver.requests().len(), 1, "after a failed attempt it would wait a minute");
        server.clock.advance(Duration::from_secs(5));
        assert_eq!(server.send_emails(sink.host(), sink.port()).await, 1);
        assert_eq!(sink.messages().len(), sent + 1);
        assert_eq!(sink.messages()[sent].to, ["marta@example.com"]);
    }
}
