//! How jobs learn that the server is stopping.

use tokio::sync::watch;

/// Tells that the server is stopping.
pub struct Stopper(watch::Sender<bool>);

/// Knows whether the server is stopping.
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

    /// Completes when the server is stopping, or when nobody is left who could tell.
    pub(crate) async fn told(&mut self) {
        let _nobody_left = self.0.wait_for(|told| *told).await;
    }
}

impl Stopper {
    /// The server is stopping.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }
}
