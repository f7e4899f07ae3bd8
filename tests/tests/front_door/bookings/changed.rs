//! Lists by the time of a change: what they contain, and that a polling client misses nothing.

use super::resourceblocks::away;
use super::seatblocks::seats;
use super::{business, lesson, order, seats_left};
use slotkeeper_testkit::Clock;
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::Receiver;
use slotkeeper_testkit::serde_json::{self, Value, json};
use slotkeeper_testkit::server::TestServer;
use std::time::Duration;

/// A list within times, by the names of two parameters.
async fn within(program: &ApiClient, path: &str, (begin, end): (&str, &str), (from, to): (&str, &str)) -> Vec<Value> {
    let times = format!("{begin}={from}&{end}={to}").replace('+', "%2B");
    let separator = if path.contains('?') { '&' } else { '?' };
    program.read(&format!("{path}{separator}{times}&itemsPerPage=100")).await["data"].as_array().unwrap().clone()
}

const TOUCHED: (&str, &str) = ("lastUpdatedStartTime", "lastUpdatedEndTime");
const STARTS: (&str, &str) = ("startTime", "endTime");

/// The server's time and so many milliseconds, with all its digits.
fn at(server: &TestServer, ahead: i64) -> String {
    exact(server.clock.now().as_millis() + ahead)
}

/// Days do not change while these tests run: they begin on 4 May 2026 at 08:12 in UTC.
fn exact(millis: i64) -> String {
    let of_day = millis.rem_euclid(86_400_000);
    let (hours, minutes, seconds) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!("2026-05-04T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", of_day % 1_000)
}

fn texts(list: &[Value], member: &str) -> Vec<String> {
    list.iter().map(|one| one[member].as_str().unwrap().to_owned()).collect()
}

on_every_engine! {
    /// A range from a shown time to the same shown time finds what shows it, wherever there is a range.
    async fn a_range_includes_what_it_shows(server: TestServer) {
        let (_, program) = business(&server).await;
        server.clock.advance(Duration::from_millis(37_123));
        let booked = program.create("/bookings", &order("2026-05-08", 1)).await;
        let number = booked["bookingNumber"].as_str().unwrap();
        let path = format!("/bookings/{number}");
        let created = booked["creationTime"].as_str().unwrap();
        assert_eq!(texts(&within(&program, "/bookings", TOUCHED, (created, created)).await, "bookingNumber"), [number]);
        server.clock.advance(Duration::from_secs(120));
        let changed = program.put(&path, &json!({"externalRef": "x"})).await.body;
        let shown = changed["lastChangeTime"].as_str().unwrap();
        assert_ne!(shown, created);
        assert_eq!(program.read(&path).await["lastChangeTime"], shown);
        for (from, to, found) in [
            (shown, shown, 1),
            (created, shown, 1),
            (created, created, 0),
            // Within the minute that is shown, and before and after it.
            ("2026-05-04T08:14:30Z", "2026-05-04T08:14:31Z", 1),
            (shown, "2026-05-04T08:14:05.5Z", 1),
            ("2026-05-04T08:14:38Z", "2026-05-04T08:14:59Z", 0),
            (created, "2026-05-04T08:13:59.999Z", 0),
        ] {
            assert_eq!(within(&program, "/bookings", TOUCHED, (from, to)).await.len(), found, "{from} {to}");
        }
        let starts = booked["startTime"].as_str().unwrap();
        assert_eq!(within(&program, "/bookings", STARTS, (starts, starts)).await.len(), 1);
        assert_eq!(within(&program, "/bookings", STARTS, ("2026-05-08T16:00:00Z", "2026-05-08T16:59:59.999Z")).await.len(), 0);
        // What was paid, with a time of the server's and with one that was said.
        for (said, shown) in [(Value::Null, "2026-05-04T09:14:37+01:00"), (json!("2026-05-03T10:00:00.700Z"), "2026-05-03T11:00:00+01:00")] {
            let paid = json!({"amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": "cash", "reason": "x", "receivedTime": said});
            let paid = program.create(&format!("{path}/payments"), &paid).await;
            assert_eq!(paid["receivedTime"], shown);
            let found = within(&program, "/payments", STARTS, (shown, shown)).await;
            assert_eq!(found, [paid], "{shown}");
        }
        // Blocks, by both pairs.
        let away = away("2026-05-09", "18:00", "19:00", &["312RS00002"]);
        for (kind, body) in [("/seatblocks", seats("2026-05-08", 1)), ("/resourceblocks", away)] {
            let block = program.create(kind, &body).await;
            let shown = block["creationTime"].as_str().unwrap();
            assert_eq!(within(&program, kind, TOUCHED, (shown, shown)).await, std::slice::from_ref(&block));
            let starts = block["startTime"].as_str().unwrap();
            assert_eq!(within(&program, kind, STARTS, (starts, starts)).await, std::slice::from_ref(&block));
            server.clock.advance(Duration::from_secs(61));
            let changed = program.put(&format!("{kind}/{}", block["id"].as_str().unwrap()), &json!({"reason": "y"})).await.body;
            let shown = changed["lastChangeTime"].as_str().unwrap();
            assert_eq!(within(&program, kind, TOUCHED, (shown, shown)).await, std::slice::from_ref(&changed));
        }
        // Customers, from their creation on.
        let customer = program.create("/customers", &json!({"firstName": "Ilse"})).await;
        let shown = customer["creationTime"].as_str().unwrap().replace('+', "%2B");
        let found = program.read(&format!("/customers?createdSince={shown}")).await;
        assert_eq!(found["data"], json!([customer]));
    }

    /// A client that requests a range up to now, and then the following one, misses nothing: later changes get later
    /// times, when the client's clock is ahead, when the server's is set back, and when it stands still.
    async fn what_happens_after_an_answer_counts_as_later(server: TestServer) {
        let (_, program) = business(&server).await;
        let made = program.create("/bookings", &order("2026-05-08", 1)).await;
        let of_old = made["bookingNumber"].as_str().unwrap().to_owned();
        server.clock.advance(Duration::from_secs(600));
        for (ahead, back) in [(0, 0), (5_000, 0), (0, 120_000), (3_000, 60_000_u64)] {
            let end = at(&server, ahead);
            let begin = at(&server, -30_000);
            let before = within(&program, "/bookings?includeCanceled=true", TOUCHED, (&begin, &end)).await.len();
            let customers = program.read(&format!("/customers?createdSince={begin}")).await;
            let payments = within(&program, "/payments", STARTS, (&begin, &end)).await.len();
            let blocks = within(&program, "/seatblocks", TOUCHED, (&begin, &end)).await.len();
            server.clock.set_back(Duration::from_millis(back));
            // One of each kind of change.
            let created = program.create("/bookings", &order("2026-05-09", 1)).await;
            let canceled = program.create("/bookings", &order("2026-05-10", 1)).await;
            let path = |booking: &Value| format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
            assert_eq!(program.delete(&path(&canceled)).await.status, 204);
            let changed = program.put(&format!("/bookings/{of_old}"), &json!({"externalRef": end})).await.body;
            let paid = json!({"amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": "cash", "reason": "x"});
            let paid = program.create(&format!("{}/payments", path(&created)), &paid).await;
            let block = program.create("/seatblocks", &seats("2026-05-10", 1)).await;
            assert_eq!(program.delete(&format!("/seatblocks/{}", block["id"].as_str().unwrap())).await.status, 204);
            let block = program.create("/seatblocks", &seats("2026-05-10", 1)).await;
            // Nothing of it is older than the end.
            let later = |millis: i64| at(&server, i64::try_from(back).unwrap() + ahead + millis);
            let next = (end.as_str(), later(60_000));
            let found = within(&program, "/bookings?includeCanceled=true", TOUCHED, (next.0, &next.1)).await;
            let mut numbers = texts(&found, "bookingNumber");
            numbers.sort();
            let mut all: Vec<String> = [&created, &canceled, &changed].map(|one| one["bookingNumber"].as_str().unwrap().to_owned()).to_vec();
            all.sort();
            assert_eq!(numbers, all, "{ahead} {back}: {before} before");
            for one in &found {
                assert_eq!(*one, program.read(&path(one)).await);
            }
            assert!(found.iter().any(|one| one["canceled"] == true && one["cancelationTime"] == one["lastChangeTime"]));
            let found = within(&program, "/payments", STARTS, (next.0, &next.1)).await;
            assert!(found.contains(&paid), "{ahead} {back}: {payments} before, {paid}");
            let found = within(&program, "/seatblocks", TOUCHED, (next.0, &next.1)).await;
            assert!(texts(&found, "id").contains(&block["id"].as_str().unwrap().to_owned()), "{ahead} {back}: {blocks} before");
            // Customers are asked for without an end: up to when the server answers.
            let since = later(-ahead);
            let found = program.read(&format!("/customers?createdSince={since}")).await;
            let ids = texts(found["data"].as_array().unwrap(), "id");
            let new = [&created, &canceled].map(|one| one["customerId"].as_str().unwrap().to_owned());
            assert!(new.iter().all(|id| ids.contains(id)), "{ahead} {back}: {customers}");
            server.clock.advance(Duration::from_millis(back + u64::try_from(ahead).unwrap() + 60_000));
        }
    }

    /// A booking's title is the name of its customer. When that changes, each booking of the customer is changed,
    /// listed and delivered once, however many there are.
    async fn a_new_name_changes_the_bookings(server: TestServer) {
        let (owner, program) = business(&server).await;
        let customer = program.create("/customers", &json!({"firstName": "Ilse", "lastName": "Brandt"})).await;
        let customer = format!("/customers/{}", customer["id"].as_str().unwrap());
        let mut numbers = Vec::new();
        for number in 0..45 {
            let mut body = order(&format!("2026-05-{:02}", 8 + number / 7), 1);
            body["customerId"] = json!(customer.strip_prefix("/customers/"));
            numbers.push(program.create("/bookings?mode=backend", &body).await["bookingNumber"].as_str().unwrap().to_owned());
        }
        assert_eq!(program.delete(&format!("/bookings/{}", numbers[44])).await.status, 204);
        numbers.sort();
        let other = program.create("/bookings", &lesson("2026-05-07T09:00:00-00:00")).await;
        server.clock.advance(Duration::from_secs(120));
        let receiver = Receiver::start().await;
        let hook = json!({"url": receiver.url("/hook"), "domain": "bookings", "type": "updated"});
        program.create("/webhooks", &hook).await;
        let last = program.read("/changes?limit=500").await["last"].as_str().unwrap().to_owned();
        let now = at(&server, 0);
        let changed = async || within(&program, "/bookings?includeCanceled=true", TOUCHED, (&now, &now)).await;

        assert_eq!(program.put(&customer, &json!({"lastName": "Moser"})).await.status, 200);
        // The first follow at once, the others by the server's job.
        let some = changed().await;
        assert!(some.len() >= 20 && some.iter().all(|one| one["title"] == "Ilse Moser"), "{}", some.len());
        let told = program.read(&format!("/changes?after={last}&limit=500")).await;
        assert!(told["data"].as_array().unwrap().len() >= 21);
        // A name that comes in between wins.
        let page = ApiClient::installed(&server, "Other Desk", &owner, "customers_rw_all").await;
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(page.put(&customer, &json!({"lastName": "Keller"})).await.status, 200);
        server.run_jobs().await;
        let now = at(&server, 0);
        let all = within(&program, "/bookings?includeCanceled=true", TOUCHED, (&now, &now)).await;
        let mut found = texts(&all, "bookingNumber");
        found.sort();
        assert_eq!(found, numbers);
        for one in &all {
            assert_eq!((&one["title"], &one["lastChangeAgent"]), (&json!("Ilse Keller"), &json!("Other Desk")));
            assert_eq!(one["lastChangeTime"], "2026-05-04T09:15:00+01:00");
        }
        let untouched = program.read(&format!("/bookings/{}", other["bookingNumber"].as_str().unwrap())).await;
        assert_eq!(untouched, other);
        let told = program.read(&format!("/changes?after={last}&limit=500")).await;
        let of = |number: &str| {
            let same = |change: &&Value| change["itemId"] == number && change["type"] == "updated";
            told["data"].as_array().unwrap().iter().filter(same).count()
        };
        let counts: Vec<usize> = numbers.iter().map(|number| of(number)).collect();
        assert!(counts.iter().all(|count| (1..=2).contains(count)) && (65..=90).contains(&counts.iter().sum::<usize>()), "{counts:?}");
        for _ in 0..3 {
            server.deliver().await;
        }
        let notices = receiver.requests();
        let last = |number: &str| {
            let told = notices.iter().map(|notice| serde_json::from_slice::<Value>(&notice.body).unwrap());
            told.rev().find(|told| told["itemId"] == number).map(|told| told["item"]["title"].clone())
        };
        for number in &numbers {
            assert_eq!(last(number), Some(json!("Ilse Keller")), "{number}");
        }
        // Nothing is left to be done, and what shows the same name is left alone.
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(program.put(&customer, &json!({"lastName": "Keller", "gender": "female"})).await.status, 200);
        server.run_jobs().await;
        let now = at(&server, 0);
        assert_eq!(within(&program, "/bookings?includeCanceled=true", TOUCHED, (&now, &now)).await.len(), 0);
    }

    /// A customer with many bookings is deleted in chunks: each booking has one change, and then the customer.
    async fn a_customer_who_has_booked_much_is_deleted(server: TestServer) {
        let (_, program) = business(&server).await;
        let customer = program.create("/customers", &json!({"firstName": "Ilse"})).await["id"].as_str().unwrap().to_owned();
        let path = format!("/customers/{customer}");
        let mut numbers = Vec::new();
        for number in 0..41 {
            let mut body = order(&format!("2026-05-{:02}", 8 + number / 7), 1);
            body["customerId"] = json!(customer);
            numbers.push(program.create("/bookings?mode=backend", &body).await["bookingNumber"].as_str().unwrap().to_owned());
        }
        let last = program.read("/changes?limit=500").await["last"].as_str().unwrap().to_owned();
        let refused = program.delete(&path).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert_eq!(program.read(&format!("{path}/bookings")).await["info"]["totalItems"], 41);
        assert_eq!(program.read(&format!("/changes?after={last}")).await["data"], json!([]));
        server.clock.move_to("2026-05-20T12:00:00+01:00");
        assert_eq!(program.delete(&path).await.status, 204);
        assert_eq!(program.get(&path).await.status, 404);
        for number in &numbers {
            assert_eq!(program.get(&format!("/bookings/{number}")).await.status, 404);
        }
        let told = program.read(&format!("/changes?after={last}&limit=500")).await["data"].clone();
        let mut told: Vec<(String, String)> = told.as_array().unwrap().iter().map(|change| {
            assert_eq!(change["type"], "deleted");
            (change["domain"].as_str().unwrap().to_owned(), change["itemId"].as_str().unwrap().to_owned())
        }).collect();
        assert_eq!(told.pop(), Some(("customers".to_owned(), customer)));
        let mut expected: Vec<(String, String)> = numbers.iter().map(|number| ("bookings".to_owned(), number.clone())).collect();
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        assert_eq!(seats_left(&program, "2026-05-21").await, 8);
    }
}
