//! The queue from callers to an engine's threads: bounded, and drained when the store closes.

use crate::error::StoreError;
use crate::unit::Call;
use std::sync::{PoisonError, RwLock};
use tokio::sync::{Mutex, mpsc};

/// How many units may wait; further ones are refused.
const CAPACITY: usize = 1024;

pub(crate) struct Queue {
    jobs: RwLock<Option<mpsc::Sender<Call>>>,
    ended: Mutex<mpsc::Receiver<()>>,
}

/// The engine's end of the queue.
pub(crate) type Jobs = mpsc::Receiver<Call>;

/// Held by each of the engine's threads until it ends.
pub(crate) type Alive = mpsc::Sender<()>;

impl Queue {
    pub(crate) fn new() -> (Self, Jobs, Alive) {
        let (sender, jobs) = mpsc::channel(CAPACITY);
        let (alive, ended) = mpsc::channel(1);
        (Self { jobs: RwLock::new(Some(sender)), ended: Mutex::new(ended) }, jobs, alive)
    }

    /// Appends a job.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the queue is full, [`StoreError::Unavailable`] if the store is closed.
    pub(crate) fn submit(&self, job: Call) -> Result<(), StoreError> {
        match &*self.jobs.read().unwrap_or_else(PoisonError::into_inner) {
            None => Err(StoreError::closed()),
            Some(jobs) => jobs.try_send(job).map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => StoreError::closed(),
            }),
        }
    }

    /// Accepts no more jobs, and returns when the waiting ones are done and the threads have ended.
    pub(crate) async fn close(&self) {
        drop(self.jobs.write().unwrap_or_else(PoisonError::into_inner).take());
        // Nothing is ever sent: `recv` returns when the last thread drops its sender.
        let _nothing = self.ended.lock().await.recv().await;
    }
}
