//! An ended key can do nothing from the moment its end is acknowledged, however many requests are under way and
//! whichever server gets them.

use super::bookings::{business, order, tour};
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::json;
use slotkeeper_testkit::server::{Engine, TestServer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const PERMISSIONS: &str = "customers_rwd_all,bookings_rwd_all,availability_r";

/// A client whose key is about to end, and the path of the page where the owner ends it.
async fn doomed(server: &TestServer, owner: &Visitor, name: &str) -> (ApiClient, String) {
    let program = ApiClient::installed(server, name, owner, PERMISSIONS).await;
    (program.clone(), format!("/backoffice/applications/{}/uninstall", program.application()))
}

/// Has many clients create customers with a key, ends it meanwhile, and counts what was created after that was answered.
async fn race(server: &TestServer, elsewhere: &TestServer) {
    let (owner, watcher) = business(server).await;
    for round in 0..4 {
        let (program, end) = doomed(server, &owner, &format!("Round {round}")).await;
        let program = program.at(elsewhere);
        assert_eq!(program.get("/settings/apikeyinfo").await.status, 200);
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (program, stop) = (program.clone(), Arc::clone(&stop));
                tokio::spawn(async move {
                    let mut refused = 0;
                    for number in 0.. {
                        if stop.load(Ordering::SeqCst) || refused > 20 {
                            break;
                        }
                        let name = json!({"lastName": format!("W{round}-{writer}-{number}")});
                        match program.post("/customers", &name).await.status {
                            201 => {}
                            401 => refused += 1,
                            other => panic!("{other}"),
                        }
                    }
                })
            })
            .collect();
        let count =
            async || watcher.read("/customers?itemsPerPage=1").await["info"]["totalItems"].as_i64().expect("a count");
        let before = count().await;
        while count().await < before + 20 {}
        assert!(owner.post(&end, &[]).await.location().contains("notice=uninstalled"));
        let ended = count().await;
        let refused = program.post("/customers", &json!({"lastName": "Late"})).await;
        assert_eq!(refused.status, 401, "{}", refused.text);
        for writer in writers {
            writer.await.expect("no panic");
        }
        stop.store(true, Ordering::SeqCst);
        assert_eq!(count().await, ended, "round {round}: something was written with a key that had ended");
    }
}

on_every_engine! {
    /// Writes that are under way when a key ends go first, or are refused.
    async fn nothing_is_written_once_a_key_has_ended(server: TestServer) {
        race(&server, &server).await;
    }

    /// The next call of any kind is refused.
    async fn the_next_call_is_refused(server: TestServer) {
        let (owner, _) = business(&server).await;
        let (program, end) = doomed(&server, &owner, "Doomed").await;
        let hold = json!({"productId": TOUR, "eventId": tour("2026-05-08"), "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]}});
        let held = program.create("/holds", &hold).await["id"].as_str().expect("an id").to_owned();
        owner.post(&end, &[]).await;
        assert_eq!(program.post("/holds", &hold).await.status, 401);
        assert_eq!(program.delete(&format!("/holds/{held}")).await.status, 401);
        assert_eq!(program.post("/bookings", &order("2026-05-08", 1)).await.status, 401);
        assert_eq!(program.get("/customers").await.status, 401);
    }
}

/// On another node nothing is written either, and reading ends as soon as the node is notified: the test's clock
/// stands still, so that the node's cache does not expire by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_is_notified_of_the_end() {
    let server = TestServer::start(Engine::Postgres).await;
    let other = server.another_node().await;
    race(&server, &other).await;
    let owner = Visitor::owner(&server, "second@example.com").await;
    let (program, end) = doomed(&server, &owner, "Doomed").await;
    let elsewhere = program.at(&other);
    assert_eq!(elsewhere.get("/settings/apikeyinfo").await.status, 200);
    owner.post(&end, &[]).await;
    let begun = std::time::Instant::now();
    while elsewhere.get("/settings/apikeyinfo").await.status == 200 {
        assert!(begun.elapsed().as_secs() < 10, "the other node is never told");
    }
}

/// A hold, which has no change, cannot be made on another node with an ended key either, even before that node is
/// notified.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_holds_nothing_for_an_ended_key() {
    let server = TestServer::start(Engine::Postgres).await;
    let other = server.another_node().await;
    let (owner, _) = business(&server).await;
    let hold = json!({"productId": TOUR, "eventId": tour("2026-05-08"), "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]}});
    let (program, end) = doomed(&server, &owner, "Doomed").await;
    let elsewhere = program.at(&other);
    elsewhere.create("/holds", &hold).await;
    owner.post(&end, &[]).await;
    assert_eq!(elsewhere.post("/holds", &hold).await.status, 401);
    assert_eq!(elsewhere.post("/bookings", &order("2026-05-08", 1)).await.status, 401);
}
