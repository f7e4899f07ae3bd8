//! Work that is split into chunks because a customer has many bookings: the size of a chunk, and that a crash in
//! between loses and repeats nothing. The servers run no jobs, so that the test decides what happens between two
//! chunks.

use super::{business, order};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::receiver::Receiver;
use slotkeeper_testkit::serde_json::{self, Value, json};

/// A customer called Ilse Brandt; the path.
async fn customer(program: &ApiClient) -> String {
    let customer = program.create("/customers", &json!({"firstName": "Ilse", "lastName": "Brandt"})).await;
    format!("/customers/{}", customer["id"].as_str().unwrap())
}

/// Books the tour for a customer; the number.
async fn book(program: &ApiClient, customer: &str, day: &str) -> String {
    let mut body = order(day, 1);
    body["customerId"] = json!(customer.strip_prefix("/customers/"));
    program.create("/bookings?mode=backend", &body).await["bookingNumber"].as_str().unwrap().to_owned()
}

/// As many bookings of a customer as that, some of each day from 8 May on; their numbers, sorted.
async fn book_many(program: &ApiClient, customer: &str, count: usize) -> Vec<String> {
    let mut numbers = Vec::new();
    for index in 0..count {
        numbers.push(book(program, customer, &format!("2026-05-{:02}", 8 + index / 7)).await);
    }
    numbers.sort();
    numbers
}

/// The customer's bookings, by start.
async fn bookings(program: &ApiClient, customer: &str) -> Vec<Value> {
    program.read(&format!("{customer}/bookings?itemsPerPage=100")).await["data"].as_array().unwrap().clone()
}

/// How many of them show this name.
async fn titled(program: &ApiClient, customer: &str, title: &str) -> usize {
    bookings(program, customer).await.iter().filter(|booking| booking["title"] == title).count()
}

/// Where the list of changes ends.
async fn mark(program: &ApiClient) -> String {
    program.read("/changes?limit=500").await["last"].as_str().unwrap().to_owned()
}

/// The changes of bookings and customers since then: the sorted booking numbers, and the types of the customers'
/// changes.
async fn changes_since(program: &ApiClient, mark: &str, kind: &str) -> (Vec<String>, Vec<String>) {
    let changes_since = program.read(&format!("/changes?after={mark}&limit=500")).await;
    let (mut bookings, mut customers) = (Vec::new(), Vec::new());
    for change in changes_since["data"].as_array().unwrap() {
        let text = |member: &str| change[member].as_str().unwrap().to_owned();
        if text("domain") == "bookings" {
            assert_eq!(text("type"), kind);
            bookings.push(text("itemId"));
        } else {
            customers.push(text("type"));
        }
    }
    bookings.sort();
    (bookings, customers)
}

on_every_engine! {
    /// Twenty bookings have the new title with the response, twenty more with each chunk. A server that ends in
    /// between finishes after its restart: each booking has changed once, by the actor who renamed the customer.
    async fn bookings_follow_a_name_through_a_crash(server: TestServer) {
        let server = server.restarted_without_jobs().await;
        let (_, program) = business(&server).await;
        let path = customer(&program).await;
        let numbers = book_many(&program, &path, 65).await;
        let mark = mark(&program).await;
        assert_eq!(program.put(&path, &json!({"lastName": "Moser"})).await.status, 200);
        assert_eq!(titled(&program, &path, "Ilse Moser").await, 20);
        let (some, customers) = changes_since(&program, &mark, "updated").await;
        assert_eq!((some.len(), &*customers), (20, &["updated".to_owned()][..]));

        let server = server.restarted_without_jobs().await;
        assert_eq!(titled(&program, &path, "Ilse Moser").await, 20);
        assert!(server.follow_some_names().await);
        assert_eq!(titled(&program, &path, "Ilse Moser").await, 40);

        let server = server.restarted().await;
        server.run_jobs().await;
        for booking in bookings(&program, &path).await {
            assert_eq!((&booking["title"], &booking["lastChangeAgent"]), (&json!("Ilse Moser"), &json!("Harbour Desk")));
        }
        assert_eq!(changes_since(&program, &mark, "updated").await, (numbers.clone(), customers.clone()));

        // Nothing is left to be done.
        let server = server.restarted().await;
        server.run_jobs().await;
        assert_eq!(changes_since(&program, &mark, "updated").await, (numbers, customers));
    }

    /// A crash while a customer is being deleted leaves only complete chunks. The customer can have no new bookings,
    /// and the next server finishes: each booking has one change, with its last state, and the customer after them.
    async fn a_deletion_goes_on_after_a_crash(server: TestServer) {
        let server = server.restarted_without_jobs().await;
        let (_, program) = business(&server).await;
        let receiver = Receiver::start().await;
        program.create("/webhooks", &json!({"url": receiver.url("/hook"), "domain": "bookings", "type": "deleted"})).await;
        let path = customer(&program).await;
        let numbers = book_many(&program, &path, 65).await;
        server.clock.move_to("2026-05-20T12:00:00+01:00");
        let mark = mark(&program).await;
        server.break_after_items(30);
        let broken = program.delete(&path).await;
        assert_eq!(broken.status, 500, "{}", broken.text);
        let left = |changes_since: &[String]| numbers.iter().filter(|number| !changes_since.contains(number)).cloned().collect::<Vec<_>>();
        let (some, customers) = changes_since(&program, &mark, "deleted").await;
        assert_eq!((some.len(), customers.len()), (20, 0));

        let server = server.restarted_without_jobs().await;
        let mut there: Vec<String> = Vec::new();
        for booking in bookings(&program, &path).await {
            there.push(booking["bookingNumber"].as_str().unwrap().to_owned());
        }
        there.sort();
        assert_eq!(there, left(&some));
        let mut again = order("2026-05-21", 1);
        again["customerId"] = json!(path.strip_prefix("/customers/"));
        let refused = program.post("/bookings", &again).await;
        assert!((400..500).contains(&refused.status), "{}", refused.text);
        assert!(server.remove_some_bookings().await);
        assert_eq!(bookings(&program, &path).await.len(), 25);

        let server = server.restarted().await;
        server.run_jobs().await;
        assert_eq!(program.get(&path).await.status, 404);
        assert_eq!(changes_since(&program, &mark, "deleted").await, (numbers.clone(), vec!["deleted".to_owned()]));
        server.deliver().await;
        let mut shown = Vec::new();
        for notice in receiver.requests() {
            let item = serde_json::from_slice::<Value>(&notice.body).unwrap()["item"].clone();
            assert_eq!((&item["canceled"], &item["title"]), (&json!(true), &json!("Ilse Brandt")));
            shown.push(item["bookingNumber"].as_str().unwrap().to_owned());
        }
        shown.sort();
        assert_eq!(shown, numbers);
    }

    /// No transaction is longer because bookings are large: a piece has no more of them than have 256 KiB of details, and one at
    /// least.
    async fn a_piece_has_so_many_bytes(server: TestServer) {
        let server = server.restarted_without_jobs().await;
        let (_, program) = business(&server).await;
        let path = customer(&program).await;
        // Of each day one, with so many adjustments of a little more than 1,000 bytes.
        for (day, lines) in [(8, 100), (9, 100), (10, 100), (11, 300), (12, 0), (13, 0), (14, 0)] {
            let number = book(&program, &path, &format!("2026-05-{day:02}")).await;
            server.enlarge_booking(program.account(), &number, lines, 1_000).await;
        }
        assert_eq!(program.put(&path, &json!({"lastName": "Moser"})).await.status, 200);
        assert_eq!(titled(&program, &path, "Ilse Moser").await, 2);
        for count in [3, 4, 7] {
            assert!(server.follow_some_names().await);
            assert_eq!(titled(&program, &path, "Ilse Moser").await, count);
        }
        assert!(!server.follow_some_names().await);

        // The same pieces are deleted.
        let receiver = Receiver::start().await;
        program.create("/webhooks", &json!({"url": receiver.url("/hook"), "domain": "bookings", "type": "deleted"})).await;
        server.clock.move_to("2026-05-20T12:00:00+01:00");
        server.break_after_items(2);
        assert_eq!(program.delete(&path).await.status, 500);
        assert_eq!(bookings(&program, &path).await.len(), 5);
        let server = server.restarted_without_jobs().await;
        for count in [4, 3] {
            assert!(server.remove_some_bookings().await);
            assert_eq!(bookings(&program, &path).await.len(), count);
        }
        assert!(server.remove_some_bookings().await);
        assert_eq!(program.get(&path).await.status, 404);
    }
}
