//! When to try again to deliver something that could not be delivered.

use crate::time::Instant;
use std::time::Duration;

/// How many minutes after each failed attempt the next one comes (wire reference, section 9).
const MINUTES: [u64; 6] = [1, 5, 15, 60, 180, 360];

/// When to try again after so many failed attempts; never again after the seventh.
#[must_use]
pub fn next_attempt(failed: i64, now: Instant) -> Option<Instant> {
    let index = usize::try_from(failed.max(1) - 1).ok()?;
    MINUTES.get(index).map(|minutes| now.after(Duration::from_secs(minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let now = Instant::from_millis(0);
        let minutes = |failed| next_attempt(failed, now).map(|at| at.as_millis() / 60_000);
        assert_eq!(
            (1..=7).map(minutes).collect::<Vec<_>>(),
            [Some(1), Some(5), Some(15), Some(60), Some(180), Some(360), None]
        );
    }
}
