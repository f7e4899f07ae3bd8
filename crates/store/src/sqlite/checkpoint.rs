//! Checkpoints, which copy committed pages from the write-ahead log into the database file.
//!
//! They run on their own thread, so that no caller waits for them. A log that keeps growing during a checkpoint never
//! restarts, so once it is long the writer makes one checkpoint itself: few pages are left to copy then, and the log
//! can restart right after it.

use super::{connection, failure::store_error};
use crate::error::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Time between two checkpoints, in which commits gather.
const GATHER_TIME: Duration = Duration::from_millis(250);

/// Pages of 4 KiB from which on the log counts as long.
const LONG_LOG_PAGES: i64 = 8192;

pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    long: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let connection = connection::checkpointer(path)?;
        let (wake, wakes) = sync_channel(1);
        let long = Arc::new(AtomicBool::new(false));
        let thread = {
            let long = Arc::clone(&long);
            Builder::new().name("store-checkpoint".to_owned()).spawn(move || run(&connection, &wakes, &long))
        };
        let thread =
            thread.map_err(|error| StoreError::unavailable(format!("cannot start the checkpoint thread: {error}")))?;
        Ok(Self { wake: Some(wake), long, thread: Some(thread) })
    }

    /// To be called after every commit, outside a transaction.
    pub(super) fn committed(&self, writer: &Connection) {
        if self.long.swap(false, Ordering::Relaxed) {
            log_failure(passive(writer).map(drop));
        }
        if let Some(wake) = &self.wake {
            // Full means that the thread will wake up anyway.
            let _already_woken = wake.try_send(());
        }
    }

    /// Ends the thread and empties the log.
    pub(super) fn finish(&mut self, writer: &Connection) {
        self.wake = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread panicked");
        }
        log_failure(checkpoint(writer, "PRAGMA wal_checkpoint(TRUNCATE)").map(drop));
    }
}

fn run(connection: &Connection, wakes: &Receiver<()>, long: &AtomicBool) {
    while wakes.recv().is_ok() {
        match passive(connection) {
            Ok(pages) => long.store(pages > LONG_LOG_PAGES, Ordering::Relaxed),
            Err(error) => log_failure(Err(error)),
        }
        std::thread::sleep(GATHER_TIME);
    }
}

fn passive(connection: &Connection) -> Result<i64, StoreError> {
    checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

/// Returns the number of pages in the log.
fn checkpoint(connection: &Connection, pragma: &str) -> Result<i64, StoreError> {
    connection.query_row(pragma, [], |row| row.get(1)).map_err(store_error)
}

/// A failed checkpoint costs only disk space: the committed data are in the log.
fn log_failure(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::warn!(%error, "a checkpoint of the write-ahead log failed");
    }
}
