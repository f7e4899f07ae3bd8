//! The embedded engine: one writer thread that commits many units at once, and readers on snapshots.

mod checkpoint;
mod connection;
mod failure;
mod lock;
mod readers;
mod statement;
mod writer;

pub(crate) use readers::Readers;
#[cfg(test)]
pub(crate) use statement::check;
pub(crate) use statement::{cell, query, run};

use crate::error::StoreError;
use crate::migration::{self, Migration};
use crate::queue::Queue;
use std::path::Path;
use std::time::Duration;

/// Units that take longer are logged, because all other writers wait for them.
pub(crate) const SLOW: Duration = Duration::from_millis(20);

pub(crate) struct Sqlite {
    pub(crate) queue: Queue,
    pub(crate) readers: Readers,
}

impl Sqlite {
    /// Creates the file and its folder if missing, takes the lock, migrates, and starts the threads.
    pub(crate) fn open(path: &Path, migrations: &[Migration]) -> Result<Self, StoreError> {
        let lock = lock::acquire(path)?;
        connection::create_file(path)?;
        let mut connection = connection::writer(path)?;
        migration::on_sqlite(&mut connection, migrations)?;
        let readers = Readers::open(path)?;
        let (queue, jobs, alive) = Queue::new();
        writer::start(path, connection, jobs, (lock, alive))?;
        Ok(Self { queue, readers })
    }
}
