//! Calendars that programs subscribe to, read by a parser that is not ours.

use crate::bookings::{business, order};
use icalendar::{Calendar, Component};
use slotkeeper_testkit::catalogue::{COURSE, COURSE_SERIES, LESSON, TOUR, TOUR_SERIES, catalogue, edit};
use slotkeeper_testkit::client::{Page, Program, Visitor};
use slotkeeper_testkit::on_every_engine;
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
    page.copied("Calendar address")
}

/// Makes a calendar.
async fn make(visitor: &Visitor, path: &str) -> String {
    address(&visitor.post(path, &[("current", "")]).await)
}

/// The ids of the calendars on the page, in its order.
async fn made(visitor: &Visitor) -> Vec<String> {
    let page = visitor.get(PAGE).await;
    let values =
        page.html.split("name=\"current\" value=\"").skip(1).map(|rest| rest.split('"').next().expect("a value"));
    let mut ids: Vec<String> = values.filter(|id| !id.is_empty()).map(str::to_owned).collect();
    ids.dedup();
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

async fn cancel(program: &Program, booking: &Value) {
    let answer = program.delete(&format!("/bookings/{}", number(booking))).await;
    assert!(answer.status < 300, "{}", answer.text);
}

on_every_engine! {
    /// One entry for each event with all its bookings, one for each class of a course, one for each appointment.
    async fn a_person_sees_everything_that_is_booked(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = make(&owner, OWN).await;
        assert!(own.starts_with(&format!("{}/calendars/", server.url)) && own.ends_with(".ics"), "{own}");
        let (calendar, empty) = subscribed(&own).await;
        assert_eq!(empty, []);
        for (name, value) in [
            ("X-WR-CALNAME", "Harbour Lights: bookings"),
            ("X-WR-TIMEZONE", "Europe/Lisbon"),
            ("REFRESH-INTERVAL", "PT60M"),
        ] {
            assert_eq!(calendar.property_value(name), Some(value), "{name}");
        }
        let first = program.create("/bookings", &order("2026-05-08", 3)).await;
        server.clock.advance(Duration::from_secs(1));
        let mut family = booking(TOUR, "Noor, \"N\"", 2, &tour("2026-05-08"));
        family["participants"]["numbers"].as_array_mut().expect("a list").push(json!({"peopleCategoryId": "Cchildren", "number": 1}));
        let second = program.create("/bookings", &family).await;
        let coached = program.create("/bookings", &booking(LESSON, "Ilse", 1, &lesson("2026-05-09T10:00"))).await;
        let before = entries(&own).await;
        assert_eq!(summaries(&before), ["Sunset kayak tour: 6 people", "Private coaching: 1 person"]);
        let event = &before[0];
        assert_eq!(event.uid, format!("{TOUR}_{TOUR_SERIES}_2026-05-08-{}@slotkeeper", program.account()));
        assert_eq!(event.time, "20260508T170000Z/20260508T190000Z");
        assert_eq!((event.status.as_str(), event.description.as_str()), (
            "CONFIRMED",
            &*format!(
                "Marta Reis: 3\u{A0}×\u{A0}Adults (Booking number: {})\n\
                 Noor, \"N\": 2\u{A0}×\u{A0}Adults, 1\u{A0}×\u{A0}Children (Booking number: {})",
                number(&first), number(&second)
            ),
        ));
        let appointment = &before[1];
        assert_eq!(appointment.uid, format!("{}-{}@slotkeeper", number(&coached), program.account()));
        // The gap after it is none of the appointment.
        assert_eq!(appointment.time, "20260509T090000Z/20260509T100000Z");
        let expected = if coached["accepted"] == json!(true) { "CONFIRMED" } else { "TENTATIVE" };
        assert_eq!(appointment.status, expected);

        // What others cancel is gone, and programs are told that what stays is newer than what they have.
        server.clock.advance(Duration::from_secs(61));
        cancel(&program, &second).await;
        let after = entries(&own).await;
        assert_eq!(summaries(&after), ["Sunset kayak tour: 3 people", "Private coaching: 1 person"]);
        assert!(after[0].sequence > before[0].sequence && after[0].modified > before[0].modified);
        assert_eq!((&after[0].uid, &after[0].time), (&before[0].uid, &before[0].time));
        let moved = program.put(&format!("/bookings/{}", number(&coached)), &lesson("2026-05-09T12:00")).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        let later = entries(&own).await;
        assert_eq!((later[1].uid.as_str(), later[1].time.as_str()), (before[1].uid.as_str(), "20260509T110000Z/20260509T120000Z"));
        assert!(later[1].sequence > before[1].sequence);
        cancel(&program, &first).await;
        cancel(&program, &coached).await;
        assert_eq!(entries(&own).await, []);

        let course = json!({"eventId": format!("{COURSE}_{COURSE_SERIES}_2026-05-05")});
        program.create("/bookings", &booking(COURSE, "Sven", 2, &course)).await;
        let classes = entries(&own).await;
        assert_eq!(summaries(&classes), ["Sea kayaking, five evenings: 2 people"; 5]);
        let days: Vec<_> = classes.iter().map(|entry| &entry.time[..8]).collect();
        assert_eq!(days, ["20260505", "20260512", "20260519", "20260526", "20260602"]);
    }

    /// A hold is nobody's booking, and of cancelled seats nothing is left. Only some days are in a calendar, and another
    /// business has its own.
    async fn a_calendar_is_bounded(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = make(&owner, OWN).await;
        program.create("/holds", &booking(TOUR, "Held", 2, &tour("2026-05-10"))).await;
        program.create("/bookings", &order("2026-05-05", 1)).await;
        // The last day that is in it.
        program.create("/bookings?mode=backend", &order("2026-10-31", 1)).await;
        program.create("/bookings?mode=backend", &order("2026-11-01", 1)).await;
        let lesson = booking(LESSON, "Far", 1, &lesson("2026-11-01T10:00"));
        program.create("/bookings?mode=backend", &lesson).await;
        let days = async || entries(&own).await.iter().map(|entry| entry.time[..8].to_owned()).collect::<Vec<_>>();
        assert_eq!(days().await, ["20260505", "20261031"]);
        server.clock.advance(DAY);
        assert_eq!(days().await, ["20260505", "20261031", "20261101", "20261101"]);
        // 4 June: the tour was thirty days ago.
        server.clock.advance(30 * DAY);
        assert_eq!(days().await.len(), 4);
        server.clock.advance(DAY);
        assert_eq!(days().await, ["20261031", "20261101", "20261101"]);
        let other = Visitor::owner(&server, "other@example.com").await;
        assert_eq!(entries(&make(&other, OWN).await).await, []);
    }

    /// What takes a guide: events that need her, appointments, and blocks, of which nothing is told.
    async fn a_resource_shows_what_takes_it(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (ana, rui) = (make(&owner, &of_resource(ANA)).await, make(&owner, &of_resource(RUI)).await);
        let own = make(&owner, OWN).await;
        program.create("/bookings", &order("2026-05-08", 3)).await;
        let coached = program.create("/bookings", &booking(LESSON, "Ilse", 1, &lesson("2026-05-09T10:00"))).await;
        assert_eq!(coached["resources"][0]["id"], ANA);
        // Held, which may come to nothing; and kept free for nobody in particular, which takes her all the same.
        program.create("/holds", &booking(TOUR, "Held", 2, &tour("2026-05-10"))).await;
        let block = json!({"productId": TOUR, "eventId": tour("2026-05-11")["eventId"], "numSeats": 2});
        program.create("/seatblocks", &block).await;
        let away = json!({
            "startTime": "2026-05-12T08:00:00-00:00", "endTime": "2026-05-28T18:00:00-00:00", "reason": "Surgery",
            "resources": [{"id": ANA}],
        });
        let away = program.create("/resourceblocks", &away).await;
        let (calendar, shown) = subscribed(&ana).await;
        assert_eq!(calendar.property_value("X-WR-CALNAME"), Some("Harbour Lights: Ana"));
        let what: Vec<_> = shown.iter().map(|entry| (entry.summary.as_str(), entry.time.as_str())).collect();
        assert_eq!(what, [
            ("Sunset kayak tour: 3 people", "20260508T170000Z/20260508T190000Z"),
            ("Private coaching: 1 person", "20260509T090000Z/20260509T100000Z"),
            ("Sunset kayak tour", "20260511T170000Z/20260511T190000Z"),
            ("Busy", "20260512T070000Z/20260528T170000Z"),
        ]);
        assert!(shown[0].description.starts_with("Marta Reis: 3"), "{shown:?}");
        assert_eq!(shown[3].description, "");
        assert_eq!(shown[3].uid, format!("{}-{}@slotkeeper", away["id"].as_str().expect("an id"), program.account()));
        assert_eq!(entries(&rui).await, []);
        // To the people of the business blocks are no bookings.
        assert_eq!(entries(&own).await, shown[..2]);
        // A block that began long ago goes on.
        server.clock.advance(50 * DAY);
        assert_eq!(summaries(&entries(&ana).await), ["Busy"]);
        program.delete(&format!("/resourceblocks/{}", away["id"].as_str().expect("an id"))).await;
        assert_eq!(entries(&ana).await, []);
    }

    /// What was booked stays in calendars when the catalogue has it no more.
    async fn what_is_gone_from_the_catalogue_is_still_shown(server: TestServer) {
        let (owner, program) = business(&server).await;
        let (own, ana) = (make(&owner, OWN).await, make(&owner, &of_resource(ANA)).await);
        program.create("/bookings", &order("2026-05-08", 3)).await;
        let course = json!({"eventId": format!("{COURSE}_{COURSE_SERIES}_2026-05-05")});
        program.create("/bookings", &booking(COURSE, "Sven", 2, &course)).await;
        let before = entries(&own).await;
        let mut offered = catalogue();
        offered.products.clear();
        server.offer(program.account(), offered.clone()).await;
        let after = entries(&own).await;
        assert_eq!(summaries(&after), summaries(&before));
        let starts = |entries: &[Entry]| entries.iter().map(|entry| entry.time[..16].to_owned()).collect::<Vec<_>>();
        assert_eq!(starts(&after), starts(&before));
        assert_eq!(entries(&ana).await.len(), 1);
        // A resource that is gone has no calendar, and what is left of it can be ended.
        edit(&mut offered.resource_types[0], |guides| { guides["resources"].as_array_mut().expect("a list").remove(0); });
        server.offer(program.account(), offered).await;
        assert_eq!(ask(&ana, None).await.status(), StatusCode::NOT_FOUND);
        let page = owner.get(PAGE).await;
        page.assert_says("gone");
        let left = made(&owner).await.pop().expect("a calendar");
        let ended = owner.post(&format!("{}/end", of_resource(ANA)), &[("current", &left)]).await;
        assert_eq!(ended.location(), "/backoffice/calendars?notice=calendar-ended");
        assert!(!owner.get(PAGE).await.html.contains("gone<"));
        assert_eq!(owner.post(&of_resource(ANA), &[("current", "")]).await.status, StatusCode::NOT_FOUND);
    }

    /// Programs ask every hour, and are told that nothing has changed until something has, or the day is another.
    async fn asking_again_costs_little(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = make(&owner, OWN).await;
        program.create("/bookings", &order("2026-05-08", 3)).await;
        let answer = ask(&own, None).await;
        let tag = answer.headers()["etag"].to_str().expect("text").to_owned();
        assert_eq!(answer.headers()["cache-control"], "private, no-cache");
        assert!(answer.headers().get("set-cookie").is_none());
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let same = ask(&own, Some(&known)).await;
            assert_eq!(same.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!((&same.headers()["etag"], &same.headers()["cache-control"]), (&tag.parse().expect("a value"), &"private, no-cache".parse().expect("a value")));
            assert_eq!(same.text().await.expect("nothing"), "");
        }
        for known in ["\"x\"", tag.trim_matches('"')] {
            assert_eq!(ask(&own, Some(known)).await.status(), StatusCode::OK, "{known}");
        }
        // What is the same has the same bytes.
        let text = answer.text().await.expect("a calendar");
        server.clock.advance(Duration::from_secs(3_600));
        assert_eq!(ask(&own, None).await.text().await.expect("a calendar"), text);
        program.create("/holds", &booking(TOUR, "Held", 2, &tour("2026-05-08"))).await;
        assert_eq!(ask(&own, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
        program.create("/bookings", &order("2026-05-08", 1)).await;
        let changed = ask(&own, Some(&tag)).await;
        assert_eq!(changed.status(), StatusCode::OK);
        let tag = changed.headers()["etag"].to_str().expect("text").to_owned();
        server.clock.advance(Duration::from_secs(13 * 3_600));
        assert_eq!(ask(&own, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED, "it is 23:12");
        server.clock.advance(Duration::from_secs(3_600));
        assert_eq!(ask(&own, Some(&tag)).await.status(), StatusCode::OK, "it is another day");

        // A program that never remembers what it has is slowed down, and no other is.
        let other = make(&owner, &of_resource(ANA)).await;
        let mut files = 0;
        let refused = loop {
            let answer = ask(&own, None).await;
            match answer.status() {
                StatusCode::OK if files < 100 => files += 1,
                StatusCode::TOO_MANY_REQUESTS => break answer,
                status => panic!("{status} after {files} files"),
            }
        };
        let wait: u64 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((20..=30).contains(&files) && (1..=21).contains(&wait), "{files} files, wait {wait}");
        assert_eq!(ask(&other, None).await.status(), StatusCode::OK);
        server.clock.advance(Duration::from_secs(wait));
        assert_eq!(ask(&own, None).await.status(), StatusCode::OK);
    }

    /// An address that was replaced, has ended or never was leads nowhere, and all of them alike.
    async fn an_address_can_be_replaced_and_ended(server: TestServer) {
        let (owner, _) = business(&server).await;
        owner.get(PAGE).await.assert_says("Make an address");
        let first = make(&owner, OWN).await;
        assert!(!owner.get(PAGE).await.html.contains("/calendars/3"), "the address is shown once");
        assert_eq!(owner.post(OWN, &[("current", "")]).await.status, StatusCode::CONFLICT);
        assert_eq!(ask(&first, None).await.status(), StatusCode::OK);
        server.run_jobs().await;
        owner.get(PAGE).await.assert_says("<dt>Last used</dt><dd>4 May 2026");
        let [current] = &made(&owner).await[..] else { panic!("one calendar") };
        let second = address(&owner.post(OWN, &[("current", current)]).await);
        owner.get(PAGE).await.assert_says("<dt>Last used</dt><dd>never");
        assert_eq!(owner.post(OWN, &[("current", current)]).await.status, StatusCode::CONFLICT);
        assert_eq!(owner.post(OWN, &[("current", "x")]).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(owner.post(&format!("{OWN}/end"), &[("current", "")]).await.status, StatusCode::BAD_REQUEST);
        let stale = owner.post(&format!("{OWN}/end"), &[("current", current)]).await;
        assert_eq!(stale.location(), "/backoffice/calendars?notice=calendar-ended-before");
        assert_eq!(ask(&second, None).await.status(), StatusCode::OK);
        let [current] = &made(&owner).await[..] else { panic!("one calendar") };
        // The calendar is not ended as that of something else.
        owner.post(&format!("{}/end", of_resource(ANA)), &[("current", current)]).await;
        assert_eq!(ask(&second, None).await.status(), StatusCode::OK);
        let ended = owner.post(&format!("{OWN}/end"), &[("current", current)]).await;
        owner.get(&ended.location()).await.assert_says("The calendar has ended.");

        let never = format!("{}x.ics", &second[..second.len() - 5]);
        let elsewhere = server.at("/calendars/ZZZZZZZZZZ0123456789.ics");
        let mut refusals = Vec::new();
        for address in [&first, &second, &never, &elsewhere, &server.at("/calendars/.ics"), &second.replace(".ics", ""), &server.at("/calendars/%FF")] {
            let answer = ask(address, Some("*")).await;
            assert_eq!((answer.status(), &answer.headers()["cache-control"]), (StatusCode::NOT_FOUND, &"no-store".parse().expect("a value")));
            refusals.push(answer.text().await.expect("a page"));
        }
        refusals.dedup();
        assert_eq!(refusals.len(), 1);
        let posted = Client::new().post(&first).header("Origin", &server.url).send().await.expect("an answer");
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    /// Everybody of a business has a calendar of their own; those of resources are for whoever runs it.
    async fn who_may_make_which(server: TestServer) {
        let (owner, _) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        let staff = owner.colleague(&server, "staff", "sam@example.com").await;
        let of_staff = make(&staff, OWN).await;
        let page = staff.get(PAGE).await;
        assert!(!page.html.contains("Resources") && !page.html.contains(ANA), "{}", page.html);
        for path in [of_resource(ANA), format!("{}/end", of_resource(ANA))] {
            assert_eq!(staff.post(&path, &[("current", "")]).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let (ana, of_manager) = (make(&manager, &of_resource(ANA)).await, make(&manager, OWN).await);
        let rui = make(&owner, &of_resource(RUI)).await;
        owner.get(PAGE).await.assert_says("by Kim");
        for unknown in ["312RS00009", "x"] {
            assert_eq!(manager.post(&of_resource(unknown), &[("current", "")]).await.status, StatusCode::NOT_FOUND, "{unknown}");
        }
        // Nobody ends what is somebody else's own.
        let [theirs] = &made(&staff).await[..] else { panic!("one calendar") };
        owner.post(&format!("{OWN}/end"), &[("current", theirs)]).await;
        assert_eq!(ask(&of_staff, None).await.status(), StatusCode::OK);

        // Whoever is removed has no calendar any more, and knows the address of none.
        let people = owner.get("/backoffice/people").await.html;
        let row = people.split("<tr>").find(|row| row.contains("mia@example.com")).expect("a row");
        let remove = row.split("href=\"").nth(1).expect("a link").split('"').next().expect("a path");
        owner.get(remove).await.assert_says("addresses of calendars");
        assert_eq!(owner.post(remove, &[]).await.location(), "/backoffice/people?notice=removed");
        for (address, status) in [
            (&of_manager, StatusCode::NOT_FOUND),
            (&ana, StatusCode::NOT_FOUND),
            (&rui, StatusCode::OK),
            (&of_staff, StatusCode::OK),
        ] {
            assert_eq!(ask(address, None).await.status(), status);
        }

        let (portal, _) = Visitor::portal(&server, "Coastline", "petra@example.com").await;
        let developer = Visitor::developer(&server, "dana@example.com").await;
        for stranger in [&portal, &developer] {
            assert_eq!(stranger.get(PAGE).await.status, StatusCode::FORBIDDEN);
            assert_eq!(stranger.post(OWN, &[("current", "")]).await.status, StatusCode::FORBIDDEN);
        }
        let nobody = Visitor::new(&server);
        assert_eq!(nobody.get(PAGE).await.location(), "/sign-in?next=%2Fbackoffice%2Fcalendars");
    }

    /// Of two who make the same calendar at once, one has it.
    async fn made_at_once_it_is_made_once(server: TestServer) {
        let (owner, _) = business(&server).await;
        let manager = owner.colleague(&server, "manager", "mia@example.com").await;
        let path = of_resource(ANA);
        let pages = slotkeeper_testkit::join_all((0..6).map(|turn| {
            let visitor = if turn % 2 == 0 { &owner } else { &manager };
            visitor.post(&path, &[("current", "")])
        })).await;
        let made = pages.iter().filter(|page| page.status == StatusCode::OK).count();
        let refused = pages.iter().filter(|page| page.status == StatusCode::CONFLICT).count();
        assert_eq!((made, refused), (1, 5));
    }
}
