//! When to try again to deliver something that could not be delivered.

use crate::time::Instant;
use std::time::Duration;

/// The waits after failed attempts: after the first one the first wait, and so on; after the last wait there is one more
/// attempt, and then it is given up. There is at least one wait and at most [`Schedule::MOST`], each between
/// [`Schedule::SHORTEST`] and [`Schedule::LONGEST`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy(Vec<Duration>);

/// Why waits are no [`Schedule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 20 waits, each of a second to 7 days")]
pub struct NotARetryPolicy;

impl RetryPolicy {
    /// How many waits there can be.
    pub const MOST: usize = 20;
    /// How short a wait can be: a receiver is not called in a tight loop.
    pub const SHORTEST: Duration = Duration::from_secs(1);
    /// How long a wait can be.
    pub const LONGEST: Duration = Duration::from_secs(7 * 86_400);
    /// The waits when nobody chose others, in minutes (wire reference, section 9).
    const MINUTES: [u64; 6] = [1, 5, 15, 60, 180, 360];

    /// A schedule of these waits.
    ///
    /// # Errors
    /// [`NotASchedule`] when there is none or too many, or when one is too short or too long.
    pub fn new(waits: impl IntoIterator<Item = Duration>) -> Result<Self, NotARetryPolicy> {
        // One more than allowed is enough to know that there are too many.
        let waits: Vec<_> = waits.into_iter().take(Self::MOST + 1).collect();
        let fit = waits.iter().all(|wait| (Self::SHORTEST..=Self::LONGEST).contains(wait));
        if fit && (1..=Self::MOST).contains(&waits.len()) { Ok(Self(waits)) } else { Err(NotARetryPolicy) }
    }

    /// When to try again after so many failed attempts; nothing when it is time to give up.
    #[must_use]
    pub fn next_attempt(&self, failed: i64, now: Instant) -> Option<Instant> {
        let index = usize::try_from(failed.max(1) - 1).ok()?;
        self.0.get(index).map(|wait| now.after(*wait))
    }

    /// The longest of the waits.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.0.iter().copied().max().unwrap_or(Self::SHORTEST)
    }
}

impl Default for RetryPolicy {
    /// 1, 5, 15, 60, 180 and 360 minutes.
    fn default() -> Self {
        Self(Self::MINUTES.map(|minutes| Duration::from_secs(minutes * 60)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let (schedule, now) = (RetryPolicy::default(), Instant::from_millis(0));
        let minutes = |failed| schedule.next_attempt(failed, now).map(|at| at.as_millis() / 60_000);
        assert_eq!(
            (1..=7).map(minutes).collect::<Vec<_>>(),
            [Some(1), Some(5), Some(15), Some(60), Some(180), Some(360), None]
        );
        assert_eq!(schedule.longest(), Duration::from_secs(6 * 3_600));
        assert_eq!(RetryPolicy::new(schedule.0.clone()), Ok(schedule));
    }

    #[test]
    fn a_schedule_is_neither_empty_nor_unbounded() {
        let seconds = |waits: &[u64]| RetryPolicy::new(waits.iter().copied().map(Duration::from_secs));
        for waits in [&[1][..], &[604_800], &[3, 1, 2], &[5; 20]] {
            let schedule = seconds(waits).unwrap();
            let now = Instant::from_millis(7);
            for (failed, wait) in (1..).zip(waits) {
                assert_eq!(schedule.next_attempt(failed, now), Some(now.after(Duration::from_secs(*wait))));
            }
            assert_eq!(schedule.next_attempt(i64::try_from(waits.len()).unwrap() + 1, now), None);
        }
        for waits in [&[][..], &[0], &[1, 0], &[604_801], &[5; 21]] {
            assert_eq!(seconds(waits), Err(NotARetryPolicy), "{waits:?}");
        }
        assert_eq!(RetryPolicy::new(std::iter::repeat(Duration::from_secs(1))), Err(NotARetryPolicy));
        assert_eq!(RetryPolicy::new([Duration::from_millis(999)]), Err(NotARetryPolicy));
    }
}
