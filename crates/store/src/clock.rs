//! What time it is, as a parameter.

use slotkeeper_domain::time::Instant;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}
