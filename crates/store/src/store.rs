//! The public interface of the store.

use crate::clock::Clock;
use crate::error::StoreError;
use crate::location::Location;
use crate::migration::{MIGRATIONS, Migration};
use crate::postgres::Postgres;
use crate::queue::Queue;
use crate::sqlite::Sqlite;
use crate::tx::{Mode, Snapshot, Tx};
use crate::unit::{Call, CommitSignals};
use std::any::type_name_of_val;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::Notify;

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
    signals: Arc<CommitSignals>,
    clock: Option<Arc<dyn Clock>>,
    is_rehearsed: bool,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database: creates the file or connects, and migrates the schema. Call it within a tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it cannot be reached or another process holds the file, [`StoreError::TooNew`] if
    /// a newer version has migrated it, [`StoreError::Location`] if the location cannot be used.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_with(location, MIGRATIONS).await
    }

    pub(crate) async fn open_with(location: &Location, migrations: &'static [Migration]) -> Result<Self, StoreError> {
        let location = location.clone();
        let signals: Arc<CommitSignals> = Arc::default();
        let shared_signals = Arc::clone(&signals);
        let open = move || match &location {
            Location::Sqlite { path } => Sqlite::open(path, migrations).map(Engine::Sqlite),
            Location::Postgres { url, connections } => {
                Postgres::open(url, *connections, migrations, &shared_signals).map(Engine::Postgres)
            }
        };
        let engine = tokio::task::spawn_blocking(open)
            .await
            .map_err(|_| StoreError::unavailable("opening the database was interrupted"))??;
        Ok(Self { engine: Arc::new(engine), signals, clock: None, is_rehearsed: false })
    }

    /// The same store with a clock: changes are listed by its time at the end of the transaction ([`Tx::change_time`]).
    /// Without one, by the recorded times.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// The same store for tests: every unit runs twice, and only what its second run did is stored. A unit with an effect
    /// outside of its transaction shows.
    #[must_use]
    pub fn rehearsing(self) -> Self {
        Self { is_rehearsed: true, ..self }
    }

    /// A number that rises with every commit of this process that may change the scope of a key
    /// ([`Thing::concerns_keys`](slotkeeper_domain::change::Thing::concerns_keys)), before the caller gets the result,
    /// and when another process signals such a commit. Values read after asking for it are valid while it is the same,
    /// except for commits of other processes whose signal has not arrived.
    #[must_use]
    pub fn keys_version(&self) -> u64 {
        self.signals.keys_version.load(Ordering::SeqCst)
    }

    /// Whether this process alone can have the database open. Leases found at startup then belong to a process that has
    /// ended.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        matches!(*self.engine, Engine::Sqlite(_))
    }

    /// Notified when a unit of this process has committed webhook deliveries.
    #[must_use]
    pub fn deliveries(&self) -> &Notify {
        &self.signals.deliveries
    }

    /// Runs a unit as one transaction and returns when it is durable. An `Err` of the unit rolls back.
    ///
    /// The unit is blocking code without I/O or waiting, and may run several times after conflicts between
    /// transactions. A unit that writes rows must record a change; otherwise it fails with [`StoreError::Unrecorded`]
    /// in debug builds, and is logged in others.
    ///
    /// # Errors
    /// Errors of the unit; [`StoreError::Busy`] if the queue is full, [`StoreError::Panicked`] if the unit panics.
    pub async fn write<T, E>(&self, unit: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let name = type_name_of_val(&unit);
        self.write_as(name, unit).await
    }

    /// [`Store::write`] for a unit that is called by this name in the log.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_as<T, E>(
        &self,
        name: &'static str,
        unit: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.call(Mode::Write, name, unit).await
    }

    /// As [`Store::write`], for rows that the account's change log does not cover: sessions, limits, leases, expired
    /// rows. It must not record changes.
    ///
    /// # Errors
    /// As [`Store::write`]; in debug builds [`StoreError::Misrecorded`] if it recorded one.
    pub async fn write_unlogged<T, E>(&self, unit: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let name = type_name_of_val(&unit);
        self.write_unlogged_as(name, unit).await
    }

    /// [`Store::write_unlogged`] for a unit that is called by this name in the log.
    ///
    /// # Errors
    /// As [`Store::write_unlogged`].
    pub async fn write_unlogged_as<T, E>(
        &self,
        name: &'static str,
        unit: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.call(Mode::WriteUnlogged, name, unit).await
    }

    /// Runs a unit on one snapshot, without waiting for writers. It may run several times.
    ///
    /// On SQLite it runs on the caller's thread, so divide long reads into several units.
    ///
    /// # Errors
    /// As [`Store::write`]; a statement that writes or locks is refused.
    pub async fn read<T, E>(&self, unit: impl FnMut(&mut Snapshot) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let name = type_name_of_val(&unit);
        self.read_as(name, unit).await
    }

    /// [`Store::read`] for a unit that is called by this name in the log.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_as<T, E>(
        &self,
        name: &'static str,
        mut unit: impl FnMut(&mut Snapshot) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => {
                if self.is_rehearsed {
                    drop(sqlite.readers.read(name, &mut unit).await);
                }
                sqlite.readers.read(name, &mut unit).await
            }
            Engine::Postgres(_) => self.call(Mode::Read, name, move |tx: &mut Tx| unit(tx)).await,
        }
    }

    /// Closes the database once the waiting units are done. Later calls fail, also those of clones.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.close(),
            Engine::Postgres(postgres) => postgres.listening.stop(),
        }
        self.queue().close().await;
    }

    async fn call<T, E>(
        &self,
        mode: Mode,
        name: &'static str,
        unit: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (call, answer) =
            Call::new(unit, name, (mode, self.clock.clone()), self.slow_after(), Arc::clone(&self.signals));
        self.queue().submit(call.rehearsed(self.is_rehearsed))?;
        answer.wait().await
    }

    fn queue(&self) -> &Queue {
        match &*self.engine {
            Engine::Sqlite(sqlite) => &sqlite.queue,
            Engine::Postgres(postgres) => &postgres.queue,
        }
    }

    fn slow_after(&self) -> Duration {
        match &*self.engine {
            Engine::Sqlite(_) => crate::sqlite::SLOW,
            Engine::Postgres(_) => crate::postgres::SLOW,
        }
    }
}
