//! Changes of the rules of a time zone, for example when a government abolishes summer time and a new edition of the
//! IANA database says so.
//!
//! Bookings, claims and blocks are stored as instants, computed from wall-clock times by the rules known at that time.
//! When the rules change, everything in the future keeps its wall-clock time and gets a new instant. This module
//! computes the new instants; which rows are moved is decided in `app/src/zones`.

use crate::catalogue::Product;
use crate::event::EventId;
use crate::inventory::Span;
use crate::recurrence::Length;
use crate::scheduled;
use crate::time::{Instant, Zone};
use std::time::Duration;

/// If the product is gone, a length from here on is taken for calendar days, and a shorter one for elapsed time.
const DAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// Old and new rules of one account's time zone.
#[derive(Debug, Clone, Copy)]
pub struct ZoneRuleChange<'a> {
    /// The rules by which the stored instants were computed.
    pub old_rules: &'a Zone,
    /// The rules by which they have to be computed now.
    pub new_rules: &'a Zone,
}

impl ZoneRuleChange<'_> {
    /// Whether both rules set the clock alike, so that no instant moves.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.old_rules.rules_id() == self.new_rules.rules_id()
    }

    /// The instant at which the clock shows, by the new rules, what it showed at `at` by the old ones.
    #[must_use]
    pub fn instant(&self, at: Instant) -> Instant {
        // If the wall-clock time occurs twice by the new rules, `instant_of` would always give the first occurrence. An
        // instant that already shows the right time therefore stays.
        let (day, time) = (self.old_rules.date_of(at), self.old_rules.time_of(at));
        if (self.new_rules.date_of(at), self.new_rules.time_of(at)) == (day, time) {
            at
        } else {
            self.new_rules.instant_of(day, time)
        }
    }

    /// Moves both ends, so that start and end keep their wall-clock times.
    #[must_use]
    pub fn by_clock(&self, span: Span) -> Span {
        let (from, to) = (self.instant(span.from), self.instant(span.to));
        // By the old rules the two ends were the same wall-clock time, shown twice, and the new rules show it once: the
        // length is kept instead.
        if from < to { Span { from, to } } else { Span { from, to: from.after(length(span)) } }
    }

    /// Moves the start and keeps the elapsed length.
    #[must_use]
    pub fn by_start(&self, span: Span) -> Span {
        let from = self.instant(span.from);
        Span { from, to: from.after(length(span)) }
    }

    /// The new span of a booking or claim of an event.
    ///
    /// If the span is what the schedule yields by the old rules, the result is what it yields by the new ones. If the
    /// schedule was changed or the product is gone, the span is moved as an appointment is.
    #[must_use]
    pub fn event(&self, product: Option<&Product>, id: &EventId, span: Span) -> Span {
        let on = |zone| product.and_then(|product| scheduled::event(product, id, zone)).map(|event| event.span());
        match (on(self.old_rules), on(self.new_rules)) {
            (Some(was), Some(is)) if was == span => is,
            _ => self.appointment(product, span),
        }
    }

    /// The new start of an event of which only the start is stored; otherwise as [`Self::event`].
    #[must_use]
    pub fn start_of_event(&self, product: Option<&Product>, id: &EventId, at: Instant) -> Instant {
        let on = |zone| product.and_then(|product| scheduled::event(product, id, zone));
        match (on(self.old_rules), on(self.new_rules)) {
            (Some(was), Some(is)) if was.occurrence.starts_at == at => is.occurrence.starts_at,
            _ => self.instant(at),
        }
    }

    /// The new span of an appointment: with a length in days both ends keep their wall-clock times, otherwise the start
    /// does and the length stays.
    #[must_use]
    pub fn appointment(&self, product: Option<&Product>, span: Span) -> Span {
        let days = product.map_or(length(span) >= DAYS, |product| matches!(product.length, Length::Days(_)));
        if days { self.by_clock(span) } else { self.by_start(span) }
    }

    /// The new span of a block of resources: both ends keep their wall-clock times. An end that is over at `now` does
    /// not move.
    #[must_use]
    pub fn block(&self, span: Span, now: Instant) -> Span {
        let moved = self.by_clock(span);
        if now < span.from {
            return moved;
        }
        let to = if now < span.to { moved.to } else { span.to };
        if span.from < to { Span { from: span.from, to } } else { span }
    }
}

/// Whether a row moves from `was` to `is`: they differ, and by at least one of the rules it starts after `now`.
#[must_use]
pub fn moves(was: Span, is: Span, now: Instant) -> bool {
    was != is && now < was.from.max(is.from)
}

fn length(span: Span) -> Duration {
    span.to.since(span.from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ProductKind;
    use crate::testing;
    use crate::time::Date;
    use jiff::civil::{Time, date, time};
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        Zone::named(name).expect("a zone")
    }

    fn at(zone: &Zone, day: Date, hour: i8, minute: i8) -> Instant {
        zone.instant_of(day, time(hour, minute, 0, 0))
    }

    fn event_of(product: &Product, day: Date) -> EventId {
        let ProductKind::Fixed { schedules } = &product.kind else { panic!("a tour") };
        EventId { product: product.id.clone(), schedule: schedules[0].id.clone(), date: day }
    }

    /// A product with one event each day.
    fn tour(starts: Time, length: Length) -> Product {
        let mut product = testing::catalogue().products[0].clone();
        product.length = length;
        let ProductKind::Fixed { schedules } = &mut product.kind else { panic!("a tour") };
        schedules[0].recurrence.starts = starts;
        product
    }

    /// Lisbon is one hour behind Madrid, in winter and in summer.
    #[test]
    fn what_is_agreed_on_the_clock_stays_on_the_clock() {
        let (was, is) = (zone("Europe/Lisbon"), zone("Europe/Madrid"));
        let change = ZoneRuleChange { old_rules: &was, new_rules: &is };
        let span = |zone: &Zone, day| Span { from: at(zone, day, 18, 0), to: at(zone, day, 20, 0) };
        for day in [date(2026, 12, 1), date(2026, 7, 1)] {
            assert_eq!(change.appointment(None, span(&was, day)), span(&is, day));
            assert_eq!(change.block(span(&was, day), at(&was, day, 0, 0)), span(&is, day));
            assert_eq!(at(&was, day, 18, 0).since(at(&is, day, 18, 0)), Duration::from_secs(3_600));
        }
    }

    #[test]
    fn an_hour_that_comes_twice_stays_where_it_is_or_becomes_one() {
        let (lisbon, utc) = (zone("Europe/Lisbon"), Zone::utc());
        // The clock goes from 02:00 back to 01:00.
        let first = at(&lisbon, date(2026, 10, 25), 1, 30);
        let second = first.after(Duration::from_secs(3_600));
        let same = ZoneRuleChange { old_rules: &lisbon, new_rules: &zone("Portugal") };
        assert!(same.is_none());
        assert_eq!((same.instant(first), same.instant(second)), (first, second));
        let change = ZoneRuleChange { old_rules: &lisbon, new_rules: &utc };
        assert!(!change.is_none());
        assert_eq!((change.instant(first), change.instant(second)), (second, second));
        // A span that would become empty keeps its length.
        let moved = Span { from: second, to: second.after(Duration::from_secs(3_600)) };
        assert_eq!(change.by_clock(Span { from: first, to: second }), moved);
    }

    #[test]
    fn a_block_that_has_begun_ends_on_the_clock() {
        let (was, is) = (zone("Europe/Lisbon"), zone("Europe/Madrid"));
        let change = ZoneRuleChange { old_rules: &was, new_rules: &is };
        let (from, to) = (at(&was, date(2026, 11, 20), 0, 0), at(&was, date(2026, 12, 24), 0, 0));
        let ends = at(&is, date(2026, 12, 24), 0, 0);
        let blocked = |now| change.block(Span { from, to }, now);
        assert_eq!(blocked(from), Span { from, to: ends });
        assert_eq!(blocked(from.before(Duration::from_secs(1))).to, ends);
        assert_eq!(blocked(to), Span { from, to });
    }

    #[test]
    fn what_is_over_stays() {
        let span = |from: i64| Span { from: Instant::from_millis(from), to: Instant::from_millis(from + 5) };
        let now = Instant::from_millis(100);
        for (was, is, expected) in
            [(90, 91, false), (100, 99, false), (101, 99, true), (99, 101, true), (110, 120, true), (110, 110, false)]
        {
            assert_eq!(moves(span(was), span(is), now), expected, "{was} to {is}");
        }
    }

    fn zones() -> impl Strategy<Value = Zone> {
        const NAMES: [&str; 9] = [
            "Europe/Lisbon",
            "Africa/Casablanca",
            "Africa/Cairo",
            "Asia/Beirut",
            "America/Santiago",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Pacific/Kiritimati",
            "UTC",
        ];
        prop::sample::select(NAMES.map(zone).to_vec())
    }

    fn days() -> impl Strategy<Value = Date> {
        (0_i64..1_500).prop_map(|days| date(2026, 1, 1).saturating_add(jiff::Span::new().days(days)))
    }

    proptest! {
        /// The clock shows the same time by both rules; if the new rules skip it, the instant is later by the length of
        /// the gap.
        #[test]
        fn the_clock_shows_what_it_showed(was in zones(), is in zones(), day in days(), minute in 0_i64..1_440) {
            let instant = was.beginning_of(day).after(Duration::from_secs(u64::try_from(minute * 60).expect("minutes")));
            let change = ZoneRuleChange { old_rules: &was, new_rules: &is };
            let moved = change.instant(instant);
            let (shown, shows) = ((was.date_of(instant), was.time_of(instant)), (is.date_of(moved), is.time_of(moved)));
            let skipped = is.instant_of(shown.0, shown.1) == moved && shown < shows;
            prop_assert!(shown == shows || skipped, "{shown:?} {shows:?}");
            if change.is_none() {
                prop_assert_eq!(moved, instant);
            }
        }

        /// A booking of an event has the times of the event, also where either clock skips or repeats a time.
        #[test]
        fn bookings_are_when_their_event_is(
            (was, is, day) in (zones(), zones(), days()),
            (hour, half) in (0_i8..24, any::<bool>()),
            length in prop_oneof![(1_u32..2_000).prop_map(Length::Minutes), (1_u16..20).prop_map(Length::Days)],
        ) {
            let product = tour(time(hour, if half { 30 } else { 0 }, 0, 0), length);
            let id = event_of(&product, day);
            let span = |zone| scheduled::event(&product, &id, zone).expect("an event").span();
            let change = ZoneRuleChange { old_rules: &was, new_rules: &is };
            prop_assert_eq!(change.event(Some(&product), &id, span(&was)), span(&is));
            // Moving it back gives the original span.
            let back = ZoneRuleChange { old_rules: &is, new_rules: &was };
            prop_assert_eq!(back.event(Some(&product), &id, span(&is)), span(&was));
        }

        /// A moved span starts at the same wall-clock time and is never empty.
        #[test]
        fn nothing_vanishes(
            (was, is, day) in (zones(), zones(), days()),
            (minute, minutes) in (0_u64..1_440, 1_u64..100_000),
            now in 0_u64..200_000,
        ) {
            let minutes_after = |at: Instant, minutes: u64| at.after(Duration::from_secs(minutes * 60));
            let from = minutes_after(was.beginning_of(day), minute);
            let span = Span { from, to: minutes_after(from, minutes) };
            let change = ZoneRuleChange { old_rules: &was, new_rules: &is };
            let now = minutes_after(from.before(Duration::from_secs(6_000_000)), now);
            let (clock, start) = (change.by_clock(span), change.by_start(span));
            prop_assert!(clock.from < clock.to && clock.from == change.instant(from));
            prop_assert_eq!(start.to.since(start.from), span.to.since(span.from));
            let block = change.block(span, now);
            prop_assert!(block.from < block.to);
        }

        /// Spans overlap after the move if and only if they did before, unless a clock is changed near by.
        #[test]
        fn what_does_not_meet_stays_apart(
            (was, is, day) in (zones(), zones(), days()),
            (one, other) in ((0_u64..600, 1_u64..300), (0_u64..600, 1_u64..300)),
        ) {
            let of = |(from, minutes): (u64, u64)| {
                let from = was.beginning_of(day).after(Duration::from_secs(from * 60));
                Span { from, to: from.after(Duration::from_secs(minutes * 60)) }
            };
            let (one, other) = (of(one), of(other));
            let change = ZoneRuleChange { old_rules: &was, new_rules: &is };
            let calm = |zone: &Zone| {
                let (first, last) = (zone.date_of(one.from).yesterday(), zone.date_of(one.from).saturating_add(jiff::Span::new().days(3)));
                let hours = zone.beginning_of(last).since(zone.beginning_of(first.expect("a day")));
                hours == Duration::from_secs(4 * 24 * 3_600)
            };
            prop_assume!(calm(&was) && calm(&is));
            let met = change.by_start(one).overlaps(change.by_start(other));
            prop_assert_eq!(met, one.overlaps(other));
        }
    }
}
