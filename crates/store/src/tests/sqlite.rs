//! Behaviour of SQLite only: full disks and checkpoints.

use super::Place;
use super::tables::{add, names};
use crate::sql::statements;
use crate::{Store, StoreError};

statements! {
    LIMIT_SIZE = "PRAGMA max_page_count = 1";
    ADD_BYTES = "INSERT INTO thing (a, b, d) VALUES (?1, ?1, ?2)";
    REPLACE_BYTES = "UPDATE thing SET d = ?2 WHERE a = ?1";
}

/// SQLite does not reduce the limit below the current size, so this simulates a full disk for the writer's current
/// connection.
async fn fill_the_disk(store: &Store) {
    store.write_unlogged(|tx| tx.one(LIMIT_SIZE, &[], |row| row.next::<i64>())).await.expect("a limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_fails_the_group_and_the_writer_recovers() {
    let place = Place::on_sqlite();
    let store = place.open().await;
    store.write_unlogged(|tx| add(tx, "before", 0)).await.expect("a counter");
    fill_the_disk(&store).await;
    let (started, has_started) = std::sync::mpsc::channel();
    let slow = tokio::spawn({
        let store = store.clone();
        async move {
            let unit = store.write_unlogged(move |tx| {
                started.send(()).expect("somebody to tell");
                std::thread::sleep(std::time::Duration::from_millis(15));
                add(tx, "in the same group", 0)
            });
            unit.await
        }
    });
    has_started.recv().expect("a word");
    let big = store.write_unlogged(|tx| tx.run(ADD_BYTES, &[&"big", &vec![1_u8; 100_000]])).await;
    assert!(
        matches!(&big, Err(StoreError::Unavailable { code: Some(code), .. }) if code.as_str() == "SQLITE_13"),
        "{big:?}"
    );
    let slow = slow.await.expect("no panic");
    assert_eq!(slow.is_ok(), names(&store).await.contains(&"in the same group".to_owned()), "{slow:?}");
    let again = store.write_unlogged(|tx| tx.run(ADD_BYTES, &[&"big", &vec![1_u8; 100_000]])).await;
    assert_eq!(again, Ok(1), "a fresh connection has no limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_stays_bounded_under_a_steady_load_and_is_empty_after_closing() {
    let place = Place::on_sqlite();
    let store = place.open().await;
    store.write_unlogged(|tx| tx.run(ADD_BYTES, &[&"big", &vec![0_u8]])).await.expect("a row");
    // Writes 200 MB through a log that is truncated to 64 MB.
    for number in 0..200_u32 {
        let bytes = vec![u8::try_from(number % 256).expect("a byte"); 1_000_000];
        store.write_unlogged(move |tx| tx.run(REPLACE_BYTES, &[&"big", &bytes])).await.expect("a write");
    }
    let mut log = place.file().into_os_string();
    log.push("-wal");
    let size = std::fs::metadata(&log).expect("a log").len();
    assert!(size < 100_000_000, "{size}");
    store.close().await;
    let size = std::fs::metadata(&log).map_or(0, |log| log.len());
    assert_eq!(size, 0);
}

#[cfg(unix)]
#[tokio::test]
async fn others_on_the_machine_cannot_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::on_sqlite();
    // As an earlier version left it.
    let mut lock = place.file().into_os_string();
    lock.push(".lock");
    std::fs::create_dir_all(place.file().parent().expect("a folder")).expect("a folder");
    std::fs::write(&lock, "").expect("a file");
    std::fs::set_permissions(&lock, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let store = place.open().await;
    store.write_unlogged(|tx| add(tx, "a", 0)).await.expect("a counter");
    for end in ["", "-wal", "-shm", ".lock"] {
        let mut file = place.file().into_os_string();
        file.push(end);
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{end}");
    }
}
