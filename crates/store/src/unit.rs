//! A unit on its way through an engine: the closure, what came of it, and who waits for the answer.

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

/// What the process is told of units that were stored.
#[derive(Debug, Default)]
pub(crate) struct CommitSignals {
    /// Counts the units after which keys may open something else.
    pub(crate) keys_version: AtomicU64,
    /// Is notified when there is something to deliver.
    pub(crate) deliveries: Notify,
}

impl CommitSignals {
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

/// The part of a unit that knows its types. Everything else that becomes of one is written, and compiled, once for all.
trait Work: Any + Send {
    /// Runs the closure, keeps its outcome, and says whether it ended well.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Makes an error the outcome.
    fn fail(&mut self, why: StoreError);
}

struct Typed<U, T, E> {
    unit: U,
    outcome: Option<Result<T, E>>,
}

impl<U, T, E> Work for Typed<U, T, E>
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
/// [`read`](crate::Store::read), as an engine sees it, whatever its types are.
pub(crate) struct Call {
    work: Box<dyn Work>,
    /// Where the unit was written, for messages.
    name: &'static str,
    mode: Mode,
    /// By which its changes are listed.
    clock: Option<Arc<dyn Clock>>,
    slow: Duration,
    /// Whether the engine runs the unit once more before it counts.
    is_rehearsed: bool,
    bulletin: Arc<CommitSignals>,
    concerns: CommitEffects,
    /// Whether the unit was refused because its key has ended.
    ended: bool,
    /// Takes the work with its outcome.
    caller: oneshot::Sender<Box<dyn Any + Send>>,
}

/// The caller's end of a [`Call`].
pub(crate) struct Answer<U, T, E> {
    work: oneshot::Receiver<Box<dyn Any + Send>>,
    of: PhantomData<(U, T, E)>,
}

impl<U, T, E> Answer<U, T, E>
where
    U: 'static,
    T: 'static,
    E: From<StoreError> + 'static,
{
    /// What came of the unit. It can only be missing when the engine's thread came to an end under it.
    pub(crate) async fn wait(self) -> Result<T, E> {
        let work = self.work.await.ok().and_then(|work| work.downcast::<Typed<U, T, E>>().ok());
        work.and_then(|work| work.outcome).unwrap_or_else(|| Err(StoreError::closed().into()))
    }
}

impl Call {
    /// `name` says where the unit was written; `slow` is from when on the duration of an attempt is worth a line in the log.
    pub(crate) fn new<U, T, E>(
        unit: U,
        name: &'static str,
        (mode, clock): (Mode, Option<Arc<dyn Clock>>),
        slow: Duration,
        bulletin: Arc<CommitSignals>,
    ) -> (Self, Answer<U, T, E>)
    where
        U: FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let call = Self {
            work: Box::new(Typed { unit, outcome: None }),
            name,
            mode,
            clock,
            slow,
            is_rehearsed: false,
            bulletin,
            concerns: CommitEffects::default(),
            ended: false,
            caller,
        };
        (call, Answer { work: answer, of: PhantomData })
    }

    /// Has the unit run twice, and only what the second run did stored.
    pub(crate) fn rehearsed(self, is_rehearsed: bool) -> Self {
        Self { is_rehearsed, ..self }
    }

    pub(crate) fn is_rehearsed(&self) -> bool {
        self.is_rehearsed
    }

    /// What kind of unit it is.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Runs the unit once and keeps what came of it.
    pub(crate) fn attempt(&mut self, tx: &mut Tx) -> Verdict {
        let (name, begun) = (self.name, Instant::now());
        tx.start(self.mode, self.clock.clone());
        let attempted = catching(name, || self.work.run(tx)).and_then(|ended_well| {
            if ended_well {
                self.concerns = tx.finish(name).inspect_err(|error| self.ended |= *error == StoreError::KeyEnded)?;
            }
            Ok(ended_well)
        });
        log_if_slow(name, begun, self.slow);
        match attempted {
            Ok(true) => Verdict::Keep,
            Ok(false) => Verdict::Undo,
            Err(error) => {
                self.work.fail(error);
                Verdict::Undo
            }
        }
    }

    /// Gives the caller what came of the last attempt. Only after COMMIT, or after the undoing.
    pub(crate) fn answer(self) {
        self.publish();
        let work: Box<dyn Any + Send> = self.work;
        // A caller that has gone away is no concern of the store: what was stored stays stored.
        drop(self.caller.send(work));
    }

    /// Gives the caller an error instead.
    pub(crate) fn refuse(mut self, why: StoreError) {
        self.work.fail(why);
        self.answer();
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

/// Runs `unit`; a panic becomes an error. What the unit held is rolled back, so nothing half-done can be seen.
pub(crate) fn catching<T>(name: &'static str, unit: impl FnOnce() -> T) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(unit)).map_err(|_| {
        tracing::error!(unit = name, "a unit panicked and was rolled back");
        StoreError::Panicked { unit: name }
    })
}

/// Says so in the log when a unit that began then has taken longer than `slow`.
pub(crate) fn log_if_slow(name: &'static str, begun: Instant, slow: Duration) {
    let took = begun.elapsed();
    if took > slow {
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(unit = name, duration_ms, "a unit of the store took long");
    }
}
