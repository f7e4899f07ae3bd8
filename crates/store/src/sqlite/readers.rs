//! Reads: a few connections, each unit on a snapshot of its own.

use super::{SLOW, connection, failure::store_error};
use crate::error::StoreError;
use crate::tx::{Link, Snapshot};
use crate::unit::{catching, log_if_slow};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The connections that read. A unit runs on the thread of its caller, because it takes microseconds and handing
/// it over would take longer; more connections than threads would therefore be of no use.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Snapshot>>,
    places: Semaphore,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let count = std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
        let idle: Result<Vec<_>, _> = (0..count).map(|_| fresh(path)).collect();
        Ok(Self { path: path.to_owned(), idle: Mutex::new(idle?), places: Semaphore::new(count) })
    }

    /// Runs `unit` on one snapshot; waits while all connections are in use.
    pub(crate) async fn read<U, T, E>(&self, name: &'static str, unit: &mut U) -> Result<T, E>
    where
        U: FnMut(&mut Snapshot) -> Result<T, E>,
        E: From<StoreError>,
    {
        let (_place, snapshot) = self.snapshot().await?;
        let mut outcome = None;
        let ran = self.run(name, snapshot, &mut |snapshot| outcome = Some(unit(snapshot)));
        match (outcome, ran) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.into()),
            (Some(outcome), _) => outcome,
            (None, Ok(())) => Err(StoreError::closed().into()),
        }
    }

    async fn snapshot(&self) -> Result<(SemaphorePermit<'_>, Snapshot), StoreError> {
        let place = self.places.acquire().await.map_err(|_| StoreError::closed())?;
        let idle = self.idle().pop();
        let snapshot = match idle {
            Some(snapshot) => snapshot,
            // A connection that would not end its transaction was thrown away; this takes its place.
            None => fresh(&self.path)?,
        };
        Ok((place, snapshot))
    }

    /// What a read does that does not depend on its types: compiled once for all.
    fn run(
        &self,
        name: &'static str,
        mut snapshot: Snapshot,
        unit: &mut dyn FnMut(&mut Snapshot),
    ) -> Result<(), StoreError> {
        let begun = Instant::now();
        let outcome = execute(&snapshot, "BEGIN DEFERRED").and_then(|()| {
            catching(name, || unit(&mut snapshot))?;
            snapshot.doom.take().map_or(Ok(()), Err)
        });
        log_if_slow(name, begun, SLOW);
        snapshot.doom = None;
        let ended = execute(&snapshot, "ROLLBACK");
        if ended.is_ok() && !self.places.is_closed() {
            self.idle().push(snapshot);
        }
        outcome
    }

    /// Refuses reads from now on. Those under way end by themselves.
    pub(crate) fn close(&self) {
        self.places.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Snapshot>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fresh(path: &Path) -> Result<Snapshot, StoreError> {
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
