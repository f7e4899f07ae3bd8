//! Recurrence: the rule that yields the events of a schedule, in the wall-clock time of the business.
//!
//! A recurrence has one start time; a product that starts twice a day has two schedules. A schedule and a date
//! therefore identify an event for ever (wire reference, section 6.2), whatever else of the schedule changes.
//!
//! **Changes of the clock.** If the clock skips the start time, the event starts later by the length of the gap: 02:30
//! becomes 03:30. If the clock shows it twice, the event starts the first time. This is the rule of iCalendar (RFC
//! 5545, section 3.3.5); [`Zone::instant_of`] is its only implementation. A length in minutes is elapsed time; a length
//! in days is calendar days.

use crate::time::{Instant, Zone};
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// A set of days of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Weekdays(u8);

/// The number stands for no set of weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a set of weekdays")]
pub struct NotWeekdays;

impl TryFrom<u8> for Weekdays {
    type Error = NotWeekdays;

    fn try_from(bits: u8) -> Result<Self, NotWeekdays> {
        Self::from_bits(bits).ok_or(NotWeekdays)
    }
}

impl From<Weekdays> for u8 {
    fn from(days: Weekdays) -> Self {
        days.bits()
    }
}

impl Weekdays {
    pub const ALL: Self = Self(0b111_1111);

    #[must_use]
    pub fn has(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    /// Bit mask with Monday as the lowest bit, as stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Inverse of [`Weekdays::bits`]; `None` if any other bit is set.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= Self::ALL.0 { Some(Self(bits)) } else { None }
    }

    fn bit(day: Weekday) -> u8 {
        1 << day.to_monday_zero_offset()
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().map(Self::bit).fold(0, std::ops::BitOr::bitor))
    }
}

/// First and last day on which a pattern applies, both included; `None` is unbounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    pub first: Option<Date>,
    pub last: Option<Date>,
}

impl Season {
    #[must_use]
    pub fn has(self, day: Date) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }
}

/// When the events of a schedule start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// In the wall-clock time of the business.
    pub starts: Time,
    pub pattern: Weekdays,
    /// Limits the pattern, not the single dates.
    pub season: Season,
    /// Dates without an event. They win over pattern and single dates.
    pub except: BTreeSet<Date>,
    /// Single dates in addition to the pattern.
    pub also: BTreeSet<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Minutes of elapsed time.
    Minutes(u32),
    /// Calendar days, until midnight at the end of the last one in the time zone of the business. 1 is the rest of the
    /// day on which the event starts (wire reference, section 4.1).
    Days(u16),
}

impl Length {
    #[must_use]
    pub fn end(self, starts_at: Instant, zone: &Zone) -> Instant {
        match self {
            Self::Minutes(minutes) => starts_at.after(Duration::from_secs(u64::from(minutes) * 60)),
            Self::Days(days) => {
                let last = zone.date_of(starts_at).saturating_add(jiff::Span::new().days(i64::from(days)));
                zone.instant_of(last, Time::midnight())
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The date in the event's id, on the calendar of the business.
    pub date: Date,
    pub starts_at: Instant,
    pub ends_at: Instant,
}

impl Recurrence {
    #[must_use]
    pub fn runs_on(&self, day: Date) -> bool {
        let by_pattern = self.pattern.has(day.weekday()) && self.season.has(day);
        // Exceptions also cancel single dates.
        (by_pattern || self.also.contains(&day)) && !self.except.contains(&day)
    }

    /// Every date with an event, sorted. A pattern counts only if its season has a first and a last day, and for three
    /// years at most.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        let by_pattern = match self.season {
            Season { first: Some(first), last: Some(last) } => {
                let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
                days.take(3 * 366)
                    .take_while(|day| *day <= last)
                    .filter(|day| self.pattern.has(day.weekday()))
                    .collect()
            }
            _ => BTreeSet::new(),
        };
        let days: BTreeSet<Date> = by_pattern.union(&self.also).copied().collect();
        days.into_iter().filter(|day| !self.except.contains(day))
    }

    /// The event on this date, if there is one.
    #[must_use]
    pub fn on(&self, day: Date, length: Length, zone: &Zone) -> Option<Occurrence> {
        self.runs_on(day).then(|| {
            let starts_at = zone.instant_of(day, self.starts);
            Occurrence { date: day, starts_at, ends_at: length.end(starts_at, zone) }
        })
    }

    /// The events that start from `first` to `last`, both included, sorted by start. Visits every day in between, so
    /// the caller limits the range.
    pub fn between<'a>(
        &'a self,
        first: Instant,
        last: Instant,
        length: Length,
        zone: &'a Zone,
    ) -> impl Iterator<Item = Occurrence> + 'a {
        // A start time that the clock skips can become a start on the next day.
        let from = zone.date_of(first).saturating_sub(jiff::Span::new().days(1));
        let to = zone.date_of(last);
        std::iter::successors(Some(from), |day| day.tomorrow().ok())
            .take_while(move |day| *day <= to)
            .filter_map(move |day| self.on(day, length, zone))
            .filter(move |event| first <= event.starts_at && event.starts_at <= last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    fn lisbon() -> Zone {
        Zone::named("Europe/Lisbon").expect("a zone")
    }

    fn daily(starts: Time) -> Recurrence {
        Recurrence {
            starts,
            pattern: Weekdays::ALL,
            season: Season::default(),
            except: BTreeSet::new(),
            also: BTreeSet::new(),
        }
    }

    /// Start and end of a one-hour event, in the format of the wire.
    fn hour(day: Date, starts: Time, zone: &Zone) -> (String, String) {
        let event = daily(starts).on(day, Length::Minutes(60), zone).expect("an event");
        (event.starts_at.to_wire_minutes(zone), event.ends_at.to_wire_minutes(zone))
    }

    #[test]
    fn the_hour_that_does_not_exist_and_the_one_that_comes_twice() {
        // Lisbon goes forward on 29 March 2026 at 01:00, and back on 25 October at 02:00.
        let pair = |starts: &str, ends: &str| (starts.to_owned(), ends.to_owned());
        assert_eq!(
            hour(date(2026, 3, 29), time(1, 30, 0, 0), &lisbon()),
            pair("2026-03-29T02:30:00+01:00", "2026-03-29T03:30:00+01:00")
        );
        assert_eq!(
            hour(date(2026, 10, 25), time(1, 30, 0, 0), &lisbon()),
            pair("2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00")
        );
        // Berlin, 02:30 on both nights.
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        assert_eq!(
            hour(date(2026, 3, 29), time(2, 30, 0, 0), &berlin),
            pair("2026-03-29T03:30:00+02:00", "2026-03-29T04:30:00+02:00")
        );
        assert_eq!(
            hour(date(2026, 10, 25), time(2, 30, 0, 0), &berlin),
            pair("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")
        );
    }

    #[test]
    fn a_length_in_days_is_calendar_days() {
        let zone = lisbon();
        let event = daily(time(10, 0, 0, 0)).on(date(2026, 3, 28), Length::Days(2), &zone).expect("an event");
        assert_eq!(event.ends_at.to_wire_minutes(&zone), "2026-03-30T00:00:00+01:00");
        // 38 hours on the clock, 37 elapsed.
        assert_eq!(event.ends_at.since(event.starts_at).as_secs(), 37 * 3_600);
    }

    #[test]
    fn a_schedule_is_its_pattern_in_its_season_and_single_dates_without_exceptions() {
        let recurrence = Recurrence {
            starts: time(9, 0, 0, 0),
            pattern: [Weekday::Saturday, Weekday::Sunday].into_iter().collect(),
            season: Season { first: Some(date(2026, 6, 6)), last: Some(date(2026, 6, 14)) },
            except: [date(2026, 6, 13), date(2026, 6, 24)].into_iter().collect(),
            also: [date(2026, 6, 10), date(2026, 6, 24), date(2026, 7, 1)].into_iter().collect(),
        };
        let zone = lisbon();
        let (first, last) =
            (zone.instant_of(date(2026, 6, 1), Time::midnight()), zone.instant_of(date(2026, 7, 31), Time::midnight()));
        let days: Vec<Date> =
            recurrence.between(first, last, Length::Minutes(60), &zone).map(|event| event.date).collect();
        assert_eq!(days, [date(2026, 6, 6), date(2026, 6, 7), date(2026, 6, 10), date(2026, 6, 14), date(2026, 7, 1)]);
    }

    #[test]
    fn both_ends_of_a_search_are_included() {
        let (zone, recurrence) = (lisbon(), daily(time(9, 0, 0, 0)));
        let nine = zone.instant_of(date(2026, 6, 6), time(9, 0, 0, 0));
        let found = |first: Instant, last: Instant| recurrence.between(first, last, Length::Minutes(60), &zone).count();
        assert_eq!(found(nine, nine), 1);
        assert_eq!(found(nine.after(Duration::from_millis(1)), nine.after(Duration::from_secs(3_600))), 0);
        assert_eq!(found(nine, nine.before(Duration::from_millis(1))), 0);
    }

    /// For every transition of every zone that a business can choose, 2025 to 2030, and starts at every quarter of an
    /// hour around it: the event starts where the clock first shows its time or, if the clock skips that, later; and a
    /// search finds exactly one event for the day.
    #[test]
    fn every_transition_of_every_zone() {
        let (first, last) = ("2025-01-01T00:00:00Z", "2031-01-01T00:00:00Z");
        let (first, last): (jiff::Timestamp, jiff::Timestamp) =
            (first.parse().expect("a timestamp"), last.parse().expect("a timestamp"));
        let mut seen = 0;
        for name in Zone::choices() {
            let zone = Zone::named(&name).expect("a zone");
            for transition in zone.rules().following(first).take_while(|transition| transition.timestamp() < last) {
                seen += 1;
                around(&zone, Instant::from_millis(transition.timestamp().as_millisecond()));
            }
        }
        assert!(seen > 1_000, "{seen} transitions");
    }

    fn around(zone: &Zone, transition: Instant) {
        let day = zone.date_of(transition);
        let quarters = (0..96_i8).map(|quarter| time(quarter / 4, quarter % 4 * 15, 0, 0));
        for day in [day.yesterday().expect("a day"), day, day.tomorrow().expect("a day")] {
            for starts in quarters.clone() {
                let recurrence = daily(starts);
                let event = recurrence.on(day, Length::Minutes(60), zone).expect("an event");
                let shown = event.starts_at.to_wire_minutes(zone);
                let asked = format!("{day}T{:02}:{:02}:00", starts.hour(), starts.minute());
                // Either the clock shows the start time, or it skips that time and the event starts later.
                assert!(shown.starts_with(&asked) || shown[..19] > asked[..], "{} {asked} {shown}", zone.name());
                if shown.starts_with(&asked) {
                    // It is the first time that the clock shows it: an hour earlier it showed another time.
                    let earlier = event.starts_at.before(Duration::from_secs(3_600)).to_wire_minutes(zone);
                    assert!(!earlier.starts_with(&asked), "{} {asked}", zone.name());
                }
                let (from, to) = (
                    event.starts_at.before(Duration::from_secs(36 * 3_600)),
                    event.starts_at.after(Duration::from_secs(36 * 3_600)),
                );
                let found = recurrence.between(from, to, Length::Minutes(60), zone);
                assert_eq!(found.filter(|found| found.date == day).collect::<Vec<_>>(), [event]);
            }
        }
    }

    proptest! {
        /// A search in two parts finds what one search finds.
        #[test]
        fn a_search_can_be_cut(hour in 0_i8..24, start in 0_i64..400, length in 0_i64..40, cut in 0_i64..40) {
            let (zone, recurrence) = (lisbon(), daily(time(hour, 30, 0, 0)));
            let day = |days: i64| Instant::from_millis(1_767_225_600_000 + days * 86_400_000);
            let (first, last, middle) = (day(start), day(start + length), day(start + cut.min(length)));
            let find = |first, last| recurrence.between(first, last, Length::Minutes(60), &zone).collect::<Vec<_>>();
            let mut parts = find(first, middle);
            parts.extend(find(middle.after(Duration::from_millis(1)), last));
            prop_assert_eq!(parts, find(first, last));
        }
    }
}
