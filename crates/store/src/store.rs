//! The store's face.

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
    bulletin: Arc<CommitSignals>,
    clock: Option<Arc<dyn Clock>>,
    is_rehearsed: bool,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database: makes the file or connects, and brings the schema up to date.
    /// To be called within a tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be reached or another process holds the file,
    /// [`StoreError::TooNew`] when a newer program has been here, [`StoreError::Location`] when the location
    /// makes no sense.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_with(location, MIGRATIONS).await
    }

    pub(crate) async fn open_with(location: &Location, migrations: &'static [Migration]) -> Result<Self, StoreError> {
        let location = location.clone();
        let bulletin: Arc<CommitSignals> = Arc::default();
        let heard = Arc::clone(&bulletin);
        let open = move || match &location {
            Location::Sqlite { path } => Sqlite::open(path, migrations).map(Engine::Sqlite),
            Location::Postgres { url, connections } => {
                Postgres::open(url, *connections, migrations, &heard).map(Engine::Postgres)
            }
        };
        let engine = tokio::task::spawn_blocking(open)
            .await
            .map_err(|_| StoreError::unavailable("opening the database was interrupted"))??;
        Ok(Self { engine: Arc::new(engine), bulletin, clock: None, is_rehearsed: false })
    }

    /// The same store with a clock: what is changed through it counts as changed by that clock's time at the end of the
    /// transaction ([`Tx::moment`]). Without one, what recorded changes say counts.
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

    /// A number that rises with every unit of this process that changed what keys open
    /// ([`Thing::concerns_keys`](slotkeeper_domain::change::Thing::concerns_keys)), before its caller has the answer, and
    /// when another process tells of one. What was read after asking for it is still true while it is the same, but for what
    /// another process did and has not been heard of.
    #[must_use]
    pub fn keys_version(&self) -> u64 {
        self.bulletin.keys_version.load(Ordering::SeqCst)
    }

    /// Whether no other process can have the database open while this one has: what is found as taken in hand was then left
    /// by a process that has ended.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        matches!(*self.engine, Engine::Sqlite(_))
    }

    /// Is notified when a unit of this process has stored something that is to be delivered to webhooks.
    #[must_use]
    pub fn deliveries(&self) -> &Notify {
        &self.bulletin.deliveries
    }

    /// Runs a use case as one transaction, and answers when it is durable. An `Err` of the unit rolls back.
    ///
    /// The unit is plain code, does no I/O and no waiting of its own, and may run several times: the engine asks
    /// for that when transactions got into each other's way. A unit that writes rows records at least one
    /// change; one that does not gives [`StoreError::Unrecorded`] in debug builds and a line in the log in others.
    ///
    /// # Errors
    /// What the unit reports; a [`StoreError`] when the store fails, [`StoreError::Busy`] when too many units
    /// wait, [`StoreError::Panicked`] when the unit panics.
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

    /// The same for housekeeping: rows that are no part of an account's story (sessions, limits, leases, what
    /// a sweeper removes). It must not record changes.
    ///
    /// # Errors
    /// As [`Store::write`]; [`StoreError::Misrecorded`] in debug builds when it did record one.
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

    /// Reads from one snapshot, without waiting for writers. The unit may run several times.
    ///
    /// On SQLite it runs on the caller's thread: a unit that reads much belongs in several.
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

    /// Closes the database when the units that wait are done. Later calls, also those of clones, are refused.
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
        let (call, answer) = Call::new(unit, name, (mode, self.clock.clone()), self.slow(), Arc::clone(&self.bulletin));
        self.queue().submit(call.rehearsed(self.is_rehearsed))?;
        answer.wait().await
    }

    fn queue(&self) -> &Queue {
        match &*self.engine {
            Engine::Sqlite(sqlite) => &sqlite.queue,
            Engine::Postgres(postgres) => &postgres.queue,
        }
    }

    fn slow(&self) -> Duration {
        match &*self.engine {
            Engine::Sqlite(_) => crate::sqlite::SLOW,
            Engine::Postgres(_) => crate::postgres::SLOW,
        }
    }
}
