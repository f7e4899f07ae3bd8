//! A table of the UTC offsets of a zone, because large answers look up thousands of them.
//!
//! It is computed once for each zone and covers the years that requests can have (1970 to 2200). For other years the
//! rules are evaluated each time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The covered range, in seconds since 1970.
pub(super) const COVERED: (i64, i64) = (0, 7_289_654_400);

/// Upper bound for the difference between two offsets of one zone, in seconds.
const FARTHEST: i64 = 48 * 3600;

/// Sorted pairs: from this second on, the offset in seconds ahead of UTC.
#[derive(Debug)]
pub(super) struct Offsets(Vec<(i64, i64)>);

impl Offsets {
    pub(super) fn of(rules: &TimeZone) -> Self {
        let first = Timestamp::from_second(COVERED.0).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut table = vec![(COVERED.0, i64::from(rules.to_offset(first).seconds()))];
        let following = rules
            .following(first)
            .map(|transition| (transition.timestamp().as_second(), i64::from(transition.offset().seconds())));
        for (second, offset) in following.take_while(|(second, _)| *second < COVERED.1) {
            // Some transitions change only the abbreviation of the zone.
            if table.last().is_none_or(|(_, before)| *before != offset) {
                table.push((second, offset));
            }
        }
        Self(table)
    }

    /// All changes of the offset. The first entry is the offset of 1970.
    pub(super) fn table(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// The offset in seconds ahead of UTC; `None` outside the covered range.
    pub(super) fn at(&self, second: i64) -> Option<i64> {
        if !(COVERED.0..COVERED.1).contains(&second) {
            return None;
        }
        let (_, offset) = self.0.get(self.before(second).checked_sub(1)?)?;
        Some(*offset)
    }

    /// The second at which the zone's clock shows what a UTC clock shows at `shown`: the first of two, or later by the
    /// length of the gap if the clock skips it. `None` near the ends of the covered range.
    pub(super) fn second_of(&self, shown: i64) -> Option<i64> {
        if !(COVERED.0 + FARTHEST..COVERED.1 - FARTHEST).contains(&shown) {
            return None;
        }
        // Earlier entries end before the clock can show this time, at any offset.
        let mut rest = self.0.get(self.before(shown - FARTHEST).saturating_sub(1)..)?;
        let mut before = None;
        while let [(from, offset), after @ ..] = rest {
            let second = shown - offset;
            if after.first().is_none_or(|(until, _)| second < *until) {
                return Some(if second < *from { shown - before.unwrap_or(*offset) } else { second });
            }
            (before, rest) = (Some(*offset), after);
        }
        None
    }

    /// The number of entries that start at this second or earlier.
    fn before(&self, second: i64) -> usize {
        self.0.partition_point(|(from, _)| *from <= second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Instant, Zone, zone_data};
    use jiff::civil::Time;
    use proptest::prelude::*;

    /// The expected results according to the rules: the second at which the clock shows `shown`, and the offset at
    /// `second`.
    fn by_rules(zone: &Zone, shown: i64, second: i64) -> (i64, i64) {
        let datetime = TimeZone::UTC.to_datetime(Timestamp::from_second(shown).expect("a second"));
        let meant = zone.rules().to_ambiguous_timestamp(datetime).compatible().expect("in range");
        let offset = zone.rules().to_offset(Timestamp::from_second(second).expect("a second"));
        (meant.as_second(), i64::from(offset.seconds()))
    }

    #[test]
    fn around_every_change_of_every_clock_the_table_says_what_the_rules_say() {
        for name in zone_data().names() {
            let zone = Zone::named(&name).expect("a zone");
            let offsets = Offsets::of(zone.rules());
            for window in offsets.table().windows(2) {
                let [(_, before), (second, after)] = window else { continue };
                for step in [-90_000, -7_200, -3_601, -3_600, -1_800, -1, 0, 1, 1_800, 3_599, 3_600, 7_200, 90_000] {
                    for shown in [second + before + step, second + after + step] {
                        let Some(meant) = offsets.second_of(shown) else { continue };
                        let at = second + step;
                        let offset = offsets.at(at).unwrap_or_else(|| by_rules(&zone, shown, at).1);
                        assert_eq!((meant, offset), by_rules(&zone, shown, at), "{name} {second} {step}");
                    }
                }
            }
        }
    }

    #[test]
    fn outside_of_the_table_the_rules_are_asked() {
        let zone = Zone::named("Europe/Lisbon").expect("a zone");
        for day in [jiff::civil::date(1950, 7, 1), jiff::civil::date(2300, 7, 1), jiff::civil::date(1970, 1, 1)] {
            let noon = zone.instant_of(day, Time::constant(12, 0, 0, 0));
            assert_eq!((zone.date_of(noon), zone.time_of(noon)), (day, Time::constant(12, 0, 0, 0)), "{day}");
        }
        for extreme in [i64::MIN, i64::MAX] {
            let _no_panic = (zone.date_of(Instant::from_millis(extreme)), zone.time_of(Instant::from_millis(extreme)));
        }
    }

    proptest! {
        #[test]
        fn at_any_time_the_table_says_what_the_rules_say(second in COVERED.0 + FARTHEST..COVERED.1 - FARTHEST, name in prop::sample::select(Zone::choices())) {
            let zone = Zone::named(&name).expect("a zone");
            let offsets = Offsets::of(zone.rules());
            let said = (offsets.second_of(second).expect("covered"), offsets.at(second).expect("covered"));
            prop_assert_eq!(said, by_rules(&zone, second, second));
        }
    }
}
