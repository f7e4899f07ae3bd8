//! Instants, and how they are shown in an account's time zone.

mod data;
mod offsets;
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
        let offset = zone.offset_at(second);
        // RFC 3339 has no seconds in offsets. The few zones that had some show the same moment with whole minutes.
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

/// Near the first and the last second that have a year of four digits in every zone.
const FIRST_SECOND: i64 = -62_167_000_000;
const LAST_SECOND: i64 = 253_402_000_000;

/// Of a second that is not far outside the two above.
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
