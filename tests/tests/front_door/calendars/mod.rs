//! Calendar feeds, read by an independent parser.

mod addresses;
mod shown;

use crate::bookings::{business, order};
use icalendar::{Calendar, Component};
use slotkeeper_testkit::catalogue::{COURSE, COURSE_SERIES, LESSON, TOUR, TOUR_SERIES, catalogue, edit};
use slotkeeper_testkit::client::{ApiClient, Page, Visitor};
use slotkeeper_testkit::reqwest::{Client, Response, StatusCode};
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

const ANA: &str = "312RS00001";
const RUI: &str = "312RS00002";
const DAY: Duration = Duration::from_secs(24 * 3_600);
const PAGE: &str = "/backoffice/calendars";
const OWN: &str = "/backoffice/calendars/own";

/// What a program sees of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    uid: String,
    summary: String,
    description: String,
    time: String,
    status: String,
    sequence: u32,
    modified: String,
}

fn read(text: &str) -> (Calendar, Vec<Entry>) {
    let calendar: Calendar = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut entries: Vec<Entry> = calendar
        .events()
        .map(|event| {
            let value = |name: &str| event.property_value(name).unwrap_or_default().to_owned();
            assert_eq!(value("DTSTAMP"), value("LAST-MODIFIED"));
            Entry {
                uid: value("UID"),
                summary: value("SUMMARY"),
                description: value("DESCRIPTION"),
                time: format!("{}/{}", value("DTSTART"), value("DTEND")),
                status: value("STATUS"),
                sequence: value("SEQUENCE").parse().expect("a number"),
                modified: value("LAST-MODIFIED"),
            }
        })
        .collect();
    entries.sort_by(|one, other| one.time.cmp(&other.time));
    (calendar, entries)
}

/// A program's question: no cookie, and the tag of what it has.
async fn ask(address: &str, known: Option<&str>) -> Response {
    let request = Client::new().get(address);
    let request = match known {
        Some(tag) => request.header("If-None-Match", tag),
        None => request,
    };
    request.send().await.expect("an answer")
}

async fn subscribed(address: &str) -> (Calendar, Vec<Entry>) {
    let answer = ask(address, None).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8");
    read(&answer.text().await.expect("a calendar"))
}

async fn entries(address: &str) -> Vec<Entry> {
    subscribed(address).await.1
}

fn summaries(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.summary.as_str()).collect()
}

fn of_resource(id: &str) -> String {
    format!("{PAGE}/resources/{id}")
}

fn address(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    page.copied("Link")
}

async fn make(visitor: &Visitor, path: &str) -> String {
    address(&visitor.post(path, &[("current", "")]).await)
}

/// The ids of the calendars on the page, in its order: those that its links ask about.
async fn made(visitor: &Visitor) -> Vec<String> {
    let page = visitor.get(PAGE).await;
    let links = page.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut ids = Vec::new();
    for link in links.filter(|link| link.starts_with(PAGE) && link.ends_with("/end")) {
        ids.push(visitor.get(link).await.hidden("current"));
    }
    ids
}

fn booking(product: &str, customer: &str, adults: u32, more: &Value) -> Value {
    let mut body = json!({
        "productId": product, "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": adults}]},
        "customer": {"firstName": customer},
    });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

fn tour(day: &str) -> Value {
    json!({"eventId": format!("{TOUR}_{TOUR_SERIES}_{day}")})
}

fn lesson(start: &str) -> Value {
    json!({"startTime": format!("{start}:00-00:00")})
}

fn number(booking: &Value) -> &str {
    booking["bookingNumber"].as_str().expect("a number")
}

async fn cancel(program: &ApiClient, booking: &Value) {
    let answer = program.delete(&format!("/bookings/{}", number(booking))).await;
    assert!(answer.status < 300, "{}", answer.text);
}
