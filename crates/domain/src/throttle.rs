//! Limits on attempts, such as sign-ins.
//!
//! A limit allows a burst and then one attempt per interval (generic cell rate algorithm). The only state of a bucket
//! is the instant until which it is busy.

use crate::time::Instant;
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// How many attempts can be made at once.
    pub burst: u32,
    /// The time after which one more attempt is allowed.
    pub interval: Duration,
}

/// The limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries")]
pub struct TooMany {
    /// Time until the next attempt is allowed.
    pub wait: Duration,
}

impl Limit {
    /// Counts one attempt and returns the new `busy_until` of the bucket; `None` is an unused bucket.
    ///
    /// # Errors
    /// [`TooMany`] if the limit is reached; the bucket then stays as it is.
    pub fn take(self, busy_until: Option<Instant>, now: Instant) -> Result<Instant, TooMany> {
        let start = busy_until.map_or(now, |busy| busy.max(now));
        // The bucket may be busy for at most `burst` intervals ahead.
        let next = start.after(self.interval);
        let ceiling = now.after(self.interval * self.burst);
        if next > ceiling { Err(TooMany { wait: next.since(ceiling) }) } else { Ok(next) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: Limit = Limit { burst: 3, interval: Duration::from_secs(60) };

    #[test]
    fn a_burst_passes_then_one_each_interval() {
        let now = Instant::from_millis(1_000_000);
        let mut busy = None;
        for _ in 0..3 {
            busy = Some(LIMIT.take(busy, now).expect("within the burst"));
        }
        assert_eq!(LIMIT.take(busy, now), Err(TooMany { wait: Duration::from_secs(60) }));
        let later = now.after(Duration::from_secs(60));
        busy = Some(LIMIT.take(busy, later).expect("one more"));
        assert!(LIMIT.take(busy, later).is_err());
    }

    proptest! {
        /// An attempt after the stated wait succeeds.
        #[test]
        fn the_wait_is_honest(gaps in proptest::collection::vec(0u64..120_000, 1..60)) {
            let mut now = Instant::from_millis(0);
            let mut busy = None;
            for gap in gaps {
                now = now.after(Duration::from_millis(gap));
                match LIMIT.take(busy, now) {
                    Ok(next) => busy = Some(next),
                    Err(TooMany { wait }) => {
                        now = now.after(wait);
                        busy = Some(LIMIT.take(busy, now).expect("after the wait"));
                    }
                }
            }
        }

        /// In any period there are at most the burst and one attempt per interval.
        #[test]
        fn never_more_than_promised(gaps in proptest::collection::vec(0u64..60_000, 1..100)) {
            let (mut now, mut busy, mut passed) = (Instant::from_millis(0), None, 0u64);
            for gap in gaps {
                now = now.after(Duration::from_millis(gap));
                if let Ok(next) = LIMIT.take(busy, now) {
                    busy = Some(next);
                    passed += 1;
                }
            }
            prop_assert!(passed <= 3 + now.since(Instant::from_millis(0)).as_secs() / 60);
        }
    }
}
