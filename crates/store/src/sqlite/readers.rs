//! Reads: a pool of connections; each unit runs on its own snapshot.

use super::{SLOW, connection, failure::store_error};
use crate::error::StoreError;
use crate::tx::{Link, Snapshot};
use crate::unit::{catch_panic, log_if_slow};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The reading connections. A unit runs on its caller's thread, because it takes microseconds and a hand-over would
/// take longer; so there are no more connections than threads.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Snapshot>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let count = std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
        let idle: Result<Vec<_>, _> = (0..count).map(|_| open_snapshot(path)).collect();
        Ok(Self { path: path.to_owned(), idle: Mutex::new(idle?), permits: Semaphore::new(count) })
    }

    /// Runs `unit` on one snapshot, after waiting for a free connection.
    pub(crate) async fn read<U, T, E>(&self, name: &'static str, unit: &mut U) -> Result<T, E>
    where
        U: FnMut(&mut Snapshot) -> Result<T, E>,
        E: From<StoreError>,
    {
        let (_permit, snapshot) = self.snapshot().await?;
        let mut outcome = None;
        let ran = self.run(name, snapshot, &mut |snapshot| outcome = Some(unit(snapshot)));
        match (outcome, ran) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.into()),
            (Some(outcome), _) => outcome,
            (None, Ok(())) => Err(StoreError::closed().into()),
        }
    }

    async fn snapshot(&self) -> Result<(SemaphorePermit<'_>, Snapshot), StoreError> {
        let permit = self.permits.acquire().await.map_err(|_| StoreError::closed())?;
        let idle = self.idle().pop();
        let snapshot = match idle {
            Some(snapshot) => snapshot,
            // A connection whose ROLLBACK failed was dropped; this one replaces it.
            None => open_snapshot(&self.path)?,
        };
        Ok((permit, snapshot))
    }

    /// The part of a read that does not depend on its types: compiled once for all.
    fn run(
        &self,
        name: &'static str,
        mut snapshot: Snapshot,
        unit: &mut dyn FnMut(&mut Snapshot),
    ) -> Result<(), StoreError> {
        let started = Instant::now();
        let outcome = execute(&snapshot, "BEGIN DEFERRED").and_then(|()| {
            catch_panic(name, || unit(&mut snapshot))?;
            snapshot.poisoned.take().map_or(Ok(()), Err)
        });
        log_if_slow(name, started, SLOW);
        // The connection is reused, and its next unit starts without an error.
        snapshot.poisoned = None;
        let ended = execute(&snapshot, "ROLLBACK");
        if ended.is_ok() && !self.permits.is_closed() {
            self.idle().push(snapshot);
        }
        outcome
    }

    /// Refuses further reads. Running ones finish.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Snapshot>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_snapshot(path: &Path) -> Result<Snapshot, StoreError> {
    connection::reader(path).map(|connection| Snapshot::new(Link::Sqlite(connection)))
}

fn execute(snapshot: &Snapshot, text: &str) -> Result<(), StoreError> {
    match &snapshot.link {
        Link::Sqlite(connection) => {
            connection.prepare_cached(text).and_then(|mut statement| statement.execute([])).map_err(store_error)?;
            Ok(())
        }
        Link::Postgres(_) => Err(StoreError::inconsistent("a reader of SQLite with a connection of PostgreSQL")),
    }
}
