//! Opening a database: migrations, and the lock of the file.

use super::tables::{MIGRATIONS, names};
use super::{Place, on_both_engines};
use crate::migration::Migration;
use crate::{Location, Store, StoreError};

const BROKEN: &[Migration] = &[
    MIGRATIONS[0],
    MIGRATIONS[1],
    Migration {
        version: 3,
        name: "broken",
        sql: "CREATE TABLE fine (a BIGINT); CREATE TABLE broken (;",
        ..Migration::EMPTY
    },
];

const REPAIRED: &[Migration] = &[
    MIGRATIONS[0],
    MIGRATIONS[1],
    Migration {
        version: 3,
        name: "broken",
        sql: "CREATE TABLE fine (a BIGINT); INSERT INTO counter VALUES ('new', 1);",
        ..Migration::EMPTY
    },
];

async fn opened(place: &Place, migrations: &'static [Migration]) -> Result<Store, StoreError> {
    Store::open_with(&place.location(), migrations).await
}

on_both_engines! {
    async fn a_schema_is_brought_up_step_by_step(place) {
        opened(place, &MIGRATIONS[..1]).await.expect("version 1").close().await;
        opened(place, MIGRATIONS).await.expect("version 2").close().await;
        let store = opened(place, MIGRATIONS).await.expect("version 2 again");
        assert!(names(&store).await.is_empty());
    }

    async fn a_newer_schema_is_refused(place) {
        place.open().await.close().await;
        let refused = opened(place, &MIGRATIONS[..1]).await.err();
        assert_eq!(refused, Some(StoreError::TooNew { found: 2, known: 1 }));
    }

    async fn a_step_that_fails_leaves_nothing_and_can_be_repaired(place) {
        let refused = opened(place, BROKEN).await.err().expect("a broken step");
        assert!(matches!(&refused, StoreError::Refused { message, .. } if message.contains("broken")), "{refused}");
        let store = opened(place, REPAIRED).await.expect("a repaired step");
        assert_eq!(names(&store).await, ["new"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_can_start_on_one_postgres_at_once() {
    let place = Place::on_postgres();
    let location = place.location();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let location = location.clone();
            tokio::spawn(async move { Store::open_with(&location, REPAIRED).await })
        })
        .collect();
    for task in tasks {
        let store = task.await.expect("no panic").expect("a store");
        assert_eq!(names(&store).await, ["new"]);
        store.close().await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unavailable_and_its_password_stays_unsaid() {
    // Port 1 is reserved: no server listens there.
    let location = Location::from_url("postgres://me:hidden@127.0.0.1:1/none").expect("a location");
    let error = Store::open(&location).await.err().expect("nobody there");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    let unreadable = Location::Postgres { url: "postgres://me:hid%zzden@h/d?sslmode=maybe".to_owned(), connections: 1 };
    let refused = Store::open(&unreadable).await.err().expect("an unreadable URL");
    assert!(matches!(refused, StoreError::Location(_)));
    assert!(!format!("{error} {error:?} {refused} {refused:?}").contains("hid"));
}

#[tokio::test]
async fn a_second_process_on_one_file_is_refused_with_a_sentence() {
    let place = Place::on_sqlite();
    let first = place.open().await;
    let refused = opened(&place, MIGRATIONS).await.err().expect("the file is in use");
    assert!(refused.to_string().contains("another process is using the database"), "{refused}");
    drop(first);
    // The writer's thread releases the lock a moment after the last store was dropped.
    opened(&place, MIGRATIONS).await.expect("a store");
}
