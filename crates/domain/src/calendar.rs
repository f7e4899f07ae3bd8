//! Calendar feeds: their owners, and the range of days that they cover.

use crate::change::UnknownWord;
use crate::id::{ResourceId, UserId};
use crate::inventory::Span;
use crate::time::{Instant, Zone};
use jiff::ToSpan;
use jiff::civil::Date;

/// The owner of a calendar feed, which decides what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarOf {
    /// A member of the team: all bookings.
    Person(UserId),
    /// A resource: the claims on it.
    Resource(ResourceId),
}

impl CalendarOf {
    /// The kind as stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Resource(_) => "resource",
        }
    }

    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Person(id) => id.as_str(),
            Self::Resource(id) => id.as_str(),
        }
    }

    /// Inverse of [`CalendarOf::kind`] and [`CalendarOf::id`].
    ///
    /// # Errors
    /// [`UnknownWord`] for another kind or an invalid id.
    pub fn read(kind: &str, id: &str) -> Result<Self, UnknownWord> {
        match kind {
            "person" => id.parse().map(Self::Person).map_err(|_| UnknownWord),
            "resource" => id.parse().map(Self::Resource).map_err(|_| UnknownWord),
            _ => Err(UnknownWord),
        }
    }
}

/// Days before today that a feed covers.
pub const DAYS_BEFORE: i32 = 30;
/// Days after today that a feed covers.
pub const DAYS_AFTER: i32 = 180;

/// The days that a feed covers, in the time zone of the business. Changes once a day, at midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub first: Date,
    pub today: Date,
    pub last: Date,
}

impl Window {
    #[must_use]
    pub fn around(now: Instant, zone: &Zone) -> Self {
        let today = zone.date_of(now);
        let first = today.checked_sub(DAYS_BEFORE.days()).unwrap_or(Date::MIN);
        let last = today.checked_add(DAYS_AFTER.days()).unwrap_or(Date::MAX);
        Self { first, today, last }
    }

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
        // 23:30 on 7 March 2026 in New York; the clock goes forward in the following night.
        let now = Instant::from_millis(1_772_944_200_000);
        let window = Window::around(now, &zone);
        assert_eq!((window.first, window.today, window.last), (date(2026, 2, 5), date(2026, 3, 7), date(2026, 9, 3)));
        let (before, after) = (window.before(&zone), window.after(&zone));
        assert_eq!(before.to, after.from);
        let shown = [before.from, before.to, after.to].map(|at| at.to_wire(&zone));
        assert_eq!(shown, ["2026-02-05T00:00:00-05:00", "2026-03-07T00:00:00-05:00", "2026-09-04T00:00:00-04:00"]);
    }
}
