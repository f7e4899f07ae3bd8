//! One connection, used by one thread.

use super::config::Address;
use super::failure::{is_farewell, its_own_mistake, store_error};
use super::round_trip::{after_begin, all};
use crate::error::StoreError;
use crate::row::{Row, RowOf};
use crate::sql::Sql;
use crate::tx::Mode;
use crate::value::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

/// How long to wait for an answer. The server gives up a statement earlier; this is for a server that is gone
/// without a word.
const PATIENCE: Duration = Duration::from_secs(15);

/// A connection with what belongs to it. Without a client it is not connected; see [`Session::ready`].
pub(crate) struct Session {
    address: Arc<Address>,
    client: Option<Client>,
    /// The number of the server that the client is connected to.
    host: usize,
    statements: HashMap<&'static str, Statement>,
    mode: Mode,
    begun: bool,
    lost: bool,
    /// How long to wait for an answer.
    patience: Duration,
    // The last field: the connection's other half lives on it.
    runtime: Runtime,
}

impl Session {
    pub(super) fn new(address: Arc<Address>) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::unavailable(format!("cannot start a thread's runtime: {error}")))?;
        Ok(Self {
            address,
            client: None,
            host: 0,
            statements: HashMap::new(),
            mode: Mode::Read,
            begun: false,
            lost: false,
            patience: PATIENCE,
            runtime,
        })
    }

    /// Connects if there is no connection, or another server was found to take writes since it was made.
    pub(crate) fn ready(&mut self) -> Result<(), StoreError> {
        if self.is_lost() || self.host != self.address.last() {
            self.client = None;
            self.statements.clear();
            let (host, client) = self.runtime.block_on(self.address.connect(&self.runtime))?;
            (self.host, self.client) = (host, Some(client));
            self.lost = false;
        }
        Ok(())
    }

    /// Whether the connection broke since [`Session::ready`].
    pub(super) fn is_lost(&self) -> bool {
        self.lost || self.client.as_ref().is_none_or(Client::is_closed)
    }

    /// Runs `act` with all the time in the world for each of its statements, here and on the server.
    pub(crate) fn without_hurry<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.plain("SET statement_timeout = 0")?;
        self.patience = Duration::MAX;
        let done = act(self);
        self.patience = PATIENCE;
        // What went wrong first is what counts.
        let reset = self.plain(super::config::STATEMENT_TIMEOUT);
        done.and_then(|done| reset.map(|()| done))
    }

    /// What to do while there is nothing to do: waits, and keeps the connection's other half going.
    pub(super) fn wait_for<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// The next statement begins a transaction for a unit of this kind.
    pub(crate) fn start(&mut self, mode: Mode) {
        self.mode = mode;
        self.begun = false;
    }

    /// Gives every row of the answer to `take`.
    pub(crate) fn query(
        &mut self,
        sql: Sql,
        params: &[Cell<'_>],
        take: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let rows = self.trip(|client| {
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|cell| cell as _).collect();
            let statement = &statement;
            async move { client.query(statement, &params).await }
        })?;
        rows.iter().try_for_each(|row| take(&Row::new(RowOf::Postgres(row))))
    }

    /// How many rows were written; if the statement reads, how many it found.
    pub(crate) fn run(&mut self, sql: Sql, params: &[Cell<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        self.trip(|client| execute(client, &statement, params))
    }

    /// Runs the statements in order and in one round trip; says for each what [`Session::run`] would.
    pub(crate) fn batch(&mut self, calls: &[(Sql, Vec<Cell<'_>>)]) -> Result<Vec<u64>, StoreError> {
        // All are prepared before any is sent: preparing waits for an answer.
        let statements: Result<Vec<_>, _> = calls.iter().map(|(sql, _)| self.prepared(*sql)).collect();
        let statements = statements?;
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        self.trip(|client| {
            let requests: Vec<_> = statements
                .iter()
                .zip(calls)
                .map(|(statement, (_, params))| execute(client, statement, params))
                .collect();
            // The first error is the one that counts; those after it only say that the transaction is over.
            async move { all(requests).await.into_iter().collect() }
        })
    }

    /// Makes what the unit did durable. A unit that did nothing has nothing to commit.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        if !self.begun {
            return Ok(());
        }
        self.begun = false;
        self.plain("COMMIT")
    }

    /// Undoes what the unit did. If that cannot be said to the server, the connection is given up, which has the
    /// same effect.
    pub(super) fn roll_back(&mut self) {
        if self.begun && !self.is_lost() && self.plain("ROLLBACK").is_err() {
            self.lost = true;
        }
        self.begun = false;
    }

    /// Runs a text as it is, outside the unit's statements: BEGIN, COMMIT, a migration.
    pub(crate) fn plain(&mut self, text: &str) -> Result<(), StoreError> {
        let client = connected(self.client.as_ref())?;
        let done = patiently(&self.runtime, self.patience, client.batch_execute(text));
        self.lost |= done.as_ref().is_err_and(is_farewell);
        done
    }

    /// The statement, prepared; the first time costs a round trip.
    fn prepared(&mut self, sql: Sql) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql.key()) {
            return Ok(statement.clone());
        }
        let client = connected(self.client.as_ref())?;
        let statement = patiently(&self.runtime, self.patience, client.prepare(&sql.for_postgres()));
        self.lost |= statement.as_ref().is_err_and(is_farewell);
        let statement = statement?;
        self.statements.insert(sql.key(), statement.clone());
        Ok(statement)
    }

    /// Sends a request, behind BEGIN if the transaction has not begun, and waits for the answer.
    fn trip<'a, T, F>(&'a mut self, request: impl FnOnce(&'a Client) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let begin = if self.begun { None } else { Some(begin(self.mode)) };
        self.begun = true;
        let client = connected(self.client.as_ref())?;
        let done = patiently(&self.runtime, self.patience, after_begin(client, begin, request(client)));
        // A unit that only reads and writes all the same gets the error of a standby from any server.
        let done = if self.mode == Mode::Read { done.map_err(its_own_mistake) } else { done };
        self.lost |= done.as_ref().is_err_and(is_farewell);
        done
    }

    /// The rows of a text as it is; for the migrations.
    pub(crate) fn rows(&mut self, text: &str) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let client = connected(self.client.as_ref())?;
        let rows = patiently(&self.runtime, self.patience, client.query(text, &[]));
        self.lost |= rows.as_ref().is_err_and(is_farewell);
        rows
    }
}

#[cfg(test)]
impl Session {
    /// Prepares the statement, and looks whether the store knows the types of its parameters and columns.
    pub(crate) fn check(&mut self, sql: Sql) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let columns = statement.columns().iter().map(tokio_postgres::Column::type_);
        match statement.params().iter().chain(columns).find(|kind| !super::value::is_known(kind)) {
            Some(kind) => Err(StoreError::inconsistent(format!("a parameter or column of the type {kind}"))),
            None => Ok(()),
        }
    }
}

async fn execute(client: &Client, statement: &Statement, params: &[Cell<'_>]) -> Result<u64, Error> {
    let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|cell| cell as _).collect();
    client.execute(statement, &params).await
}

fn begin(mode: Mode) -> &'static str {
    match mode {
        Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        Mode::Write | Mode::WriteUnlogged => "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE",
    }
}

fn connected(client: Option<&Client>) -> Result<&Client, StoreError> {
    client.ok_or_else(|| StoreError::unavailable("there is no connection to the database"))
}

fn patiently<T>(
    runtime: &Runtime,
    patience: Duration,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    runtime.block_on(async {
        match tokio::time::timeout(patience, request).await {
            Ok(answer) => answer.map_err(store_error),
            Err(_) => Err(silent()),
        }
    })
}

fn silent() -> StoreError {
    StoreError::unavailable("the database does not answer")
}
