//! Replacement of an application's secret key without downtime.

use crate::time::Instant;
use std::time::Duration;

/// How long the old secret key remains valid beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    None,
    Hour,
    /// 24 hours.
    Day,
    /// 7 × 24 hours.
    Week,
}

impl Overlap {
    /// Each choice with its value in the form and its label, which says when the old key ends.
    pub const CHOICES: [(Self, &'static str, &'static str); 4] = [
        (Self::None, "now", "now"),
        (Self::Hour, "1h", "in 1 hour"),
        (Self::Day, "24h", "in 24 hours"),
        (Self::Week, "7d", "in 7 days"),
    ];

    #[must_use]
    pub fn from_form(value: &str) -> Option<Self> {
        Self::CHOICES.into_iter().find(|(_, known, _)| *known == value).map(|(overlap, ..)| overlap)
    }

    /// The instant from which a key replaced at `now` is invalid.
    #[must_use]
    pub fn end(self, now: Instant) -> Instant {
        let hours = match self {
            Self::None => 0,
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
        };
        now.after(Duration::from_secs(hours * 3_600))
    }
}

/// Maximum number of valid secret keys of an application.
pub const MOST_WORKING: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_key_ends_when_chosen() {
        let now = Instant::from_millis(1_000);
        let seconds = |overlap: Overlap| overlap.end(now).since(now).as_secs();
        assert_eq!(Overlap::CHOICES.map(|(overlap, ..)| seconds(overlap)), [0, 3_600, 86_400, 604_800]);
        for (overlap, value, _) in Overlap::CHOICES {
            assert_eq!(Overlap::from_form(value), Some(overlap));
        }
        assert_eq!(Overlap::from_form("1y"), None);
    }
}
