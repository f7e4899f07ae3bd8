//! Durable bookings of five statements: one thread writes, groups commits, and responds after the commit.

use super::{NewBooking, database};
use anyhow::Context;
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// Maximum bookings of a commit, as in the server.
const GROUP: usize = 256;

/// Delay before a checkpoint, as in the server.
const PAUSE: Duration = Duration::from_millis(250);

type Outcome = Result<String, String>;

struct Job {
    new: NewBooking,
    answer: oneshot::Sender<Outcome>,
}

/// Sends bookings to the writing thread.
#[derive(Clone)]
pub(super) struct Writer(Sender<Job>);

impl Writer {
    pub(super) fn start(file: &Path) -> anyhow::Result<Self> {
        let (sender, jobs) = channel();
        let (db, checkpoints) = (database::writer(file)?, database::writer(file)?);
        thread::spawn(move || write(&db, &jobs));
        thread::spawn(move || {
            loop {
                thread::sleep(PAUSE);
                // The next one covers what this one did not.
                let _done = checkpoints.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            }
        });
        Ok(Self(sender))
    }

    /// Returns the booking number.
    pub(super) async fn book(&self, new: NewBooking) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        self.0.send(Job { new, answer }).map_err(|error| error.to_string())?;
        outcome.await.map_err(|error| error.to_string())?
    }
}

fn write(db: &Connection, jobs: &Receiver<Job>) {
    let mut number = 10_000_000_000_000_u64;
    while let Ok(first) = jobs.recv() {
        let mut answers = Vec::new();
        let committed = group(db, first, jobs, &mut number, &mut answers);
        if committed.is_err() {
            // There may be no transaction.
            let _none = db.execute_batch("ROLLBACK");
        }
        for (answer, number) in answers {
            let outcome = match &committed {
                Ok(()) => Ok(number),
                Err(error) => Err(format!("{error:#}")),
            };
            // The client may have disconnected.
            let _gone = answer.send(outcome);
        }
    }
}

fn group(
    db: &Connection,
    first: Job,
    jobs: &Receiver<Job>,
    number: &mut u64,
    answers: &mut Vec<(oneshot::Sender<Outcome>, String)>,
) -> anyhow::Result<()> {
    let mut next = Some(first);
    db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    while let Some(Job { new, answer }) = next {
        *number += 1;
        answers.push((answer, number.to_string()));
        book(db, &new, &number.to_string(), i64::try_from(*number)?).context("a booking was not written")?;
        next = if answers.len() < GROUP { jobs.try_recv().ok() } else { None };
    }
    db.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

fn book(db: &Connection, new: &NewBooking, number: &str, count: i64) -> rusqlite::Result<()> {
    let NewBooking { event_id, product_id, customer } = new;
    let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| db.prepare_cached(sql)?.execute(params).map(drop);
    run(
        "INSERT INTO event (id, taken) VALUES (?1, 1) ON CONFLICT (id) DO UPDATE SET taken = taken + 1",
        params![event_id],
    )?;
    run("INSERT INTO seat_claim (event_id, holder_id, seats) VALUES (?1, ?2, 1)", params![event_id, number])?;
    let (first, last) = (&customer.first_name, &customer.last_name);
    run("INSERT INTO customer (id, first_name, last_name) VALUES (?1, ?2, ?3)", params![number, first, last])?;
    run(
        "INSERT INTO taken_booking (number, event_id, product_id, customer_id, title) VALUES (?1, ?2, ?3, ?1, ?4)",
        params![number, event_id, product_id, first],
    )?;
    run("INSERT INTO change (number, thing, thing_id) VALUES (?1, 'booking', ?2)", params![count, number])
}
