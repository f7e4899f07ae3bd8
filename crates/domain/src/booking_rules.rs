//! When bookings are taken: lead time, latest booking time, booking window.

use crate::catalogue::BookingRules;
use crate::time::{Instant, Zone};
use std::time::Duration;

/// Why something cannot be booked at this moment, although it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// It has begun.
    #[error("It has begun already, or is over.")]
    Past,
    /// It begins too soon.
    #[error("It can be booked until {minutes} minutes before it starts.")]
    TooSoon {
        /// How many minutes before the start one must book.
        minutes: u32,
    },
    /// The last moment for a booking is over.
    #[error("It could be booked until {time}, {days_before} days before its day.")]
    TooLate {
        /// How many days before.
        days_before: u16,
        /// The time, on the business's clock.
        time: jiff::civil::Time,
    },
    /// It is too far ahead.
    #[error("It can be booked {days} days ahead at most.")]
    TooFar {
        /// How many days ahead one can book.
        days: u16,
    },
}

impl BookingRules {
    /// Whether what starts then can be booked now.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn check(&self, starts_at: Instant, now: Instant, zone: &Zone) -> Result<(), NotNow> {
        if starts_at <= now {
            return Err(NotNow::Past);
        }
        if now.after(minutes(self.lead_minutes)) > starts_at {
            return Err(NotNow::TooSoon { minutes: self.lead_minutes });
        }
        let day = zone.date_of(starts_at);
        if let Some(latest) = self.latest {
            let last_day = day.saturating_sub(jiff::Span::new().days(i64::from(latest.days_before)));
            if now > zone.instant_of(last_day, latest.time) {
                return Err(NotNow::TooLate { days_before: latest.days_before, time: latest.time });
            }
        }
        match self.window_days {
            Some(days) if zone.date_of(now).saturating_add(jiff::Span::new().days(i64::from(days))) < day => {
                Err(NotNow::TooFar { days })
            }
            _ => Ok(()),
        }
    }

    /// Whether a booking that starts then can still be changed or cancelled by others than staff.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn check_change(&self, starts_at: Instant, now: Instant) -> Result<(), NotNow> {
        if starts_at <= now {
            return Err(NotNow::Past);
        }
        if now.after(minutes(self.change_lead_minutes)) > starts_at {
            return Err(NotNow::TooSoon { minutes: self.change_lead_minutes });
        }
        Ok(())
    }
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::LatestBooking;
    use jiff::civil::{date, time};

    #[test]
    fn each_rule_ends_to_the_minute() {
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let at = |day: i8, hour: i8, minute: i8| zone.instant_of(date(2026, 6, day), time(hour, minute, 0, 0));
        let starts = at(12, 10, 0);
        let check = |rules: BookingRules, now| rules.check(starts, now, &zone);
        let none = BookingRules::default();
        assert_eq!(check(none, at(12, 9, 59)), Ok(()));
        assert_eq!(check(none, at(12, 10, 0)), Err(NotNow::Past));
        let lead = BookingRules { lead_minutes: 90, ..none };
        assert_eq!(check(lead, at(12, 8, 30)), Ok(()));
        assert_eq!(check(lead, at(12, 8, 31)), Err(NotNow::TooSoon { minutes: 90 }));
        let six = time(18, 0, 0, 0);
        let latest = BookingRules { latest: Some(LatestBooking { days_before: 1, time: six }), ..none };
        assert_eq!(check(latest, at(11, 18, 0)), Ok(()));
        assert_eq!(check(latest, at(11, 18, 1)), Err(NotNow::TooLate { days_before: 1, time: six }));
        let window = BookingRules { window_days: Some(3), ..none };
        assert_eq!(check(window, at(9, 0, 0)), Ok(()));
        assert_eq!(check(window, at(8, 23, 59)), Err(NotNow::TooFar { days: 3 }));
    }
}
