//! One connection, used by one thread.

use super::config::Address;
use super::failure::{is_connection_lost, read_only_violation, store_error};
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

/// Time limit for an answer. Longer than the server's statement timeout: this one is for a server that has vanished.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// A connection with its prepared statements. Without a client it is not connected; see [`Session::ready`].
pub(crate) struct Session {
    address: Arc<Address>,
    client: Option<Client>,
    /// The index of the server that the client is connected to.
    host: usize,
    statements: HashMap<&'static str, Statement>,
    mode: Mode,
    begun: bool,
    lost: bool,
    /// Time limit for an answer.
    timeout: Duration,
    // The last field, so it is dropped last: the connection's I/O half runs on it.
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
            timeout: ANSWER_TIMEOUT,
            runtime,
        })
    }

    /// Connects if there is no connection, or if another server has taken writes since it was made.
    pub(crate) fn ready(&mut self) -> Result<(), StoreError> {
        if self.is_lost() || self.host != self.address.last() {
            self.client = None;
            // Prepared statements belong to the connection.
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

    /// Runs `act` without a time limit for statements, neither here nor on the server.
    pub(crate) fn without_statement_timeout<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.execute_raw("SET statement_timeout = 0")?;
        self.timeout = Duration::MAX;
        let done = act(self);
        self.timeout = ANSWER_TIMEOUT;
        // The error of `act` takes precedence.
        let reset = self.execute_raw(super::config::STATEMENT_TIMEOUT);
        done.and_then(|done| reset.map(|()| done))
    }

    /// Runs a future on the session's runtime, which also drives the connection.
    pub(super) fn block_on<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// The next statement begins a transaction of this mode.
    pub(crate) fn start(&mut self, mode: Mode) {
        self.mode = mode;
        self.begun = false;
    }

    /// Passes every row of the result to `take`.
    pub(crate) fn query(
        &mut self,
        sql: Sql,
        params: &[Cell<'_>],
        take: &mut dyn FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let statement = self.prepared(sql)?;
        let rows = self.round_trip(|client| {
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|cell| cell as _).collect();
            let statement = &statement;
            async move { client.query(statement, &params).await }
        })?;
        rows.iter().try_for_each(|row| take(&Row::new(RowOf::Postgres(row))))
    }

    /// How many rows were written or, if the statement reads, found.
    pub(crate) fn run(&mut self, sql: Sql, params: &[Cell<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql)?;
        self.round_trip(|client| execute(client, &statement, params))
    }

    /// Runs the statements in order in one round trip; for each the number that [`Session::run`] returns.
    pub(crate) fn batch(&mut self, calls: &[(Sql, Vec<Cell<'_>>)]) -> Result<Vec<u64>, StoreError> {
        // Preparing waits for an answer, so all are prepared before any is sent.
        let statements: Result<Vec<_>, _> = calls.iter().map(|(sql, _)| self.prepared(*sql)).collect();
        let statements = statements?;
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        self.round_trip(|client| {
            let requests: Vec<_> = statements
                .iter()
                .zip(calls)
                .map(|(statement, (_, params))| execute(client, statement, params))
                .collect();
            // The errors after the first only say that the transaction was aborted.
            async move { all(requests).await.into_iter().collect() }
        })
    }

    /// Commits the unit, if it has run any statement.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        if !self.begun {
            return Ok(());
        }
        self.begun = false;
        self.execute_raw("COMMIT")
    }

    /// Rolls the unit back. If ROLLBACK fails, the connection is given up, which has the same effect.
    pub(super) fn roll_back(&mut self) {
        if self.begun && !self.is_lost() && self.execute_raw("ROLLBACK").is_err() {
            self.lost = true;
        }
        self.begun = false;
    }

    /// Runs a text without preparing it: BEGIN, COMMIT, a migration.
    pub(crate) fn execute_raw(&mut self, text: &str) -> Result<(), StoreError> {
        let client = connected(self.client.as_ref())?;
        let done = with_timeout(&self.runtime, self.timeout, client.batch_execute(text));
        self.lost |= done.as_ref().is_err_and(is_connection_lost);
        done
    }

    /// The prepared statement. The first use costs a round trip.
    fn prepared(&mut self, sql: Sql) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql.key()) {
            return Ok(statement.clone());
        }
        let client = connected(self.client.as_ref())?;
        let statement = with_timeout(&self.runtime, self.timeout, client.prepare(&sql.for_postgres()));
        self.lost |= statement.as_ref().is_err_and(is_connection_lost);
        let statement = statement?;
        self.statements.insert(sql.key(), statement.clone());
        Ok(statement)
    }

    /// Sends a request, behind BEGIN if the transaction has not begun, and waits for the answer.
    fn round_trip<'a, T, F>(&'a mut self, request: impl FnOnce(&'a Client) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let begin = if self.begun { None } else { Some(begin(self.mode)) };
        self.begun = true;
        let client = connected(self.client.as_ref())?;
        let done = with_timeout(&self.runtime, self.timeout, after_begin(client, begin, request(client)));
        // Any server refuses writes in a read-only transaction with the code that a standby uses.
        let done = if self.mode == Mode::Read { done.map_err(read_only_violation) } else { done };
        self.lost |= done.as_ref().is_err_and(is_connection_lost);
        done
    }

    /// The rows of a text that is not prepared, for migrations.
    pub(crate) fn query_raw(&mut self, text: &str) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let client = connected(self.client.as_ref())?;
        let rows = with_timeout(&self.runtime, self.timeout, client.query(text, &[]));
        self.lost |= rows.as_ref().is_err_and(is_connection_lost);
        rows
    }
}

#[cfg(test)]
impl Session {
    /// Prepares the statement, and checks that the store knows the types of its parameters and columns.
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

fn with_timeout<T>(
    runtime: &Runtime,
    timeout: Duration,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, StoreError> {
    runtime.block_on(async {
        match tokio::time::timeout(timeout, request).await {
            Ok(answer) => answer.map_err(store_error),
            Err(_) => Err(timed_out()),
        }
    })
}

fn timed_out() -> StoreError {
    StoreError::unavailable("the database does not answer")
}
