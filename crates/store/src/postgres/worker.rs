//! The threads: each takes one unit at a time and brings it to an end.

use super::failure::is_worth_repeating;
use super::session::Session;
use crate::error::StoreError;
use crate::queue::{Alive, Jobs};
use crate::tx::{Link, Mode, Tx};
use crate::unit::{Call, Verdict};
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;
use tokio::sync::Mutex;

/// How often a unit is run at most when others get in its way or the connection breaks.
const ATTEMPTS: u32 = 6;

/// The pause before the second attempt; it doubles from one to the next.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Starts a thread; it ends when the queue is closed and empty.
pub(super) fn start(session: Session, jobs: Arc<Mutex<Jobs>>, alive: Alive) -> Result<(), StoreError> {
    let run = move || {
        let mut tx = Tx::new(Link::Postgres(Box::new(session)));
        while let Some(job) = next(&tx, &jobs) {
            serve(&mut tx, job);
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
        Link::Postgres(session) => session.wait_for(async { jobs.lock().await.recv().await }),
        Link::Sqlite(_) => None,
    }
}

/// What came of one attempt.
enum End {
    /// The caller may have the unit's own answer.
    Answer,
    /// The caller gets an error of the store.
    Refuse(StoreError),
    /// Another attempt may go better; if none is left, the unit's own answer stands.
    Again,
    /// The same, for a COMMIT that was refused: what the unit answered is not true.
    AgainOr(StoreError),
}

fn serve(tx: &mut Tx, mut job: Call) {
    let mut pause = FIRST_PAUSE;
    for attempt in 1..=ATTEMPTS {
        let end = match try_once(tx, &mut job) {
            End::Again if attempt == ATTEMPTS => End::Answer,
            End::AgainOr(error) if attempt == ATTEMPTS => End::Refuse(error),
            end => end,
        };
        match end {
            End::Answer => {
                job.answer();
                // What a read began is still open: its caller need not wait for the end of it.
                return roll_back(tx);
            }
            End::Refuse(error) => return job.refuse(error),
            End::Again | End::AgainOr(_) => std::thread::sleep(pause),
        }
        pause *= 2;
    }
}

fn try_once(tx: &mut Tx, job: &mut Call) -> End {
    if let Err(error) = with(tx, Session::ready) {
        return End::Refuse(error);
    }
    if job.is_rehearsed() {
        job.attempt(tx);
        roll_back(tx);
        tx.doom = None;
    }
    let verdict = job.attempt(tx);
    let doom = tx.doom.take();
    let lost = with(tx, |session| Ok(session.is_lost())).unwrap_or(true);
    let repeat = doom.is_some_and(|error| lost || is_worth_repeating(&error));
    match verdict {
        Verdict::Keep if job.mode() == Mode::Read => return End::Answer,
        Verdict::Keep => return commit(tx, lost),
        Verdict::Undo => roll_back(tx),
    }
    if repeat { End::Again } else { End::Answer }
}

fn roll_back(tx: &mut Tx) {
    if let Link::Postgres(session) = &mut tx.link {
        session.roll_back();
    }
}

fn commit(tx: &mut Tx, lost_before: bool) -> End {
    match with(tx, Session::commit) {
        Ok(()) => End::Answer,
        // COMMIT was not sent, so nothing was stored.
        Err(error) if lost_before => End::AgainOr(error),
        Err(error) if is_worth_repeating(&error) => End::AgainOr(error),
        Err(error) => End::Refuse(if with(tx, |session| Ok(session.is_lost())).unwrap_or(true) {
            StoreError::unavailable(format!("{error}; this happened while committing, so it may have been stored"))
        } else {
            error
        }),
    }
}

fn with<T>(tx: &mut Tx, act: impl FnOnce(&mut Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
    match &mut tx.link {
        Link::Postgres(session) => act(session),
        Link::Sqlite(_) => Err(StoreError::inconsistent("a worker of PostgreSQL with a connection of SQLite")),
    }
}
