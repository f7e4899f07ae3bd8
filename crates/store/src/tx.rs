//! What a unit works with: [`Snapshot`], which reads, and [`Tx`], which also writes and records changes.

use crate::changes::{self, CommitEffects, LogPosition};
use crate::clock::Clock;
use crate::error::StoreError;
use crate::postgres::Session;
use crate::row::Row;
use crate::sql::Sql;
use crate::sqlite;
use crate::value::{Param, cells};
use slotkeeper_domain::change::{Actor, Change, Key};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    WriteUnlogged,
}

pub(crate) enum Link {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Session>),
}

/// A read-only view of the database as of the start of the unit.
///
/// The first failed call poisons it: every later call returns the same error, and the unit is rolled back even if it
/// returns `Ok`. PostgreSQL cannot continue a transaction after an error, and both engines behave alike.
pub struct Snapshot {
    pub(crate) link: Link,
    /// The first error of the unit.
    pub(crate) poisoned: Option<StoreError>,
    rows_written: u64,
}

/// A transaction: all of it is stored, or nothing. It reads what a [`Snapshot`] reads, and its own writes.
pub struct Tx {
    db: Snapshot,
    changes: Vec<Change>,
    /// Keys that must not have ended at COMMIT, besides those of the actors of its changes.
    live_keys: Vec<Key>,
    mode: Mode,
    clock: Option<Arc<dyn Clock>>,
    /// Positions in the logs of the accounts whose rows this transaction has locked.
    log_positions: BTreeMap<AccountId, LogPosition>,
    /// Whether the recorded changes keep their own times, as imported data do.
    keeps_past_times: bool,
}

impl Snapshot {
    pub(crate) fn new(link: Link) -> Self {
        Self { link, poisoned: None, rows_written: 0 }
    }

    /// The row that the statement finds, mapped; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if there is more than one row; errors of `map` and of the engine.
    pub fn one<T>(
        &mut self,
        sql: Sql,
        params: &[&dyn Param],
        mut map: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.each(sql, params, &mut |row| {
            if found.is_some() {
                return Err(StoreError::inconsistent(format!("more than one row where one was expected: {sql:?}")));
            }
            found = Some(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The rows that the statement finds, mapped, in the order of the statement. A statement that can find many rows
    /// needs a LIMIT.
    pub fn all<T>(
        &mut self,
        sql: Sql,
        params: &[&dyn Param],
        mut map: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.each(sql, params, &mut |row| {
            found.push(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    fn each(
        &mut self,
        sql: Sql,
        params: &[&dyn Param],
        take: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = 0;
        self.unless_poisoned(|link| {
            let mut count = |row: &Row| {
                rows += 1;
                take(row)
            };
            match link {
                Link::Sqlite(connection) => sqlite::query(connection, sql, &cells(params), &mut count),
                Link::Postgres(session) => session.query(sql, &cells(params), &mut count),
            }
        })?;
        if !sql.only_reads() {
            self.rows_written += rows;
        }
        Ok(())
    }

    fn unless_poisoned<T>(&mut self, call: impl FnOnce(&mut Link) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(first) = &self.poisoned {
            return Err(first.clone());
        }
        call(&mut self.link).inspect_err(|error| self.poisoned = Some(error.clone()))
    }
}

impl Deref for Tx {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.db
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Snapshot {
        &mut self.db
    }
}

impl Tx {
    pub(crate) fn new(link: Link) -> Self {
        Self {
            db: Snapshot::new(link),
            changes: Vec::new(),
            live_keys: Vec::new(),
            mode: Mode::Write,
            clock: None,
            log_positions: BTreeMap::new(),
            keeps_past_times: false,
        }
    }

    /// Runs a statement. Returns how many rows it wrote or, if it reads, found.
    ///
    /// # Errors
    /// [`StoreError::Unique`] if a row with the same key exists; errors of the engine.
    pub fn run(&mut self, sql: Sql, params: &[&dyn Param]) -> Result<u64, StoreError> {
        let rows = self.db.unless_poisoned(|link| match link {
            Link::Sqlite(connection) => sqlite::run(connection, sql, &cells(params)),
            Link::Postgres(session) => session.run(sql, &cells(params)),
        })?;
        self.count_written(sql, rows);
        Ok(rows)
    }

    /// Runs statements that do not depend on each other's results, in order; on PostgreSQL in one round trip. Returns
    /// for each how many rows it wrote or found.
    ///
    /// # Errors
    /// As [`Tx::run`]: the first error.
    pub fn batch(&mut self, statements: &[(Sql, &[&dyn Param])]) -> Result<Vec<u64>, StoreError> {
        let rows = self.db.unless_poisoned(|link| match link {
            Link::Sqlite(connection) => {
                statements.iter().map(|(sql, params)| sqlite::run(connection, *sql, &cells(params))).collect()
            }
            Link::Postgres(session) => {
                let calls: Vec<_> = statements.iter().map(|(sql, params)| (*sql, cells(params))).collect();
                session.batch(&calls)
            }
        })?;
        for ((sql, _), rows) in statements.iter().zip(&rows) {
            self.count_written(*sql, *rows);
        }
        Ok(rows)
    }

    /// Adds an entry to the account's change log. It is numbered and written after the unit has returned `Ok`, in the
    /// same transaction.
    pub fn record(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// The time by which the changes of this transaction in an account are listed: the times of creation, change and
    /// cancellation of the rows it records changes of are set to it. Within an account these times follow the order of
    /// commits, and are never before the time floor
    /// ([`change_log::raise_time_floor`](crate::tables::change_log::raise_time_floor)).
    ///
    /// Locks the account's row until COMMIT, so call it last in a unit, except for keeping its response.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if the account does not exist.
    pub fn change_time(&mut self, account: &AccountId) -> Result<Instant, StoreError> {
        let recorded_at = self.changes.iter().filter(|change| change.account == *account).map(|change| change.at).max();
        Ok(self.log_position(account, recorded_at)?.at)
    }

    /// The account's last change number and the time of this transaction; without a clock the time is `recorded_at`.
    pub(crate) fn log_position(
        &mut self,
        account: &AccountId,
        recorded_at: Option<Instant>,
    ) -> Result<LogPosition, StoreError> {
        if let Some(position) = self.log_positions.get(account) {
            return Ok(*position);
        }
        let (last, until) = changes::lock_log(self, account)?;
        // The clock is read while the row is locked, so a transaction that locks the row later gets a time that is not
        // earlier.
        let now = self.clock.as_ref().map(|clock| clock.now()).or(recorded_at).unwrap_or(until);
        let position = LogPosition { last, at: now.max(until) };
        self.log_positions.insert(account.clone(), position);
        Ok(position)
    }

    /// Keeps the times that the recorded changes carry, for imported and example data. The rows are still found by the
    /// time of this transaction where a search asks for what was changed.
    pub fn keep_past_times(&mut self) {
        self.keeps_past_times = true;
    }

    /// Commits only if the actor's key, if it has one, has not ended. For units that record no change of that actor;
    /// for the others this is checked anyway.
    pub fn require_live_key(&mut self, actor: &Actor) {
        self.live_keys.extend(actor.key().cloned());
    }

    fn count_written(&mut self, sql: Sql, rows: u64) {
        if !sql.only_reads() {
            self.db.rows_written += rows;
        }
    }

    /// Resets the state of the previous unit.
    pub(crate) fn start(&mut self, mode: Mode, clock: Option<Arc<dyn Clock>>) {
        self.mode = mode;
        self.clock = clock;
        self.changes.clear();
        self.log_positions.clear();
        self.live_keys.clear();
        self.keeps_past_times = false;
        self.db.poisoned = None;
        self.db.rows_written = 0;
        if let Link::Postgres(session) = &mut self.db.link {
            session.start(mode);
        }
    }

    /// Checks the unit after it has returned `Ok`, and writes its changes.
    ///
    /// # Errors
    /// The error that poisoned it; in debug builds [`StoreError::Unrecorded`] and [`StoreError::Misrecorded`];
    /// [`StoreError::KeyEnded`].
    pub(crate) fn finish(&mut self, unit: &'static str) -> Result<CommitEffects, StoreError> {
        if let Some(first) = &self.db.poisoned {
            return Err(first.clone());
        }
        let wrong = match self.mode {
            Mode::Write if self.changes.is_empty() && self.db.rows_written > 0 => Some(StoreError::Unrecorded { unit }),
            Mode::WriteUnlogged if !self.changes.is_empty() => Some(StoreError::Misrecorded { unit }),
            _ => None,
        };
        if let Some(wrong) = wrong {
            // In production a booking is worth more than its entry in the log: it is stored, and the mistake is logged.
            if cfg!(debug_assertions) {
                return Err(wrong);
            }
            tracing::error!(unit, "{wrong}");
        }
        let changes = std::mem::take(&mut self.changes);
        let live_keys = std::mem::take(&mut self.live_keys);
        changes::write(self, &changes, &live_keys, self.keeps_past_times)
    }
}

#[cfg(test)]
impl Snapshot {
    /// Prepares the statement without running it; on PostgreSQL also checks the types of its parameters and columns.
    pub(crate) fn check(&mut self, sql: Sql) -> Result<(), StoreError> {
        self.unless_poisoned(|link| match link {
            Link::Sqlite(connection) => sqlite::check(connection, sql),
            Link::Postgres(session) => session.check(sql),
        })
    }
}
