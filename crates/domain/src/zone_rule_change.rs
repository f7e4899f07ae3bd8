//! When the rules of a zone are replaced by others: what was agreed as a time on the clock stays at that time on the clock, and
//! so becomes another instant.
//!
//! Instants are what is compared and stored. Each of an account was made by the rules of its zone as they were known then;
//! when others are put in their place, every one that lies ahead is made anew.

use crate::catalogue::Product;
use crate::event::EventId;
use crate::inventory::Span;
use crate::recurrence::Length;
use crate::scheduled;
use crate::time::{Instant, Zone};
use std::time::Duration;

/// From what an appointment or an event of which nothing else is known is long enough to be of days, and not of hours.
const DAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// Rules of a zone that take the place of others.
#[derive(Debug, Clone, Copy)]
pub struct ZoneRuleChange<'a> {
    /// Those by which instants were made.
    pub was: &'a Zone,
    /// Those by which they are made now.
    pub is: &'a Zone,
}

impl ZoneRuleChange<'_> {
    /// Whether the clock is set as before, so that nothing moves.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.was.rules_id() == self.is.rules_id()
    }

    /// When the clock shows what it showed, or was to show, at this instant. One at which it shows that already stays, so that
    /// both hours that a clock shows twice stay where they are.
    #[must_use]
    pub fn instant(&self, at: Instant) -> Instant {
        let (day, time) = (self.was.date_of(at), self.was.time_of(at));
        if (self.is.date_of(at), self.is.time_of(at)) == (day, time) { at } else { self.is.instant_of(day, time) }
    }

    /// What is from one time on the clock to another.
    #[must_use]
    pub fn by_clock(&self, span: Span) -> Span {
        let (from, to) = (self.instant(span.from), self.instant(span.to));
        // Two instants of an hour that came twice, and no longer does.
        if from < to { Span { from, to } } else { Span { from, to: from.after(length(span)) } }
    }

    /// What starts at a time on the clock and lasts as long as it does.
    #[must_use]
    pub fn by_start(&self, span: Span) -> Span {
        let from = self.instant(span.from);
        Span { from, to: from.after(length(span)) }
    }

    /// What was booked or claimed of an event. While it is when the product's schedule has the event, it stays so; what the
    /// schedule no longer has like that, or not at all, stays at its time on the clock.
    #[must_use]
    pub fn event(&self, product: Option<&Product>, id: &EventId, span: Span) -> Span {
        let on = |zone| product.and_then(|product| scheduled::event(product, id, zone)).map(|event| event.span());
        match (on(self.was), on(self.is)) {
            (Some(was), Some(is)) if was == span => is,
            _ => self.appointment(product, span),
        }
    }

    /// When an event starts of which nothing but the start was written down.
    #[must_use]
    pub fn start_of_event(&self, product: Option<&Product>, id: &EventId, at: Instant) -> Instant {
        let on = |zone| product.and_then(|product| scheduled::event(product, id, zone));
        match (on(self.was), on(self.is)) {
            (Some(was), Some(is)) if was.occurrence.starts_at == at => is.occurrence.starts_at,
            _ => self.instant(at),
        }
    }

    #[must_use]
    pub fn appointment(&self, product: Option<&Product>, span: Span) -> Span {
        let days = product.map_or(length(span) >= DAYS, |product| matches!(product.length, Length::Days(_)));
        if days { self.by_clock(span) } else { self.by_start(span) }
    }

    /// Time that the business blocked: both ends are meant on the clock. An end that is over stays.
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

/// Whether something that is moved from one span to another moves: what was over by either clock does not.
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

    /// A product that starts then, each day, and lasts so long.
    fn tour(starts: Time, length: Length) -> Product {
        let mut product = testing::catalogue().products[0].clone();
        product.length = length;
        let ProductKind::Fixed { schedules } = &mut product.kind else { panic!("a tour") };
        schedules[0].recurrence.starts = starts;
        product
    }

    /// The clock of the one is an hour behind that of the other, in winter and in summer.
    #[test]
    fn what_is_agreed_on_the_clock_stays_on_the_clock() {
        let (was, is) = (zone("Europe/Lisbon"), zone("Europe/Madrid"));
        let rezoning = ZoneRuleChange { was: &was, is: &is };
        let span = |zone: &Zone, day| Span { from: at(zone, day, 18, 0), to: at(zone, day, 20, 0) };
        for day in [date(2026, 12, 1), date(2026, 7, 1)] {
            assert_eq!(rezoning.appointment(None, span(&was, day)), span(&is, day));
            assert_eq!(rezoning.block(span(&was, day), at(&was, day, 0, 0)), span(&is, day));
            assert_eq!(at(&was, day, 18, 0).since(at(&is, day, 18, 0)), Duration::from_secs(3_600));
        }
    }

    #[test]
    fn an_hour_that_comes_twice_stays_where_it_is_or_becomes_one() {
        let (lisbon, utc) = (zone("Europe/Lisbon"), Zone::utc());
        // The clock goes from 02:00 back to 01:00.
        let first = at(&lisbon, date(2026, 10, 25), 1, 30);
        let second = first.after(Duration::from_secs(3_600));
        let same = ZoneRuleChange { was: &lisbon, is: &zone("Portugal") };
        assert!(same.is_none());
        assert_eq!((same.instant(first), same.instant(second)), (first, second));
        let rezoning = ZoneRuleChange { was: &lisbon, is: &utc };
        assert!(!rezoning.is_none());
        assert_eq!((rezoning.instant(first), rezoning.instant(second)), (second, second));
        // What would be nothing keeps its length.
        let moved = Span { from: second, to: second.after(Duration::from_secs(3_600)) };
        assert_eq!(rezoning.by_clock(Span { from: first, to: second }), moved);
    }

    #[test]
    fn a_block_that_has_begun_ends_on_the_clock() {
        let (was, is) = (zone("Europe/Lisbon"), zone("Europe/Madrid"));
        let rezoning = ZoneRuleChange { was: &was, is: &is };
        let (from, to) = (at(&was, date(2026, 11, 20), 0, 0), at(&was, date(2026, 12, 24), 0, 0));
        let ends = at(&is, date(2026, 12, 24), 0, 0);
        let blocked = |now| rezoning.block(Span { from, to }, now);
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
        /// The clock shows what it showed, unless it skips that time: then as much later as it skipped.
        #[test]
        fn the_clock_shows_what_it_showed(was in zones(), is in zones(), day in days(), minute in 0_i64..1_440) {
            let instant = was.beginning_of(day).after(Duration::from_secs(u64::try_from(minute * 60).expect("minutes")));
            let rezoning = ZoneRuleChange { was: &was, is: &is };
            let moved = rezoning.instant(instant);
            let (shown, shows) = ((was.date_of(instant), was.time_of(instant)), (is.date_of(moved), is.time_of(moved)));
            let skipped = is.instant_of(shown.0, shown.1) == moved && shown < shows;
            prop_assert!(shown == shows || skipped, "{shown:?} {shows:?}");
            if rezoning.is_none() {
                prop_assert_eq!(moved, instant);
            }
        }

        /// What was booked of an event is when the event is, also where either clock skips or repeats the time.
        #[test]
        fn bookings_are_when_their_event_is(
            (was, is, day) in (zones(), zones(), days()),
            (hour, half) in (0_i8..24, any::<bool>()),
            length in prop_oneof![(1_u32..2_000).prop_map(Length::Minutes), (1_u16..20).prop_map(Length::Days)],
        ) {
            let product = tour(time(hour, if half { 30 } else { 0 }, 0, 0), length);
            let id = event_of(&product, day);
            let span = |zone| scheduled::event(&product, &id, zone).expect("an event").span();
            let rezoning = ZoneRuleChange { was: &was, is: &is };
            prop_assert_eq!(rezoning.event(Some(&product), &id, span(&was)), span(&is));
            // There and back again, if it was moved at all, it is where it was.
            let back = ZoneRuleChange { was: &is, is: &was };
            prop_assert_eq!(back.event(Some(&product), &id, span(&is)), span(&was));
        }

        /// Whatever is moved starts on the clock where it started, and is never empty.
        #[test]
        fn nothing_vanishes(
            (was, is, day) in (zones(), zones(), days()),
            (minute, minutes) in (0_u64..1_440, 1_u64..100_000),
            now in 0_u64..200_000,
        ) {
            let minutes_after = |at: Instant, minutes: u64| at.after(Duration::from_secs(minutes * 60));
            let from = minutes_after(was.beginning_of(day), minute);
            let span = Span { from, to: minutes_after(from, minutes) };
            let rezoning = ZoneRuleChange { was: &was, is: &is };
            let now = minutes_after(from.before(Duration::from_secs(6_000_000)), now);
            let (clock, start) = (rezoning.by_clock(span), rezoning.by_start(span));
            prop_assert!(clock.from < clock.to && clock.from == rezoning.instant(from));
            prop_assert_eq!(start.to.since(start.from), span.to.since(span.from));
            let block = rezoning.block(span, now);
            prop_assert!(block.from < block.to);
        }

        /// What did not meet before does not meet afterwards, and what met meets, unless a clock is changed near by.
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
            let rezoning = ZoneRuleChange { was: &was, is: &is };
            let calm = |zone: &Zone| {
                let (first, last) = (zone.date_of(one.from).yesterday(), zone.date_of(one.from).saturating_add(jiff::Span::new().days(3)));
                let hours = zone.beginning_of(last).since(zone.beginning_of(first.expect("a day")));
                hours == Duration::from_secs(4 * 24 * 3_600)
            };
            prop_assume!(calm(&was) && calm(&is));
            let met = rezoning.by_start(one).overlaps(rezoning.by_start(other));
            prop_assert_eq!(met, one.overlaps(other));
        }
    }
}
