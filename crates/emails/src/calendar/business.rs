//! Calendar entries for the business: events and appointments with their bookings, and blocks as busy.

use super::event::{CalendarEvent, Status, Uid};
use crate::context::{People, TimeSpan};
use crate::details;
use crate::language::{Locale, Texts};
use crate::values::line;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::time::Instant;

/// Most bookings that are listed in an entry. All of them are counted in its title.
const MOST_BOOKINGS: usize = 50;

/// An event with its bookings, or an appointment with its only one.
#[derive(Debug, Clone)]
pub struct ScheduledEvent {
    pub uid: Uid,
    pub span: TimeSpan,
    /// The name of the product, in the calendar's language.
    pub product: String,
    pub status: Status,
    pub visits: Vec<EventBooking>,
}

#[derive(Debug, Clone)]
pub struct EventBooking {
    pub number: BookingNumber,
    /// Empty if it is not known.
    pub customer: String,
    /// The number of people by category, in the calendar's language.
    pub people: Vec<People>,
}

impl CalendarEvent {
    /// The entry for members of the team: product and number of people in the title, customers and booking numbers in
    /// the text. `changes` counts the changes so far, and `changed_at` is the time of the last one.
    #[must_use]
    pub fn for_business(event: &ScheduledEvent, language: Language, (changes, changed_at): (u32, Instant)) -> Self {
        let locale = Locale::of(language);
        let all: Vec<People> = event.visits.iter().flat_map(|booking| booking.people.clone()).collect();
        let (product, count) = (line(&event.product), details::count_of(&all, locale));
        let summary = if count.is_empty() { product } else { format!("{product}: {count}") };
        let mut lines: Vec<String> =
            event.visits.iter().take(MOST_BOOKINGS).map(|booking| booking_line(booking, locale)).collect();
        if event.visits.len() > MOST_BOOKINGS {
            lines.push("…".to_owned());
        }
        let description = Some(lines.join("\n")).filter(|text| !text.is_empty());
        Self {
            description,
            status: event.status,
            ..entry(event.uid.clone(), event.span, summary, (changes, changed_at))
        }
    }

    /// The entry for a block: its time is busy. The reason is not part of it.
    #[must_use]
    pub fn busy(uid: Uid, span: TimeSpan, language: Language, (changes, changed_at): (u32, Instant)) -> Self {
        entry(uid, span, Locale::of(language).say(|texts| texts.busy), (changes, changed_at))
    }
}

fn entry(uid: Uid, span: TimeSpan, summary: String, (changes, changed_at): (u32, Instant)) -> CalendarEvent {
    CalendarEvent {
        uid,
        sequence: changes,
        stamp: changed_at,
        span,
        status: Status::Confirmed,
        summary,
        location: None,
        description: None,
        link: None,
        organizer: None,
        attendee: None,
    }
}

/// `Ada Example: 2 × Adults, 1 × Children (Booking number: 31206021482907)`.
fn booking_line(booking: &EventBooking, locale: Locale) -> String {
    let label = |label: fn(&Texts) -> &'static str| locale.say(label);
    let (customer, people) = (line(&booking.customer), details::list_of(&booking.people, locale));
    let party = [customer, people].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    format!("{party} ({}: {})", label(|texts| texts.booking_number), booking.number).trim_start().to_owned()
}
