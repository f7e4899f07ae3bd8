//! When customers are reminded of a booking, and thanked for it afterwards.
//!
//! Hours are hours that pass, also over a change of the clock: whoever is reminded a day before is reminded 24 hours before.

use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How late thanks may be, should the server not have run in time.
const LATEST_THANKS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// When a business writes to its customers by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowUps {
    /// So many hours before the start customers are reminded; nothing: not at all.
    pub reminder_hours: Option<u16>,
    /// So many hours after the end customers are thanked; nothing: not at all.
    pub thank_you_hours: Option<u16>,
}

/// A day before, and a day after.
impl Default for FollowUps {
    fn default() -> Self {
        Self { reminder_hours: Some(24), thank_you_hours: Some(24) }
    }
}

/// A letter that is written because of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    Reminder,
    ThankYou,
}

/// What of a booking decides whether and when its letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookingTimes {
    pub starts_at: Instant,
    /// When it is over; of a course, when its last class is.
    pub ends_at: Instant,
    /// Whether the customer is to be reminded.
    pub reminder: bool,
    /// Whether the customer is to be thanked.
    pub thank_you: bool,
    /// Whether it takes place: it is neither cancelled nor waits to be accepted, and it is not so that nobody came.
    pub takes_place: bool,
}

/// What to do about a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueAction {
    Now,
    /// Ask again at this time.
    Later(Instant),
    Never,
}

impl FollowUps {
    /// When such a letter is due; nothing if it is not wanted.
    #[must_use]
    pub fn due(self, letter: FollowUp, visit: &BookingTimes) -> Option<Instant> {
        let after = |hours: u16| Duration::from_secs(u64::from(hours) * 3_600);
        match letter {
            FollowUp::Reminder => {
                self.reminder_hours.filter(|_| visit.reminder).map(|hours| visit.starts_at.before(after(hours)))
            }
            FollowUp::ThankYou => {
                self.thank_you_hours.filter(|_| visit.thank_you).map(|hours| visit.ends_at.after(after(hours)))
            }
        }
    }

    /// What is to be done about such a letter at this time. Nobody is reminded of what has begun, and thanked a week late.
    #[must_use]
    pub fn due_action(self, letter: FollowUp, visit: &BookingTimes, now: Instant) -> DueAction {
        let Some(due) = self.due(letter, visit).filter(|_| visit.takes_place) else { return DueAction::Never };
        let until = match letter {
            FollowUp::Reminder => visit.starts_at,
            FollowUp::ThankYou => due.after(LATEST_THANKS),
        };
        match now {
            now if now < due => DueAction::Later(due),
            now if now < until => DueAction::Now,
            _ => DueAction::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn hour(hour: i64) -> Instant {
        Instant::from_millis(hour * HOUR)
    }

    fn visit() -> BookingTimes {
        BookingTimes { starts_at: hour(100), ends_at: hour(102), reminder: true, thank_you: true, takes_place: true }
    }

    #[test]
    fn each_letter_has_its_time() {
        use FollowUp::{Reminder, ThankYou};
        let rules = FollowUps::default();
        for (letter, now, turn) in [
            (Reminder, 75, DueAction::Later(hour(76))),
            (Reminder, 76, DueAction::Now),
            (Reminder, 99, DueAction::Now),
            (Reminder, 100, DueAction::Never),
            (ThankYou, 125, DueAction::Later(hour(126))),
            (ThankYou, 126, DueAction::Now),
            (ThankYou, 126 + 7 * 24 - 1, DueAction::Now),
            (ThankYou, 126 + 7 * 24, DueAction::Never),
        ] {
            assert_eq!(rules.due_action(letter, &visit(), hour(now)), turn, "{letter:?} at {now}");
        }
    }

    #[test]
    fn what_is_not_wanted_is_never_due() {
        let never = |rules: FollowUps, visit: BookingTimes| {
            [(FollowUp::Reminder, 80), (FollowUp::ThankYou, 130)]
                .map(|(letter, now)| rules.due_action(letter, &visit, hour(now)) == DueAction::Never)
        };
        let rules = FollowUps::default();
        assert_eq!(never(rules, BookingTimes { takes_place: false, ..visit() }), [true, true]);
        assert_eq!(never(rules, BookingTimes { reminder: false, ..visit() }), [true, false]);
        assert_eq!(never(rules, BookingTimes { thank_you: false, ..visit() }), [false, true]);
        assert_eq!(never(FollowUps { reminder_hours: None, ..rules }, visit()), [true, false]);
        assert_eq!(never(FollowUps { thank_you_hours: None, ..rules }, visit()), [false, true]);
    }

    #[test]
    fn what_is_not_said_is_as_by_default() {
        let read = |text: &str| serde_json::from_str::<FollowUps>(text).expect("settings");
        assert_eq!(read("{}"), FollowUps::default());
        assert_eq!(read(r#"{"reminder_hours": null}"#), FollowUps { reminder_hours: None, ..FollowUps::default() });
    }
}
