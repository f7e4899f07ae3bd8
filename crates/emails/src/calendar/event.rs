//! Calendar entries (VEVENT), and how they are written.

use super::line::{Lines, parameter};
use crate::context::{EmailContext, TimeSpan};
use crate::details;
use crate::format::address_line;
use crate::language::{Locale, Texts};
use crate::link::Link;
use crate::values::line;
use jiff::Timestamp;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::event::EventId;
use slotkeeper_domain::id::{AccountId, ResourceBlockId};
use slotkeeper_domain::time::Instant;

/// The identifier of an entry, unique in the world and for ever: made of the account and the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uid(String);

impl Uid {
    #[must_use]
    pub fn of_booking(account: &AccountId, number: &BookingNumber) -> Self {
        Self(format!("{number}-{account}@slotkeeper"))
    }

    /// One time of a booking that has several, counted from 1.
    #[must_use]
    pub fn of_class(account: &AccountId, number: &BookingNumber, class: usize) -> Self {
        Self(format!("{number}.{class}-{account}@slotkeeper"))
    }

    /// An event, with all of its bookings.
    #[must_use]
    pub fn of_event(account: &AccountId, event: &EventId) -> Self {
        Self(format!("{event}-{account}@slotkeeper"))
    }

    /// A block of resources.
    #[must_use]
    pub fn of_block(account: &AccountId, block: &ResourceBlockId) -> Self {
        Self(format!("{block}-{account}@slotkeeper"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Confirmed,
    /// Requested, and not accepted by the business.
    Tentative,
    Cancelled,
}

/// A name with an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarAddress {
    /// The name; it may be empty.
    pub name: String,
    pub email: EmailAddress,
}

/// An entry. Its texts may hold any character; control characters are left out when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    pub uid: Uid,
    /// The number of changes. A calendar ignores an entry with a smaller number than the one it has.
    pub sequence: u32,
    /// When the entry was written or, in a feed, last changed.
    pub stamp: Instant,
    /// In whole seconds.
    pub span: TimeSpan,
    pub status: Status,
    pub summary: String,
    pub location: Option<String>,
    /// Line breaks are kept.
    pub description: Option<String>,
    pub link: Option<Link>,
    pub organizer: Option<CalendarAddress>,
    pub attendee: Option<CalendarAddress>,
}

impl CalendarEvent {
    /// The entries for the customer's calendar, one for each time of the booking. The customer is the attendee only if
    /// there is one time: an invitation can be about one entry only (RFC 5546, section 3.2.2).
    #[must_use]
    pub fn for_customer(input: &EmailContext, cancelled: bool) -> Vec<Self> {
        let (business, booking) = (&input.business, &input.booking);
        let customer = &booking.customer;
        let one = booking.times.len() == 1;
        let attendee = customer.email.clone().map(|email| CalendarAddress { name: line(&customer.name), email });
        let entry = |(index, span): (usize, &TimeSpan)| Self {
            uid: if one {
                Uid::of_booking(&business.account, &booking.number)
            } else {
                Uid::of_class(&business.account, &booking.number, index + 1)
            },
            sequence: booking.changes,
            stamp: input.written_at,
            span: *span,
            status: match (cancelled, booking.accepted) {
                (true, _) => Status::Cancelled,
                (false, true) => Status::Confirmed,
                (false, false) => Status::Tentative,
            },
            summary: line(&booking.product),
            location: Some(place(input)),
            description: Some(description(input)),
            link: booking.link.clone(),
            organizer: Some(CalendarAddress { name: business.name.to_string(), email: business.sender.clone() }),
            attendee: attendee.clone().filter(|_| one),
        };
        booking.times.iter().enumerate().map(entry).collect()
    }

    /// For the calendar part of an e-mail.
    pub(super) fn write(&self, lines: &mut Lines) {
        lines.raw("BEGIN", "VEVENT");
        self.write_properties(lines);
        lines.raw("END", "VEVENT");
    }

    /// For a feed, where DTSTAMP is the time of the last change (RFC 5545, section 3.8.7.2). Some programs read
    /// LAST-MODIFIED instead, so both are written.
    pub(super) fn write_in_feed(&self, lines: &mut Lines) {
        lines.raw("BEGIN", "VEVENT");
        lines.raw("LAST-MODIFIED", &utc(self.stamp));
        self.write_properties(lines);
        lines.raw("END", "VEVENT");
    }

    fn write_properties(&self, lines: &mut Lines) {
        lines.raw("UID", self.uid.as_str());
        // SEQUENCE is a signed 32-bit integer.
        lines.raw("SEQUENCE", &self.sequence.min(i32::MAX.unsigned_abs()).to_string());
        lines.raw("DTSTAMP", &utc(self.stamp));
        let (start, end) = (utc(self.span.start), utc(self.span.end));
        lines.raw("DTSTART", &start);
        // DTEND must be later than DTSTART; without it the entry has no duration.
        if start < end {
            lines.raw("DTEND", &end);
        }
        lines.raw(
            "STATUS",
            match self.status {
                Status::Confirmed => "CONFIRMED",
                Status::Tentative => "TENTATIVE",
                Status::Cancelled => "CANCELLED",
            },
        );
        lines.text("SUMMARY", &self.summary);
        for (name, text) in [("LOCATION", &self.location), ("DESCRIPTION", &self.description)] {
            if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
                lines.text(name, text);
            }
        }
        if let Some(link) = &self.link {
            lines.raw("URL", link.as_str());
        }
        if let Some(organizer) = &self.organizer {
            lines.raw(&named("ORGANIZER", organizer), &mailto(&organizer.email));
        }
        if let Some(attendee) = &self.attendee {
            // The customer has booked, so the invitation is accepted, and no reply is wanted.
            let name = named("ATTENDEE", attendee);
            lines.raw(&format!("{name};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"), &mailto(&attendee.email));
        }
    }
}

fn place(input: &EmailContext) -> String {
    let (name, address) = (input.business.name.as_str(), address_line(&input.business));
    if address.is_empty() { name.to_owned() } else { format!("{name}, {address}") }
}

fn description(input: &EmailContext) -> String {
    let (booking, locale) = (&input.booking, Locale::of(input.language));
    let labelled = |label: fn(&Texts) -> &'static str, value: String| format!("{}: {value}", locale.say(label));
    let people = details::people(booking, locale);
    let mut lines = vec![labelled(|texts| texts.booking_number, booking.number.to_string())];
    lines.extend((!people.is_empty()).then(|| labelled(|texts| texts.people, people)));
    lines.extend(booking.link.as_ref().map(|link| link.to_string()));
    lines.join("\n")
}

fn named(property: &str, address: &CalendarAddress) -> String {
    match parameter(&address.name).as_str() {
        "\"\"" => property.to_owned(),
        name => format!("{property};CN={name}"),
    }
}

/// The address as a URI (RFC 6068, section 2).
fn mailto(email: &EmailAddress) -> String {
    let encoded = email.as_str().chars().map(|character| match character {
        '@' | '.' | '-' | '_' | '~' | '+' | '!' | '$' | '*' => character.to_string(),
        email if email.is_ascii_alphanumeric() => email.to_string(),
        other => format!("%{:02X}", u32::from(other)),
    });
    format!("mailto:{}", encoded.collect::<String>())
}

/// `20261201T100000Z`. A time before the year 1 or after 9999 is written as the first or last second of that range.
fn utc(at: Instant) -> String {
    const FIRST: i64 = -62_135_596_800_000;
    const LAST: i64 = 253_402_207_200_000;
    let timestamp = Timestamp::from_millisecond(at.as_millis().clamp(FIRST, LAST)).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_and_have_four_digits_of_year() {
        assert_eq!(utc(Instant::from_millis(1_796_119_200_999)), "20261201T100000Z");
        for (millis, year) in [(i64::MIN, "00010101T000000Z"), (i64::MAX, "9999")] {
            assert!(utc(Instant::from_millis(millis)).starts_with(year), "{}", utc(Instant::from_millis(millis)));
        }
    }

    #[test]
    fn an_address_is_a_uri() {
        let email = "anna+tour/x=%1@example.com".parse().expect("an address");
        assert_eq!(mailto(&email), "mailto:anna+tour%2Fx%3D%251@example.com");
    }

    #[test]
    fn uids_of_different_things_differ() {
        let account: AccountId = "ABCDEFGH01".parse().expect("an id");
        let number: BookingNumber = "31206021482907".parse().expect("a number");
        assert_eq!(Uid::of_booking(&account, &number).as_str(), "31206021482907-ABCDEFGH01@slotkeeper");
        assert_eq!(Uid::of_class(&account, &number, 1).as_str(), "31206021482907.1-ABCDEFGH01@slotkeeper");
        let event: EventId = "312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-14".parse().expect("an id");
        assert_eq!(
            Uid::of_event(&account, &event).as_str(),
            "312KAYK4E9L17A2B6C8D0_312SCHD7TQ17A2B6D11E3_2026-08-14-ABCDEFGH01@slotkeeper"
        );
    }
}
