//! Customers: creating, finding, changing, deleting.

use super::{business, order, people, tour};
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::serde_json::json;
use slotkeeper_testkit::server::{Engine, TestServer};
use slotkeeper_testkit::{join_all, on_every_engine};

on_every_engine! {
    /// A client cuts the address out of the raw headers, between `Location` and `Content-Type`.
    async fn location_is_the_first_header_on_the_wire(server: TestServer) {
        let (_, program) = business(&server).await;
        let answer = program.post_raw("/customers", "{}");
        let address = answer.strip_prefix("HTTP/1.1 201 Created\r\nLocation: ").expect(&answer);
        let address = address.split_once("\r\nContent-Type: application/json\r\n").expect(&answer).0;
        assert!(address.starts_with(&format!("{}/v2/customers/", server.url)), "{address}");
    }

    /// Customers: created, read, searched, changed, and deleted with what is over or cancelled.
    async fn customers_are_kept(server: TestServer) {
        let (_, program) = business(&server).await;
        let body = json!({
            "firstName": "Ilse", "lastName": "Brandt", "emailAddress": "Ilse@example.com", "dateOfBirth": "1990-03-08",
            "gender": "female", "languageCode": "en_GB", "acceptSmsReminders": true,
        });
        let created = program.post("/customers", &body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let id = created.body["id"].as_str().unwrap().to_owned();
        assert_eq!(created.body, json!({
            "credit": {"amount": "0", "currency": "EUR"}, "acceptSmsReminders": true, "numBookings": 0,
            "numCancelations": 0, "numNoShows": 0, "member": false, "id": id, "firstName": "Ilse", "lastName": "Brandt",
            "emailAddress": "ilse@example.com", "phoneNumbers": [], "streetAddress": {"countryCode": "PT"},
            "creationTime": "2026-05-04T09:12:00+01:00", "dateOfBirth": "1990-03-08", "gender": "female",
            "languageCode": "en_GB",
        }));
        let path = format!("/customers/{id}");
        let changed = program.put(&path, &json!({"phoneNumbers": [{"number": "+351910000000", "type": "mobile"}]})).await;
        assert_eq!((changed.status, &changed.body["firstName"]), (200, &json!("Ilse")));
        assert_eq!(program.read(&path).await, changed.body);
        assert_eq!(program.read("/customers").await["info"]["totalItems"], 1);
        for (search, found) in [
            ("searchText=RAN", 1),
            ("searchField=firstName&searchText=ils", 1),
            ("searchField=lastName&searchText=ils", 0),
            ("searchText=%25", 0),
            ("searchField=emailAddress&searchText=ILSE@example.com", 1),
            ("searchField=emailAddress&searchText=ilse", 0),
            ("createdSince=2026-05-05T00:00:00Z", 0),
            ("currentNonMembers=false", 0),
            ("searchField=emailAddress", 1),
            ("currentMembers=false", 1),
        ] {
            assert_eq!(program.read(&format!("/customers?{search}")).await["info"]["totalItems"], found, "{search}");
        }
        let mut booked = order("2026-05-08", 1);
        booked["customerId"] = json!(id);
        let number = program.create("/bookings", &booked).await["bookingNumber"].as_str().unwrap().to_owned();
        assert_eq!(program.delete(&path).await.status, 409);
        program.create("/bookings?mode=backend", &json!({"productId": TOUR, "eventId": tour("2026-05-03"), "customerId": id,
            "participants": {"numbers": people(3, 0)}})).await;
        assert_eq!(program.delete(&format!("/bookings/{number}")).await.status, 204);
        assert_eq!(program.delete(&path).await.status, 204);
        assert_eq!(program.get(&format!("/bookings/{number}")).await.status, 404);
        assert_eq!(program.get(&path).await.status, 404);
        let nobody = program.create("/customers", &json!({})).await["id"].as_str().unwrap().to_owned();
        assert_eq!(program.delete(&format!("/customers/{nobody}")).await.status, 204);
        assert_eq!(program.get(&format!("/customers/{nobody}")).await.status, 404);
    }
}

/// Deleting a customer takes locks in the same order as booking, changing and cancelling for that customer: no
/// deadlock. SQLite has one writer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_customer_causes_no_deadlock() {
    let server = TestServer::start(Engine::Postgres).await;
    let (_, program) = business(&server).await;
    for _ in 0..12 {
        let id = program.create("/customers", &json!({})).await["id"].as_str().unwrap().to_owned();
        let customer = format!("/customers/{id}");
        let past = |day: &str| json!({"productId": TOUR, "eventId": tour(day), "customerId": id, "participants": {"numbers": people(1, 0)}});
        let mut booked = Vec::new();
        for day in ["2026-05-02", "2026-05-03"] {
            let booking = program.create("/bookings?mode=backend", &past(day)).await;
            booked.push(format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap()));
        }
        let (first, second) = (past("2026-05-03"), past("2026-05-02"));
        let (program, customer, first, second, booked) = (&program, &customer, &first, &second, &booked);
        let calls = (0..5).map(|call| async move {
            match call {
                0 => program.post("/bookings?mode=backend", first).await,
                1 => program.delete(customer).await,
                2 => program.post("/bookings?mode=backend", second).await,
                3 => {
                    let larger = json!({"participants": {"numbers": people(2, 0)}});
                    program.put(&format!("{}?mode=backend", booked[0]), &larger).await
                }
                _ => program.delete(&format!("{}?mode=backend", booked[1])).await,
            }
        });
        for answer in join_all(calls).await {
            assert!(matches!(answer.status, 200 | 201 | 204 | 400 | 404), "{}: {}", answer.status, answer.text);
        }
        assert_eq!(program.get(customer).await.status, 404);
    }
    assert_eq!(server.stop_and_count_deadlocks().await, 0);
}
