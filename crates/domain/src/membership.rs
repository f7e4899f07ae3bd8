//! Memberships of customers. Some products can be booked by members only (wire reference, section 6.13).

use jiff::civil::Date;

/// First and last day of a membership, both included, on the calendar of the business. Without a last day it does not
/// expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    since: Date,
    until: Option<Date>,
}

/// The last day of the membership is before its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the membership ends before it begins")]
pub struct EndsBeforeItBegins;

impl Membership {
    pub fn new(since: Date, until: Option<Date>) -> Result<Self, EndsBeforeItBegins> {
        if until.is_some_and(|until| until < since) { Err(EndsBeforeItBegins) } else { Ok(Self { since, until }) }
    }

    #[must_use]
    pub fn since(&self) -> Date {
        self.since
    }

    /// The last day; `None` if the membership does not expire.
    #[must_use]
    pub fn until(&self) -> Option<Date> {
        self.until
    }

    /// Whether the customer is a member on this day.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.since <= day && self.until.is_none_or(|until| day <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn both_ends_are_included() {
        let year = Membership::new(date(2026, 1, 1), Some(date(2026, 12, 31))).expect("a membership");
        for (day, member) in [
            (date(2025, 12, 31), false),
            (date(2026, 1, 1), true),
            (date(2026, 12, 31), true),
            (date(2027, 1, 1), false),
        ] {
            assert_eq!(year.covers(day), member, "{day}");
        }
        let for_life = Membership::new(date(2026, 1, 1), None).expect("a membership");
        assert!(for_life.covers(date(2199, 1, 1)) && !for_life.covers(date(2025, 12, 31)));
        assert!(Membership::new(date(2026, 1, 2), Some(date(2026, 1, 1))).is_err());
    }

    proptest! {
        /// Every membership has at least one day: its first.
        #[test]
        fn no_membership_is_empty(first in 0_i64..80_000, length in -10_i64..400) {
            let day = |days: i64| date(1980, 1, 1).saturating_add(jiff::Span::new().days(days));
            let made = Membership::new(day(first), Some(day(first + length)));
            prop_assert_eq!(made.is_ok(), length >= 0);
            if let Ok(membership) = made {
                prop_assert!(membership.covers(membership.since()));
                prop_assert!(!membership.covers(day(first - 1)) && !membership.covers(day(first + length + 1)));
            }
        }
    }
}
