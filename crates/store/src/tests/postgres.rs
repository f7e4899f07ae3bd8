//! Behaviour of PostgreSQL only: deadlocks and broken connections.

use super::Place;
use super::place::administer;
use super::tables::{MIGRATIONS, add, get, lock, names, set};
use crate::sql::statements;
use crate::{Location, Store, StoreError};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

statements! {
    KILL_MYSELF = "SELECT pg_terminate_backend(pg_backend_pid())";
    DURABLE = "SELECT current_setting('synchronous_commit')";
    READ_ONLY = "SET TRANSACTION READ ONLY";
    CRASH_ON_COMMIT = "INSERT INTO bomb (a) VALUES (1)";
}

/// A frozen server: its kernel accepts connections, and it never answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_says_nothing_leaves_the_next_one_its_turn() {
    let place = Place::on_postgres();
    drop(place.open().await);
    let frozen = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = frozen.local_addr().expect("an address").port();
    let Location::Postgres { url, connections } = place.location() else { panic!("on PostgreSQL") };
    let store = Location::Postgres { url: url.replacen('@', &format!("@127.0.0.1:{port},"), 1), connections };
    let store = Store::open_with(&store, MIGRATIONS).await.expect("a store");
    store.write_unlogged(|tx| add(tx, "a", 1)).await.expect("a write");
    assert_eq!(store.read(|db| get(db, "a")).await, Ok(Some(1)));
}

/// A proxy to a server: once closed it accepts no new connections, and existing ones go on. Counts the connections.
struct Way {
    port: u16,
    taking: tokio::task::JoinHandle<()>,
    open: watch::Receiver<usize>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (count, open) = watch::channel(0);
        let taking = tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let (count, server) = (count.clone(), server.clone());
                tokio::spawn(async move {
                    count.send_modify(|open| *open += 1);
                    let mut to = TcpStream::connect(server).await.expect("the server");
                    let _ended = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { port, taking, open }
    }
}

/// After a failover two servers may both take writes, if the old one was not fenced.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_leaves_a_server_once_it_has_found_another_one() {
    let place = Place::on_postgres();
    drop(place.open().await);
    let Location::Postgres { url, .. } = place.location() else { panic!("on PostgreSQL") };
    let (user, rest) = url.split_once('@').expect("a user");
    let server = rest.split(['/', '?']).next().expect("a server").to_owned();
    let mut old = Way::to(server).await;
    let url = format!("{user}@127.0.0.1:{},{rest}", old.port);
    let store = Store::open_with(&Location::Postgres { url, connections: 3 }, MIGRATIONS).await.expect("a store");
    let write_all = async |round: u32| {
        for number in 0..12 {
            store.write_unlogged(move |tx| add(tx, &format!("{round} {number}"), 0)).await.expect("a write");
        }
    };
    write_all(0).await;
    assert!(*old.open.borrow() >= 3, "all come by the first way");
    old.taking.abort();
    // One session finds its connection broken and connects to the other server; the connections of the others still work.
    let mut first = true;
    let broken = store.write_unlogged(move |tx| {
        if std::mem::take(&mut first) {
            tx.run(KILL_MYSELF, &[])?;
        }
        add(tx, "broken", 0)
    });
    broken.await.expect("a write");
    write_all(1).await;
    // Only the listening connection may still use it.
    let left = tokio::time::timeout(Duration::from_secs(20), old.open.wait_for(|open| *open <= 1)).await.is_ok();
    assert!(left, "{} are still on it", *old.open.borrow());
}

/// After a failover the former primary is a standby.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_takes_no_writes_any_more_is_unavailable_and_left() {
    let place = Place::on_postgres();
    let store = place.open().await;
    let refused = store
        .write_unlogged(|tx| {
            tx.run(READ_ONLY, &[])?;
            add(tx, "a", 1)
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    store.write_unlogged(|tx| add(tx, "a", 1)).await.expect("a write on another connection");
    // A standby is not used from the start.
    administer(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", place.name()));
    let opened = Store::open_with(&place.location(), MIGRATIONS).await.map(drop);
    assert!(matches!(opened, Err(StoreError::Unavailable { .. })), "{opened:?}");
}

/// Each unit has locked the row that the other one needs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deadlock_is_run_again() {
    let place = Place::on_postgres();
    let store = place.open().await;
    store
        .write_unlogged(|tx| {
            add(tx, "a", 0)?;
            add(tx, "b", 0)
        })
        .await
        .expect("counters");
    let both = Arc::new(Barrier::new(2));
    let attempts = Arc::new(AtomicU32::new(0));
    let unit = |first: &'static str, second: &'static str| {
        let (store, both, attempts) = (store.clone(), Arc::clone(&both), Arc::clone(&attempts));
        let mut is_first = true;
        tokio::spawn(async move {
            let unit = store.write_unlogged(move |tx| {
                attempts.fetch_add(1, Ordering::Relaxed);
                let n = lock(tx, first)?;
                if std::mem::take(&mut is_first) {
                    both.wait();
                }
                lock(tx, second)?;
                set(tx, first, n + 1)
            });
            unit.await
        })
    };
    let (one, other) = (unit("a", "b"), unit("b", "a"));
    one.await.expect("no panic").expect("a unit");
    other.await.expect("no panic").expect("a unit");
    assert!(attempts.load(Ordering::Relaxed) > 2);
    assert_eq!(store.read(|db| Ok::<_, StoreError>((get(db, "a")?, get(db, "b")?))).await, Ok((Some(1), Some(1))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn idle_connections_that_broke_are_replaced() {
    let place = Place::on_postgres();
    let store = place.open().await;
    let write_all = async |round: u32| {
        for number in 0..24 {
            store.write_unlogged(move |tx| add(tx, &format!("{round} {number}"), 0)).await.expect("a write");
        }
    };
    write_all(0).await;
    administer(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", place.name()));
    write_all(1).await;
    assert_eq!(names(&store).await.len(), 48);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_unit_whose_connection_breaks_is_run_again() {
    let place = Place::on_postgres();
    let store = place.open().await;
    let attempts = Arc::new(AtomicU32::new(0));
    let unit = {
        let attempts = Arc::clone(&attempts);
        store.write_unlogged(move |tx| {
            add(tx, "a", 0)?;
            if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                tx.run(KILL_MYSELF, &[])?;
            }
            add(tx, "b", 0)
        })
    };
    assert_eq!(unit.await, Ok(()));
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
    assert_eq!(names(&store).await, ["a", "b"]);
}

/// A deferred trigger breaks the connection within COMMIT: whether the unit was stored is unknown.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_connection_that_breaks_while_committing_is_reported_and_not_run_again() {
    const WITH_BOMB: &[crate::migration::Migration] = &[
        MIGRATIONS[0],
        MIGRATIONS[1],
        crate::migration::Migration {
            version: 3,
            name: "bomb",
            sql: "CREATE TABLE bomb (a BIGINT);
                  CREATE FUNCTION explode() RETURNS trigger LANGUAGE plpgsql AS
                      'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
                  CREATE CONSTRAINT TRIGGER bomb AFTER INSERT ON bomb DEFERRABLE INITIALLY DEFERRED
                      FOR EACH ROW EXECUTE FUNCTION explode();",
            ..crate::migration::Migration::EMPTY
        },
    ];
    let place = Place::on_postgres();
    let store = Store::open_with(&place.location(), WITH_BOMB).await.expect("a store");
    let attempts = Arc::new(AtomicU32::new(0));
    let unit = {
        let attempts = Arc::clone(&attempts);
        store.write_unlogged(move |tx| {
            attempts.fetch_add(1, Ordering::Relaxed);
            tx.run(CRASH_ON_COMMIT, &[])
        })
    };
    let error = unit.await.expect_err("no connection");
    assert!(matches!(&error, StoreError::Unavailable { why, .. } if why.contains("may have been stored")), "{error}");
    assert_eq!(attempts.load(Ordering::Relaxed), 1);
    store.write_unlogged(|tx| add(tx, "after", 0)).await.expect("a write on a new connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_durable_whatever_the_server_is_configured_to() {
    let place = Place::on_postgres();
    administer(&format!("ALTER DATABASE {} SET synchronous_commit = off", place.name()));
    let store = place.open().await;
    let setting = store.read(|db| db.one(DURABLE, &[], |row| row.next::<String>())).await;
    assert_eq!(setting, Ok(Some("on".to_owned())));
}
