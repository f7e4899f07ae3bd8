//! The rules for when customers can book, change and cancel: lead time, latest booking time, booking window, deadline
//! for changes.

use crate::catalogue::BookingRules;
use crate::time::{Instant, Zone};
use std::time::Duration;

/// Which booking rule of the product refuses a booking at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleViolation {
    #[error("it has begun")]
    Past,
    #[error("less than {minutes} minutes before the start")]
    TooSoon {
        /// The lead time.
        minutes: u32,
    },
    #[error("later than {time}, {days_before} days before")]
    TooLate {
        days_before: u16,
        /// In the business's time zone.
        time: jiff::civil::Time,
    },
    #[error("more than {days} days ahead")]
    TooFar {
        /// The booking window.
        days: u16,
    },
}

impl BookingRules {
    /// Checks whether an event or appointment with this start can be booked now.
    ///
    /// # Errors
    /// [`RuleViolation`]: the first rule that is broken.
    pub fn check(&self, starts_at: Instant, now: Instant, zone: &Zone) -> Result<(), RuleViolation> {
        if starts_at <= now {
            return Err(RuleViolation::Past);
        }
        if now.after(minutes(self.lead_minutes)) > starts_at {
            return Err(RuleViolation::TooSoon { minutes: self.lead_minutes });
        }
        let day = zone.date_of(starts_at);
        if let Some(latest) = self.latest {
            let last_day = day.saturating_sub(jiff::Span::new().days(i64::from(latest.days_before)));
            // The latest time itself is still accepted.
            if now > zone.instant_of(last_day, latest.time) {
                return Err(RuleViolation::TooLate { days_before: latest.days_before, time: latest.time });
            }
        }
        match self.window_days {
            Some(days) if zone.date_of(now).saturating_add(jiff::Span::new().days(i64::from(days))) < day => {
                Err(RuleViolation::TooFar { days })
            }
            _ => Ok(()),
        }
    }

    /// Checks whether an application or customer can still do this to a booking with this start. A booking can be
    /// cancelled until its start and changed until the deadline before it; notes can always be changed.
    pub fn allow(&self, action: BookingAction, starts_at: Instant, now: Instant) -> Result<(), TooLate> {
        if action == BookingAction::Note {
            return Ok(());
        }
        if starts_at <= now {
            return Err(TooLate::Begun);
        }
        // Cancelling has no deadline: a late cancellation can cost a fee instead.
        if action == BookingAction::Change && now.after(minutes(self.change_lead_minutes)) > starts_at {
            return Err(TooLate::Deadline { minutes: self.change_lead_minutes });
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookingAction {
    /// A change of references or of the names of participants. Times, claims and price stay.
    Note,
    /// A change of times, claims or price.
    Change,
    Cancel,
}

/// Why a booking can no longer be changed or cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLate {
    /// Also when it is over.
    #[error("the booking has begun")]
    Begun,
    #[error("less than {minutes} minutes before the start")]
    Deadline {
        /// From the deadline for changes to the start.
        minutes: u32,
    },
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::LatestBooking;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    #[test]
    fn each_rule_ends_to_the_minute() {
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let at = |day: i8, hour: i8, minute: i8| zone.instant_of(date(2026, 6, day), time(hour, minute, 0, 0));
        let starts = at(12, 10, 0);
        let check = |rules: BookingRules, now| rules.check(starts, now, &zone);
        let none = BookingRules::default();
        assert_eq!(check(none, at(12, 9, 59)), Ok(()));
        assert_eq!(check(none, at(12, 10, 0)), Err(RuleViolation::Past));
        let lead = BookingRules { lead_minutes: 90, ..none };
        assert_eq!(check(lead, at(12, 8, 30)), Ok(()));
        assert_eq!(check(lead, at(12, 8, 31)), Err(RuleViolation::TooSoon { minutes: 90 }));
        let six = time(18, 0, 0, 0);
        let latest = BookingRules { latest: Some(LatestBooking { days_before: 1, time: six }), ..none };
        assert_eq!(check(latest, at(11, 18, 0)), Ok(()));
        assert_eq!(check(latest, at(11, 18, 1)), Err(RuleViolation::TooLate { days_before: 1, time: six }));
        let window = BookingRules { window_days: Some(3), ..none };
        assert_eq!(check(window, at(9, 0, 0)), Ok(()));
        assert_eq!(check(window, at(8, 23, 59)), Err(RuleViolation::TooFar { days: 3 }));
    }
    #[test]
    fn from_its_start_on_a_booking_is_neither_changed_nor_cancelled() {
        let at =
            |minute: u64| Instant::from_millis(1_780_000_000_000).after(minutes(u32::try_from(minute).expect("few")));
        let (rules, starts) = (BookingRules { change_lead_minutes: 120, ..BookingRules::default() }, at(600));
        let (deadline, begun) = (Err(TooLate::Deadline { minutes: 120 }), Err(TooLate::Begun));
        for (now, change, cancel) in [
            (0, Ok(()), Ok(())),
            (480, Ok(()), Ok(())),
            (481, deadline, Ok(())),
            (599, deadline, Ok(())),
            (600, begun, begun),
            (1_000_000, begun, begun),
        ] {
            let allowed = |action| rules.allow(action, starts, at(now));
            assert_eq!(
                (allowed(BookingAction::Change), allowed(BookingAction::Cancel), allowed(BookingAction::Note)),
                (change, cancel, Ok(())),
                "{now}"
            );
        }
    }

    proptest! {
        /// A booking that can be changed can be cancelled, an action that is too late stays too late, and notes can
        /// always be changed.
        #[test]
        fn what_is_over_stays_over(lead in 0_u32..100_000, starts in 0_i64..1 << 40, now in 0_i64..1 << 40, later in 0_i64..1 << 40) {
            let rules = BookingRules { change_lead_minutes: lead, ..BookingRules::default() };
            let allowed = |action, now| rules.allow(action, Instant::from_millis(starts), Instant::from_millis(now)).is_ok();
            prop_assert!(allowed(BookingAction::Note, now));
            prop_assert!(allowed(BookingAction::Cancel, now) || !allowed(BookingAction::Change, now));
            prop_assert_eq!(allowed(BookingAction::Cancel, now), now < starts);
            for action in [BookingAction::Change, BookingAction::Cancel] {
                prop_assert!(allowed(action, now) || !allowed(action, now + later));
            }
        }
    }
}
