//! A list that one side fills and a test reads in order.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

/// How long a test waits for an entry.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Inbox<T> {
    state: Mutex<State<T>>,
    arrived: Notify,
}

struct State<T> {
    all: Vec<T>,
    read: usize,
}

impl<T: Clone> Inbox<T> {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { all: Vec::new(), read: 0 }), arrived: Notify::new() }
    }

    pub(crate) fn put(&self, item: T) {
        self.state().all.push(item);
        self.arrived.notify_waiters();
    }

    /// All entries, read or not.
    pub(crate) fn all(&self) -> Vec<T> {
        self.state().all.clone()
    }

    /// The oldest entry that was not read before; panics when none arrives in time.
    pub(crate) async fn next(&self, what: &str) -> T {
        let arrival = async {
            loop {
                let arrived = self.arrived.notified();
                tokio::pin!(arrived);
                // Subscribe first, then look: an entry in between is not missed.
                arrived.as_mut().enable();
                if let Some(item) = self.take() {
                    return item;
                }
                arrived.await;
            }
        };
        match tokio::time::timeout(PATIENCE, arrival).await {
            Ok(item) => item,
            Err(_) => panic!("no {what} arrived within {PATIENCE:?}"),
        }
    }

    fn take(&self) -> Option<T> {
        let mut state = self.state();
        let item = state.all.get(state.read).cloned()?;
        state.read += 1;
        Some(item)
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap()
    }
}
