//! New rules for the time zone of a business: bookings keep their local time, nothing is allocated twice, and clients
//! get the changes.

use super::resourceblocks::away;
use super::seatblocks::seats;
use super::{business, class, lesson, lessons, order, seats_left};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::{Engine, TestServer};

const ANA: &str = "312RS00001";
/// Always an hour ahead of the clock that the business had.
const AHEAD: &str = "Europe/Madrid";
const DAY: &str = "2026-06-10";

fn number(booked: &Value) -> String {
    booked["bookingNumber"].as_str().unwrap().to_owned()
}

/// A lesson with Ana, as staff books it.
fn with_ana(start: &str, end: &str) -> Value {
    let mut body = lesson(start);
    (body["endTime"], body["resources"]) = (json!(end), json!([{"id": ANA}]));
    body
}

/// From when to when something is.
async fn when(program: &ApiClient, path: &str) -> [String; 2] {
    let found = program.read(path).await;
    ["startTime", "endTime"].map(|member| found[member].as_str().unwrap().to_owned())
}

/// The same times on a clock that is an hour ahead.
fn ahead(times: &[String; 2]) -> [String; 2] {
    times.clone().map(|time| time.replace("+01:00", "+02:00"))
}

/// The mark of the last change.
async fn last_of(program: &ApiClient) -> String {
    program.read("/changes?limit=500").await["last"].as_str().unwrap().to_owned()
}

/// How often each thing was changed since the change of this mark.
async fn changes(program: &ApiClient, after: &str) -> Vec<(String, String)> {
    let found = program.read(&format!("/changes?after={after}&limit=500")).await;
    let text = |change: &Value, member: &str| change[member].as_str().unwrap().to_owned();
    let changes = found["data"].as_array().unwrap().iter();
    let mut changes: Vec<_> =
        changes.map(|one| (format!("{}/{}", text(one, "domain"), text(one, "type")), text(one, "itemId"))).collect();
    changes.sort();
    changes
}

/// The numbers of the bookings with a change.
async fn changed_bookings(program: &ApiClient, after: &str) -> Vec<String> {
    let changes = changes(program, after).await.into_iter();
    changes.filter(|(topic, _)| topic == "bookings/updated").map(|(_, id)| id).collect()
}

/// Waits for what the server itself is at: that takes a moment, and not for ever.
async fn moved(program: &ApiClient) {
    let search = format!("/availability/slots?startTime={DAY}T00:00:00Z&endTime={DAY}T23:00:00Z");
    for _ in 0..5_000 {
        if program.get(&search).await.status != 503 {
            return;
        }
    }
    panic!("bookings are still being moved")
}

/// Two servers that do it at the same time move everything, and each thing once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_move_each_thing_once() {
    let server = TestServer::start(Engine::Postgres).await;
    let other = server.another_node().await;
    let (_, program) = business(&server).await;
    let mut booked = Vec::new();
    for day in 1..=30 {
        booked.push(number(&program.create("/bookings", &order(&format!("2026-06-{day:02}"), 1)).await));
    }
    for hour in 9..16 {
        let lesson = lesson(&format!("2026-06-10T{hour:02}:00:00-00:00"));
        booked.push(number(&program.create("/bookings", &lesson).await));
    }
    booked.sort();
    let last = last_of(&program).await;
    server.set_clock_as_in(program.account(), AHEAD).await;
    tokio::join!(server.move_to_the_clock(), other.move_to_the_clock());
    moved(&program).await;
    assert_eq!(changed_bookings(&program, &last).await, booked);
    for number in &booked {
        assert!(when(&program, &format!("/bookings/{number}")).await[0].ends_with("+02:00"), "{number}");
    }
    assert_eq!(seats_left(&program, DAY).await, 7);
}

on_every_engine! {
    /// Seats, guides, blocks and lessons keep their local time, and each moved one has one change.
    async fn what_is_booked_stays_at_its_time_on_the_clock(server: TestServer) {
        let (owner, program) = business(&server).await;
        owner.confirm(&server, "olivia@example.com").await;
        let toured = program.create("/bookings", &order(DAY, 3)).await;
        let coached = program.create("/bookings", &lesson("2026-06-10T10:00:00-00:00")).await;
        let canceled = program.create("/bookings", &order(DAY, 1)).await;
        program.delete(&format!("/bookings/{}", number(&canceled))).await;
        let away = program.create("/resourceblocks", &away("2026-06-11", "09:00", "12:00", &[ANA])).await;
        let kept = program.create("/seatblocks", &seats("2026-06-12", 2)).await;
        let id = |block: &Value| block["id"].as_str().unwrap().to_owned();
        let paths = [
            format!("/bookings/{}", number(&toured)), format!("/bookings/{}", number(&coached)),
            format!("/resourceblocks/{}", id(&away)),
        ];
        let mut before = Vec::new();
        for path in &paths {
            before.push(when(&program, path).await);
        }
        let offered = (lessons(&program, DAY).await, lessons(&program, "2026-06-11").await);
        let last = last_of(&program).await;

        server.set_clock_as_in(program.account(), AHEAD).await;
        // Nothing is given, and nothing is found, until everything is where it belongs.
        for (path, body) in [("/bookings", order(DAY, 1)), ("/holds", order(DAY, 1)), ("/seatblocks", seats(DAY, 1))] {
            let refused = program.post(path, &body).await;
            assert_eq!((refused.status, &refused.headers["retry-after"]), (503, &"5".parse().unwrap()), "{}", refused.text);
            assert!(refused.text.contains("clock"), "{}", refused.text);
        }
        let search = format!("/availability/slots?productId={TOUR}&startTime={DAY}T00:00:00Z&endTime={DAY}T23:00:00Z");
        assert_eq!(program.get(&search).await.status, 503);
        server.move_to_the_clock().await;

        for (path, before) in paths.iter().zip(&before) {
            assert_eq!(when(&program, path).await, ahead(before), "{path}");
        }
        let block = program.read(&format!("/seatblocks/{}", id(&kept))).await;
        assert_eq!(block["startTime"], "2026-06-12T18:00:00+02:00");
        // Cancelled ones have nothing, and stay as they were.
        let over = program.read(&format!("/bookings/{}", number(&canceled))).await;
        assert_eq!(over["startTime"], "2026-06-10T19:00:00+02:00");
        assert_eq!((seats_left(&program, DAY).await, seats_left(&program, "2026-06-12").await), (json!(5), json!(6)));
        assert_eq!((lessons(&program, DAY).await, lessons(&program, "2026-06-11").await), offered);
        let mut expected = vec![
            ("bookings/updated".to_owned(), number(&toured)), ("bookings/updated".to_owned(), number(&coached)),
            ("resourceblocks/updated".to_owned(), id(&away)), ("seatblocks/updated".to_owned(), id(&kept)),
        ];
        expected.sort();
        assert_eq!(changes(&program, &last).await, expected);

        // The guide of the tour is with the tour.
        let ana = with_ana("2026-06-10T18:00:00-00:00", "2026-06-10T18:45:00-00:00");
        let refused = program.post("/bookings?mode=backend", &ana).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        // And not where it would be by the old rules.
        let free = with_ana("2026-06-10T20:00:00-00:00", "2026-06-10T20:45:00-00:00");
        program.create("/bookings?mode=backend", &free).await;
        program.create("/bookings", &order(DAY, 5)).await;
        assert_eq!(program.post("/bookings", &order(DAY, 1)).await.status, 409);
        let changed_bookings = server.email_to("olivia@example.com").await;
        assert_eq!(changed_bookings.subject, "The clock of Harbour Lights is set by other rules");
        for part in ["Europe/Madrid", "4 bookings and blocks moved", "Nothing is given twice"] {
            assert!(changed_bookings.text.contains(part), "{part}: {}", changed_bookings.text);
        }
        // A second look finds nothing to do.
        let last = last_of(&program).await;
        server.move_to_the_clock().await;
        assert_eq!(changes(&program, &last).await.len(), 0);
    }

    /// A course, in which one is from a later class on, and one class of it.
    async fn courses_stay_at_their_time_on_the_clock(server: TestServer) {
        let (_, program) = business(&server).await;
        let course = |member: &str, day: &str| {
            let mut body = order(DAY, 1);
            body["productId"] = json!(COURSE);
            body.as_object_mut().unwrap().remove("eventId");
            body[member] = json!(class(day));
            body
        };
        let whole = program.create("/bookings", &course("eventId", "2026-05-05")).await;
        let single = program.create("/bookings", &course("dropinCourseEnrolledEventId", "2026-05-26")).await;
        server.set_clock_as_in(program.account(), AHEAD).await;
        server.move_to_the_clock().await;
        for (booking, start) in [(&whole, "2026-05-05T19:00:00+02:00"), (&single, "2026-05-26T19:00:00+02:00")] {
            assert_eq!(when(&program, &format!("/bookings/{}", number(booking))).await[0], start);
        }
    }

    /// Reminders that wait go out as long before as they should, by the clock as it is set now.
    async fn reminders_follow_the_clock(server: TestServer) {
        let (_, program) = business(&server).await;
        program.create("/bookings", &order(DAY, 1)).await;
        server.set_clock_as_in(program.account(), AHEAD).await;
        server.move_to_the_clock().await;
        let reminded = async || server.emails().await.iter().filter(|mail| mail.to == "marta@example.com").count();
        server.clock.move_to("2026-06-09T17:59:59+02:00");
        server.run_jobs().await;
        assert_eq!(reminded().await, 0);
        server.clock.move_to("2026-06-09T18:00:00+02:00");
        server.run_jobs().await;
        assert_eq!(reminded().await, 1);
    }

    /// What has begun by the old clock and by the new one stays where it was.
    async fn what_is_over_stays(server: TestServer) {
        let (_, program) = business(&server).await;
        let toured = program.create("/bookings", &order("2026-05-05", 1)).await;
        let path = format!("/bookings/{}", number(&toured));
        server.clock.move_to("2026-05-05T18:30:00+01:00");
        let last = last_of(&program).await;
        server.set_clock_as_in(program.account(), AHEAD).await;
        server.move_to_the_clock().await;
        assert_eq!(when(&program, &path).await[0], "2026-05-05T19:00:00+02:00");
        assert_eq!(changes(&program, &last).await.len(), 0);
    }

    /// A server that ends while it moves leaves the rest to the next one: everything is moved, and nothing twice.
    async fn a_move_goes_on_after_a_crash(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut booked = Vec::new();
        for day in 8..29 {
            let day = format!("2026-06-{day:02}");
            for _ in 0..2 {
                booked.push((number(&program.create("/bookings", &order(&day, 1)).await), day.clone()));
            }
        }
        let last = last_of(&program).await;
        server.set_clock_as_in(program.account(), AHEAD).await;
        while changed_bookings(&program, &last).await.is_empty() {
            assert!(server.move_a_piece(program.account()).await);
        }
        let half = changed_bookings(&program, &last).await;
        assert!(half.len() < booked.len(), "{} of {}", half.len(), booked.len());
        assert_eq!(program.post("/bookings", &order(DAY, 1)).await.status, 503);
        // One that is cancelled while it waits is cancelled, and no more.
        let waiting = booked.iter().position(|(number, _)| !half.contains(number)).unwrap();
        let (canceled, its_day) = booked.remove(waiting);
        assert_eq!(program.delete(&format!("/bookings/{canceled}")).await.status, 204);

        let server = server.restarted().await;
        server.move_to_the_clock().await;
        // The server is at it by itself as well.
        moved(&program).await;
        let mut expected: Vec<String> = booked.iter().map(|(number, _)| number.clone()).collect();
        expected.sort();
        assert_eq!(changed_bookings(&program, &last).await, expected);
        for (number, day) in &booked {
            let start = &when(&program, &format!("/bookings/{number}")).await[0];
            assert_eq!(*start, format!("{day}T18:00:00+02:00"), "{number}");
            assert_eq!(seats_left(&program, day).await, if *day == its_day { 7 } else { 6 });
        }
        let ana = with_ana("2026-06-10T18:00:00-00:00", "2026-06-10T18:45:00-00:00");
        assert_eq!(program.post("/bookings?mode=backend", &ana).await.status, 409);
    }

    /// Two lessons in the hour that existed twice get the same time in the hour that exists once. Both keep it, no
    /// more of it is allocated, and the owner is shown the conflict until one of them is moved or cancelled.
    async fn conflicts_are_shown_and_not_allocated_again(server: TestServer) {
        let (owner, program) = business(&server).await;
        owner.confirm(&server, "olivia@example.com").await;
        let mut booked = Vec::new();
        for offset in ["+01:00", "+00:00"] {
            let [start, end] = ["01:20", "01:50"].map(|time| format!("2026-10-25T{time}:00{offset}"));
            booked.push(number(&program.create("/bookings?mode=backend", &with_ana(&start, &end)).await));
        }
        owner.get("/backoffice").await.assert_says("Applications");
        assert!(!owner.get("/backoffice").await.html.contains("Overlapping bookings"));
        server.set_clock_as_in(program.account(), AHEAD).await;
        server.move_to_the_clock().await;
        for number in &booked {
            let expected = ["2026-10-25T01:20:00+02:00", "2026-10-25T01:50:00+02:00"];
            assert_eq!(when(&program, &format!("/bookings/{number}")).await, expected);
        }
        let page = owner.get("/backoffice").await;
        let changed_bookings = server.email_to("olivia@example.com").await;
        page.assert_says("Overlapping bookings");
        for part in booked.iter().map(String::as_str).chain(["Ana, 25 October 2026, 01:20"]) {
            page.assert_says(part);
            assert!(changed_bookings.text.contains(part), "{}", changed_bookings.text);
        }
        assert!(!changed_bookings.text.contains("Ilse"), "nobody's name: {}", changed_bookings.text);
        let third = with_ana("2026-10-25T01:30:00+02:00", "2026-10-25T01:40:00+02:00");
        assert_eq!(program.post("/bookings?mode=backend", &third).await.status, 409);
        assert_eq!(program.delete(&format!("/bookings/{}", booked[0])).await.status, 204);
        assert!(!owner.get("/backoffice").await.html.contains("Overlapping bookings"));
        assert_eq!(program.read(&format!("/bookings/{}", booked[1])).await["productId"], LESSON);
    }
}
