//! The writer: one thread that commits many units at once.
//!
//! A commit costs a sync of the disk, a unit only microseconds. So the writer takes all waiting units, runs each in a
//! savepoint, commits once, and then answers. Refusals wait for the commit too, because they may depend on writes of
//! another unit of the group.

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
/// A full group is committed, so that its first unit does not wait indefinitely.
const MAX_GROUP_UNITS: usize = 256;

/// A group of this age takes no further units, for the same reason.
const MAX_GROUP_AGE: Duration = Duration::from_millis(20);

struct Writer {
    path: PathBuf,
    tx: Tx,
    checkpoints: Checkpoints,
}

/// Starts the thread. It ends when `jobs` is closed and empty, and drops `owned` last.
pub(super) fn start(
    path: &Path,
    connection: Connection,
    mut jobs: Jobs,
    owned: (File, Alive),
) -> Result<(), StoreError> {
    let checkpoints = Checkpoints::start(path)?;
    let mut writer = Writer { path: path.to_owned(), tx: Tx::new(Link::Sqlite(connection)), checkpoints };
    let run = move || {
        while let Some(job) = jobs.blocking_recv() {
            writer.commit_group(job, &mut jobs);
        }
        writer.finish();
        let (lock, alive) = owned;
        // The lock is released first: a caller that waited for the thread may open the file again at once.
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
    /// Runs `first` and the units waiting behind it in one transaction.
    fn commit_group(&mut self, first: Call, jobs: &mut Jobs) {
        let mut done = Vec::new();
        let committed = self.run_group(first, jobs, &mut done);
        if let Err(error) = &committed {
            tracing::error!(%error, units = done.len(), "a group of writes failed");
            self.recover();
        }
        // Answers only now, when the commit is durable or has failed for all.
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

    /// Adds every job it took to `done`, also on failure.
    fn run_group(&mut self, first: Call, jobs: &mut Jobs, done: &mut Vec<Call>) -> Result<(), StoreError> {
        let started = Instant::now();
        done.push(first);
        self.execute("BEGIN IMMEDIATE")?;
        loop {
            if let Some(job) = done.last_mut() {
                self.run_unit(job)?;
            }
            let full = done.len() >= MAX_GROUP_UNITS || started.elapsed() > MAX_GROUP_AGE;
            match if full { None } else { jobs.try_recv().ok() } {
                Some(job) => done.push(job),
                None => break,
            }
        }
        self.execute("COMMIT")
    }

    /// `Err` if the whole group has to fail.
    fn run_unit(&mut self, job: &mut Call) -> Result<(), StoreError> {
        self.execute("SAVEPOINT unit")?;
        if job.is_rehearsed() {
            job.attempt(&mut self.tx);
            self.execute("ROLLBACK TO unit")?;
        }
        let mut verdict = job.attempt(&mut self.tx);
        for _ in 1..DRAWS {
            if !self.tx.poisoned.as_ref().is_some_and(StoreError::is_drawn_id_taken) {
                break;
            }
            self.execute("ROLLBACK TO unit")?;
            verdict = job.attempt(&mut self.tx);
        }
        // A full or failing disk can end the transaction of the whole group, or leave its content in doubt.
        if let Some(error @ StoreError::Unavailable { .. }) = &self.tx.poisoned {
            return Err(error.clone());
        }
        // SQLite rolls back by itself after some errors, and then the savepoints are gone.
        if self.connection()?.is_autocommit() {
            return Err(StoreError::unavailable("SQLite rolled the transaction back"));
        }
        if verdict == Verdict::Undo {
            self.execute("ROLLBACK TO unit")?;
        }
        self.execute("RELEASE unit")
    }

    /// Opens a new connection, because the state of the old one is unknown. If that fails, the next group tries with
    /// the old one.
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
