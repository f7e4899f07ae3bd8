//! Follow-up e-mails: the reminder before a booking and the thanks after it, and when each is due.
//!
//! Hours are elapsed time, also over a change of the clock: a reminder one day before is sent 24 hours before the
//! start.

use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A server that was down sends thanks up to this long after they were due.
const LATEST_THANKS: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The settings of a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowUps {
    /// Hours before the start; `None` sends no reminder.
    pub reminder_hours: Option<u16>,
    /// Hours after the end; `None` sends no thanks.
    pub thank_you_hours: Option<u16>,
}

/// 24 hours before the start, and 24 hours after the end.
impl Default for FollowUps {
    fn default() -> Self {
        Self { reminder_hours: Some(24), thank_you_hours: Some(24) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    Reminder,
    ThankYou,
}

/// The properties of a booking that decide about its follow-up e-mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookingTimes {
    pub starts_at: Instant,
    /// Of a course, the end of its last class.
    pub ends_at: Instant,
    /// Whether the booking asks for a reminder.
    pub reminder: bool,
    /// Whether the booking asks for thanks.
    pub thank_you: bool,
    /// False if the booking is cancelled, waits to be accepted, or is marked as a no-show.
    pub takes_place: bool,
}

/// What to do about a follow-up e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueAction {
    Now,
    /// Not due before this instant.
    Later(Instant),
    Never,
}

impl FollowUps {
    /// When the e-mail is due; `None` if it is not wanted.
    #[must_use]
    pub fn due(self, email: FollowUp, booking: &BookingTimes) -> Option<Instant> {
        let after = |hours: u16| Duration::from_secs(u64::from(hours) * 3_600);
        match email {
            FollowUp::Reminder => {
                self.reminder_hours.filter(|_| booking.reminder).map(|hours| booking.starts_at.before(after(hours)))
            }
            FollowUp::ThankYou => {
                self.thank_you_hours.filter(|_| booking.thank_you).map(|hours| booking.ends_at.after(after(hours)))
            }
        }
    }

    /// What to do at `now`. No reminder is sent after the start, and no thanks a week after they were due.
    #[must_use]
    pub fn due_action(self, email: FollowUp, booking: &BookingTimes, now: Instant) -> DueAction {
        let Some(due) = self.due(email, booking).filter(|_| booking.takes_place) else { return DueAction::Never };
        // A reminder is too late from the start on, thanks a week after they were due.
        let until = match email {
            FollowUp::Reminder => booking.starts_at,
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

    fn booking() -> BookingTimes {
        BookingTimes { starts_at: hour(100), ends_at: hour(102), reminder: true, thank_you: true, takes_place: true }
    }

    #[test]
    fn each_email_has_its_time() {
        use FollowUp::{Reminder, ThankYou};
        let rules = FollowUps::default();
        for (email, now, action) in [
            (Reminder, 75, DueAction::Later(hour(76))),
            (Reminder, 76, DueAction::Now),
            (Reminder, 99, DueAction::Now),
            (Reminder, 100, DueAction::Never),
            (ThankYou, 125, DueAction::Later(hour(126))),
            (ThankYou, 126, DueAction::Now),
            (ThankYou, 126 + 7 * 24 - 1, DueAction::Now),
            (ThankYou, 126 + 7 * 24, DueAction::Never),
        ] {
            assert_eq!(rules.due_action(email, &booking(), hour(now)), action, "{email:?} at {now}");
        }
    }

    #[test]
    fn what_is_not_wanted_is_never_due() {
        let never = |rules: FollowUps, booking: BookingTimes| {
            [(FollowUp::Reminder, 80), (FollowUp::ThankYou, 130)]
                .map(|(email, now)| rules.due_action(email, &booking, hour(now)) == DueAction::Never)
        };
        let rules = FollowUps::default();
        assert_eq!(never(rules, BookingTimes { takes_place: false, ..booking() }), [true, true]);
        assert_eq!(never(rules, BookingTimes { reminder: false, ..booking() }), [true, false]);
        assert_eq!(never(rules, BookingTimes { thank_you: false, ..booking() }), [false, true]);
        assert_eq!(never(FollowUps { reminder_hours: None, ..rules }, booking()), [true, false]);
        assert_eq!(never(FollowUps { thank_you_hours: None, ..rules }, booking()), [false, true]);
    }

    #[test]
    fn what_is_not_said_is_as_by_default() {
        let read = |text: &str| serde_json::from_str::<FollowUps>(text).expect("settings");
        assert_eq!(read("{}"), FollowUps::default());
        assert_eq!(read(r#"{"reminder_hours": null}"#), FollowUps { reminder_hours: None, ..FollowUps::default() });
    }
}
