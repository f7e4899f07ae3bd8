//! The delays between attempts to deliver an e-mail or a webhook delivery.

use crate::time::Instant;
use std::time::Duration;

/// The delay after each failed attempt, in order. The attempt after the last delay is the last one. There are 1 to
/// [`RetryPolicy::MOST`] delays, each between [`RetryPolicy::SHORTEST`] and [`RetryPolicy::LONGEST`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy(Vec<Duration>);

/// The delays are too many, too few, too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 20 waits, each of a second to 7 days")]
pub struct NotARetryPolicy;

impl RetryPolicy {
    /// Maximum number of delays.
    pub const MOST: usize = 20;
    /// Prevents calling a receiver in a tight loop.
    pub const SHORTEST: Duration = Duration::from_secs(1);
    pub const LONGEST: Duration = Duration::from_secs(7 * 86_400);
    /// The default delays, in minutes (wire reference, section 9).
    const DEFAULT_MINUTES: [u64; 6] = [1, 5, 15, 60, 180, 360];

    /// # Errors
    /// [`NotARetryPolicy`] if there is no delay or too many, or if one is too short or too long.
    pub fn new(delays: impl IntoIterator<Item = Duration>) -> Result<Self, NotARetryPolicy> {
        // Bounded, because the iterator can be endless: one more than allowed shows that there are too many.
        let delays: Vec<_> = delays.into_iter().take(Self::MOST + 1).collect();
        let fit = delays.iter().all(|wait| (Self::SHORTEST..=Self::LONGEST).contains(wait));
        if fit && (1..=Self::MOST).contains(&delays.len()) { Ok(Self(delays)) } else { Err(NotARetryPolicy) }
    }

    /// The time of the next attempt after this number of failed attempts; `None` if there is none.
    #[must_use]
    pub fn next_attempt(&self, failed: i64, now: Instant) -> Option<Instant> {
        let index = usize::try_from(failed.max(1) - 1).ok()?;
        self.0.get(index).map(|wait| now.after(*wait))
    }

    #[must_use]
    pub fn longest(&self) -> Duration {
        self.0.iter().copied().max().unwrap_or(Self::SHORTEST)
    }
}

impl Default for RetryPolicy {
    /// 1, 5, 15, 60, 180 and 360 minutes.
    fn default() -> Self {
        Self(Self::DEFAULT_MINUTES.map(|minutes| Duration::from_secs(minutes * 60)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let (policy, now) = (RetryPolicy::default(), Instant::from_millis(0));
        let minutes = |failed| policy.next_attempt(failed, now).map(|at| at.as_millis() / 60_000);
        assert_eq!(
            (1..=7).map(minutes).collect::<Vec<_>>(),
            [Some(1), Some(5), Some(15), Some(60), Some(180), Some(360), None]
        );
        assert_eq!(policy.longest(), Duration::from_secs(6 * 3_600));
        assert_eq!(RetryPolicy::new(policy.0.clone()), Ok(policy));
    }

    #[test]
    fn a_policy_is_neither_empty_nor_unbounded() {
        let seconds = |delays: &[u64]| RetryPolicy::new(delays.iter().copied().map(Duration::from_secs));
        for delays in [&[1][..], &[604_800], &[3, 1, 2], &[5; 20]] {
            let policy = seconds(delays).unwrap();
            let now = Instant::from_millis(7);
            for (failed, wait) in (1..).zip(delays) {
                assert_eq!(policy.next_attempt(failed, now), Some(now.after(Duration::from_secs(*wait))));
            }
            assert_eq!(policy.next_attempt(i64::try_from(delays.len()).unwrap() + 1, now), None);
        }
        for delays in [&[][..], &[0], &[1, 0], &[604_801], &[5; 21]] {
            assert_eq!(seconds(delays), Err(NotARetryPolicy), "{delays:?}");
        }
        assert_eq!(RetryPolicy::new(std::iter::repeat(Duration::from_secs(1))), Err(NotARetryPolicy));
        assert_eq!(RetryPolicy::new([Duration::from_millis(999)]), Err(NotARetryPolicy));
    }
}
