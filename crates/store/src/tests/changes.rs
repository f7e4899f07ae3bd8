//! The account's change log.

use super::tables::{account, add, change, log, names, times, with_accounts};
use super::{Place, on_both_engines};
use crate::tables::change_log;
use crate::{Clock, StoreError};
use slotkeeper_domain::change::{Change, Thing};
use slotkeeper_domain::time::Instant;
use std::sync::Arc;

/// A clock that returns the same time until it is set.
struct Shows(i64);

impl Clock for Shows {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0)
    }
}

on_both_engines! {
    async fn changes_are_numbered_in_the_order_they_were_recorded(place) {
        let store = place.open().await;
        with_accounts(&store, 2).await;
        let recorded = store.write(|tx| {
            tx.record(change(&account(1), "a"));
            tx.record(change(&account(0), "b"));
            tx.record(change(&account(1), "c"));
            Ok::<_, StoreError>(())
        });
        recorded.await.expect("changes");
        store.write(|tx| { tx.record(change(&account(1), "d")); Ok::<_, StoreError>(()) }).await.expect("a change");
        let entry = |number, thing: &str| (number, thing.to_owned());
        assert_eq!(log(&store, account(0)).await, (vec![entry(1, "b")], 1));
        assert_eq!(log(&store, account(1)).await, (vec![entry(1, "a"), entry(2, "c"), entry(3, "d")], 3));
    }

    /// A third of the units fails after recording; many run at once, over two accounts in both orders.
    async fn numbers_have_no_gaps(place) {
        let store = place.open().await;
        with_accounts(&store, 2).await;
        let tasks: Vec<_> = (0..120_u32).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store.write(move |tx| {
                    let thing = number.to_string();
                    let accounts = if number % 2 == 0 { [0, 1] } else { [1, 0] };
                    accounts.iter().for_each(|which| tx.record(change(&account(*which), &thing)));
                    if number % 3 == 0 { Err(StoreError::Busy) } else { Ok(()) }
                }).await
            })
        }).collect();
        let mut stored = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(()) => stored += 1,
                Err(error) => assert_eq!(error, StoreError::Busy),
            }
        }
        assert_eq!(stored, 80);
        for which in [0, 1] {
            let (entries, count) = log(&store, account(which)).await;
            let numbers: Vec<i64> = entries.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, (1..=80).collect::<Vec<i64>>());
            assert_eq!(count, 80);
        }
    }

    /// Whatever the clocks show, the times of transactions are in the order of their numbers, and never before the time floor.
    async fn times_are_in_the_order_of_numbers(place) {
        let store = place.open().await;
        with_accounts(&store, 1).await;
        let tasks: Vec<_> = (0..60_i64).map(|number| {
            let store = store.clone().with_clock(Arc::new(Shows(1_000 + number * 37 % 61)));
            tokio::spawn(async move {
                if number % 6 == 5 {
                    let until = Instant::from_millis(1_000 + number);
                    store.write_unlogged(move |tx| change_log::raise_time_floor(tx, &account(0), until)).await.expect("settled");
                    return store.read(|db| change_log::last(db, &account(0))).await.expect("a log").map(|(last, _)| (last, until));
                }
                let asked = store.write(move |tx| {
                    tx.record(change(&account(0), &number.to_string()));
                    tx.change_time(&account(0))
                });
                assert!(asked.await.expect("a change").as_millis() >= 1_000 + number * 37 % 61);
                None
            })
        }).collect();
        let mut answered = Vec::new();
        for task in tasks {
            answered.extend(task.await.expect("no panic"));
        }
        let times = times(&store, account(0)).await;
        assert_eq!(times.len(), 50);
        assert!(times.is_sorted_by_key(|(number, _)| *number) && times.is_sorted_by_key(|(_, at)| *at), "{times:?}");
        for (last, until) in answered {
            assert!(times.iter().all(|(number, at)| *number <= last || *at >= until), "after {last}, {until:?}: {times:?}");
        }
    }

    /// Imported data keep the recorded times.
    async fn what_is_brought_in_keeps_its_time(place) {
        let store = place.open().await.with_clock(Arc::new(Shows(5_000)));
        with_accounts(&store, 1).await;
        let written = store.write(|tx| {
            tx.keep_past_times();
            tx.record(Change { at: Instant::from_millis(7), ..change(&account(0), "a") });
            Ok::<_, StoreError>(())
        });
        written.await.expect("the past");
        store.write(|tx| { tx.record(change(&account(0), "b")); Ok::<_, StoreError>(()) }).await.expect("a change");
        assert_eq!(times(&store, account(0)).await, [(1, Instant::from_millis(7)), (2, Instant::from_millis(5_000))]);
    }

    async fn a_write_that_records_nothing_is_caught(place) {
        let store = place.open().await;
        let unrecorded = store.write(|tx| add(tx, "a", 1)).await;
        assert!(matches!(unrecorded, Err(StoreError::Unrecorded { unit }) if unit.contains("records_nothing")));
        assert_eq!(names(&store).await, [""; 0]);
        let found_nothing_to_do = store.write(|tx| super::super::tables::get(tx, "a")).await;
        assert_eq!(found_nothing_to_do, Ok(None));
    }

    async fn housekeeping_that_records_is_caught(place) {
        let store = place.open().await;
        with_accounts(&store, 1).await;
        let recorded = store.write_unlogged(|tx| { tx.record(change(&account(0), "a")); Ok::<_, StoreError>(()) }).await;
        assert!(matches!(recorded, Err(StoreError::Misrecorded { .. })));
        assert_eq!(log(&store, account(0)).await, (vec![], 0));
    }

    /// The version has changed when the caller gets the result. Only committed units count, and only changes that concern
    /// keys.
    async fn what_changes_keys_is_counted(place) {
        let store = place.open().await;
        with_accounts(&store, 1).await;
        let before = store.keys_version();
        let goods = Change { thing: Thing::Catalogue, ..change(&account(0), "a") };
        let key = Change { thing: Thing::SecretKey, ..change(&account(0), "b") };
        store.write(move |tx| { tx.record(goods.clone()); Ok::<_, StoreError>(()) }).await.expect("a catalogue");
        let failing = key.clone();
        let undone = store.write(move |tx| { tx.record(failing.clone()); Err::<(), _>(StoreError::Busy) }).await;
        assert_eq!(undone, Err(StoreError::Busy));
        // On PostgreSQL it also rises when signals of other processes may have been missed.
        assert!(store.keys_version() == before || !store.is_alone());
        let before = store.keys_version();
        store.clone().write(move |tx| { tx.record(key.clone()); Ok::<_, StoreError>(()) }).await.expect("a key");
        assert!(store.keys_version() > before);
    }

    async fn a_change_of_no_account_is_refused(place) {
        let store = place.open().await;
        let refused = store.write(|tx| { tx.record(change(&account(9), "a")); Ok::<_, StoreError>(()) }).await;
        assert!(matches!(refused, Err(StoreError::Inconsistent { .. })));
    }
}
