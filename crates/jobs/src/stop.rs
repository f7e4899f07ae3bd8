//! The signal to jobs that the server is stopping.

use tokio::sync::watch;

/// Sends the signal.
pub struct Stopper(watch::Sender<bool>);

/// Receives the signal.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    #[must_use]
    pub fn pair() -> (Stopper, Self) {
        let (sender, receiver) = watch::channel(false);
        (Stopper(sender), Self(receiver))
    }

    /// Whether the server is stopping.
    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Completes when the server is stopping, or the [`Stopper`] was dropped.
    pub(crate) async fn requested(&mut self) {
        let _dropped = self.0.wait_for(|requested| *requested).await;
    }
}

impl Stopper {
    /// Signals that the server is stopping.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }
}
