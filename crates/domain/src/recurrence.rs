//! Schedules: the rule that yields the events of a product, in the wall-clock time of the business.
//!
//! A schedule has one start time; a product that starts twice a day has two schedules. So a schedule and a date name an
//! event forever (wire reference, section 6.2), whatever else of the schedule changes.
//!
//! **The hour that does not exist and the hour that comes twice.** Where clocks go forward over a start time, the event
//! starts as much later as they went: 02:30 becomes 03:30, and one hour after 01:30 is when it is. Where clocks go back
//! and a start time comes twice, the event starts the first time. It is the rule of iCalendar (RFC 5545, section 3.3.5),
//! and [`Zone::instant_of`] is the only place that has it. A length in hours and minutes is elapsed time; a length in days is
//! calendar days.

use crate::time::{Instant, Zone};
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// Days of the week.
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

    /// Whether the day is one of them.
    #[must_use]
    pub fn has(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    /// The days as bits, Monday the lowest: how they are stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The days that [`Weekdays::bits`] gave; nothing when there are others.
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

/// From which day to which a pattern holds, both included. Open where a day is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    pub first: Option<Date>,
    pub last: Option<Date>,
}

impl Season {
    /// Whether the day is in it.
    #[must_use]
    pub fn has(self, day: Date) -> bool {
        self.first.is_none_or(|first| first <= day) && self.last.is_none_or(|last| day <= last)
    }
}

/// When the events of a product start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The time of day, on the business's clock.
    pub starts: Time,
    /// On which days of the week.
    pub pattern: Weekdays,
    /// From when to when the pattern holds. Single dates need not be in it.
    pub season: Season,
    /// Days of the pattern on which nothing happens. They win over single dates.
    pub except: BTreeSet<Date>,
    /// Single dates beside the pattern.
    pub also: BTreeSet<Date>,
}

/// How long an event lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// So many minutes of elapsed time.
    Minutes(u32),
    /// Full days: until the end of the last one, on the business's clock. 1 is the rest of the day it starts on
    /// (wire reference, section 4.1).
    Days(u16),
}

impl Length {
    /// When something ends that starts at this instant.
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

/// One event of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The day it is for: the one in its id, on the business's calendar.
    pub date: Date,
    pub starts_at: Instant,
    pub ends_at: Instant,
}

impl Recurrence {
    /// Whether there is an event on this day.
    #[must_use]
    pub fn runs_on(&self, day: Date) -> bool {
        let by_pattern = self.pattern.has(day.weekday()) && self.season.has(day);
        (by_pattern || self.also.contains(&day)) && !self.except.contains(&day)
    }

    /// Every day with an event, in order, of a schedule that has an end; at most three years of a pattern. Without a first
    /// and a last day the pattern counts for nothing.
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

    /// The event of this day, if there is one.
    #[must_use]
    pub fn on(&self, day: Date, length: Length, zone: &Zone) -> Option<Occurrence> {
        self.runs_on(day).then(|| {
            let starts_at = zone.instant_of(day, self.starts);
            Occurrence { date: day, starts_at, ends_at: length.end(starts_at, zone) }
        })
    }

    /// The events that start from `first` to `last`, both included, in the order in which they start. The work is that of
    /// the days in between, so the caller bounds them.
    pub fn between<'a>(
        &'a self,
        first: Instant,
        last: Instant,
        length: Length,
        zone: &'a Zone,
    ) -> impl Iterator<Item = Occurrence> + 'a {
        // A start that the clocks went over lies later than it says, perhaps on the next day.
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

    /// When an event of an hour at that time starts and ends, as the wire writes it.
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
        // Berlin at 02:30 on both nights.
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
        // 38 hours on the clock, and one fewer in between.
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

    /// Every transition of every zone that a business can choose, 2025 to 2030: for starts at every quarter of an hour
    /// around it, the event starts where the clock shows its time first, or, where the clock skips it, later; and a search
    /// finds exactly one event for the day.
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
                // It starts when the clock says so; or the clock skipped that, and it starts later.
                assert!(shown.starts_with(&asked) || shown[..19] > asked[..], "{} {asked} {shown}", zone.name());
                if shown.starts_with(&asked) {
                    // The first time the clock says so: an hour earlier it said something else.
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
        /// A search in parts finds what a search of the whole finds.
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
