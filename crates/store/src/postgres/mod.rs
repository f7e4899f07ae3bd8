//! The engine for more than one machine: some blocking threads, each with a connection of its own.
//!
//! A unit is plain code that waits for its answers, so it needs a thread. Each thread drives its connection by a
//! small runtime of its own; that is what lets independent statements share a round trip.

mod config;
mod failure;
mod listening;
mod round_trip;
mod session;
mod value;
mod worker;

pub(crate) use session::Session;
pub(crate) use value::cell;

use crate::error::StoreError;
use crate::migration::{self, Migration};
use crate::queue::Queue;
use crate::unit::CommitSignals;
use config::Address;
use listening::Listening;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// From when on a unit is worth a line in the log. Others do not wait for it, unless it holds a row they need.
pub(crate) const SLOW: Duration = Duration::from_millis(250);

/// A PostgreSQL database and the threads that work on it.
pub(crate) struct Postgres {
    pub(crate) queue: Queue,
    /// Hears what other processes do with keys.
    pub(crate) listening: Listening,
}

impl Postgres {
    /// Connects, migrates, and starts `connections` threads and one that listens. Not to be called from async code.
    pub(crate) fn open(
        url: &str,
        connections: usize,
        migrations: &[Migration],
        bulletin: &Arc<CommitSignals>,
    ) -> Result<Self, StoreError> {
        let address = Arc::new(Address::from_url(url)?);
        let mut first = Session::new(Arc::clone(&address))?;
        migration::on_postgres(&mut first, migrations)?;
        let (queue, jobs, alive) = Queue::new();
        let jobs = Arc::new(Mutex::new(jobs));
        worker::start(first, Arc::clone(&jobs), alive.clone())?;
        for _ in 1..connections {
            worker::start(Session::new(Arc::clone(&address))?, Arc::clone(&jobs), alive.clone())?;
        }
        let listening = Listening::start(address, Arc::clone(bulletin), alive)?;
        Ok(Self { queue, listening })
    }
}
