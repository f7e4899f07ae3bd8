//! Replacing an application's secret key without a gap.

use crate::time::Instant;
use std::time::Duration;

/// How long the old secret key works on beside the new one. The developer chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// The old key ends at once.
    None,
    Hour,
    /// 24 hours.
    Day,
    /// Seven times 24 hours.
    Week,
}

impl Overlap {
    /// Every choice, with the value of the form and the words for when the old key stops working.
    pub const CHOICES: [(Self, &'static str, &'static str); 4] = [
        (Self::None, "now", "now"),
        (Self::Hour, "1h", "in 1 hour"),
        (Self::Day, "24h", "in 24 hours"),
        (Self::Week, "7d", "in 7 days"),
    ];

    /// The choice behind the value of the form.
    #[must_use]
    pub fn from_form(value: &str) -> Option<Self> {
        Self::CHOICES.into_iter().find(|(_, known, _)| *known == value).map(|(overlap, ..)| overlap)
    }

    /// When a key that is replaced at `now` stops working: from that instant on.
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

/// Most keys an application can have that work at the same time.
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
