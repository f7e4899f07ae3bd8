//! Calendar files, read by the parser of the crate `icalendar`; `tools/contract/calendars.py` reads them with another one.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on should stop, and say where")]

mod common;

use common::{input, span, written};
use icalendar::{Calendar, Component};
use proptest::prelude::*;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_emails::calendar::{
    CalendarAddress, CalendarEvent, EventBooking, Feed, Method, ScheduledEvent, Status, Uid,
};
use slotkeeper_emails::{Cancellation, EmailContext, EmailKind, People};
use std::time::Duration;

fn read(text: &str) -> Calendar {
    for line in text.strip_suffix("\r\n").expect("an end of a line").split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn calendar(kind: EmailKind, input: &EmailContext) -> (Method, Calendar) {
    let part = written(kind, input).calendar.expect("a calendar entry");
    assert_eq!(part.content_type(), format!("text/calendar; charset=utf-8; method={}", part.method.as_str()));
    let calendar = read(&part.text);
    assert_eq!(calendar.property_value("METHOD"), Some(part.method.as_str()));
    (part.method, calendar)
}

fn feed(name: &str, events: &[CalendarEvent]) -> Calendar {
    let zone = Zone::named("Europe/Lisbon").expect("a zone");
    read(&Feed { name, zone: &zone, refresh: Duration::from_secs(3_600), events }.write())
}

#[test]
fn a_confirmation_invites_and_is_accepted_already() {
    let (method, calendar) = calendar(EmailKind::Confirmation, &input("en-GB"));
    assert_eq!(method, Method::Request);
    let [event] = calendar.events().collect::<Vec<_>>()[..] else { panic!("one event") };
    assert_eq!(event.get_uid(), Some("31206021482907-ABCDEFGH01@slotkeeper"));
    for (name, value) in [
        ("SEQUENCE", "2"),
        ("DTSTAMP", "20261118T110640Z"),
        ("DTSTART", "20261201T170000Z"),
        ("DTEND", "20261201T190000Z"),
        ("STATUS", "CONFIRMED"),
        ("SUMMARY", "Sunset tour"),
        ("LOCATION", "Harbour Lights, Pier 3, 1000-001 Lisbon"),
        (
            "DESCRIPTION",
            "Booking number: 31206021482907\nWho: 3 people (2\u{A0}×\u{A0}Adults, 1\u{A0}×\u{A0}Children)\nhttps://harbour.example/b/1?x=1&y=2",
        ),
        ("URL", "https://harbour.example/b/1?x=1&y=2"),
        ("ORGANIZER", "mailto:bookings@example.com"),
    ] {
        assert_eq!(event.property_value(name), Some(value), "{name}");
    }
    let organizer = &event.properties()["ORGANIZER"];
    assert_eq!(organizer.params()["CN"].value().trim_matches('"'), "Harbour Lights");
    let [attendee] = &event.multi_properties()["ATTENDEE"][..] else { panic!("one attendee") };
    assert_eq!(attendee.value(), "mailto:ada@example.com");
    for (name, value) in
        [("CN", "Ada Example"), ("PARTSTAT", "ACCEPTED"), ("RSVP", "FALSE"), ("ROLE", "REQ-PARTICIPANT")]
    {
        assert_eq!(attendee.params()[name].value().trim_matches('"'), value, "{name}");
    }
}

#[test]
fn a_request_is_tentative() {
    let mut input = input("en-GB");
    input.booking.accepted = false;
    for kind in [EmailKind::Requested, EmailKind::RequestChanged] {
        let (method, calendar) = calendar(kind, &input);
        assert_eq!(method, Method::Request);
        assert_eq!(calendar.events().next().expect("an event").property_value("STATUS"), Some("TENTATIVE"));
    }
    input.booking.cancellation = Some(Cancellation::default());
    let calendar = calendar(EmailKind::Cancelled, &input).1;
    assert_eq!(calendar.events().next().expect("an event").property_value("STATUS"), Some("CANCELLED"));
}

#[test]
fn a_cancellation_removes_the_entry() {
    let mut input = input("en-GB");
    input.booking.cancellation = Some(Cancellation::default());
    input.booking.changes = 3;
    let (method, calendar) = calendar(EmailKind::Cancelled, &input);
    assert_eq!(method, Method::Cancel);
    let event = calendar.events().next().expect("an event");
    assert_eq!(event.get_uid(), Some("31206021482907-ABCDEFGH01@slotkeeper"));
    let values = ["STATUS", "SEQUENCE"].map(|name| event.property_value(name));
    assert_eq!(values, [Some("CANCELLED"), Some("3")]);
    // An e-mail about an earlier change, sent after the cancellation, does not restore the entry.
    assert_eq!(self::calendar(EmailKind::Changed, &input).0, Method::Cancel);
}

#[test]
fn the_classes_of_a_course_are_published_one_by_one() {
    let mut input = input("en-GB");
    input.booking.times = (1..=3).map(|day| span(day, 9, 10)).collect();
    let (method, calendar) = calendar(EmailKind::Confirmation, &input);
    assert_eq!(method, Method::Publish);
    let uids: Vec<_> = calendar.events().filter_map(|event| event.get_uid().map(str::to_owned)).collect();
    assert_eq!(uids, [1, 2, 3].map(|class| format!("31206021482907.{class}-ABCDEFGH01@slotkeeper")));
    assert!(calendar.events().all(|event| event.multi_properties().is_empty()));
    input.booking.cancellation = Some(Cancellation::default());
    let (method, calendar) = self::calendar(EmailKind::Cancelled, &input);
    assert_eq!(method, Method::Publish);
    assert!(calendar.events().all(|event| event.property_value("STATUS") == Some("CANCELLED")));
}

#[test]
fn reminders_thanks_and_e_mails_to_the_business_are_no_invitations() {
    for kind in EmailKind::ALL {
        let has_one = matches!(
            kind,
            EmailKind::Confirmation
                | EmailKind::Requested
                | EmailKind::Changed
                | EmailKind::RequestChanged
                | EmailKind::Cancelled
        );
        assert_eq!(written(kind, &input("en-GB")).calendar.is_some(), has_one, "{kind:?}");
    }
}

#[test]
fn a_feed_has_a_name_and_a_refresh_interval() {
    let input = input("en-GB");
    let mut events = CalendarEvent::for_customer(&input, false);
    events[0].span.end = events[0].span.start;
    events.extend(CalendarEvent::for_customer(&input, true));
    let calendar = feed("Tours; all, of them", &events);
    for (name, value) in [
        ("X-WR-CALNAME", "Tours; all, of them"),
        // A text as well (RFC 7986, section 5.1), but this parser does not know it.
        ("NAME", "Tours\\; all\\, of them"),
        ("REFRESH-INTERVAL", "PT60M"),
        ("X-PUBLISHED-TTL", "PT60M"),
        ("X-WR-TIMEZONE", "Europe/Lisbon"),
    ] {
        assert_eq!(calendar.property_value(name), Some(value), "{name}");
    }
    assert_eq!(calendar.property_value("METHOD"), None);
    let read: Vec<_> = calendar.events().map(|event| (event.get_status(), event.get_end().is_some())).collect();
    assert_eq!(
        read,
        [(Some(icalendar::EventStatus::Confirmed), false), (Some(icalendar::EventStatus::Cancelled), true)]
    );
    assert_eq!(feed("empty", &[]).events().count(), 0);
}

/// The text as a calendar keeps it: one kind of line break, no control characters.
fn normalised(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    text.chars().filter(|character| matches!(character, '\n' | '\t') || !character.is_control()).collect()
}

/// Any text, often with characters that have a meaning in calendars.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\\\;,:\"^nN\r\n äß€😀\u{2028}=-]{0,160}", "(BEGIN|END):VEVENT\r\n.{0,20}"]
}

proptest! {
    #[test]
    fn any_text_comes_back(name in text(), summary in text(), location in text(), description in text(), person in text()) {
        let mut event = CalendarEvent::for_customer(&input("en-GB"), false).remove(0);
        event.summary = summary.clone();
        event.location = Some(location.clone());
        event.description = Some(description.clone());
        event.status = Status::Confirmed;
        event.attendee =
            Some(CalendarAddress { name: person.clone(), email: "ada@example.com".parse().expect("an address") });
        let calendar = feed(&name, &[event.clone(), event]);
        let blank = |text: &str| Some(normalised(text)).filter(|text| !text.is_empty());
        prop_assert_eq!(calendar.property_value("X-WR-CALNAME").map(str::to_owned), Some(normalised(&name)));
        prop_assert_eq!(calendar.events().count(), 2);
        for event in calendar.events() {
            let value = |name: &str| event.property_value(name).map(str::to_owned);
            prop_assert_eq!(value("SUMMARY"), Some(normalised(&summary)));
            prop_assert_eq!(value("LOCATION").unwrap_or_default(), normalised(&location));
            prop_assert_eq!(value("DESCRIPTION").filter(|text| !text.is_empty()), blank(&description));
            prop_assert_eq!(value("UID"), Some("31206021482907-ABCDEFGH01@slotkeeper".to_owned()));
            let attendee = &event.multi_properties()["ATTENDEE"][0];
            prop_assert_eq!(attendee.value(), "mailto:ada@example.com");
            let header = slotkeeper_emails::HeaderText::of(&person);
            if person.chars().count() < 200 && !header.as_str().is_empty() {
                let name = header.as_str().replace('"', "'").replace('^', "^^");
                prop_assert_eq!(attendee.params()["CN"].value().trim_matches('"'), name);
            }
        }
    }
}

fn booking(number: u64, customer: &str, people: &[(&str, u32)]) -> EventBooking {
    EventBooking {
        number: BookingNumber::from_random(number),
        customer: customer.to_owned(),
        people: people
            .iter()
            .map(|(category, number)| People { category: (*category).to_owned(), number: *number })
            .collect(),
    }
}

#[test]
fn the_business_sees_the_number_of_people_and_the_customers() {
    let account = "ABCDEFGH01".parse().expect("an id");
    let changed = (7, Instant::from_millis(1_795_000_000_000));
    let occasion = |visits: Vec<EventBooking>| ScheduledEvent {
        uid: Uid::of_booking(&account, &BookingNumber::from_random(1)),
        span: span(1, 17, 19),
        product: "Sunset\ntour".to_owned(),
        status: Status::Tentative,
        visits,
    };
    let crowd = (0..60).map(|number| booking(number, "Ada", &[("Adults", 2)])).collect();
    for (tag, visits, summary, description) in [
        ("en-GB", vec![], "Sunset tour", ""),
        (
            "de-AT",
            vec![
                booking(1, "Ada\r\nX", &[("Erwachsene", 2), ("Kinder", 1)]),
                booking(2, "", &[("Erwachsene", 1), ("Kinder", 0)]),
            ],
            "Sunset tour: 4 Personen",
            "Ada X: 2\u{A0}×\u{A0}Erwachsene, 1\u{A0}×\u{A0}Kinder (Buchungsnummer: 10000000000001)\n\
             1\u{A0}×\u{A0}Erwachsene (Buchungsnummer: 10000000000002)",
        ),
        ("en-GB", vec![booking(1, "", &[])], "Sunset tour", "(Booking number: 10000000000001)"),
        (
            "en-GB",
            vec![booking(1, "Ada", &[("Adults", 1)])],
            "Sunset tour: 1 person",
            "Ada: 1\u{A0}×\u{A0}Adults (Booking number: 10000000000001)",
        ),
        ("en-GB", crowd, "Sunset tour: 120 people", "…"),
    ] {
        let event = CalendarEvent::for_business(&occasion(visits), common::language(tag), changed);
        let calendar = feed("Tours", &[event]);
        let event = calendar.events().next().expect("an event");
        assert_eq!(event.property_value("SUMMARY"), Some(summary));
        let text = event.property_value("DESCRIPTION").unwrap_or_default();
        if description == "…" {
            assert!(text.ends_with("\n…") && text.lines().count() == 51, "{text}");
        } else {
            assert_eq!(text, description);
        }
        let values = ["STATUS", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP"].map(|name| event.property_value(name));
        assert_eq!(values, [Some("TENTATIVE"), Some("7"), Some("20261118T110640Z"), Some("20261118T110640Z")]);
    }
}

#[test]
fn a_block_is_busy_without_its_reason() {
    let account = "ABCDEFGH01".parse().expect("an id");
    let uid = Uid::of_block(&account, &"41526ABCDEFGH0123456".parse().expect("an id"));
    for (tag, busy) in [("en-US", "Busy"), ("de-DE", "Belegt")] {
        let event =
            CalendarEvent::busy(uid.clone(), span(1, 17, 19), common::language(tag), (7, Instant::from_millis(0)));
        let calendar = feed("Ana", &[event]);
        let event = calendar.events().next().expect("an event");
        let values = ["UID", "SUMMARY", "DESCRIPTION", "STATUS"].map(|name| event.property_value(name));
        let uid = Some("41526ABCDEFGH0123456-ABCDEFGH01@slotkeeper");
        assert_eq!(values, [uid, Some(busy), None, Some("CONFIRMED")]);
    }
}
