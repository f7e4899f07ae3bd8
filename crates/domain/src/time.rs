//! Instants, and how they are shown in an account's time zone.

mod wire;

pub use wire::{NotADay, NotATime, WireDay, WireTime};

use jiff::Timestamp;
pub use jiff::civil::Date;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A point in time, in UTC, with millisecond precision. In JSON of our own it is the number of milliseconds; on the
/// wire it is [`Instant::to_wire`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The instant that is `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant that lies `duration` of elapsed time later. Adding 24 hours is not adding a day.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The instant that lies `duration` of elapsed time earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// Elapsed time since `earlier`; nothing if `earlier` is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The last millisecond of its second: the latest instant that [`Instant::to_wire`] shows as it shows this one. A search
    /// until an instant includes what is shown as not later.
    #[must_use]
    pub const fn end_of_second(self) -> Self {
        self.end_of(1_000)
    }

    /// The last millisecond of its minute, as [`Instant::to_wire_minutes`] shows instants.
    #[must_use]
    pub const fn end_of_minute(self) -> Self {
        self.end_of(60_000)
    }

    const fn end_of(self, unit: i64) -> Self {
        Self(self.0.div_euclid(unit).saturating_mul(unit).saturating_add(unit - 1))
    }

    /// As [`Instant::to_wire`], cut to whole minutes, as the wire wants bookkeeping times (wire reference, section 1.3):
    /// `2026-08-14T18:03:00+01:00`.
    #[must_use]
    pub fn to_wire_minutes(self, zone: &Zone) -> String {
        Self(self.0.div_euclid(60_000) * 60_000).to_wire(zone)
    }

    /// RFC 3339 with the numeric offset the zone has at that instant, cut to whole seconds (wire reference, section
    /// 1.3): `2026-08-14T18:00:00+01:00`. Always 25 characters; what lies outside the years 0 to 9999 is shown as their
    /// end.
    #[must_use]
    pub fn to_wire(self, zone: &Zone) -> String {
        // Lists are full of these, so the digits are put together by hand.
        let second = self.0.div_euclid(1000).clamp(FIRST_SECOND, LAST_SECOND);
        let offset = zone.0.to_offset(timestamp(second)).seconds();
        // RFC 3339 has no seconds in offsets. The few zones that had some show the same moment with whole minutes.
        let minutes = offset / 60;
        let local = TimeZone::UTC.to_datetime(timestamp(second + i64::from(minutes) * 60));
        let mut text = String::with_capacity(25);
        let year = local.year().unsigned_abs();
        text.extend([digit(year / 1000), digit(year / 100), digit(year / 10), digit(year)]);
        let mut digits = |separator: char, number: u16| {
            text.extend([separator, digit(number / 10), digit(number)]);
        };
        let small = |number: i8| u16::from(number.unsigned_abs());
        digits('-', small(local.month()));
        digits('-', small(local.day()));
        digits('T', small(local.hour()));
        digits(':', small(local.minute()));
        digits(':', small(local.second()));
        let ahead = u16::try_from(minutes.unsigned_abs()).unwrap_or_default();
        digits(if minutes < 0 { '-' } else { '+' }, ahead / 60);
        digits(':', ahead % 60);
        text
    }

    /// For people: `14 August 2026, 18:03`, in the zone's wall-clock time.
    #[must_use]
    pub fn to_words(self, zone: &Zone) -> String {
        self.zoned(zone).strftime("%-d %B %Y, %H:%M").to_string()
    }

    fn zoned(self, zone: &Zone) -> jiff::ZonedDateTime {
        let clamped = self.0.clamp(Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        Timestamp::from_millisecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(zone.0.clone())
    }
}

/// Near the first and the last second that have a year of four digits in every zone.
const FIRST_SECOND: i64 = -62_167_000_000;
const LAST_SECOND: i64 = 253_402_000_000;

/// Of a second that is not far outside the two above.
fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The last digit.
fn digit(number: u16) -> char {
    char::from_digit(u32::from(number % 10), 10).unwrap_or('0')
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A time zone by its IANA name, such as `Europe/Lisbon`. The data is compiled into the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The text is not the name of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a time zone, such as Europe/Lisbon")]
pub struct UnknownZone;

/// Names that are no longer the right ones, or never were a place of their own: the links of the IANA database's file
/// `backward` that its list for people who choose a zone, `zone.tab`, leaves out (edition 2025b). Sorted.
const OLD_NAMES: [&str; 71] = [
    "Africa/Asmera",
    "Africa/Timbuktu",
    "America/Argentina/ComodRivadavia",
    "America/Atka",
    "America/Buenos_Aires",
    "America/Catamarca",
    "America/Coral_Harbour",
    "America/Cordoba",
    "America/Ensenada",
    "America/Fort_Wayne",
    "America/Godthab",
    "America/Indianapolis",
    "America/Jujuy",
    "America/Knox_IN",
    "America/Louisville",
    "America/Mendoza",
    "America/Montreal",
    "America/Nipigon",
    "America/Pangnirtung",
    "America/Porto_Acre",
    "America/Rainy_River",
    "America/Rosario",
    "America/Santa_Isabel",
    "America/Shiprock",
    "America/Thunder_Bay",
    "America/Virgin",
    "America/Yellowknife",
    "Antarctica/South_Pole",
    "Asia/Ashkhabad",
    "Asia/Calcutta",
    "Asia/Choibalsan",
    "Asia/Chongqing",
    "Asia/Chungking",
    "Asia/Dacca",
    "Asia/Harbin",
    "Asia/Istanbul",
    "Asia/Kashgar",
    "Asia/Katmandu",
    "Asia/Macao",
    "Asia/Rangoon",
    "Asia/Saigon",
    "Asia/Tel_Aviv",
    "Asia/Thimbu",
    "Asia/Ujung_Pandang",
    "Asia/Ulan_Bator",
    "Atlantic/Faeroe",
    "Atlantic/Jan_Mayen",
    "Australia/ACT",
    "Australia/Canberra",
    "Australia/Currie",
    "Australia/LHI",
    "Australia/NSW",
    "Australia/North",
    "Australia/Queensland",
    "Australia/South",
    "Australia/Tasmania",
    "Australia/Victoria",
    "Australia/West",
    "Australia/Yancowinna",
    "Europe/Belfast",
    "Europe/Kiev",
    "Europe/Nicosia",
    "Europe/Tiraspol",
    "Europe/Uzhgorod",
    "Europe/Zaporozhye",
    "Pacific/Enderbury",
    "Pacific/Johnston",
    "Pacific/Ponape",
    "Pacific/Samoa",
    "Pacific/Truk",
    "Pacific/Yap",
];

impl Zone {
    /// The zone with this IANA name, also with one that cannot be chosen any more.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name).map(Self).map_err(|_| UnknownZone)
    }

    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The instant at which the zone's clock shows this time on this day. A time that the clock skips is as much later
    /// as it skipped; of a time that it shows twice this is the first (RFC 5545, section 3.3.5).
    #[must_use]
    pub fn instant_of(&self, day: Date, time: Time) -> Instant {
        let ambiguous = self.0.to_ambiguous_timestamp(day.to_datetime(time));
        // Out of range only at the ends of time, thousands of years from now.
        let timestamp = ambiguous.compatible().unwrap_or(Timestamp::MAX);
        Instant(timestamp.as_millisecond())
    }

    /// The first moment of a day.
    #[must_use]
    pub fn beginning_of(&self, day: Date) -> Instant {
        self.instant_of(day, Time::midnight())
    }

    /// The last millisecond of a day.
    #[must_use]
    pub fn end_of(&self, day: Date) -> Instant {
        match day.tomorrow() {
            Ok(next) => self.beginning_of(next).before(Duration::from_millis(1)),
            // There is no day after the last one.
            Err(_) => Instant(i64::MAX),
        }
    }

    /// The day on the zone's calendar at this instant.
    #[must_use]
    pub fn date_of(&self, at: Instant) -> Date {
        at.zoned(self).date()
    }

    /// What the zone's clock shows at this instant.
    #[must_use]
    pub fn time_of(&self, at: Instant) -> Time {
        at.zoned(self).time()
    }

    /// Every zone a business can choose, sorted by name: those of a continent or an ocean, under one name each, and
    /// UTC.
    #[must_use]
    pub fn choices() -> Vec<String> {
        const AREAS: [&str; 10] = [
            "Africa/",
            "America/",
            "Antarctica/",
            "Arctic/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ];
        let mut names: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            .filter(|name| name == "UTC" || AREAS.iter().any(|area| name.starts_with(area)))
            .filter(|name| OLD_NAMES.binary_search(&name.as_str()).is_err())
            .collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    #[test]
    fn wire_times_carry_the_offset_of_the_moment_and_no_seconds() {
        let lisbon = zone("Europe/Lisbon");
        assert_eq!(Instant::from_millis(1_786_727_007_123).to_wire_minutes(&lisbon), "2026-08-14T18:03:00+01:00");
        assert_eq!(Instant::from_millis(1_796_097_807_123).to_wire_minutes(&lisbon), "2026-12-01T04:03:00+00:00");
        assert_eq!(Instant::from_millis(0).to_wire_minutes(&zone("Asia/Kathmandu")), "1970-01-01T05:30:00+05:30");
    }

    #[test]
    fn seconds_and_minutes_end_with_what_is_shown_the_same() {
        let ends = |millis| {
            let at = Instant::from_millis(millis);
            (at.end_of_second().as_millis(), at.end_of_minute().as_millis())
        };
        assert_eq!(ends(1_786_727_007_123), (1_786_727_007_999, 1_786_727_039_999));
        assert_eq!(ends(60_000), (60_999, 119_999));
        assert_eq!(ends(59_999), (59_999, 59_999));
        assert_eq!(ends(-1), (-1, -1));
        assert_eq!(ends(i64::MAX), (i64::MAX, i64::MAX));
        assert!(ends(i64::MIN).0 < i64::MIN + 1_000 && ends(i64::MIN).1 < i64::MIN + 60_000);
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        use jiff::civil::date;
        for (name, day, hours) in [
            ("Europe/Lisbon", date(2026, 6, 12), 24),
            ("Europe/Lisbon", date(2026, 3, 29), 23),
            ("Europe/Lisbon", date(2026, 10, 25), 25),
            // Its clock goes from the end of the day before to one in the morning.
            ("America/Asuncion", date(2023, 10, 1), 23),
        ] {
            let zone = zone(name);
            let (begins, ends) = (zone.beginning_of(day), zone.end_of(day));
            assert_eq!(ends.as_millis() - begins.as_millis(), hours * 3_600_000 - 1, "{name} {day}");
            assert_eq!((zone.date_of(begins), zone.date_of(ends)), (day, day), "{name} {day}");
        }
        assert_eq!(zone("Europe/Lisbon").end_of(Date::MAX), Instant(i64::MAX));
    }

    #[test]
    fn extremes_are_shown_and_do_not_panic() {
        for extreme in [i64::MIN, i64::MAX] {
            assert!(!Instant::from_millis(extreme).to_words(&Zone::utc()).is_empty());
        }
    }

    #[test]
    fn a_zone_is_known_by_its_iana_name() {
        assert_eq!(Zone::named("Europe/Lisbon").map(|zone| zone.name().to_owned()), Ok("Europe/Lisbon".to_owned()));
        for wrong in ["", "Mars/Base", "../etc/passwd", "+01:00"] {
            assert_eq!(Zone::named(wrong), Err(UnknownZone), "{wrong:?}");
        }
        let choices = Zone::choices();
        assert!(choices.len() > 300 && choices.iter().all(|name| Zone::named(name).is_ok()));
    }

    #[test]
    fn a_zone_is_chosen_by_its_present_name_and_known_by_its_old_ones() {
        let choices = Zone::choices();
        assert!(OLD_NAMES.is_sorted());
        for old in OLD_NAMES {
            assert!(Zone::named(old).is_ok() && !choices.iter().any(|name| name == old), "{old}");
        }
        // Links as well, but to another country.
        for name in ["Europe/Oslo", "Europe/Amsterdam", "Asia/Kolkata", "Atlantic/Reykjavik", "Africa/Accra", "UTC"] {
            assert!(choices.iter().any(|choice| choice == name), "{name}");
        }
    }
}
