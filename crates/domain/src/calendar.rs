//! Calendars that programs subscribe to: whose they are, and which days are in them.

use crate::change::UnknownWord;
use crate::id::{ResourceId, UserId};
use crate::inventory::Span;
use crate::time::{Instant, Zone};
use jiff::ToSpan;
use jiff::civil::Date;

/// What a calendar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarOf {
    /// Everything that is booked, for a person of the business.
    Person(UserId),
    /// What takes a resource.
    Resource(ResourceId),
}

impl CalendarOf {
    /// The word for its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Resource(_) => "resource",
        }
    }

    /// The id of the person or the resource.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Person(id) => id.as_str(),
            Self::Resource(id) => id.as_str(),
        }
    }

    /// What [`CalendarOf::kind`] and [`CalendarOf::id`] gave.
    ///
    /// # Errors
    /// When they did not.
    pub fn read(kind: &str, id: &str) -> Result<Self, UnknownWord> {
        match kind {
            "person" => id.parse().map(Self::Person).map_err(|_| UnknownWord),
            "resource" => id.parse().map(Self::Resource).map_err(|_| UnknownWord),
            _ => Err(UnknownWord),
        }
    }
}

/// How many days before today are in a calendar.
pub const DAYS_BEFORE: i32 = 30;
/// How many days after today are in a calendar.
pub const DAYS_AFTER: i32 = 180;

/// The days in a calendar, on the clock of the business. It moves once a day, at midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub first: Date,
    /// The day it is now.
    pub today: Date,
    pub last: Date,
}

impl Window {
    /// The days around an instant.
    #[must_use]
    pub fn around(now: Instant, zone: &Zone) -> Self {
        let today = zone.date_of(now);
        let first = today.checked_sub(DAYS_BEFORE.days()).unwrap_or(Date::MIN);
        let last = today.checked_add(DAYS_AFTER.days()).unwrap_or(Date::MAX);
        Self { first, today, last }
    }

    /// The days before today.
    #[must_use]
    pub fn before(&self, zone: &Zone) -> Span {
        Span { from: zone.beginning_of(self.first), to: zone.beginning_of(self.today) }
    }

    /// Today and the days after it.
    #[must_use]
    pub fn after(&self, zone: &Zone) -> Span {
        Span {
            from: zone.beginning_of(self.today),
            to: zone.end_of(self.last).after(std::time::Duration::from_millis(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_was_written_is_read() {
        for of in [
            CalendarOf::Person("ABCDEFGH01".parse().expect("an id")),
            CalendarOf::Resource("312RS00001".parse().expect("an id")),
        ] {
            assert_eq!(CalendarOf::read(of.kind(), of.id()), Ok(of));
        }
        assert!(CalendarOf::read("person", "x").is_err() && CalendarOf::read("user", "ABCDEFGH01").is_err());
    }

    #[test]
    fn the_window_is_of_whole_days_on_the_clock_of_the_business() {
        let zone = Zone::named("America/New_York").expect("a zone");
        // 7 March 2026, 23:30 there: the clock goes forward in the night to the 8th.
        let now = Instant::from_millis(1_772_944_200_000);
        let window = Window::around(now, &zone);
        assert_eq!((window.first, window.today, window.last), (date(2026, 2, 5), date(2026, 3, 7), date(2026, 9, 3)));
        let (before, after) = (window.before(&zone), window.after(&zone));
        assert_eq!(before.to, after.from);
        let shown = [before.from, before.to, after.to].map(|at| at.to_wire(&zone));
        assert_eq!(shown, ["2026-02-05T00:00:00-05:00", "2026-03-07T00:00:00-05:00", "2026-09-04T00:00:00-04:00"]);
    }
}
