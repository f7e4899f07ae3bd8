//! Hears from other processes that keys may open something else. What they did is known here without it within the time that
//! keys are believed; with it, at once.

use super::config::Address;
use super::failure::store_error;
use crate::error::StoreError;
use crate::queue::Alive;
use crate::unit::CommitSignals;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime;
use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, Client, Connection};

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// The channel's name is also in the statement that tells, in `changes.rs`.
const LISTEN: &str = "LISTEN slotkeeper_keys";

/// Goes on until it is dropped or told to stop.
pub(crate) struct Listening(watch::Sender<bool>);

impl Listening {
    /// Starts a thread with a connection of its own, which need not be there: until it is, nothing is heard.
    pub(super) fn start(address: Arc<Address>, bulletin: Arc<CommitSignals>, alive: Alive) -> Result<Self, StoreError> {
        let failed =
            |error| StoreError::unavailable(format!("cannot start a thread that listens to the database: {error}"));
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, mut stopped) = watch::channel(false);
        let run = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => {}
                    () = listen(&address, &bulletin) => {}
                }
            });
            // The connection is closed before anybody is told that the store is.
            drop(runtime);
            drop(alive);
        };
        Builder::new().name("store-listening".to_owned()).spawn(run).map_err(failed)?;
        Ok(Self(stop))
    }

    /// Ends the connection and the thread.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

async fn listen(address: &Address, bulletin: &CommitSignals) {
    let mut told = false;
    loop {
        let error = match address.listen(bulletin).await {
            Ok(()) => StoreError::unavailable("the connection has ended"),
            Err(error) => error,
        };
        // Once, and not each second of a night without a database.
        if !told {
            tracing::warn!(%error, "what other servers do with keys is noticed a moment later; connecting again");
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the connection ends.
pub(super) async fn hear<S, T>(
    client: Client,
    mut connection: Connection<S, T>,
    bulletin: &CommitSignals,
) -> Result<(), StoreError>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut listens = false;
    let mut begin = pin!(client.batch_execute(LISTEN));
    loop {
        tokio::select! {
            begun = &mut begin, if !listens => {
                begun.map_err(store_error)?;
                listens = true;
                // Something may have been told while nobody listened.
                bulletin.keys_changed();
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(_))) => bulletin.keys_changed(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(store_error(error)),
                None => return Ok(()),
            },
        }
    }
}
