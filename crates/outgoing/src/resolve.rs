//! Name lookups, bounded so that slow name servers do not block other receivers.

use crate::descriptors;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

pub type Lookup<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Finds the addresses of a name. Tests replace it.
pub trait Resolve: Send + Sync {
    /// The addresses of a name, best first. Called once per call to a receiver, without a time limit of its own.
    /// [`io::ErrorKind::ResourceBusy`] means that the name was not looked up for lack of resources.
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a>;

    /// The same, counted for one developer, so that none takes the slots of the others.
    fn resolve_for<'a>(&'a self, name: &'a str, _caller: &'a str) -> Lookup<'a> {
        self.resolve(name)
    }
}

/// Looks names up with the operating system.
///
/// A lookup of the system holds a thread until it ends, even when its result is no longer needed. So that names with
/// dead servers do not take all threads, lookups are limited per name and per developer, and a name that just failed
/// is not looked up again for a while.
#[derive(Clone)]
pub struct SystemResolver {
    slots: Arc<Semaphore>,
    names: Arc<Mutex<HashMap<String, Name>>>,
    /// The lookup slots of each developer with lookups under way.
    callers: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
    system_lookup: SystemLookup,
}

/// The function that looks up a name.
type SystemLookup = Arc<dyn Fn(String) -> Lookup<'static> + Send + Sync>;

/// The state of a name that is being looked up, or has just failed.
#[derive(Debug)]
struct Name {
    slots: Arc<Semaphore>,
    failing_until: Option<Instant>,
}

/// Lookups at the same time.
const AT_ONCE: usize = 64;
/// Of these, for one name.
const OF_ONE_NAME: usize = 2;
/// Of these, for one developer.
const OF_ONE_CALLER: usize = AT_ONCE / 4;
/// A lookup that takes longer has failed.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a failed name is not looked up again.
const FAILING_FOR: Duration = Duration::from_secs(30);
/// How long a lookup waits for a slot; less than its caller waits.
const SLOT_TIMEOUT: Duration = Duration::from_secs(2);
/// The number of remembered names at which expired ones are removed.
const MAX_NAMES: usize = 1_000;

impl std::fmt::Debug for SystemResolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemResolver").field("slots", &self.slots).finish_non_exhaustive()
    }
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self::with_lookup(Arc::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|socket| socket.ip()).collect())
            })
        }))
    }
}

impl SystemResolver {
    fn with_lookup(system_lookup: SystemLookup) -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), names: Arc::default(), callers: Arc::default(), system_lookup }
    }

    /// A poisoned lock is used all the same: no change under it can be left half done.
    fn names(&self) -> MutexGuard<'_, HashMap<String, Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lookup slots of a developer.
    fn slots_of_caller(&self, caller: &str) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.retain(|_, slots| Arc::strong_count(slots) > 1);
        let slots = callers.entry(caller.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_CALLER)));
        Arc::clone(slots)
    }

    /// The lookup slots of a name; an error while the name counts as failed.
    fn slots(&self, name: &str) -> io::Result<Arc<Semaphore>> {
        let (mut names, now) = (self.names(), Instant::now());
        if names.len() >= MAX_NAMES {
            names.retain(|_, name| name.is_needed(now));
        }
        let known = names.entry(name.to_owned()).or_default();
        if known.is_failing(now) {
            return Err(io::Error::other("the name has just failed"));
        }
        Ok(Arc::clone(&known.slots))
    }

    fn forget(&self, name: &str) {
        let mut names = self.names();
        if names.get(name).is_some_and(|known| !known.is_needed(Instant::now())) {
            names.remove(name);
        }
    }

    fn failed(&self, name: &str) {
        let until = Instant::now() + FAILING_FOR;
        self.names().entry(name.to_owned()).or_default().failing_until = Some(until);
    }

    /// Looks a name up to the end, even when the caller has gone.
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut lookup = (self.system_lookup)(name.to_owned());
        let found = if let Ok(found) = timeout(LOOKUP_TIMEOUT, &mut lookup).await {
            found
        } else {
            self.failed(name);
            // The slot is freed when the system's thread is.
            lookup.await
        };
        match found {
            // The lookup had to open files: the name itself has not failed.
            Err(error) if descriptors::was_none_left(&error) => Err(io::Error::new(io::ErrorKind::ResourceBusy, error)),
            Err(error) => {
                self.failed(name);
                Err(error)
            }
            found => found,
        }
    }
}

impl Default for Name {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(OF_ONE_NAME)), failing_until: None }
    }
}

impl Name {
    fn is_failing(&self, now: Instant) -> bool {
        self.failing_until.is_some_and(|until| now < until)
    }

    /// Whether lookups of it are under way or waiting, or it counts as failed.
    fn is_needed(&self, now: Instant) -> bool {
        self.is_failing(now) || Arc::strong_count(&self.slots) > 1
    }
}

/// A slot, within the time that a lookup waits for one.
async fn slot(slots: Arc<Semaphore>, until: Instant) -> io::Result<OwnedSemaphorePermit> {
    let slot = timeout_at(until, slots.acquire_owned()).await.map_err(|_| io::ErrorKind::ResourceBusy)?;
    slot.map_err(io::Error::other)
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        self.resolve_for(name, "")
    }

    fn resolve_for<'a>(&'a self, name: &'a str, caller: &'a str) -> Lookup<'a> {
        Box::pin(async move {
            let until = Instant::now() + SLOT_TIMEOUT;
            let of_caller = slot(self.slots_of_caller(caller), until).await?;
            let of_name = slot(self.slots(name)?, until).await?;
            // It may have failed meanwhile.
            self.slots(name)?;
            let of_all = slot(Arc::clone(&self.slots), until).await?;
            let (resolver, name) = (self.clone(), name.to_owned());
            let lookup = tokio::spawn(async move {
                let found = resolver.look_up(&name).await;
                drop((of_caller, of_name, of_all));
                resolver.forget(&name);
                found
            });
            lookup.await.map_err(io::Error::other)?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::net::Ipv4Addr;

    #[tokio::test]
    async fn the_system_knows_this_machine() {
        let found = SystemResolver::default().resolve("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }

    /// A resolver with names whose servers never answer, and others.
    fn with_dead_names() -> SystemResolver {
        SystemResolver::with_lookup(Arc::new(|name| {
            Box::pin(async move {
                match name.as_str() {
                    "unknown.example" => Err(io::ErrorKind::NotFound.into()),
                    dead if dead.starts_with("dead") => pending().await,
                    _ => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
                }
            })
        }))
    }

    /// Starts a lookup and drops it, as a caller does whose deadline has passed.
    async fn give_up(resolver: &SystemResolver, name: &str) {
        let lookup = timeout(Duration::from_millis(1), resolver.resolve(name)).await;
        assert!(lookup.is_err(), "{lookup:?}");
    }

    #[tokio::test]
    async fn a_dead_name_takes_few_places() {
        let resolver = with_dead_names();
        for _ in 0..OF_ONE_NAME + 2 {
            give_up(&resolver, "dead.example").await;
        }
        assert_eq!(resolver.slots.available_permits(), AT_ONCE - OF_ONE_NAME);
        let many = (0..20).map(|_| resolver.resolve("alive.example"));
        for lookup in many.map(|lookup| async { lookup.await.unwrap().len() }).collect::<Vec<_>>() {
            assert_eq!(lookup.await, 1);
        }
        assert!(!resolver.names().contains_key("alive.example"));
    }

    /// However many dead names one developer has, slots are left for the names of others.
    #[tokio::test]
    async fn the_dead_names_of_one_caller_take_a_part_of_the_places() {
        let resolver = with_dead_names();
        for number in 0..OF_ONE_CALLER + 4 {
            let name = format!("dead{number}.example");
            let lookup = timeout(Duration::from_millis(1), resolver.resolve_for(&name, "many")).await;
            assert!(lookup.is_err(), "{lookup:?}");
        }
        assert_eq!(resolver.slots.available_permits(), AT_ONCE - OF_ONE_CALLER);
        assert_eq!(resolver.resolve_for("alive.example", "other").await.unwrap().len(), 1);
        let none = resolver.slots_of_caller("many").try_acquire_owned();
        assert!(none.is_err() && resolver.slots_of_caller("other").try_acquire_owned().is_ok());
    }

    /// A name that could not be looked up for lack of slots does not count as failed.
    #[tokio::test]
    async fn what_finds_no_place_says_so() {
        let resolver = with_dead_names();
        let _all = resolver.slots.acquire_many(64).await.unwrap();
        let none = slot(Arc::clone(&resolver.slots), Instant::now()).await;
        assert_eq!(none.unwrap_err().kind(), io::ErrorKind::ResourceBusy);
    }

    #[tokio::test]
    async fn a_name_that_failed_is_not_asked_for_again_at_once() {
        let resolver = with_dead_names();
        for (outcome, left) in [
            (io::ErrorKind::NotFound, FAILING_FOR),
            (io::ErrorKind::Other, Duration::ZERO),
            (io::ErrorKind::NotFound, FAILING_FOR),
        ] {
            assert_eq!(resolver.resolve("unknown.example").await.unwrap_err().kind(), outcome);
            resolver.names().get_mut("unknown.example").unwrap().failing_until = Some(Instant::now() + left);
        }
    }
}
