//! The rate limit of an API key: a burst of calls, then a number of calls per minute (wire reference, section 1.6).

use crate::throttle::TooMany;
use crate::time::Instant;
use std::num::NonZeroU32;
use std::time::Duration;

/// A leaky bucket: every call adds the same amount, and the bucket drains at a constant rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRate {
    /// Sustained rate.
    pub per_minute: NonZeroU32,
    /// Calls that can be made at once.
    pub burst: NonZeroU32,
}

/// When the bucket of a key is empty again, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmptyAt(i64);

/// The state of a bucket after a call was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub empty_at: EmptyAt,
    /// Calls that can still be made at once.
    pub remaining: u32,
    /// Seconds until the full burst is available again, rounded up.
    pub reset_seconds: u64,
}

impl CallRate {
    /// Counts one call.
    ///
    /// # Errors
    /// [`TooMany`] with the time until the next call is allowed, if the bucket is full.
    pub fn count(self, empty_at: EmptyAt, now: Instant) -> Result<Counted, TooMany> {
        const MINUTE: i64 = 60_000_000;
        let now = now.as_millis().saturating_mul(1_000);
        let burst = i64::from(self.burst.get());
        // Microseconds that one call adds, at least 1.
        let call = (MINUTE / i64::from(self.per_minute.get())).max(1);
        // If the system clock was set back, the bucket counts as full at most, so that the key is not locked out for
        // long.
        let filled = (empty_at.0.saturating_sub(now)).clamp(0, call * burst) + call;
        let over = filled - call * burst;
        if over > 0 {
            return Err(TooMany { wait: Duration::from_micros(over.unsigned_abs()) });
        }
        Ok(Counted {
            empty_at: EmptyAt(now.saturating_add(filled)),
            remaining: u32::try_from(-over / call).unwrap_or(0),
            reset_seconds: filled.unsigned_abs().div_ceil(1_000_000),
        })
    }

    /// Whether the bucket is empty, so that its state can be discarded.
    #[must_use]
    pub fn is_empty(empty_at: EmptyAt, now: Instant) -> bool {
        empty_at.0 <= now.as_millis().saturating_mul(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(per_minute: u32, burst: u32) -> CallRate {
        let some = |number| NonZeroU32::new(number).expect("not zero");
        CallRate { per_minute: some(per_minute), burst: some(burst) }
    }

    #[test]
    fn a_burst_passes_and_then_one_a_second() {
        let (rate, now) = (rate(60, 30), Instant::from_millis(1_000_000));
        let mut empty_at = EmptyAt::default();
        for call in 1..=30_u32 {
            let counted = rate.count(empty_at, now).expect("within the burst");
            assert_eq!((counted.remaining, counted.reset_seconds), (30 - call, u64::from(call)));
            empty_at = counted.empty_at;
        }
        assert_eq!(rate.count(empty_at, now), Err(TooMany { wait: Duration::from_secs(1) }));
        assert!(!CallRate::is_empty(empty_at, now.after(Duration::from_secs(29))));
        assert!(CallRate::is_empty(empty_at, now.after(Duration::from_secs(30))));
        let later = now.after(Duration::from_millis(1_500));
        let counted = rate.count(empty_at, later).expect("one more");
        assert_eq!((counted.remaining, counted.reset_seconds), (0, 30));
        // If the clock is set back by an hour, the next call is still possible after a second.
        let wait = rate.count(empty_at, now.before(Duration::from_secs(3_600)));
        assert_eq!(wait, Err(TooMany { wait: Duration::from_secs(1) }));
    }

    #[test]
    fn many_calls_take_microseconds() {
        let (rate, mut now) = (rate(6_000_000, 10), Instant::from_millis(0));
        let mut empty_at = EmptyAt::default();
        for _ in 0..50 {
            for _ in 0..10 {
                empty_at = rate.count(empty_at, now).expect("a call").empty_at;
            }
            now = now.after(Duration::from_millis(1));
        }
    }

    proptest! {
        /// A call after the stated wait succeeds, and no more calls pass than the burst and those of the rate.
        #[test]
        fn the_wait_is_honest_and_no_more_pass(
            gaps in proptest::collection::vec(0u64..5_000, 1..200), per_minute in 1u32..1_000, burst in 1u32..50,
        ) {
            let (rate, start) = (rate(per_minute, burst), Instant::from_millis(1_700_000_000_000));
            let (mut now, mut empty_at, mut passed) = (start, EmptyAt::default(), 0u64);
            for gap in gaps {
                now = now.after(Duration::from_millis(gap));
                match rate.count(empty_at, now) {
                    Ok(counted) => {
                        prop_assert!(counted.remaining < burst);
                        empty_at = counted.empty_at;
                    }
                    Err(TooMany { wait }) => {
                        // The clock has milliseconds.
                        now = now.after(wait + Duration::from_millis(1));
                        empty_at = rate.count(empty_at, now).expect("after the wait").empty_at;
                    }
                }
                passed += 1;
            }
            // A call takes whole microseconds, so slightly more calls than the exact number can pass.
            let call = 60_000_000 / u64::from(per_minute);
            let elapsed = u64::try_from(now.since(start).as_micros()).expect("not long");
            prop_assert!(passed <= u64::from(burst) + elapsed / call);
        }
    }
}
