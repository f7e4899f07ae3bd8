//! Looking up the addresses of a name.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A look-up under way.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Finds the addresses of a name. Tests put names of their own in its place.
pub trait Resolve: Send + Sync {
    /// The addresses of a name, best first. It is asked once for each call and may take as long as it likes.
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a>;
}

/// Asks the system, as every program on this machine does.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    /// The system's look-up holds a thread until it is done, also when nobody waits for it any more.
    places: Arc<Semaphore>,
}

/// How many look-ups can be under way at once, so that slow names do not take all threads.
const AT_ONCE: usize = 64;

impl Default for SystemResolver {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        Box::pin(async move {
            let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
            let name = name.to_owned();
            let lookup = tokio::spawn(async move {
                let found =
                    tokio::net::lookup_host((name, 0)).await.map(|found| found.map(|socket| socket.ip()).collect());
                drop(place);
                found
            });
            lookup.await.map_err(io::Error::other)?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_knows_this_machine() {
        let found = SystemResolver::default().resolve("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }
}
