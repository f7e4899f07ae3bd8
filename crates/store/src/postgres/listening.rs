//! Receives signals of other processes that the scope of keys may have changed. Without a signal this process notices
//! such a change only when its cached keys expire.

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

/// Delay before connecting again.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// `NOTIFY_KEYS_CHANGED` in `changes.rs` notifies the same channel.
const LISTEN: &str = "LISTEN slotkeeper_keys";

/// The listening thread. It ends when this is dropped or [`stop`](Self::stop) is called.
pub(crate) struct Listening(watch::Sender<bool>);

impl Listening {
    /// Starts a thread with its own connection. The server need not be reachable; no signals arrive until it is.
    pub(super) fn start(address: Arc<Address>, signals: Arc<CommitSignals>, alive: Alive) -> Result<Self, StoreError> {
        let failed =
            |error| StoreError::unavailable(format!("cannot start a thread that listens to the database: {error}"));
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, mut stopped) = watch::channel(false);
        let run = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => {}
                    () = listen(&address, &signals) => {}
                }
            });
            // Closing the store waits for `alive`, and must find the connection closed.
            drop(runtime);
            drop(alive);
        };
        Builder::new().name("store-listening".to_owned()).spawn(run).map_err(failed)?;
        Ok(Self(stop))
    }

    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

async fn listen(address: &Address, signals: &CommitSignals) {
    let mut logged = false;
    loop {
        let error = match address.listen(signals).await {
            Ok(()) => StoreError::unavailable("the connection has ended"),
            Err(error) => error,
        };
        // Logged once, not every second of an outage.
        if !logged {
            tracing::warn!(%error, "what other servers do with keys is noticed a moment later; connecting again");
            logged = true;
        }
        tokio::time::sleep(RECONNECT_DELAY).await;
    }
}

/// Raises `signals` for each notification until the connection ends.
pub(super) async fn listen_until_closed<S, T>(
    client: Client,
    mut connection: Connection<S, T>,
    signals: &CommitSignals,
) -> Result<(), StoreError>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut listening = false;
    let mut subscribe = pin!(client.batch_execute(LISTEN));
    loop {
        tokio::select! {
            subscribed = &mut subscribe, if !listening => {
                subscribed.map_err(store_error)?;
                listening = true;
                // Signals may have been missed before LISTEN took effect.
                signals.keys_changed();
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(_))) => signals.keys_changed(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(store_error(error)),
                None => return Ok(()),
            },
        }
    }
}
