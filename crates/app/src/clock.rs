//! The clock, a parameter of the application, and the clock of the system.

use slotkeeper_domain::time::Instant;

pub use slotkeeper_store::Clock;

#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> Instant {
        Instant::from_millis(jiff::Timestamp::now().as_millisecond())
    }
}
