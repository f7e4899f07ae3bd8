//! How many calls a key may make (wire reference, section 1.6): so many at once, and then so many a minute.

use crate::throttle::TooMany;
use crate::time::Instant;
use std::num::NonZeroU32;
use std::time::Duration;

/// A limit on the calls of one key: a bucket that so many calls fill, and that empties evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRate {
    /// How many calls a minute, in the long run.
    pub per_minute: NonZeroU32,
    /// How many calls may come at once.
    pub burst: NonZeroU32,
}

/// When the bucket of a key is empty again, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmptyAt(i64);

/// A call that was counted, and what is left after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// When the bucket is empty again.
    pub empty_at: EmptyAt,
    /// How many more calls may come at once.
    pub remaining: u32,
    /// How many seconds until as many as ever may come at once, rounded up.
    pub reset_seconds: u64,
}

impl CallRate {
    /// Counts one call.
    ///
    /// # Errors
    /// When the bucket is full: how long until there is room.
    pub fn count(self, empty_at: EmptyAt, now: Instant) -> Result<Counted, TooMany> {
        const MINUTE: i64 = 60_000_000;
        let now = now.as_millis().saturating_mul(1_000);
        let burst = i64::from(self.burst.get());
        // What a call takes of the bucket, at least a microsecond.
        let call = (MINUTE / i64::from(self.per_minute.get())).max(1);
        // A clock that was put back leaves no bucket fuller than full.
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

    /// Whether the bucket is empty: whoever has it may forget it.
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
        // Put back by an hour, the clock keeps nobody out for an hour.
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
        /// Whoever waits as long as told gets through; and never more pass than the burst and the minute's calls.
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
            // A call takes whole microseconds, so a few more than the exact number may pass.
            let call = 60_000_000 / u64::from(per_minute);
            let elapsed = u64::try_from(now.since(start).as_micros()).expect("not long");
            prop_assert!(passed <= u64::from(burst) + elapsed / call);
        }
    }
}
