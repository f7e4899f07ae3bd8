//! What accounts have in flight on this node: large answers that are being made, and those that were made and wait for their
//! clients. Both take memory, and a client decides how long, so each account has a share of it and all together have a limit.
//!
//! Counted in memory: each node has memory of its own.

use slotkeeper_domain::id::{AccountId, ApplicationId};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Answers up to this many bytes are not counted: every connection may have one.
pub const SMALL: usize = 64 * 1024;
/// Most bytes of the larger answers that wait for the clients of one application in an account, of one account, and of all.
const MOST_OF_APPLICATION: usize = 16 * 1024 * 1024;
const MOST_OF_ACCOUNT: usize = 32 * 1024 * 1024;
const MOST: usize = 128 * 1024 * 1024;

/// What accounts have in flight. Clones share it.
#[derive(Clone)]
pub struct InFlight {
    all: Arc<Semaphore>,
    turns_of_account: usize,
    of_accounts: Arc<Mutex<HashMap<AccountId, Arc<Semaphore>>>>,
    waiting: Arc<Mutex<Waiting>>,
}

/// How many bytes of answers wait for clients.
#[derive(Default)]
struct Waiting {
    bytes: usize,
    of_accounts: HashMap<AccountId, HashMap<ApplicationId, usize>>,
}

/// Leave to make a large answer. It ends when this is dropped.
pub struct ListPermit {
    account: AccountId,
    of_accounts: Arc<Mutex<HashMap<AccountId, Arc<Semaphore>>>>,
    permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

/// An answer that waits for its client. It does no longer when this is dropped.
pub struct AnswerInFlight {
    waiting: Arc<Mutex<Waiting>>,
    account: AccountId,
    application: ApplicationId,
    bytes: usize,
}

/// Why no further answer can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuchInFlight {
    /// Too many bytes wait for the application or the account.
    #[error("too many bytes of answers wait for this account")]
    OfAccount,
    /// Too many bytes wait on this node.
    #[error("too many bytes of answers wait on this node")]
    OfAll,
}

impl Default for InFlight {
    fn default() -> Self {
        Self::on_cores(available_parallelism().map_or(1, NonZeroUsize::get))
    }
}

impl InFlight {
    /// To make a list keeps a core busy, so one core is left to everybody else, where there are several. An account has half of
    /// the turns.
    fn on_cores(cores: usize) -> Self {
        let turns = cores.saturating_sub(1).max(1);
        Self {
            all: Arc::new(Semaphore::new(turns)),
            turns_of_account: turns.div_ceil(2),
            of_accounts: Arc::default(),
            waiting: Arc::default(),
        }
    }

    /// Waits until a list may be made for the account. Whoever waits longest is next.
    pub async fn turn(&self, account: &AccountId) -> ListPermit {
        let own = {
            let mut of_accounts = self.of_accounts.lock().unwrap_or_else(PoisonError::into_inner);
            let own = of_accounts.entry(account.clone());
            Arc::clone(own.or_insert_with(|| Arc::new(Semaphore::new(self.turns_of_account))))
        };
        // Made before it waits, so that the account is forgotten also when the client goes away meanwhile.
        let mut turn =
            ListPermit { account: account.clone(), of_accounts: Arc::clone(&self.of_accounts), permits: None };
        // The account's own first: its line must not fill that of all.
        let own = own.acquire_owned().await;
        let all = Arc::clone(&self.all).acquire_owned().await;
        turn.permits = own.ok().zip(all.ok());
        turn
    }

    /// Counts an answer of an application in an account, until what this returns is dropped.
    ///
    /// # Errors
    /// [`TooMuchInFlight`] when so many bytes wait that this one has no room.
    pub fn load(
        &self,
        account: &AccountId,
        application: &ApplicationId,
        bytes: usize,
    ) -> Result<AnswerInFlight, TooMuchInFlight> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let of_account = waiting.of_accounts.get(account);
        let own = of_account.and_then(|of_account| of_account.get(application)).copied().unwrap_or(0);
        let of_account: usize = of_account.map_or(0, |of_account| of_account.values().sum());
        // One answer always has room beside nothing else: the largest may be larger than a share.
        let room = |has: usize, most: usize| has == 0 || has + bytes <= most;
        if !room(own, MOST_OF_APPLICATION) || !room(of_account, MOST_OF_ACCOUNT) {
            return Err(TooMuchInFlight::OfAccount);
        }
        if !room(waiting.bytes, MOST) {
            return Err(TooMuchInFlight::OfAll);
        }
        Ok(waiting.add(&self.waiting, account, application, bytes))
    }

    /// The same for an answer that has to be given, such as that to a change: it is counted, and never refused.
    #[must_use]
    pub fn load_anyway(&self, account: &AccountId, application: &ApplicationId, bytes: usize) -> AnswerInFlight {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.add(&self.waiting, account, application, bytes)
    }
}

impl Waiting {
    fn add(
        &mut self,
        shared: &Arc<Mutex<Self>>,
        account: &AccountId,
        application: &ApplicationId,
        bytes: usize,
    ) -> AnswerInFlight {
        self.bytes += bytes;
        *self.of_accounts.entry(account.clone()).or_default().entry(application.clone()).or_default() += bytes;
        AnswerInFlight {
            waiting: Arc::clone(shared),
            account: account.clone(),
            application: application.clone(),
            bytes,
        }
    }
}

impl Drop for AnswerInFlight {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.bytes -= self.bytes;
        if let Some(of_account) = waiting.of_accounts.get_mut(&self.account) {
            if let Some(own) = of_account.get_mut(&self.application) {
                *own -= self.bytes;
            }
            of_account.retain(|_, bytes| *bytes > 0);
            if of_account.is_empty() {
                waiting.of_accounts.remove(&self.account);
            }
        }
    }
}

impl Drop for ListPermit {
    fn drop(&mut self) {
        self.permits = None;
        let mut of_accounts = self.of_accounts.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waits or has a turn holds the account's semaphore too.
        if of_accounts.get(&self.account).is_some_and(|own| Arc::strong_count(own) == 1) {
            of_accounts.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    const MIB: usize = 1024 * 1024;

    /// What the future makes, if it need not wait.
    async fn at_once<F: Future>(future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(made) => Poll::Ready(Some(made)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    fn ids() -> (AccountId, AccountId, ApplicationId, ApplicationId) {
        let id = |text: &str| text.parse().expect("an account's id");
        let app = |text: &str| text.parse().expect("an application's id");
        (id("AAAAAAAAAA"), id("BBBBBBBBBB"), app("AAAAAAAAAAAA"), app("BBBBBBBBBBBB"))
    }

    #[test]
    fn an_application_an_account_and_all_have_so_many_bytes() {
        let (a, b, one, other) = ids();
        let in_flight = InFlight::default();
        let first = in_flight.load(&a, &one, 10 * MIB).expect("room");
        let second = in_flight.load(&a, &one, 6 * MIB).expect("room");
        assert_eq!(in_flight.load(&a, &one, 1).err(), Some(TooMuchInFlight::OfAccount));
        let third = in_flight.load(&a, &other, 16 * MIB).expect("the account has room for another application");
        assert_eq!(in_flight.load(&a, &other, 1).err(), Some(TooMuchInFlight::OfAccount));
        let foreign = in_flight.load(&b, &one, 16 * MIB).expect("another account has its own share");
        let changed = in_flight.load_anyway(&a, &one, 100 * MIB);
        assert_eq!(in_flight.load(&b, &other, 1).err(), Some(TooMuchInFlight::OfAll));
        drop((first, second, third, foreign, changed));
        assert_eq!(in_flight.waiting.lock().expect("whole").bytes, 0);
        assert!(in_flight.waiting.lock().expect("whole").of_accounts.is_empty());
        assert!(in_flight.load(&a, &one, 1).is_ok());
    }

    #[tokio::test]
    async fn turns_of_one_account_are_waited_for_and_others_have_their_own() {
        let (a, b, ..) = ids();
        let in_flight = InFlight::on_cores(8);
        let mut turns = Vec::new();
        for _ in 0..4 {
            turns.push(at_once(in_flight.turn(&a)).await.expect("a turn"));
        }
        assert!(at_once(in_flight.turn(&a)).await.is_none());
        let foreign = at_once(in_flight.turn(&b)).await.expect("a turn");
        turns.pop();
        turns.push(at_once(in_flight.turn(&a)).await.expect("one has become free"));
        drop((turns, foreign));
        assert!(in_flight.of_accounts.lock().expect("whole").is_empty());
    }
}
