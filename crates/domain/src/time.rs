//! Instants, and their formats in the time zone of an account.

mod data;
mod offsets;
mod rfc3339;
mod wire;
mod zone;

pub use data::{BadZone, BadZoneData, Edition, NotAnEdition, ZoneData, ZoneDataInUse, use_zone_data, zone_data};
pub use wire::{NotADay, NotATime, WireDay, WireTime};
pub use zone::{NotRules, NotRulesId, RulesId, UnknownZone, Zone};

use jiff::Timestamp;
pub use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A point in time with millisecond precision. Stored as the number of milliseconds; on the wire as
/// [`Instant::to_wire`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// `millis` is counted from 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Adds elapsed time. 24 hours later is not always the same time on the next day.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// Subtracts elapsed time.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// Elapsed time since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The last millisecond of the second: the latest instant with the same [`Instant::to_wire`]. As the end of a
    /// search it includes everything that is shown as not later.
    #[must_use]
    pub const fn end_of_second(self) -> Self {
        self.end_of(1_000)
    }

    /// The last millisecond of the minute: the latest instant with the same [`Instant::to_wire_minutes`].
    #[must_use]
    pub const fn end_of_minute(self) -> Self {
        self.end_of(60_000)
    }

    const fn end_of(self, unit: i64) -> Self {
        Self(self.0.div_euclid(unit).saturating_mul(unit).saturating_add(unit - 1))
    }

    /// As [`Instant::to_wire`], truncated to the minute, for times of bookkeeping (wire reference, section 1.3):
    /// `2026-08-14T18:03:00+01:00`.
    #[must_use]
    pub fn to_wire_minutes(self, zone: &Zone) -> String {
        Self(self.0.div_euclid(60_000) * 60_000).to_wire(zone)
    }

    /// RFC 3339 with the numeric offset of the zone, truncated to the second (wire reference, section 1.3):
    /// `2026-08-14T18:00:00+01:00`. Always 25 characters; instants outside the years 0 to 9999 are shown as the nearest
    /// within.
    #[must_use]
    pub fn to_wire(self, zone: &Zone) -> String {
        // Formatted by hand: large answers contain thousands of times.
        let second = self.0.div_euclid(1000).clamp(FIRST_SECOND, LAST_SECOND);
        let offset = zone.offset_at(second);
        // RFC 3339 has no seconds in offsets. Zones that had some are shown at the same instant with an offset of whole
        // minutes.
        let minutes = offset / 60;
        let local = TimeZone::UTC.to_datetime(timestamp(second + minutes * 60));
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
        Timestamp::from_millisecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(zone.rules().clone())
    }
}

/// Close to the first and last second of the years 0 to 9999, in every zone.
const FIRST_SECOND: i64 = -62_167_000_000;
const LAST_SECOND: i64 = 253_402_000_000;

/// The second must be close to this range.
fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn digit(number: u16) -> char {
    char::from_digit(u32::from(number % 10), 10).unwrap_or('0')
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
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
    fn extremes_are_shown_and_do_not_panic() {
        for extreme in [i64::MIN, i64::MAX] {
            assert!(!Instant::from_millis(extreme).to_words(&Zone::utc()).is_empty());
        }
    }
}
