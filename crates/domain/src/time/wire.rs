//! Times and dates in requests (wire reference, section 1.3).

use super::rfc3339::{Offset, date, read};
use super::{Instant, Zone};
use crate::safe_message::said;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A date-time in a request, with millisecond precision, of the years 1970 to 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WireTime {
    At(Instant),
    /// Wall-clock time of the account, written with the offset `-00:00`.
    Local(DateTime),
}

const YEARS_OF_TIMES: RangeInclusive<i16> = 1970..=2200;

/// Includes the dates of birth of customers.
const YEARS_OF_DAYS: RangeInclusive<i16> = 1850..=2200;

/// The largest offset, 23:59, in milliseconds.
const MOST_AHEAD: i64 = 86_340_000;

/// Why a text is no [`WireTime`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATime {
    /// Not a date-time with an offset, or one that no calendar or clock has.
    #[error("must be a date-time such as 2026-08-14T18:00:00+01:00")]
    Form,
    #[error("must be a date-time of the years 1970 to 2200")]
    Year,
}

/// Why a text is no [`WireDay`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADay {
    /// Neither a date nor a date-time, or one that no calendar or clock has.
    #[error("must be a date such as 2026-08-14")]
    Form,
    #[error("must be a date of the years 1850 to 2200")]
    Year,
}

impl WireTime {
    /// The instant, for an account in this zone.
    #[must_use]
    pub fn at(self, zone: &Zone) -> Instant {
        match self {
            Self::At(instant) => instant,
            Self::Local(local) => zone.instant_of(local.date(), local.time()),
        }
    }
}

impl FromStr for WireTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let (local, offset) = read(text.as_bytes()).ok_or(NotATime::Form)?;
        if !YEARS_OF_TIMES.contains(&local.year()) {
            return Err(NotATime::Year);
        }
        Ok(match offset {
            Offset::Account => Self::Local(local),
            Offset::Seconds(seconds) => {
                let shown = Zone::utc().instant_of(local.date(), local.time());
                Self::At(Instant::from_millis(shown.as_millis() - i64::from(seconds) * 1000))
            }
        })
    }
}

/// In a form that [`WireTime::from_str`] reads back.
impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, offset) = match self {
            Self::At(instant) => {
                // The year in UTC can be outside the accepted range, because an offset moved the time into it. Such an
                // instant needs an offset again to be read back.
                let (millis, offset) = match instant.zoned(&Zone::utc()).year() {
                    year if year < *YEARS_OF_TIMES.start() => (MOST_AHEAD, "+23:59"),
                    year if year > *YEARS_OF_TIMES.end() => (-MOST_AHEAD, "-23:59"),
                    _ => (0, "Z"),
                };
                let shown = Instant::from_millis(instant.as_millis().saturating_add(millis));
                (shown.zoned(&Zone::utc()).datetime(), offset)
            }
            Self::Local(local) => (*local, "-00:00"),
        };
        let (date, time) = (local.date(), local.time());
        write!(f, "{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        match time.millisecond() {
            0 => f.write_str(offset),
            millis => write!(f, ".{millis:03}{offset}"),
        }
    }
}

impl Serialize for WireTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WireTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// A date in a request. A date-time is accepted, too, and stands for the date in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireDay(Date);

impl WireDay {
    #[must_use]
    pub fn date(self) -> Date {
        self.0
    }
}

impl From<Date> for WireDay {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl FromStr for WireDay {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let text = text.as_bytes();
        let whole = date(text).and_then(|(date, rest)| rest.is_empty().then_some(date));
        let date = whole.or_else(|| read(text).map(|(local, _)| local.date())).ok_or(NotADay::Form)?;
        if YEARS_OF_DAYS.contains(&date.year()) { Ok(Self(date)) } else { Err(NotADay::Year) }
    }
}

/// `2026-08-14`.
impl fmt::Display for WireDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for WireDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WireDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

fn from_text<'de, T: FromStr<Err: fmt::Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text<T>(std::marker::PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(said)
        }
    }

    deserializer.deserialize_str(Text(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    fn millis(text: &str, zone: &Zone) -> Result<i64, NotATime> {
        text.parse::<WireTime>().map(|time| time.at(zone).as_millis())
    }

    #[test]
    fn a_time_has_any_offset_and_any_fraction() {
        let lisbon = zone("Europe/Lisbon");
        for (text, expected) in [
            ("2026-08-14T18:00:00+01:00", 1_786_726_800_000),
            ("2026-08-14T18:00:00 01:00", 1_786_726_800_000),
            ("2026-08-14T17:00:00Z", 1_786_726_800_000),
            ("2026-08-14t17:00:00z", 1_786_726_800_000),
            ("2026-08-14T17:00:00+00:00", 1_786_726_800_000),
            ("2026-08-14T17:00:00.1Z", 1_786_726_800_100),
            ("2026-08-14T17:00:00.000Z", 1_786_726_800_000),
            ("2026-08-14T17:00:00.1239999999999999999999999Z", 1_786_726_800_123),
            ("2026-08-14T10:30:00-06:30", 1_786_726_800_000),
            // Common deviations, and the plus of a query string.
            ("2026-08-14T18:00:00+0100", 1_786_726_800_000),
            ("2026-08-14T17:00:00+0000", 1_786_726_800_000),
            ("2026-08-14T18:00:00 0100", 1_786_726_800_000),
            ("2026-08-14T12:00:00-0500", 1_786_726_800_000),
            ("2026-08-14T18:00:00.000+01", 1_786_726_800_000),
            ("2026-08-14T18:00+01:00", 1_786_726_800_000),
            ("2026-08-14T17:00Z", 1_786_726_800_000),
            ("2026-08-14 18:00:00+01:00", 1_786_726_800_000),
            ("2026-08-14 18:00:00 +01:00", 1_786_726_800_000),
            ("2026-08-14 18:00:00  01:00", 1_786_726_800_000),
            ("2026-08-14 12:00:00 -0500", 1_786_726_800_000),
            ("2026-08-14 17:00:00 Z", 1_786_726_800_000),
            ("2026-08-14T18:00:00-0000", 1_786_726_800_000),
            ("2026-08-14T18:00:00-00", 1_786_726_800_000),
            // The time zone of the account, in summer, in winter, and where the clock skips an hour.
            ("2026-08-14T18:00:00-00:00", 1_786_726_800_000),
            ("2026-12-01T04:03:27.123-00:00", 1_796_097_807_123),
            ("2026-03-29T01:30:00-00:00", 1_774_747_800_000),
            ("1970-01-01T00:00:00Z", 0),
            ("2016-12-31T23:59:60Z", 1_483_228_799_999),
        ] {
            assert_eq!(millis(text, &lisbon), Ok(expected), "{text}");
        }
    }

    #[test]
    fn the_rest_is_refused() {
        for wrong in [
            "",
            "2026-08-14",
            "2026-08-14T18:00:00",
            "2026-08-14T18:00",
            "2026-08-14T18:00.5+01:00",
            "2026-08-14T18:00:+01:00",
            "2026-08-14T18+01:00",
            "2026-08-14  18:00:00+01:00",
            "2026-08-14T18:00:00   01:00",
            "2026-08-14T18:00:00 ",
            "2026-08-14T180000+0100",
            "2026-08-14T18:00:00+01:",
            "2026-08-14T18:00:00+1",
            "2026-08-14T18:00:00+100",
            "2026-08-14T18:00:00+010",
            "2026-08-14T18:00:00+01000",
            "2026-08-14T18:00:00+2400",
            "2026-08-14T18:00:00+0160",
            "2026-08-14T18:00:00+24:00",
            "2026-08-14T18:00:00+01:60",
            "2026-08-14T18:00:00.+01:00",
            "2026-08-14T18:00:00,5+01:00",
            "2026-08-14T18:00:00+01:00 ",
            " 2026-08-14T18:00:00+01:00",
            "2026-08-14T18:00:00Z+01:00",
            "2026-02-29T18:00:00Z",
            "2026-13-01T18:00:00Z",
            "2026-08-14T24:00:00Z",
            "2026-08-14T18:60:00Z",
            "2026-08-14T18:00:61Z",
            "+2026-08-14T18:00:00Z",
            "２026-08-14T18:00:00Z",
            "1786726800000",
        ] {
            assert_eq!(wrong.parse::<WireTime>(), Err(NotATime::Form), "{wrong:?}");
        }
        for wrong in ["1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"] {
            assert_eq!(wrong.parse::<WireTime>(), Err(NotATime::Year), "{wrong:?}");
        }
    }

    #[test]
    fn a_day_is_a_date_or_the_date_in_a_date_time() {
        for (text, expected) in [
            ("2026-08-14", Ok("2026-08-14")),
            ("1949-05-23", Ok("1949-05-23")),
            ("2026-08-14T23:30:00-08:00", Ok("2026-08-14")),
            ("2026-08-14T00:00:00.000Z", Ok("2026-08-14")),
            ("2026-08-14T23:30", Err(NotADay::Form)),
            ("2026-02-30", Err(NotADay::Form)),
            ("14.08.2026", Err(NotADay::Form)),
            ("", Err(NotADay::Form)),
            ("0001-01-01", Err(NotADay::Year)),
        ] {
            assert_eq!(
                text.parse::<WireDay>().map(|day| day.to_string()).as_deref(),
                expected.as_ref().map(|day| *day)
            );
        }
    }

    #[test]
    fn json_holds_them_as_text_and_a_refusal_does_not_repeat_it() {
        for end in ["1970-01-01T00:00:00+01:00", "2200-12-31T23:59:59.9-12:00"] {
            let time: WireTime = end.parse().expect("a time");
            assert_eq!(time.to_string().parse(), Ok(time), "{time}");
        }
        for text in ["\"2026-08-14T17:00:00Z\"", "\"2026-08-14T17:00:00.123Z\"", "\"2026-08-14T17:00:00-00:00\""] {
            let time: WireTime = serde_json::from_str(text).expect("a time");
            assert_eq!(serde_json::to_string(&time).expect("a text"), text);
        }
        let error = serde_json::from_str::<WireDay>("\"secret\"").expect_err("no day").to_string();
        assert!(
            crate::safe_message::phrase_in(&error).is_some_and(|phrase| phrase.starts_with("must be a date such as"))
        );
        assert!(!error.contains("secret"));
        assert_eq!(serde_json::to_string(&Instant::from_millis(-7)).expect("a number"), "-7");
        assert_eq!(serde_json::from_str::<Instant>("-7").expect("an instant"), Instant::from_millis(-7));
    }

    #[test]
    fn what_is_written_has_the_offset_of_the_moment() {
        for (millis, name, expected) in [
            (1_786_727_007_123, "Europe/Lisbon", "2026-08-14T18:03:27+01:00"),
            (1_796_097_807_123, "Europe/Lisbon", "2026-12-01T04:03:27+00:00"),
            (0, "Asia/Kathmandu", "1970-01-01T05:30:00+05:30"),
            (1_786_727_007_123, "America/St_Johns", "2026-08-14T14:33:27-02:30"),
            // An offset of 44 minutes and 30 seconds, which RFC 3339 cannot express.
            (86_400_000, "Africa/Monrovia", "1970-01-01T23:16:00-00:44"),
            (-1, "UTC", "1969-12-31T23:59:59+00:00"),
        ] {
            assert_eq!(Instant::from_millis(millis).to_wire(&zone(name)), expected);
        }
        for extreme in [i64::MIN, i64::MAX] {
            assert_eq!(Instant::from_millis(extreme).to_wire(&Zone::utc()).len(), 25);
        }
    }

    proptest! {
        /// A time is read back to the second, in every zone.
        #[test]
        fn a_time_comes_back(millis in 86_400_000_i64..7_289_568_000_000, choice: prop::sample::Index) {
            let names = Zone::choices();
            let zone = zone(choice.get::<String>(&names));
            let text = Instant::from_millis(millis).to_wire(&zone);
            prop_assert_eq!(text.parse(), Ok(WireTime::At(Instant::from_millis(millis / 1000 * 1000))), "{}", text);
        }

        /// No text causes a panic, and an accepted time is read back from its own text.
        #[test]
        fn any_text_is_read_or_refused(
            day in "(19|20|21|22)[0-9]{2}-[01][0-9]-[0-3][0-9]T",
            time in "[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,5})?",
            offset in "Z|[+-][0-2][0-9]:[0-6][0-9]|.{0,6}",
        ) {
            let text = format!("{day}{time}{offset}");
            if let Ok(time) = text.parse::<WireTime>() {
                prop_assert_eq!(time.to_string().parse(), Ok(time));
            }
        }
    }
}
