//! The worker threads: each takes one unit at a time and runs it until it has committed or failed.

use super::failure::is_retryable;
use super::session::Session;
use crate::error::StoreError;
use crate::queue::{Alive, Jobs};
use crate::tx::{Link, Mode, Tx};
use crate::unit::{Call, Verdict};
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;
use tokio::sync::Mutex;

/// Attempts of a unit when other transactions conflict with it or the connection breaks.
const MAX_ATTEMPTS: u32 = 6;

/// Delay before the second attempt; doubled for each further one.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(5);

/// Starts a thread. It ends when the queue is closed and empty.
pub(super) fn start(session: Session, jobs: Arc<Mutex<Jobs>>, alive: Alive) -> Result<(), StoreError> {
    let run = move || {
        let mut tx = Tx::new(Link::Postgres(Box::new(session)));
        while let Some(job) = next(&tx, &jobs) {
            run_unit(&mut tx, job);
        }
        drop(tx);
        drop(alive);
    };
    Builder::new()
        .name("store-postgres".to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| StoreError::unavailable(format!("cannot start a thread for the database: {error}")))
}

fn next(tx: &Tx, jobs: &Mutex<Jobs>) -> Option<Call> {
    match &tx.link {
        Link::Postgres(session) => session.block_on(async { jobs.lock().await.recv().await }),
        Link::Sqlite(_) => None,
    }
}

/// What follows an attempt.
enum AttemptEnd {
    /// The caller gets the unit's own result.
    Answer,
    /// The caller gets an error of the store.
    Refuse(StoreError),
    /// Run again; without an attempt left, the caller gets the unit's own result.
    Retry,
    /// Run again; without an attempt left, the caller gets this error. For a COMMIT that failed: the unit's own result
    /// does not hold.
    RetryOr(StoreError),
}

fn run_unit(tx: &mut Tx, mut job: Call) {
    let mut delay = FIRST_RETRY_DELAY;
    for attempt in 1..=MAX_ATTEMPTS {
        let end = match attempt_once(tx, &mut job) {
            AttemptEnd::Retry if attempt == MAX_ATTEMPTS => AttemptEnd::Answer,
            AttemptEnd::RetryOr(error) if attempt == MAX_ATTEMPTS => AttemptEnd::Refuse(error),
            end => end,
        };
        match end {
            AttemptEnd::Answer => {
                job.answer();
                // The transaction of a read is still open here; its caller need not wait for ROLLBACK.
                return roll_back(tx);
            }
            AttemptEnd::Refuse(error) => return job.refuse(error),
            AttemptEnd::Retry | AttemptEnd::RetryOr(_) => std::thread::sleep(delay),
        }
        delay *= 2;
    }
}

fn attempt_once(tx: &mut Tx, job: &mut Call) -> AttemptEnd {
    if let Err(error) = with_session(tx, Session::ready) {
        return AttemptEnd::Refuse(error);
    }
    if job.is_rehearsed() {
        job.attempt(tx);
        roll_back(tx);
        tx.poisoned = None;
    }
    let verdict = job.attempt(tx);
    // The unit may have replaced the error by its own, so the decision to retry rests on the first error of the
    // store.
    let poisoned = tx.poisoned.take();
    let lost = with_session(tx, |session| Ok(session.is_lost())).unwrap_or(true);
    let retryable = poisoned.is_some_and(|error| lost || is_retryable(&error));
    match verdict {
        Verdict::Keep if job.mode() == Mode::Read => return AttemptEnd::Answer,
        Verdict::Keep => return commit(tx, lost),
        Verdict::Undo => roll_back(tx),
    }
    if retryable { AttemptEnd::Retry } else { AttemptEnd::Answer }
}

fn roll_back(tx: &mut Tx) {
    if let Link::Postgres(session) = &mut tx.link {
        session.roll_back();
    }
}

fn commit(tx: &mut Tx, lost_before: bool) -> AttemptEnd {
    match with_session(tx, Session::commit) {
        Ok(()) => AttemptEnd::Answer,
        // The connection was lost before COMMIT was sent, so nothing was stored.
        Err(error) if lost_before => AttemptEnd::RetryOr(error),
        Err(error) if is_retryable(&error) => AttemptEnd::RetryOr(error),
        Err(error) => AttemptEnd::Refuse(if with_session(tx, |session| Ok(session.is_lost())).unwrap_or(true) {
            StoreError::unavailable(format!("{error}; this happened while committing, so it may have been stored"))
        } else {
            error
        }),
    }
}

fn with_session<T>(tx: &mut Tx, act: impl FnOnce(&mut Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
    match &mut tx.link {
        Link::Postgres(session) => act(session),
        Link::Sqlite(_) => Err(StoreError::inconsistent("a worker of PostgreSQL with a connection of SQLite")),
    }
}
