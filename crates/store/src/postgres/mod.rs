//! The engine for several machines: blocking threads with one PostgreSQL connection each.
//!
//! A unit is blocking code, so it needs a thread. Each thread drives its connection with its own single-threaded
//! runtime, which lets independent statements share a round trip.

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

/// Units that take longer are logged. Other units wait for one only if it holds a row they need.
pub(crate) const SLOW: Duration = Duration::from_millis(250);

pub(crate) struct Postgres {
    pub(crate) queue: Queue,
    /// Receives signals of other processes that the scope of keys may have changed.
    pub(crate) listening: Listening,
}

impl Postgres {
    /// Connects, migrates, and starts `connections` worker threads and a listening one. Blocks; not to be called from
    /// async code.
    pub(crate) fn open(
        url: &str,
        connections: usize,
        migrations: &[Migration],
        signals: &Arc<CommitSignals>,
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
        let listening = Listening::start(address, Arc::clone(signals), alive)?;
        Ok(Self { queue, listening })
    }
}
