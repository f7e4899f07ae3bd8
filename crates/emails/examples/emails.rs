//! Writes sample e-mails into a folder: `cargo run -p slotkeeper-emails --example emails -- FOLDER`.
//!
//! For each kind in several languages it writes HTML, plain text and the calendar object, and one feed. Each calendar
//! file has a JSON file with the values that a parser should find, for `tools/contract/calendars.py`.

#![expect(clippy::print_stdout, reason = "says where the files are")]

#[path = "../tests/common/mod.rs"]
#[expect(clippy::expect_used, reason = "made for tests")]
mod common;

use common::{input, span, written};
use serde_json::{Value, json};
use slotkeeper_domain::time::Zone;
use slotkeeper_emails::calendar::{CalendarEvent, Feed};
use slotkeeper_emails::{Cancellation, ChoiceValue, EmailKind};
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs, io};

/// Texts that are hard to escape or to fold.
const TEXTS: [&str; 8] = [
    "plain",
    "a;b,c\\n:\"d\"^n",
    "two\nlines",
    "ends in a backslash\\",
    "BEGIN:VEVENT\nEND:VCALENDAR",
    "äöü€😀 äöü€😀 äöü€😀 äöü€😀 äöü€😀 äöü€😀 äöü€😀 äöü€😀 äöü€😀 äöü€😀",
    "e\u{301}👩\u{200D}🚀👩\u{200D}🚀👩\u{200D}🚀👩\u{200D}🚀👩\u{200D}🚀👩\u{200D}🚀👩\u{200D}🚀",
    "日本語の説明文がとても長いので、行は七十五オクテットで折り返されなければならない。",
];

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("which folder?"));
    };
    fs::create_dir_all(&folder)?;
    for tag in ["en-GB", "en-US", "de-DE", "de-CH"] {
        for kind in EmailKind::ALL {
            let mut input = input(tag);
            if matches!(kind, EmailKind::Cancelled | EmailKind::StaffCancelled) {
                input.booking.cancellation = Some(Cancellation { reason: Some("Storm".to_owned()), fee: None });
            }
            input.booking.accepted = !matches!(kind, EmailKind::Requested | EmailKind::RequestChanged);
            let name = format!("{}-{tag}", kind.as_str());
            let email = written(kind, &input);
            fs::write(folder.join(format!("{name}.html")), &email.html)?;
            fs::write(folder.join(format!("{name}.txt")), format!("{}\n\n{}", email.subject, email.text))?;
            if let Some(calendar) = email.calendar {
                let cancelled = input.booking.cancellation.is_some();
                let events = CalendarEvent::for_customer(&input, cancelled);
                let expected = json!({ "METHOD": calendar.method.as_str(), "events": expected(&events) });
                fs::write(folder.join(format!("{name}.ics")), &calendar.text)?;
                fs::write(folder.join(format!("{name}.json")), expected.to_string())?;
            }
        }
    }
    fs::write(folder.join("long.html"), long_email())?;

    let events: Vec<_> = TEXTS.iter().flat_map(|text| events_with(text)).collect();
    let zone = Zone::utc();
    let feed = Feed { name: "Häfen & Lichter", zone: &zone, refresh: Duration::from_secs(900), events: &events };
    fs::write(folder.join("feed.ics"), feed.write())?;
    let expected = json!({ "METHOD": null, "NAME": "Häfen & Lichter", "X-WR-CALNAME": "Häfen & Lichter", "events": expected(&events) });
    fs::write(folder.join("feed.json"), expected.to_string())?;
    println!("{}", folder.display());
    Ok(())
}

/// A course with long words, which must not widen the page.
fn long_email() -> String {
    let mut input = input("de-DE");
    input.booking.product = "Donaudampfschifffahrtsgesellschaftskapitänsgrundausbildungskurs am Wochenende".to_owned();
    input.booking.times = (1..=8).map(|day| span(day, 9, 12)).collect();
    input.booking.options[0].value = ChoiceValue::Text("x".repeat(120));
    written(EmailKind::Confirmation, &input).html
}

fn events_with(text: &str) -> Vec<CalendarEvent> {
    let mut events = CalendarEvent::for_customer(&input("en-GB"), false);
    for event in &mut events {
        (event.summary, event.location, event.description) =
            (text.to_owned(), Some(text.to_owned()), Some(format!("{text}\n{text}")));
    }
    events
}

fn expected(events: &[CalendarEvent]) -> Vec<Value> {
    let event = |event: &CalendarEvent| {
        json!({
            "UID": event.uid.as_str(),
            "SEQUENCE": event.sequence,
            "SUMMARY": event.summary,
            "LOCATION": event.location,
            "DESCRIPTION": event.description,
            "DTSTART": event.span.start.as_millis() / 1000,
            "DTEND": event.span.end.as_millis() / 1000,
            "URL": event.link.as_ref().map(|link| link.as_str()),
            "ATTENDEE": event.attendee.as_ref().map(|attendee| format!("mailto:{}", attendee.email)),
        })
    };
    events.iter().map(event).collect()
}
