//! What a unit holds: a snapshot that reads, or a transaction that also writes.

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

/// What kind of unit a transaction carries.
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

/// A view of the database as it was when the unit began. It can read only.
///
/// After a call has failed, the unit is lost: every later call gives the same error, and the unit is rolled back
/// even if it ends well. (PostgreSQL cannot go on after an error, and both engines are to behave alike.)
pub struct Snapshot {
    pub(crate) link: Link,
    /// The first error of this unit.
    pub(crate) doom: Option<StoreError>,
    /// How many rows this unit has written.
    touched: u64,
}

/// A transaction: everything in it is stored together, or nothing is. It reads what a [`Snapshot`] reads, and
/// what it has written itself.
pub struct Tx {
    db: Snapshot,
    changes: Vec<Change>,
    /// What must not have ended for the unit to be stored, besides what its changes say.
    keys: Vec<Key>,
    mode: Mode,
    clock: Option<Arc<dyn Clock>>,
    /// Of the accounts whose rows this transaction has locked for its changes.
    turns: BTreeMap<AccountId, LogPosition>,
    /// Whether the changes happened before, and are only brought in now.
    from_the_past: bool,
}

impl Snapshot {
    pub(crate) fn new(link: Link) -> Self {
        Self { link, doom: None, touched: 0 }
    }

    /// The row the statement finds, mapped; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] when there is more than one row; what `map` or the engine reports.
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

    /// The rows the statement finds, mapped, in the statement's order. A statement that can find many has a LIMIT.
    ///
    /// # Errors
    /// What `map` or the engine reports.
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
            self.touched += rows;
        }
        Ok(())
    }

    fn unless_poisoned<T>(&mut self, call: impl FnOnce(&mut Link) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(first) = &self.doom {
            return Err(first.clone());
        }
        call(&mut self.link).inspect_err(|error| self.doom = Some(error.clone()))
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
            keys: Vec::new(),
            mode: Mode::Write,
            clock: None,
            turns: BTreeMap::new(),
            from_the_past: false,
        }
    }

    /// Runs a statement, and says how many rows it wrote (or, if it reads, found).
    ///
    /// # Errors
    /// [`StoreError::Unique`] when a key exists already; what the engine reports.
    pub fn run(&mut self, sql: Sql, params: &[&dyn Param]) -> Result<u64, StoreError> {
        let rows = self.db.unless_poisoned(|link| match link {
            Link::Sqlite(connection) => sqlite::run(connection, sql, &cells(params)),
            Link::Postgres(session) => session.run(sql, &cells(params)),
        })?;
        self.touch(sql, rows);
        Ok(rows)
    }

    /// Runs statements that do not need each other's answers, in order; on PostgreSQL they share a round trip.
    /// Says how many rows each of them wrote or found.
    ///
    /// # Errors
    /// As [`Tx::run`]; the first error.
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
            self.touch(*sql, *rows);
        }
        Ok(rows)
    }

    /// Adds an entry to an account's log. It is numbered and written when the unit has ended well, together with
    /// everything else the unit wrote.
    pub fn record(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// By which time what this transaction changes in an account is listed: the times of creation, change and cancellation
    /// of what it records changes of become this one, so whoever shows them asks for it. Times of one account never go
    /// back, in the order of commits, and are never before the end of a range that was answered as complete
    /// ([`change_log::settle`](crate::tables::change_log::settle)).
    ///
    /// It locks the account's row until COMMIT. So it is the last thing a unit does, but for keeping its answer.
    ///
    /// # Errors
    /// When there is no such account, or the store fails.
    pub fn change_time(&mut self, account: &AccountId) -> Result<Instant, StoreError> {
        let said = self.changes.iter().filter(|change| change.account == *account).map(|change| change.at).max();
        Ok(self.log_position(account, said)?.at)
    }

    /// The account's next number and this transaction's time there; `said` is when its changes say that they happened.
    pub(crate) fn log_position(
        &mut self,
        account: &AccountId,
        said: Option<Instant>,
    ) -> Result<LogPosition, StoreError> {
        if let Some(turn) = self.turns.get(account) {
            return Ok(*turn);
        }
        let (last, until) = changes::lock_log(self, account)?;
        // The clock is asked while the row is locked: who locks it later reads a later time, or the one that is kept.
        let now = self.clock.as_ref().map(|clock| clock.now()).or(said).unwrap_or(until);
        let turn = LogPosition { last, at: now.max(until) };
        self.turns.insert(account.clone(), turn);
        Ok(turn)
    }

    /// Says that what this unit writes happened at the times that it says, and is only brought in now, as example data are.
    /// It keeps these times, and is listed among what is changed now.
    pub fn keep_past_times(&mut self) {
        self.from_the_past = true;
    }

    /// Stores the unit only while the actor's key, if it has one, has not ended: for a unit that records no change of that
    /// actor, which would see to it.
    pub fn require_live_key(&mut self, actor: &Actor) {
        self.keys.extend(actor.key().cloned());
    }

    fn touch(&mut self, sql: Sql, rows: u64) {
        if !sql.only_reads() {
            self.db.touched += rows;
        }
    }

    /// Forgets everything of the unit before.
    pub(crate) fn start(&mut self, mode: Mode, clock: Option<Arc<dyn Clock>>) {
        self.mode = mode;
        self.clock = clock;
        self.changes.clear();
        self.turns.clear();
        self.keys.clear();
        self.from_the_past = false;
        self.db.doom = None;
        self.db.touched = 0;
        if let Link::Postgres(session) = &mut self.db.link {
            session.start(mode);
        }
    }

    /// What remains to be done after the unit said yes: checks, and the changes. Says what they are to others.
    pub(crate) fn finish(&mut self, unit: &'static str) -> Result<CommitEffects, StoreError> {
        if let Some(first) = &self.db.doom {
            return Err(first.clone());
        }
        let wrong = match self.mode {
            Mode::Write if self.changes.is_empty() && self.db.touched > 0 => Some(StoreError::Unrecorded { unit }),
            Mode::WriteUnlogged if !self.changes.is_empty() => Some(StoreError::Misrecorded { unit }),
            _ => None,
        };
        if let Some(wrong) = wrong {
            // A customer's booking is worth more than its entry in the log: where it counts, it is stored.
            if cfg!(debug_assertions) {
                return Err(wrong);
            }
            tracing::error!(unit, "{wrong}");
        }
        let changes = std::mem::take(&mut self.changes);
        let keys = std::mem::take(&mut self.keys);
        changes::write(self, &changes, &keys, self.from_the_past)
    }
}

#[cfg(test)]
impl Snapshot {
    /// Prepares the statement and does not run it. On PostgreSQL the types of its parameters and columns are
    /// looked at as well.
    pub(crate) fn check(&mut self, sql: Sql) -> Result<(), StoreError> {
        self.unless_poisoned(|link| match link {
            Link::Sqlite(connection) => sqlite::check(connection, sql),
            Link::Postgres(session) => session.check(sql),
        })
    }
}
