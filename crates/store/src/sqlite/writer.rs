//! The writer: one thread, and many units in one commit.
//!
//! A commit costs a sync of the disk, a unit only some microseconds. So the writer takes all units that wait,
//! runs each in a savepoint, commits once, and only then answers. That holds for refusals too: they may rest on
//! what another unit of the same group has written.

use super::checkpoint::Checkpoints;
use super::connection;
use super::failure::store_error;
use crate::error::StoreError;
use crate::queue::{Alive, Jobs};
use crate::tx::{Link, Tx};
use crate::unit::{Call, Verdict};
use rusqlite::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How often a unit is run when an id that it drew is taken.
const DRAWS: u32 = 3;
/// A group ends when it has this many units, so that the first of them does not wait for ever.
const GROUP: usize = 256;

/// A group takes no more units when it is this old, for the same reason.
const GROUP_AGE: Duration = Duration::from_millis(20);

struct Writer {
    path: PathBuf,
    tx: Tx,
    checkpoints: Checkpoints,
}

/// Starts the thread. It ends when `jobs` is closed and empty; `held` is dropped last.
pub(super) fn start(
    path: &Path,
    connection: Connection,
    mut jobs: Jobs,
    held: (File, Alive),
) -> Result<(), StoreError> {
    let checkpoints = Checkpoints::start(path)?;
    let mut writer = Writer { path: path.to_owned(), tx: Tx::new(Link::Sqlite(connection)), checkpoints };
    let run = move || {
        while let Some(job) = jobs.blocking_recv() {
            writer.group(job, &mut jobs);
        }
        writer.finish();
        let (lock, alive) = held;
        // The lock goes first: whoever waited for the thread may open the file again at once.
        drop(lock);
        drop(alive);
    };
    Builder::new()
        .name("store-writer".to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| StoreError::unavailable(format!("cannot start the writer thread: {error}")))
}

impl Writer {
    /// One transaction: `first`, and what waits behind it.
    fn group(&mut self, first: Call, jobs: &mut Jobs) {
        let mut done = Vec::new();
        let committed = self.run_group(first, jobs, &mut done);
        if let Err(error) = &committed {
            tracing::error!(%error, units = done.len(), "a group of writes failed");
            self.recover();
        }
        for job in done {
            match &committed {
                Ok(()) => job.answer(),
                Err(error) => job.refuse(error.clone()),
            }
        }
        if committed.is_ok()
            && let Ok(connection) = self.connection()
        {
            self.checkpoints.committed(connection);
        }
    }

    /// Every job it took is in `done`, also when it fails.
    fn run_group(&mut self, first: Call, jobs: &mut Jobs, done: &mut Vec<Call>) -> Result<(), StoreError> {
        let begun = Instant::now();
        done.push(first);
        self.execute("BEGIN IMMEDIATE")?;
        loop {
            if let Some(job) = done.last_mut() {
                self.run_unit(job)?;
            }
            let full = done.len() >= GROUP || begun.elapsed() > GROUP_AGE;
            match if full { None } else { jobs.try_recv().ok() } {
                Some(job) => done.push(job),
                None => break,
            }
        }
        self.execute("COMMIT")
    }

    /// `Err` when the whole group has to fail.
    fn run_unit(&mut self, job: &mut Call) -> Result<(), StoreError> {
        self.execute("SAVEPOINT unit")?;
        if job.is_rehearsed() {
            job.attempt(&mut self.tx);
            self.execute("ROLLBACK TO unit")?;
        }
        let mut verdict = job.attempt(&mut self.tx);
        for _ in 1..DRAWS {
            if !self.tx.doom.as_ref().is_some_and(StoreError::is_drawn_id_taken) {
                break;
            }
            self.execute("ROLLBACK TO unit")?;
            verdict = job.attempt(&mut self.tx);
        }
        // A full or failing disk can end the transaction around all units, or leave in doubt what is in it.
        if let Some(error @ StoreError::Unavailable { .. }) = &self.tx.doom {
            return Err(error.clone());
        }
        if self.connection()?.is_autocommit() {
            return Err(StoreError::unavailable("SQLite rolled the transaction back"));
        }
        if verdict == Verdict::Undo {
            self.execute("ROLLBACK TO unit")?;
        }
        self.execute("RELEASE unit")
    }

    /// A fresh connection, because nobody knows what state the old one is in. If none can be had, the old one
    /// stays, and the next group tries its luck with it.
    fn recover(&mut self) {
        if let Ok(connection) = self.connection()
            && !connection.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK")
        {
            tracing::warn!(%error, "could not roll back a group of writes");
        }
        match connection::writer(&self.path) {
            Ok(connection) => self.tx = Tx::new(Link::Sqlite(connection)),
            Err(error) => tracing::error!(%error, "could not open the database anew"),
        }
    }

    fn finish(mut self) {
        let Self { tx, checkpoints, .. } = &mut self;
        if let Link::Sqlite(connection) = &tx.link {
            checkpoints.finish(connection);
        }
    }

    fn execute(&self, text: &str) -> Result<(), StoreError> {
        let done = self.connection()?.prepare_cached(text).and_then(|mut statement| statement.execute([]));
        done.map(drop).map_err(store_error)
    }

    fn connection(&self) -> Result<&Connection, StoreError> {
        match &self.tx.link {
            Link::Sqlite(connection) => Ok(connection),
            Link::Postgres(_) => Err(StoreError::inconsistent("the writer of SQLite with a connection of PostgreSQL")),
        }
    }
}
