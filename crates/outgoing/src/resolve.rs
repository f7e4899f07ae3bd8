//! Looking up the addresses of a name.

use crate::descriptors;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

/// A look-up under way.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Finds the addresses of a name. Tests put names of their own in its place.
pub trait Resolve: Send + Sync {
    /// The addresses of a name, best first. It is asked once for each call and may take as long as it likes.
    /// [`io::ErrorKind::ResourceBusy`] says that the name was not looked up, because there is too much to do.
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a>;

    /// The same, on behalf of someone among many, of whom none is to take the room of the others.
    fn resolve_for<'a>(&'a self, name: &'a str, _whose: &'a str) -> Lookup<'a> {
        self.resolve(name)
    }
}

/// Asks the system, as every program on this machine does.
///
/// The system's look-up holds a thread until it is done, also when nobody waits for it any more. So that a few names whose
/// servers are dead do not take the threads of all others, there are few look-ups of one name at once, and a quarter of all on
/// behalf of one caller, and a name that just failed is not asked for again for a while.
#[derive(Clone)]
pub struct SystemResolver {
    places: Arc<Semaphore>,
    names: Arc<Mutex<HashMap<String, Name>>>,
    /// The places for look-ups on behalf of each caller that has any under way.
    callers: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
    ask: Ask,
}

/// How the system is asked.
type Ask = Arc<dyn Fn(String) -> Lookup<'static> + Send + Sync>;

/// What is known of a name that is being looked up, or has just failed.
#[derive(Debug)]
struct Name {
    places: Arc<Semaphore>,
    failing_until: Option<Instant>,
}

/// How many look-ups can be under way at once.
const AT_ONCE: usize = 64;
/// How many of them of one name.
const OF_ONE_NAME: usize = 2;
/// How many of them on behalf of one caller.
const OF_ONE_CALLER: usize = AT_ONCE / 4;
/// A look-up that takes longer has failed; its caller waits no longer either.
const TOO_LONG: Duration = Duration::from_secs(3);
/// For how long a name counts as failing.
const FAILING_FOR: Duration = Duration::from_secs(30);
/// How long a look-up waits until others are done. Shorter than its caller waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// With so many names remembered, those that no longer matter are forgotten.
const MANY: usize = 1_000;

impl std::fmt::Debug for SystemResolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemResolver").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self::asking(Arc::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|socket| socket.ip()).collect())
            })
        }))
    }
}

impl SystemResolver {
    fn asking(ask: Ask) -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), names: Arc::default(), callers: Arc::default(), ask }
    }

    /// Nothing is left half done while it is locked.
    fn names(&self) -> MutexGuard<'_, HashMap<String, Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The places for look-ups on behalf of a caller.
    fn places_of_caller(&self, whose: &str) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.retain(|_, places| Arc::strong_count(places) > 1);
        let places = callers.entry(whose.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_CALLER)));
        Arc::clone(places)
    }

    /// The places for look-ups of a name, unless it is failing.
    fn places(&self, name: &str) -> io::Result<Arc<Semaphore>> {
        let (mut names, now) = (self.names(), Instant::now());
        if names.len() >= MANY {
            names.retain(|_, name| name.matters(now));
        }
        let known = names.entry(name.to_owned()).or_default();
        if known.is_failing(now) {
            return Err(io::Error::other("the name has just failed"));
        }
        Ok(Arc::clone(&known.places))
    }

    fn forget(&self, name: &str) {
        let mut names = self.names();
        if names.get(name).is_some_and(|known| !known.matters(Instant::now())) {
            names.remove(name);
        }
    }

    fn failed(&self, name: &str) {
        let until = Instant::now() + FAILING_FOR;
        self.names().entry(name.to_owned()).or_default().failing_until = Some(until);
    }

    /// Looks a name up to the end, whoever still waits for it.
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut lookup = (self.ask)(name.to_owned());
        let found = if let Ok(found) = timeout(TOO_LONG, &mut lookup).await {
            found
        } else {
            self.failed(name);
            // Its thread is not free before.
            lookup.await
        };
        match found {
            // The system had to open files for that: nothing is wrong with the name.
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
        Self { places: Arc::new(Semaphore::new(OF_ONE_NAME)), failing_until: None }
    }
}

impl Name {
    fn is_failing(&self, now: Instant) -> bool {
        self.failing_until.is_some_and(|until| now < until)
    }

    /// Whether anybody looks it up or waits to, or it is failing.
    fn matters(&self, now: Instant) -> bool {
        self.is_failing(now) || Arc::strong_count(&self.places) > 1
    }
}

/// A place, within the time that a look-up waits for one.
async fn place(places: Arc<Semaphore>, until: Instant) -> io::Result<OwnedSemaphorePermit> {
    let place = timeout_at(until, places.acquire_owned()).await.map_err(|_| io::ErrorKind::ResourceBusy)?;
    place.map_err(io::Error::other)
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        self.resolve_for(name, "")
    }

    fn resolve_for<'a>(&'a self, name: &'a str, whose: &'a str) -> Lookup<'a> {
        Box::pin(async move {
            let until = Instant::now() + PATIENCE;
            let of_caller = place(self.places_of_caller(whose), until).await?;
            let of_name = place(self.places(name)?, until).await?;
            // It may have failed while this one waited.
            self.places(name)?;
            let of_all = place(Arc::clone(&self.places), until).await?;
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

    /// Names of which nobody knows anything, with servers that never answer, and others.
    fn with_dead_names() -> SystemResolver {
        SystemResolver::asking(Arc::new(|name| {
            Box::pin(async move {
                match name.as_str() {
                    "unknown.example" => Err(io::ErrorKind::NotFound.into()),
                    dead if dead.starts_with("dead") => pending().await,
                    _ => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
                }
            })
        }))
    }

    /// Begins to look a name up and goes away, as callers do whose time is over.
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
        assert_eq!(resolver.places.available_permits(), AT_ONCE - OF_ONE_NAME);
        let many = (0..20).map(|_| resolver.resolve("alive.example"));
        for lookup in many.map(|lookup| async { lookup.await.unwrap().len() }).collect::<Vec<_>>() {
            assert_eq!(lookup.await, 1);
        }
        assert!(!resolver.names().contains_key("alive.example"));
    }

    /// However many dead names one caller has, there are places for the names of others.
    #[tokio::test]
    async fn the_dead_names_of_one_caller_take_a_part_of_the_places() {
        let resolver = with_dead_names();
        for number in 0..OF_ONE_CALLER + 4 {
            let name = format!("dead{number}.example");
            let lookup = timeout(Duration::from_millis(1), resolver.resolve_for(&name, "many")).await;
            assert!(lookup.is_err(), "{lookup:?}");
        }
        assert_eq!(resolver.places.available_permits(), AT_ONCE - OF_ONE_CALLER);
        assert_eq!(resolver.resolve_for("alive.example", "other").await.unwrap().len(), 1);
        let none = resolver.places_of_caller("many").try_acquire_owned();
        assert!(none.is_err() && resolver.places_of_caller("other").try_acquire_owned().is_ok());
    }

    /// Whoever could not even be looked up has not failed.
    #[tokio::test]
    async fn what_finds_no_place_says_so() {
        let resolver = with_dead_names();
        let _all = resolver.places.acquire_many(64).await.unwrap();
        let none = place(Arc::clone(&resolver.places), Instant::now()).await;
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
