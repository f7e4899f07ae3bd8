//! The source of the current time, as a parameter.

use slotkeeper_domain::time::Instant;

pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}
