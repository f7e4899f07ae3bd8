//! Resources, such as guides, rooms and boats, and opening hours.

use super::Translated;
use crate::id::{ResourceId, ResourceTypeId};
use crate::recurrence::Weekdays;
use crate::time::{Instant, Zone};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Interchangeable resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceType {
    pub id: ResourceTypeId,
    pub name: Translated,
    /// Whether customers see which resource they get and can ask for a particular one.
    pub is_public: bool,
    /// In the order in which they are allocated to appointments.
    pub resources: Vec<Resource>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub id: ResourceId,
    pub name: Translated,
    /// `None` if the resource is always available.
    pub hours: Option<OpeningHours>,
    /// The number of events and appointments that the resource can serve at the same time.
    pub capacity: u32,
}

/// Opening hours on some days of the week, in the time zone of the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub days: Weekdays,
    pub from: Time,
    /// Midnight is the end of the day.
    pub to: Time,
}

/// Weekly opening hours, and days of closure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    /// Overlapping and adjacent hours are joined.
    pub weekly: Vec<Opening>,
    /// Closed all day.
    pub closed: std::collections::BTreeSet<Date>,
}

impl OpeningHours {
    /// The opening hours of this day as instants, sorted and without overlaps. Times that the clock skips or shows
    /// twice are treated as in [`crate::recurrence`], at both ends.
    #[must_use]
    pub fn on(&self, day: Date, zone: &Zone) -> Vec<(Instant, Instant)> {
        if self.closed.contains(&day) {
            return Vec::new();
        }
        let mut open: Vec<(Instant, Instant)> = Vec::new();
        for opening in self.weekly.iter().filter(|opening| opening.days.has(day.weekday())) {
            let last = if opening.to == Time::midnight() { day.tomorrow().unwrap_or(day) } else { day };
            let (from, to) = (zone.instant_of(day, opening.from), zone.instant_of(last, opening.to));
            if from < to {
                open.push((from, to));
            }
        }
        open.sort();
        let mut joined: Vec<(Instant, Instant)> = Vec::with_capacity(open.len());
        for (from, to) in open {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        joined
    }

    /// Whether the hours cover the whole interval.
    #[must_use]
    pub fn cover(&self, from: Instant, to: Instant, zone: &Zone) -> bool {
        let mut reached = from;
        let mut day = zone.date_of(from);
        let last = zone.date_of(to);
        while day <= last {
            for (open, close) in self.on(day, zone) {
                if open <= reached && reached < close {
                    reached = close;
                }
            }
            if reached >= to {
                return true;
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        reached >= to
    }
}

/// Opening hours of a range of days, computed once. Gives the same answers as [`OpeningHours`].
#[derive(Debug, Clone)]
pub struct OpenDays<'a> {
    hours: &'a OpeningHours,
    zone: &'a Zone,
    /// All days of the range in order, with the result of [`OpeningHours::on`].
    days: Vec<(Date, Vec<(Instant, Instant)>)>,
}

impl OpeningHours {
    /// From `first` to `last`, both included.
    #[must_use]
    pub fn during<'a>(&'a self, first: Date, last: Date, zone: &'a Zone) -> OpenDays<'a> {
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
        OpenDays { hours: self, zone, days: days.map(|day| (day, self.on(day, zone))).collect() }
    }
}

impl OpenDays<'_> {
    /// As [`OpeningHours::on`].
    #[must_use]
    pub fn on(&self, day: Date) -> Cow<'_, [(Instant, Instant)]> {
        match self.position(day) {
            Some(position) => Cow::Borrowed(&self.days[position].1),
            None => Cow::Owned(self.hours.on(day, self.zone)),
        }
    }

    /// As [`OpeningHours::cover`], for an interval that starts on the first and ends on the second of these days.
    #[must_use]
    pub fn cover(&self, from: Instant, to: Instant, (first, last): (Date, Date)) -> bool {
        let Some((first, last)) = self.position(first).zip(self.position(last)) else {
            return self.hours.cover(from, to, self.zone);
        };
        let mut reached = from;
        for (open, close) in self.days.get(first..=last).into_iter().flatten().flat_map(|(_, open)| open) {
            if *open <= reached && reached < *close {
                reached = *close;
            }
        }
        reached >= to
    }

    fn position(&self, day: Date) -> Option<usize> {
        self.days.binary_search_by_key(&day, |(day, _)| *day).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date, time};

    fn hours() -> OpeningHours {
        let saturday: Weekdays = [Weekday::Saturday].into_iter().collect();
        let weekly = vec![
            Opening { days: Weekdays::ALL, from: time(14, 0, 0, 0), to: time(18, 0, 0, 0) },
            Opening { days: Weekdays::ALL, from: time(9, 0, 0, 0), to: time(12, 0, 0, 0) },
            Opening { days: saturday, from: time(18, 0, 0, 0), to: Time::midnight() },
        ];
        OpeningHours { weekly, closed: [date(2026, 6, 14)].into_iter().collect() }
    }

    #[test]
    fn hours_that_touch_are_one_and_a_closed_day_has_none() {
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let shown = |day| -> Vec<String> {
            let span = |(from, to): (Instant, Instant)| {
                format!("{}-{}", &from.to_wire_minutes(&zone)[11..16], &to.to_wire_minutes(&zone)[11..16])
            };
            hours().on(day, &zone).into_iter().map(span).collect()
        };
        assert_eq!(shown(date(2026, 6, 12)), ["09:00-12:00", "14:00-18:00"]);
        assert_eq!(shown(date(2026, 6, 13)), ["09:00-12:00", "14:00-00:00"]);
        assert!(shown(date(2026, 6, 14)).is_empty());
    }

    #[test]
    fn a_span_is_covered_or_it_is_not() {
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        let at = |day: i8, hour: i8| zone.instant_of(date(2026, 6, day), time(hour, 0, 0, 0));
        let covered = |from, to| hours().cover(from, to, &zone);
        assert!(covered(at(12, 9), at(12, 12)) && covered(at(13, 15), at(13, 23)));
        assert!(
            !covered(at(12, 11), at(12, 13)) && !covered(at(12, 11), at(12, 15)) && !covered(at(14, 9), at(14, 10))
        );
        // Over midnight, open on both days.
        let always = OpeningHours {
            weekly: vec![Opening { days: Weekdays::ALL, from: Time::midnight(), to: Time::midnight() }],
            ..OpeningHours::default()
        };
        assert!(always.cover(at(12, 22), at(15, 3), &zone));
    }
}
