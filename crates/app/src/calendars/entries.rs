//! Calendar entries, made from bookings and blocks.

use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::ProductId;
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::scheduled;
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::calendar::{CalendarEvent, EventBooking, ScheduledEvent, Status, Uid};
use slotkeeper_emails::{People, TimeSpan};
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::calendar_entries::{BlockRow, Booked, EventRow};

pub(super) struct CalendarContext<'a> {
    pub(super) account: &'a Account,
    pub(super) catalogue: &'a Catalogue,
    /// The language of catalogue texts.
    pub(super) language: Language,
    /// The language of fixed texts: the first of the account's for which there are any.
    pub(super) emails: Language,
    /// Number and time of the last change that affects every entry: of the catalogue or of the account.
    pub(super) common: (i64, Instant),
}

/// The rows without those of the last event if the limit may have cut some off, so that each event is shown with all
/// its bookings.
pub(super) fn whole(mut rows: Vec<EventRow>, limit: i64) -> Vec<EventRow> {
    if i64::try_from(rows.len()).is_ok_and(|found| found >= limit)
        && let Some(last) = rows.last().map(|row| row.event.clone())
        && rows.first().is_some_and(|first| first.event != last)
    {
        rows.retain(|row| row.event != last);
    }
    rows
}

impl CalendarContext<'_> {
    /// Sequence number and time of the last change of an entry, which must never decrease. `own` is its own number of
    /// changes.
    fn changes(&self, own: i64, at: Instant) -> (u32, Instant) {
        let (number, common_at) = self.common;
        (u32::try_from(number.saturating_add(own)).unwrap_or(u32::MAX), common_at.max(at))
    }

    /// One entry for each event. The rows of an event must follow each other.
    pub(super) fn events(&self, rows: &[EventRow]) -> Vec<CalendarEvent> {
        let events = rows.chunk_by(|one, other| one.event == other.event);
        events.filter_map(|rows| Some(self.event(rows.first()?, rows))).collect()
    }

    fn event(&self, first: &EventRow, rows: &[EventRow]) -> CalendarEvent {
        let booked: Vec<&Booked> = rows.iter().filter_map(|row| row.booked.as_ref()).collect();
        let own = booked.iter().fold(first.changes, |sum, booked| sum.saturating_add(booked.changes));
        let at = booked.iter().map(|booked| booked.touched_at).chain(first.changed_at).max();
        let changes = self.changes(own, at.unwrap_or(self.common.1));
        let occasion = ScheduledEvent {
            uid: Uid::of_event(&self.account.id, &first.event),
            span: times(self.span(&first.event, first.taken, booked.first().copied())),
            product: self.product(&first.event.product, booked.first().copied()),
            status: Status::Confirmed,
            visits: booked.into_iter().map(|booked| self.visit(booked)).collect(),
        };
        CalendarEvent::for_business(&occasion, self.emails, changes)
    }

    pub(super) fn appointment(&self, booked: &Booked) -> CalendarEvent {
        let occasion = ScheduledEvent {
            uid: Uid::of_booking(&self.account.id, &booked.number),
            span: times(booked.span),
            product: self.product(&booked.product, Some(booked)),
            status: if booked.accepted { Status::Confirmed } else { Status::Tentative },
            visits: vec![self.visit(booked)],
        };
        CalendarEvent::for_business(&occasion, self.emails, self.changes(booked.changes, booked.touched_at))
    }

    /// The entry of a block. Blocks have no count of changes, so the seconds from creation to last change stand for it.
    pub(super) fn block(&self, row: &BlockRow) -> CalendarEvent {
        let own = row.touched_at.since(row.created_at).as_secs();
        let changes = self.changes(i64::try_from(own).unwrap_or(i64::MAX), row.touched_at);
        CalendarEvent::busy(Uid::of_block(&self.account.id, &row.block), times(row.span), self.emails, changes)
    }

    /// Start and end of an event: of the schedule; if it is no longer there, of the claims on its resources; if there
    /// are none, of a booking. A booking of a course has only the start of its first class, so the time of day is used.
    fn span(&self, event: &EventId, taken: Option<Span>, booked: Option<&Booked>) -> Span {
        let zone = &self.account.zone;
        let product = self.catalogue.product(&event.product);
        if let Some(scheduled) = product.and_then(|product| scheduled::event(product, event, zone)) {
            return scheduled.span();
        }
        let day = zone.beginning_of(event.date);
        let Some(span) = taken.or(booked.map(|booked| booked.span)) else { return Span { from: day, to: day } };
        if taken.is_some() || zone.date_of(span.from) == event.date {
            return span;
        }
        let from = zone.instant_of(event.date, zone.time_of(span.from));
        Span { from, to: from }
    }

    /// The name of a product; if it is no longer in the catalogue, its name at the time of booking.
    fn product(&self, id: &ProductId, booked: Option<&Booked>) -> String {
        let product = self.catalogue.product(id).map(|product| product.name.r#in(self.language).to_owned());
        product.or_else(|| booked.map(|booked| booked.product_name.clone())).unwrap_or_default()
    }

    fn visit(&self, booked: &Booked) -> EventBooking {
        let people = booked.party.numbers().map(|(id, number)| {
            let category = self.catalogue.category(id).map(|category| category.name.r#in(self.language));
            People { category: category.unwrap_or(id.as_str()).to_owned(), number }
        });
        EventBooking { number: booked.number.clone(), customer: booked.title.clone(), people: people.collect() }
    }
}

fn times(span: Span) -> TimeSpan {
    TimeSpan { start: span.from, end: span.to }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(days: &[i8]) -> Vec<EventRow> {
        let event = |day: &i8| format!("312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-{day:02}");
        let row = |day| {
            let event = event(day).parse().expect("an id");
            EventRow { event, changes: 0, changed_at: None, taken: None, booked: None }
        };
        days.iter().map(row).collect()
    }

    #[test]
    fn an_event_is_shown_with_all_its_bookings_or_not_at_all() {
        for (found, limit, kept) in [
            (&[1, 1, 2][..], 4, &[1, 1, 2][..]),
            (&[1, 1, 2], 3, &[1, 1]),
            (&[1, 2, 2], 3, &[1]),
            (&[], 0, &[]),
            // A single event with more bookings than the limit is shown in part rather than left out.
            (&[2, 2, 2], 3, &[2, 2, 2]),
        ] {
            assert_eq!(whole(rows(found), limit), rows(kept), "{found:?}");
        }
    }
}
