//! Passwords: hashed with argon2id, a few at a time.
//!
//! One hash takes tens of milliseconds and 19 MiB. A bounded pool keeps a flood of sign-ins from taking the whole
//! machine. Those who wait are served by turns ([`Asker`]), so that a crowd does not hold up who comes from elsewhere, and
//! least of all who was here before. When the queue is full, the last of the largest crowd is told to come back.

use crate::throttle::Origin;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::fair_queue::FairQueue;
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::network::Networks;
use slotkeeper_domain::secret::{HashedPassword, Password};
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The pool does not take the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many passwords wait to be checked.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// Hashing failed; nobody is let in.
    #[error("a password could not be hashed")]
    Failed,
}

/// How much work a hash is.
#[derive(Debug, Clone, Copy)]
pub enum Cost {
    /// 19 MiB, two passes: for production.
    Full,
    /// As little as the algorithm allows: for tests, which hash hundreds of passwords.
    Least,
}

/// Who asks. The three kinds take turns, and within each kind those who ask.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// Somebody who proved before to be this person: by a link, or on a device on which the person signed in.
    Known(&'a EmailAddress),
    /// Anybody else, by network: those of one /24 or /48 share a turn, and within it those of one address or /56. Those who did
    /// not ask lately share every other turn.
    Stranger(Origin),
    /// Somebody of an account, with an application or without.
    Within(&'a AccountId, Option<&'a ApplicationId>),
}

/// A step of the path by which turns are taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum QueueStep {
    Known,
    Strangers,
    Within,
    Network(IpAddr),
    Name(String),
}

impl Asker<'_> {
    fn path(self) -> Vec<QueueStep> {
        match self {
            Self::Known(address) => vec![QueueStep::Known, QueueStep::Name(address.to_string())],
            Self::Stranger(origin) => {
                let Networks { client, site } = origin.networks();
                vec![QueueStep::Strangers, QueueStep::Network(site), QueueStep::Network(client)]
            }
            Self::Within(account, application) => {
                let application = application.map(|application| QueueStep::Name(application.to_string()));
                [QueueStep::Within, QueueStep::Name(account.to_string())].into_iter().chain(application).collect()
            }
        }
    }
}

/// Hashes and checks passwords, a few at a time.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    /// What is checked against when there is no such user, so that the answer takes as long.
    nobody: HashedPassword,
    line: Arc<HashQueue>,
}

/// Who waits for a turn, and how many more there are.
struct HashQueue(Mutex<Waiting>);

struct Waiting {
    free: usize,
    queue: FairQueue<QueueStep, oneshot::Sender<HashPermit>>,
    recent: Recent,
}

/// The strangers who asked lately, as many as are of use.
#[derive(Default)]
struct Recent {
    young: HashSet<IpAddr>,
    old: HashSet<IpAddr>,
}

impl Recent {
    /// How many are remembered at least, and half of how many at most.
    const MANY: usize = 4_096;

    /// Notes that somebody asks; whether it is the first time in a while. Only strangers can be new.
    fn is_new(&mut self, asker: Asker<'_>) -> bool {
        let Asker::Stranger(origin) = asker else { return false };
        let client = origin.networks().client;
        let known = self.old.contains(&client) || self.young.contains(&client);
        if self.young.len() >= Self::MANY {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(client);
        !known
    }
}

/// The right to work on one password; passed on when it is dropped.
struct HashPermit(Option<Arc<HashQueue>>);

impl HashQueue {
    fn new(at_once: usize) -> Arc<Self> {
        let queue = FairQueue::new(at_once * Passwords::WAITING);
        Arc::new(Self(Mutex::new(Waiting { free: at_once, queue, recent: Recent::default() })))
    }

    /// Nothing is left half done while it is locked.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn turn(self: &Arc<Self>, asker: Asker<'_>) -> Result<HashPermit, PasswordError> {
        let (turn, given) = oneshot::channel();
        let gone = {
            let mut waiting = self.lock();
            let new = waiting.recent.is_new(asker);
            if waiting.free > 0 {
                waiting.free -= 1;
                return Ok(HashPermit(Some(Arc::clone(self))));
            }
            if waiting.queue.is_full() {
                waiting.queue.retain(|turn| !turn.is_closed());
            }
            waiting.queue.push(&asker.path(), new, turn)
        };
        // Whoever has to go learns it by this; it can be the asker.
        drop(gone);
        given.await.map_err(|_| PasswordError::Busy)
    }
}

impl Drop for HashPermit {
    fn drop(&mut self) {
        let Some(line) = self.0.take() else { return };
        loop {
            let next = {
                let mut waiting = line.lock();
                let next = waiting.queue.pop();
                if next.is_none() {
                    waiting.free += 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(Self(Some(Arc::clone(&line)))) {
                Ok(()) => return,
                // Whoever it was for does not wait any more.
                Err(mut back) => back.0 = None,
            }
        }
    }
}

impl Passwords {
    /// How many may wait for each one at work: with checks of a twentieth of a second they wait some seconds.
    const WAITING: usize = 128;

    /// A pool that works on `at_once` passwords at a time.
    ///
    /// # Errors
    /// When the algorithm refuses to work at all.
    pub fn new(cost: Cost, at_once: usize) -> Result<Self, PasswordError> {
        let (memory, passes) = match cost {
            Cost::Full => (19 * 1024, 2),
            Cost::Least => (Params::MIN_M_COST, 1),
        };
        let params = Params::new(memory, passes, 1, None).map_err(|_| PasswordError::Failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &Password::new(crate::random::token(20)))?;
        let at_once = at_once.max(1);
        Ok(Self { argon2, nobody, line: HashQueue::new(at_once) })
    }

    /// The hash of a password, with a salt of its own.
    ///
    /// # Errors
    /// When too many wait, or hashing fails.
    pub async fn hash(&self, asker: Asker<'_>, password: Password) -> Result<HashedPassword, PasswordError> {
        let argon2 = self.argon2.clone();
        self.work(asker, move || hash(&argon2, &password)).await?
    }

    /// Whether the password belongs to the hash. Without a hash it never does, which takes as long to find out.
    ///
    /// # Errors
    /// When too many wait, or the check fails.
    pub async fn verify(
        &self,
        asker: Asker<'_>,
        hash: Option<HashedPassword>,
        password: Password,
    ) -> Result<bool, PasswordError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let argon2 = self.argon2.clone();
        let matches = self
            .work(asker, move || {
                PasswordHash::new(hash.expose()).is_ok_and(|hash| {
                    let matches = |one: &Password| argon2.verify_password(one.expose().as_bytes(), &hash).is_ok();
                    password.spellings().iter().any(matches)
                })
            })
            .await?;
        Ok(known && matches)
    }

    async fn work<T: Send + 'static>(
        &self,
        asker: Asker<'_>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = self.line.turn(asker).await?;
        // The turn moves into the work: a caller who goes away does not make room for more than `at_once`.
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| PasswordError::Failed)
    }
}

fn hash(argon2: &Argon2<'_>, password: &Password) -> Result<HashedPassword, PasswordError> {
    let hash: PasswordHash =
        argon2.hash_password(password.composed().expose().as_bytes()).map_err(|_| PasswordError::Failed)?;
    Ok(HashedPassword::new(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    fn stranger(address: &str) -> Asker<'static> {
        Asker::Stranger(Origin::of(address.parse().expect("an address")))
    }

    /// Lets a future go as far as it comes.
    fn look<T>(future: &mut Pin<Box<impl Future<Output = T>>>) -> Option<T> {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_nobody_has_none() {
        let (passwords, anybody) = (Passwords::new(Cost::Least, 1).expect("a pool"), stranger("10.0.0.1"));
        let right = || Password::new("seven green kayaks");
        let hash = passwords.hash(anybody, right()).await.expect("a hash");
        assert!(hash.expose().starts_with("$argon2id$"));
        assert_eq!(passwords.verify(anybody, Some(hash.clone()), right()).await, Ok(true));
        assert_eq!(passwords.verify(anybody, Some(hash), Password::new("seven green kayak")).await, Ok(false));
        assert_eq!(passwords.verify(anybody, None, right()).await, Ok(false));
    }

    /// Also where the hash was made of what was typed, as earlier versions did.
    #[tokio::test]
    async fn a_password_is_known_whatever_characters_it_is_typed_with() {
        let (passwords, anybody) = (Passwords::new(Cost::Least, 1).expect("a pool"), stranger("10.0.0.1"));
        let (c, d) = ("seven gr\u{e9}\u{e9}n kayaks", "seven gre\u{301}e\u{301}n kayaks");
        let as_typed = |text: &str| {
            let hash: PasswordHash = passwords.argon2.hash_password(text.as_bytes()).expect("a hash");
            HashedPassword::new(hash.to_string())
        };
        let old = [as_typed(c), as_typed(d)];
        let new = [passwords.hash(anybody, Password::new(c)).await, passwords.hash(anybody, Password::new(d)).await];
        for hash in new.into_iter().map(|hash| hash.expect("a hash")).chain(old) {
            for typed in [c, d] {
                assert_eq!(passwords.verify(anybody, Some(hash.clone()), Password::new(typed)).await, Ok(true));
            }
            assert_eq!(passwords.verify(anybody, Some(hash), Password::new("seven green kayaks")).await, Ok(false));
        }
    }

    /// Eighty networks that ask again and again, faster than they are served, hold up neither who was here before nor who comes
    /// for the first time.
    #[tokio::test]
    async fn a_crowd_waits_for_itself() {
        let line = HashQueue::new(1);
        let known: EmailAddress = "olivia@example.com".parse().expect("an address");
        for number in 0..80 {
            drop(line.turn(stranger(&format!("10.0.{number}.7"))).await.expect("a turn"));
        }
        let first = line.turn(stranger("10.0.0.1")).await.expect("the first turn");
        let mut crowd: Vec<_> = (0..Passwords::WAITING)
            .map(|number| Box::pin(line.turn(stranger(&format!("10.0.{}.7", number % 80)))))
            .collect();
        assert!(crowd.iter_mut().all(|asker| look(asker).is_none()));
        let mut person = Box::pin(line.turn(Asker::Known(&known)));
        let mut neighbour = Box::pin(line.turn(stranger("192.0.2.1")));
        let mut one_more = Box::pin(line.turn(stranger("10.0.3.7")));
        assert!(look(&mut person).is_none() && look(&mut neighbour).is_none());
        assert!(matches!(look(&mut one_more), Some(Err(PasswordError::Busy))), "the crowd is full");
        let sent_away = crowd.iter_mut().filter_map(look).filter(Result::is_err).count();
        assert_eq!(sent_away, 2, "two of the crowd had to go");

        drop(first);
        let turn = look(&mut neighbour).expect("the next turn").expect("a turn");
        assert!(look(&mut person).is_none());
        drop(turn);
        let turn = look(&mut person).expect("the turn after it").expect("a turn");
        drop(turn);
        assert!(crowd.iter_mut().find_map(look).expect("one of the crowd").is_ok());
    }

    /// Who goes away while waiting gives the turn on, before or after it was given.
    #[tokio::test]
    async fn nobody_takes_a_turn_away() {
        let line = HashQueue::new(1);
        let first = line.turn(stranger("10.0.0.1")).await.expect("a turn");
        let mut goes_before = Box::pin(line.turn(stranger("10.0.1.1")));
        let mut goes_after = Box::pin(line.turn(stranger("10.0.2.1")));
        let mut waits = Box::pin(line.turn(stranger("10.0.3.1")));
        assert!(look(&mut goes_before).is_none() && look(&mut goes_after).is_none() && look(&mut waits).is_none());
        drop(goes_before);
        drop(first);
        drop(goes_after);
        let turn = look(&mut waits).expect("the turn").expect("a turn");
        drop(turn);
        let mut again = pin!(line.turn(stranger("10.0.0.1")));
        assert!(again.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }
}
