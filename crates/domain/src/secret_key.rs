//! Replacing an application's secret key without a gap.

use crate::time::Instant;
use std::time::Duration;

/// How long the old secret key works on beside the new one. The developer chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// The old key ends at once.
    None,
    /// One hour.
    Hour,
    /// 24 hours.
    Day,
    /// Seven times 24 hours.
    Week,
}

impl Overlap {
    /// Every choice, with the value of the form and the words for people.
    pub const CHOICES: [(Self, &'static str, &'static str); 4] = [
        (Self::None, "now", "End it now"),
        (Self::Hour, "1h", "1 hour"),
        (Self::Day, "24h", "24 hours"),
        (Self::Week, "7d", "7 days"),
    ];

    /// The choice behind the value of the form.
    #[must_use]
    pub fn from_form(value: &str) -> Option<Self> {
        Self::CHOICES.into_iter().find(|(_, known, _)| *known == value).map(|(overlap, ..)| overlap)
    }

    /// When a key replaced at `now` stops working. A key that already had an earlier end keeps it.
    #[must_use]
    pub fn end(self, now: Instant, earlier_end: Option<Instant>) -> Instant {
        let hours = match self {
            Self::None => 0,
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
        };
        let end = now.after(Duration::from_secs(hours * 3_600));
        earlier_end.map_or(end, |earlier| earlier.min(end))
    }
}

/// Whether a key works: from its creation until its end, the end excluded.
#[must_use]
pub fn works(end: Option<Instant>, now: Instant) -> bool {
    end.is_none_or(|end| now < end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_key_ends_when_chosen_and_never_later_than_before() {
        let now = Instant::from_millis(1_000);
        assert!(!works(Some(Overlap::None.end(now, None)), now));
        let day = Overlap::Day.end(now, None);
        assert!(works(Some(day), Instant::from_millis(1_000 + 86_400_000 - 1)));
        assert!(!works(Some(day), Instant::from_millis(1_000 + 86_400_000)));
        let hour = Overlap::Hour.end(now, None);
        assert_eq!(Overlap::Week.end(now, Some(hour)), hour);
        assert_eq!(Overlap::None.end(now, Some(hour)), now);
        assert!(works(None, now));
    }
}
