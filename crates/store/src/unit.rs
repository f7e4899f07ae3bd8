//! A unit on its way through an engine: the closure, its result, and the channel to its caller.

use crate::changes::CommitEffects;
use crate::clock::Clock;
use crate::error::StoreError;
use crate::tx::{Mode, Tx};
use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// Signals to the rest of the process after a commit.
#[derive(Debug, Default)]
pub(crate) struct CommitSignals {
    /// Raised by each commit after which a key may have another scope, or none.
    pub(crate) keys_version: AtomicU64,
    /// Notified when webhook deliveries were added.
    pub(crate) deliveries: Notify,
}

impl CommitSignals {
    pub(crate) fn keys_changed(&self) {
        self.keys_version.fetch_add(1, Ordering::SeqCst);
    }
}

/// Whether the writes of an attempt are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep,
    Undo,
}

/// The part of a unit that depends on its types. Everything else is compiled once for all units.
trait ErasedUnit: Any + Send {
    /// Runs the closure and keeps its result; whether it is `Ok`.
    fn run(&mut self, tx: &mut Tx) -> bool;
    fn fail(&mut self, why: StoreError);
}

struct TypedUnit<U, T, E> {
    unit: U,
    outcome: Option<Result<T, E>>,
}

impl<U, T, E> ErasedUnit for TypedUnit<U, T, E>
where
    U: FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        self.outcome.insert((self.unit)(tx)).is_ok()
    }

    fn fail(&mut self, why: StoreError) {
        self.outcome = Some(Err(why.into()));
    }
}

/// A call of [`Store::write`](crate::Store::write), [`write_unlogged`](crate::Store::write_unlogged) or, on PostgreSQL,
/// [`read`](crate::Store::read), without its types.
pub(crate) struct Call {
    work: Box<dyn ErasedUnit>,
    /// The path of the closure, for messages.
    name: &'static str,
    mode: Mode,
    clock: Option<Arc<dyn Clock>>,
    slow_after: Duration,
    /// Whether the engine runs the unit once more, before the run that counts.
    is_rehearsed: bool,
    signals: Arc<CommitSignals>,
    effects: CommitEffects,
    /// Whether the unit was refused because its key has ended.
    key_ended: bool,
    /// Receives the unit with its result.
    caller: oneshot::Sender<Box<dyn Any + Send>>,
}

/// The caller's end of a [`Call`].
pub(crate) struct PendingResult<U, T, E> {
    work: oneshot::Receiver<Box<dyn Any + Send>>,
    of: PhantomData<(U, T, E)>,
}

impl<U, T, E> PendingResult<U, T, E>
where
    U: 'static,
    T: 'static,
    E: From<StoreError> + 'static,
{
    /// The result of the unit; [`StoreError::Unavailable`] if the engine's thread ended before it had one.
    pub(crate) async fn wait(self) -> Result<T, E> {
        let work = self.work.await.ok().and_then(|work| work.downcast::<TypedUnit<U, T, E>>().ok());
        work.and_then(|work| work.outcome).unwrap_or_else(|| Err(StoreError::closed().into()))
    }
}

impl Call {
    /// `name` is the path of the closure; attempts that take longer than `slow_after` are logged.
    pub(crate) fn new<U, T, E>(
        unit: U,
        name: &'static str,
        (mode, clock): (Mode, Option<Arc<dyn Clock>>),
        slow_after: Duration,
        signals: Arc<CommitSignals>,
    ) -> (Self, PendingResult<U, T, E>)
    where
        U: FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let call = Self {
            work: Box::new(TypedUnit { unit, outcome: None }),
            name,
            mode,
            clock,
            slow_after,
            is_rehearsed: false,
            signals,
            effects: CommitEffects::default(),
            key_ended: false,
            caller,
        };
        (call, PendingResult { work: answer, of: PhantomData })
    }

    /// Has the unit run twice, and only what the second run did stored.
    pub(crate) fn rehearsed(self, is_rehearsed: bool) -> Self {
        Self { is_rehearsed, ..self }
    }

    pub(crate) fn is_rehearsed(&self) -> bool {
        self.is_rehearsed
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Runs the unit once and keeps the result.
    pub(crate) fn attempt(&mut self, tx: &mut Tx) -> Verdict {
        let (name, started) = (self.name, Instant::now());
        tx.start(self.mode, self.clock.clone());
        let attempted = catch_panic(name, || self.work.run(tx)).and_then(|ended_well| {
            if ended_well {
                self.effects = tx.finish(name).inspect_err(|error| self.key_ended |= *error == StoreError::KeyEnded)?;
            }
            Ok(ended_well)
        });
        log_if_slow(name, started, self.slow_after);
        match attempted {
            Ok(true) => Verdict::Keep,
            // The unit returned an error, which is its result.
            Ok(false) => Verdict::Undo,
            Err(error) => {
                self.work.fail(error);
                Verdict::Undo
            }
        }
    }

    /// Sends the result of the last attempt to the caller. To be called after COMMIT or ROLLBACK only.
    pub(crate) fn answer(self) {
        self.publish();
        let work: Box<dyn Any + Send> = self.work;
        // The caller may have been cancelled meanwhile. That does not undo the commit.
        drop(self.caller.send(work));
    }

    /// Sends an error to the caller instead of the result.
    pub(crate) fn refuse(mut self, why: StoreError) {
        self.work.fail(why);
        self.answer();
    }

    /// Raises the signals before the caller gets the result, also when it is unknown whether the unit was stored.
    fn publish(&self) {
        // A key that was found to have ended must also disappear from caches, which are read without a transaction.
        if self.effects.keys || self.key_ended {
            self.signals.keys_changed();
        }
        if self.effects.deliveries {
            self.signals.deliveries.notify_one();
        }
    }
}

/// Runs `unit` and turns a panic into an error. The caller rolls back, so no half-finished state is seen.
pub(crate) fn catch_panic<T>(name: &'static str, unit: impl FnOnce() -> T) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(unit)).map_err(|_| {
        tracing::error!(unit = name, "a unit panicked and was rolled back");
        StoreError::Panicked { unit: name }
    })
}

pub(crate) fn log_if_slow(name: &'static str, started: Instant, slow_after: Duration) {
    let took = started.elapsed();
    if took > slow_after {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(unit = name, duration_ms, "a unit of the store took long");
    }
}
