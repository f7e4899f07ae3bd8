//! What units can rely on with both engines.

use super::tables::{add, get, lock, names, set};
use super::{Place, on_both_engines};
use crate::sql::statements;
use crate::{Store, StoreError};
use slotkeeper_domain::time::Instant;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

statements! {
    ADD = "INSERT INTO counter (name, n) VALUES (?1, ?2)";
    LOCK = "SELECT n FROM counter WHERE name = ?1 {FOR UPDATE}";
    NAMES = "SELECT name FROM counter ORDER BY name";
    ADD_THING = "INSERT INTO thing (a, b, c, d) VALUES (?1, ?2, ?3, ?4)";
    THING = "SELECT a, b, c, d, 1 FROM thing WHERE a = ?1";
    ADD_RETURNING = "INSERT INTO counter (name, n) VALUES (?1, ?2) RETURNING n";
    ADD_UNLESS = "INSERT INTO counter (name, n) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    RAISE = "UPDATE counter SET n = n + ?1";
    FORGET = "DELETE FROM counter";
    ADD_BOOKING = "INSERT INTO booking (number) VALUES (?1)";
    ECHO = "SELECT CAST(?1 AS BIGINT)";
}

/// An error of a caller that hides the store's error.
#[derive(Debug, PartialEq)]
enum Refused {
    Full,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

on_both_engines! {
    async fn an_error_rolls_back(place) {
        let store = place.open().await;
        let refused = store.write_unlogged(|tx| {
            add(tx, "gone", 1)?;
            Err::<(), _>(Refused::Full)
        });
        assert_eq!(refused.await, Err(Refused::Full));
        assert_eq!(names(&store).await, [""; 0]);
    }

    async fn a_unit_whose_drawn_id_is_taken_draws_another_one(place) {
        let store = place.open().await;
        let draw = |draws: [&'static str; 2]| {
            let mut draws = draws.into_iter().cycle();
            store.write_unlogged(move |tx| {
                let id = draws.next().unwrap_or_default();
                add(tx, id, 1)?;
                tx.run(ADD_BOOKING, &[&id]).map(|_| id)
            })
        };
        assert_eq!(draw(["a", "b"]).await, Ok("a"));
        store.write_unlogged(|tx| tx.run(FORGET, &[])).await.expect("no counters");
        assert_eq!(draw(["a", "b"]).await, Ok("b"));
        assert_eq!(names(&store).await, ["b"], "what the first run wrote is gone");
    }

    async fn a_panic_rolls_back_and_the_store_lives_on(place) {
        let store = place.open().await;
        for _ in 0..20 {
            let panicked = store.write_unlogged(|tx| {
                add(tx, "gone", 1)?;
                if tx.poisoned.is_none() { panic!("on purpose") }
                Ok::<_, StoreError>(())
            });
            assert!(matches!(panicked.await, Err(StoreError::Panicked { unit }) if unit.contains("lives_on")));
        }
        let panicked = store.read(|db| {
            get(db, "gone")?;
            if db.poisoned.is_none() { panic!("on purpose") }
            Ok::<_, StoreError>(())
        });
        assert!(matches!(panicked.await, Err(StoreError::Panicked { .. })));
        store.write_unlogged(|tx| add(tx, "kept", 1)).await.expect("a write after the panics");
        assert_eq!(names(&store).await, ["kept"]);
    }

    async fn a_unit_reads_what_it_wrote(place) {
        let store = place.open().await;
        let seen = store.write_unlogged(|tx| {
            add(tx, "a", 5)?;
            get(tx, "a")
        });
        assert_eq!(seen.await, Ok(Some(5)));
    }

    async fn a_read_does_not_see_or_await_what_is_not_committed(place) {
        let store = place.open().await;
        store.write_unlogged(|tx| add(tx, "a", 1)).await.expect("a counter");
        let (written, is_written) = channel();
        let (go_on, may_go_on) = channel::<()>();
        let may_go_on = Mutex::new(may_go_on);
        let writer = tokio::spawn({
            let store = store.clone();
            async move {
                store.write_unlogged(move |tx| {
                    set(tx, "a", 2)?;
                    written.send(()).expect("somebody to tell");
                    may_go_on.lock().expect("a lock").recv().expect("a word");
                    Ok::<_, StoreError>(())
                }).await
            }
        });
        is_written.recv().expect("a word");
        assert_eq!(store.read(|db| get(db, "a")).await, Ok(Some(1)));
        go_on.send(()).expect("somebody to tell");
        writer.await.expect("no panic").expect("a write");
        assert_eq!(store.read(|db| get(db, "a")).await, Ok(Some(2)));
    }

    async fn a_read_stays_on_its_snapshot(place) {
        let store = place.open().await;
        store.write_unlogged(|tx| add(tx, "a", 1)).await.expect("a counter");
        let (seen, is_seen) = channel();
        let (go_on, may_go_on) = channel::<()>();
        let may_go_on = Mutex::new(may_go_on);
        let reader = tokio::spawn({
            let store = store.clone();
            async move {
                store.read(move |db| {
                    let before = get(db, "a")?;
                    seen.send(()).expect("somebody to tell");
                    may_go_on.lock().expect("a lock").recv().expect("a word");
                    Ok::<_, StoreError>((before, get(db, "a")?))
                }).await
            }
        });
        is_seen.recv().expect("a word");
        store.write_unlogged(|tx| set(tx, "a", 2)).await.expect("a write");
        go_on.send(()).expect("somebody to tell");
        assert_eq!(reader.await.expect("no panic"), Ok((Some(1), Some(1))));
    }

    async fn a_read_cannot_write(place) {
        let store = place.open().await;
        let refused = store.read(|db| db.one(ADD_RETURNING, &[&"a", &1_i64], |row| row.next::<i64>()));
        let refused = refused.await;
        assert!(!matches!(refused, Ok(_) | Err(StoreError::Unavailable { .. })), "{refused:?}");
        assert_eq!(names(&store).await, [""; 0]);
        store.write_unlogged(|tx| add(tx, "a", 1)).await.expect("a write after the refusal");
    }

    async fn concurrent_increments_lose_nothing(place) {
        let store = place.open().await;
        store.write_unlogged(|tx| add(tx, "a", 0)).await.expect("a counter");
        let increment = async |store: Store| {
            store.write_unlogged(|tx| {
                let n = lock(tx, "a")?;
                set(tx, "a", n + 1)
            }).await
        };
        let tasks: Vec<_> = (0..200).map(|_| tokio::spawn(increment(store.clone()))).collect();
        for task in tasks {
            task.await.expect("no panic").expect("an increment");
        }
        assert_eq!(store.read(|db| get(db, "a")).await, Ok(Some(200)));
    }

    async fn a_unit_that_swallows_an_error_is_rolled_back_all_the_same(place) {
        let store = place.open().await;
        store.write_unlogged(|tx| add(tx, "a", 0)).await.expect("a counter");
        let swallowed = store.write_unlogged(|tx| {
            add(tx, "b", 0)?;
            let again = add(tx, "a", 0);
            assert!(matches!(again, Err(StoreError::Unique { .. })));
            assert_eq!(add(tx, "c", 0), again, "later calls repeat the first error");
            Ok::<_, StoreError>(())
        });
        assert!(matches!(swallowed.await, Err(StoreError::Unique { .. })));
        assert_eq!(names(&store).await, ["a"]);
    }

    async fn a_key_that_exists_is_named_alike(place) {
        let store = place.open().await;
        let thing = |a: &'static str, b: &'static str, d: i64| {
            let (bytes, is_shouted) = (d.to_be_bytes(), b.to_uppercase() == b);
            store.write_unlogged(move |tx| tx.run(ADD_THING, &[&a, &b, &is_shouted, &bytes]))
        };
        let unique = |name: &str| Err(StoreError::Unique { constraint: name.to_owned() });
        assert_eq!(thing("a", "b", 1).await, Ok(1));
        assert_eq!(thing("a", "b", 2).await, unique("thing_a_b_key"));
        assert_eq!(thing("a", "c", 1).await, unique("thing_by_d"));
        assert_eq!(thing("x", "X", 3).await, Ok(1));
        assert_eq!(thing("y", "X", 3).await, unique("thing_by_case"));
        store.write_unlogged(|tx| add(tx, "a", 0)).await.expect("a counter");
        assert_eq!(store.write_unlogged(|tx| tx.run(ADD, &[&"a", &0_i64])).await, unique("counter_pkey"));
    }

    async fn every_kind_of_value_comes_back(place) {
        let store = place.open().await;
        let read = store.write_unlogged(|tx| {
            tx.run(ADD_THING, &[&"ä", &String::new(), &Some(false), &vec![0_u8, 255]])?;
            tx.run(ADD_THING, &[&"none", &"x", &None::<bool>, &None::<&[u8]>])?;
            let first = tx.one(THING, &[&"ä"], |row| {
                Ok((row.next::<String>()?, row.next::<String>()?, row.next::<bool>()?, row.next::<Vec<u8>>()?, row.next::<i64>()?))
            })?;
            let second = tx.one(THING, &[&"none"], |row| {
                let _texts = (row.next::<String>()?, row.next::<String>()?);
                Ok((row.next::<Option<bool>>()?, row.next::<Option<Vec<u8>>>()?))
            })?;
            assert_eq!(first, Some(("ä".to_owned(), String::new(), false, vec![0, 255], 1)));
            assert_eq!(second, Some((None, None)));
            tx.one(ECHO, &[&Instant::from_millis(i64::MIN)], |row| row.next::<Instant>())
        });
        assert_eq!(read.await, Ok(Some(Instant::from_millis(i64::MIN))));
        let wrong = store.read(|db| db.one(THING, &[&"ä"], |row| row.next::<i64>()));
        assert_eq!(wrong.await, Err(StoreError::inconsistent("column 0 holds text where an integer was expected")));
        let wrong = store.read(|db| db.one(THING, &[&"ä"], |row| {
            let _five = (row.next::<String>()?, row.next::<String>()?, row.next::<bool>()?, row.next::<Vec<u8>>()?, row.next::<i64>()?);
            row.next::<i64>()
        }));
        assert_eq!(wrong.await, Err(StoreError::inconsistent("there is no column 5")));
        let wrong = store.read(|db| db.one(THING, &[], |row| row.next::<i64>()));
        assert!(matches!(wrong.await, Err(StoreError::Inconsistent { .. })), "too few parameters");
        assert!(names(&store).await.is_empty(), "the connection is still good");
    }

    async fn more_than_one_row_is_not_one(place) {
        let store = place.open().await;
        store.write_unlogged(|tx| { add(tx, "a", 1)?; add(tx, "b", 1) }).await.expect("counters");
        let two = store.read(|db| db.one(NAMES, &[], |row| row.next::<String>()));
        assert!(matches!(two.await, Err(StoreError::Inconsistent { .. })));
    }

    async fn a_batch_runs_in_order_and_counts_rows(place) {
        let store = place.open().await;
        // The batch is first in its unit, so it also begins the transaction.
        let rows = store.write_unlogged(|tx| tx.batch(&[
            (ADD, &[&"a", &1_i64]),
            (ADD, &[&"b", &1_i64]),
            (ADD_UNLESS, &[&"b", &7_i64]),
            (RAISE, &[&1_i64]),
            (LOCK, &[&"a"]),
        ]));
        assert_eq!(rows.await, Ok(vec![1, 1, 0, 2, 1]));
        assert_eq!(store.read(|db| get(db, "b")).await, Ok(Some(2)));
        assert_eq!(store.write_unlogged(|tx| tx.batch(&[])).await, Ok(vec![]));
    }

    async fn a_batch_that_fails_reports_the_first_error_and_leaves_nothing(place) {
        let store = place.open().await;
        let refused = store.write_unlogged(|tx| tx.batch(&[
            (ADD, &[&"a", &1_i64]),
            (ADD, &[&"a", &1_i64]),
            (ADD, &[&"b", &1_i64]),
        ]));
        assert_eq!(refused.await, Err(StoreError::Unique { constraint: "counter_pkey".to_owned() }));
        assert_eq!(names(&store).await, [""; 0]);
    }

    async fn what_was_written_is_there_after_opening_again(place) {
        let store = place.open().await;
        store.write_unlogged(|tx| add(tx, "a", 1)).await.expect("a counter");
        store.close().await;
        assert_eq!(names(&place.open().await).await, ["a"]);
    }

    async fn closing_waits_for_what_is_queued_and_refuses_the_rest(place) {
        let store = place.open().await;
        let done = Arc::new(Mutex::new(Vec::new()));
        let (started, has_started) = channel();
        let tasks: Vec<_> = (0..30).map(|number: i64| {
            let (store, done, started) = (store.clone(), Arc::clone(&done), started.clone());
            tokio::spawn(async move {
                let unit = store.write_unlogged(move |tx| {
                    started.send(()).expect("somebody to tell");
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    add(tx, &format!("{number:02}"), 0)
                });
                if unit.await.is_ok() {
                    done.lock().expect("a lock").push(number);
                }
            })
        }).collect();
        has_started.recv().expect("a word");
        store.close().await;
        let closed = Err(StoreError::closed());
        assert_eq!(store.write_unlogged(|tx| add(tx, "late", 0)).await, closed);
        assert!(store.read(|db| get(db, "late")).await.is_err());
        for task in tasks {
            task.await.expect("no panic");
        }
        let mut done: Vec<_> = done.lock().expect("a lock").iter().map(|number| format!("{number:02}")).collect();
        done.sort();
        assert!(!done.is_empty());
        assert_eq!(names(&place.open().await).await, done);
    }
}
