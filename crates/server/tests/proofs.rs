//! Short forms of the proofs in `bench/`: races for the last seats, a server that is killed while clients work and
//! webhooks are called, and a client that polls for changes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

use bench::crash::crash;
use bench::deliver::deliver;
use bench::poll::poll;
use bench::race::race;
use bench::server::Place;
use bench::{CrashArgs, DeliverArgs, PollArgs, RaceArgs};
use slotkeeper_testkit::postgres::Database;

/// A build without optimisation on a busy machine takes longer to start than the two seconds of the long form.
const READY_WITHIN_MS: u64 = 20_000;

fn args(database: Option<&Database>, lose: bool) -> CrashArgs {
    CrashArgs {
        server_binary: env!("CARGO_BIN_EXE_slotkeeper").into(),
        rounds: 5,
        clients: 32,
        ready_within_ms: READY_WITHIN_MS,
        database_url: database.map(|database| database.url().to_owned()),
        lose,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    assert!(crash(&args(None, false)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgres() {
    let database = Database::create().await;
    assert!(crash(&args(Some(&database), false)).await.unwrap());
}

/// Control: the check finds what is lost when files from before the kill are restored.
#[tokio::test(flavor = "multi_thread")]
async fn losses_are_found() {
    assert!(crash(&args(None, true)).await.unwrap());
}

fn deliver_args(database: Option<&Database>, lose: bool) -> DeliverArgs {
    DeliverArgs {
        server_binary: env!("CARGO_BIN_EXE_slotkeeper").into(),
        // The control needs only a few losses.
        rounds: if lose { 2 } else { 4 },
        changes: if lose { 120 } else { 250 },
        clients: 8,
        ready_within_ms: READY_WITHIN_MS,
        database_url: database.map(|database| database.url().to_owned()),
        lose,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_delivered_on_sqlite() {
    assert!(deliver(&deliver_args(None, false)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_delivered_on_postgres() {
    let database = Database::create().await;
    assert!(deliver(&deliver_args(Some(&database), false)).await.unwrap());
}

/// Control: a receiver that forgets some deliveries lacks them.
#[tokio::test(flavor = "multi_thread")]
async fn missing_deliveries_are_found() {
    assert!(deliver(&deliver_args(None, true)).await.unwrap());
}

fn poll_args(database: Option<&Database>, lose: bool) -> PollArgs {
    PollArgs {
        server_binary: env!("CARGO_BIN_EXE_slotkeeper").into(),
        seconds: 10,
        clients: 8,
        // The start-up time is not under test, and there are two servers.
        ready_within_ms: 3 * READY_WITHIN_MS,
        database_url: database.map(|database| database.url().to_owned()),
        lose,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polling_client_misses_nothing_on_sqlite() {
    assert!(poll(&poll_args(None, false)).await.unwrap());
}

/// Two processes on one database.
#[tokio::test(flavor = "multi_thread")]
async fn a_polling_client_misses_nothing_on_postgres_of_two_servers() {
    let database = Database::create().await;
    assert!(poll(&poll_args(Some(&database), false)).await.unwrap());
}

/// Control: a client that leaves out some time between two ranges misses changes.
#[tokio::test(flavor = "multi_thread")]
async fn missed_changes_are_found() {
    assert!(poll(&poll_args(None, true)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_seats_are_sold_once_on_sqlite() {
    race_at_servers(1, None).await;
}

/// Two processes on one database.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_seats_are_sold_once_on_postgres_by_two_servers() {
    let database = Database::create().await;
    race_at_servers(2, Some(&database)).await;
}

async fn race_at_servers(number: usize, database: Option<&Database>) {
    let folder = tempfile::tempdir().unwrap();
    let how = args(database, false);
    let place = Place::new(folder.path(), &how);
    let mut servers = Vec::new();
    for _ in 0..number {
        servers.push(place.start().await.unwrap());
    }
    let base_urls = servers.iter().map(|server| server.credentials.base_url.clone()).collect();
    let credentials = folder.path().join("credentials.json");
    assert!(race(&RaceArgs { base_urls, credentials, clients: 120, seats: 50 }).await.unwrap());
}
