//! Many units at once, successful and failing ones.

use super::tables::{add, names};
use super::{Place, on_both_engines};
use crate::StoreError;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

on_both_engines! {
    /// They wait behind a slow unit, so that they share commits on SQLite.
    async fn a_unit_fails_alone(place) {
        let store = place.open().await;
        let (started, has_started) = channel();
        let slow = tokio::spawn({
            let store = store.clone();
            async move {
                store.write_unlogged(move |tx| {
                    started.send(()).expect("somebody to tell");
                    std::thread::sleep(std::time::Duration::from_millis(15));
                    add(tx, "slow", 0)
                }).await
            }
        });
        has_started.recv().expect("a word");
        let tasks: Vec<_> = (0..120_i64).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let unit = store.write_unlogged(move |tx| {
                    add(tx, &format!("{number:03}"), number)?;
                    match number % 3 {
                        0 => Ok(()),
                        1 => Err(StoreError::Busy),
                        _ => panic!("on purpose"),
                    }
                });
                (number, unit.await)
            })
        }).collect();
        let mut expected = Vec::new();
        for task in tasks {
            match task.await.expect("no panic") {
                (number, Ok(())) => expected.push(format!("{number:03}")),
                (number, Err(error)) => {
                    assert_eq!(error == StoreError::Busy, number % 3 == 1, "{number}: {error}");
                    assert_eq!(matches!(error, StoreError::Panicked { .. }), number % 3 == 2, "{number}: {error}");
                }
            }
        }
        slow.await.expect("no panic").expect("a slow unit");
        assert_eq!(expected.len(), 40);
        expected.push("slow".to_owned());
        assert_eq!(names(&store).await, expected);
    }

    async fn too_many_waiting_units_are_refused_at_once(place) {
        let store = place.open().await;
        let (go_on, may_go_on) = channel::<()>();
        let may_go_on = Arc::new(Mutex::new(may_go_on));
        let mut tasks = Vec::new();
        // The first of these keep all threads of the engine busy.
        for _ in 0..1100 {
            let (store, may_go_on) = (store.clone(), Arc::clone(&may_go_on));
            tasks.push(tokio::spawn(async move {
                store.write_unlogged(move |_| {
                    may_go_on.lock().expect("a lock").recv().expect("a word");
                    Ok::<_, StoreError>(())
                }).await
            }));
        }
        // No unit can end before it is released, so those that have ended were refused.
        let refused = 1100 - 1024 - 8;
        while tasks.iter().filter(|task| task.is_finished()).count() < refused {
            tokio::task::yield_now().await;
        }
        for _ in 0..1100 {
            go_on.send(()).expect("somebody to tell");
        }
        let mut busy = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(()) => {}
                Err(error) => {
                    assert_eq!(error, StoreError::Busy);
                    busy += 1;
                }
            }
        }
        assert!(busy >= refused, "{busy}");
    }
}
