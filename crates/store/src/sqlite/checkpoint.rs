//! Checkpoints: moving what was committed from the write-ahead log into the database file.
//!
//! They are made beside the writer, on a thread of their own, so that no caller waits for them. A log that keeps
//! growing meanwhile never starts over, so when it has become long the writer is asked for one checkpoint itself:
//! there is little left to move then, and right after it the log can begin from its start.

use super::{connection, failure::store_error};
use crate::error::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// How long commits are gathered before a checkpoint.
const PAUSE: Duration = Duration::from_millis(250);

/// From how many pages on the log is long; 4 KiB each.
const LONG: i64 = 8192;

pub(super) struct Checkpoints {
    nudge: Option<SyncSender<()>>,
    long: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let connection = connection::checkpointer(path)?;
        let (nudge, nudges) = sync_channel(1);
        let long = Arc::new(AtomicBool::new(false));
        let thread = {
            let long = Arc::clone(&long);
            Builder::new().name("store-checkpoint".to_owned()).spawn(move || run(&connection, &nudges, &long))
        };
        let thread =
            thread.map_err(|error| StoreError::unavailable(format!("cannot start the checkpoint thread: {error}")))?;
        Ok(Self { nudge: Some(nudge), long, thread: Some(thread) })
    }

    /// To be called after every commit, outside a transaction.
    pub(super) fn committed(&self, writer: &Connection) {
        if self.long.swap(false, Ordering::Relaxed) {
            note(passive(writer).map(drop));
        }
        if let Some(nudge) = &self.nudge {
            // Full means that the thread has been told already.
            let _told_already = nudge.try_send(());
        }
    }

    /// Ends the thread, and empties the log.
    pub(super) fn finish(&mut self, writer: &Connection) {
        self.nudge = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread panicked");
        }
        note(checkpoint(writer, "PRAGMA wal_checkpoint(TRUNCATE)").map(drop));
    }
}

fn run(connection: &Connection, nudges: &Receiver<()>, long: &AtomicBool) {
    while nudges.recv().is_ok() {
        match passive(connection) {
            Ok(pages) => long.store(pages > LONG, Ordering::Relaxed),
            Err(error) => note(Err(error)),
        }
        std::thread::sleep(PAUSE);
    }
}

fn passive(connection: &Connection) -> Result<i64, StoreError> {
    checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

/// How many pages the log has.
fn checkpoint(connection: &Connection, pragma: &str) -> Result<i64, StoreError> {
    connection.query_row(pragma, [], |row| row.get(1)).map_err(store_error)
}

/// A checkpoint that failed costs disk space and nothing else: what is committed is in the log.
fn note(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::warn!(%error, "a checkpoint of the write-ahead log failed");
    }
}
