//! A unit on its way through an engine: the closure, what came of it, and who waits for the answer.

use crate::changes::Concerns;
use crate::clock::Clock;
use crate::error::StoreError;
use crate::tx::{Mode, Tx};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// What the process is told of units that were stored.
#[derive(Debug, Default)]
pub(crate) struct Bulletin {
    /// Counts the units after which keys may open something else.
    pub(crate) keys_version: AtomicU64,
    /// Is notified when there is something to deliver.
    pub(crate) deliveries: Notify,
}

impl Bulletin {
    /// Keys may open something else from now on.
    pub(crate) fn keys_changed(&self) {
        self.keys_version.fetch_add(1, Ordering::SeqCst);
    }
}

/// What is to become of what an attempt wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Undo,
}

/// A unit as an engine sees it, whatever its types are.
pub(crate) trait Job: Send {
    /// What kind of unit it is.
    fn mode(&self) -> Mode;
    /// Runs the unit once and keeps what came of it.
    fn attempt(&mut self, tx: &mut Tx) -> Verdict;
    /// Gives the caller what came of the last attempt. Only after COMMIT, or after the undoing.
    fn answer(self: Box<Self>);
    /// Gives the caller an error instead.
    fn refuse(self: Box<Self>, why: StoreError);
}

/// A call of [`Store::write`](crate::Store::write), [`tidy`](crate::Store::tidy) or, on PostgreSQL,
/// [`read`](crate::Store::read).
pub(crate) struct Call<U, T, E> {
    unit: U,
    /// Where the unit was written, for messages.
    name: &'static str,
    mode: Mode,
    /// By which its changes are listed.
    clock: Option<Arc<dyn Clock>>,
    slow: Duration,
    bulletin: Arc<Bulletin>,
    concerns: Concerns,
    /// Whether the unit was refused because its key has ended.
    ended: bool,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<U, T, E> Call<U, T, E> {
    /// `name` says where the unit was written; `slow` is from when on the duration of an attempt is worth a line in the log.
    pub(crate) fn new(
        unit: U,
        name: &'static str,
        (mode, clock): (Mode, Option<Arc<dyn Clock>>),
        slow: Duration,
        bulletin: Arc<Bulletin>,
    ) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (caller, answer) = oneshot::channel();
        (
            Self {
                unit,
                name,
                mode,
                clock,
                slow,
                bulletin,
                concerns: Concerns::default(),
                ended: false,
                outcome: None,
                caller,
            },
            answer,
        )
    }

    /// To be called before the caller hears of it, and also when nobody knows whether it was stored.
    fn publish(&self) {
        // What was found ended is not to be believed any longer by who asks without a transaction.
        if self.concerns.keys || self.ended {
            self.bulletin.keys_changed();
        }
        if self.concerns.deliveries {
            self.bulletin.deliveries.notify_one();
        }
    }
}

impl<U, T, E> Job for Call<U, T, E>
where
    U: FnMut(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn mode(&self) -> Mode {
        self.mode
    }

    fn attempt(&mut self, tx: &mut Tx) -> Verdict {
        let name = self.name;
        let outcome = timed(name, self.slow, || {
            tx.start(self.mode, self.clock.clone());
            let value = catching(name, || (self.unit)(tx))?;
            self.concerns = tx.finish(name).inspect_err(|error| self.ended |= *error == StoreError::KeyEnded)?;
            Ok(value)
        });
        let verdict = if outcome.is_ok() { Verdict::Keep } else { Verdict::Undo };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(self: Box<Self>) {
        self.publish();
        let outcome = self.outcome.unwrap_or_else(|| Err(StoreError::closed().into()));
        // A caller that has gone away is no concern of the store: what was stored stays stored.
        drop(self.caller.send(outcome));
    }

    fn refuse(self: Box<Self>, why: StoreError) {
        self.publish();
        drop(self.caller.send(Err(why.into())));
    }
}

/// Runs `unit`; a panic becomes an error. What the unit held is rolled back, so nothing half-done can be seen.
pub(crate) fn catching<T, E: From<StoreError>>(
    name: &'static str,
    unit: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(unit)).unwrap_or_else(|_| {
        tracing::error!(unit = name, "a unit panicked and was rolled back");
        Err(StoreError::Panicked { unit: name }.into())
    })
}

/// Runs `unit`, and says so in the log when it took longer than `slow`.
pub(crate) fn timed<T>(name: &'static str, slow: Duration, unit: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = unit();
    let took = begun.elapsed();
    if took > slow {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(unit = name, duration_ms, "a unit of the store took long");
    }
    done
}
