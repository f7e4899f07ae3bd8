//! Items per page (wire reference, section 1.7): 50 by default, and 100 or 300 at most.

use super::{business, people, tour};
use slotkeeper_testkit::catalogue::{LESSON, TOUR, catalogue, edit};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::serde_json::{Value, from_value, json, to_value};
use slotkeeper_testkit::{join_all, on_every_engine};

/// Creates so many at once, a few at a time.
async fn create(program: &ApiClient, path: &str, number: usize, body: impl Fn(usize) -> Value) {
    for first in (0..number).step_by(25) {
        join_all((first..number.min(first + 25)).map(|number| {
            let body = body(number);
            async move { program.create(path, &body).await }
        }))
        .await;
    }
}

/// The list has more than a page, a page is no longer than it can be, and 50 unless something else is said.
async fn assert_largest(program: &ApiClient, path: &str, most: u64) {
    let mark = if path.contains('?') { '&' } else { '?' };
    let of = async |number: &str| {
        let list = program.read(&format!("{path}{mark}itemsPerPage={number}")).await;
        let total = list["info"]["totalItems"].as_u64().unwrap();
        let items = list["data"].as_array().unwrap().len() as u64;
        assert!(total > most, "{path} has {total}");
        assert_eq!(list["info"]["totalPages"].as_u64().unwrap(), total.div_ceil(items), "{path}");
        items
    };
    for (number, items) in
        [("", 50), ("7", 7), (&most.to_string(), most), (&(most + 1).to_string(), most), ("1000000", most)]
    {
        assert_eq!(of(number).await, items, "{path} {number}");
    }
}

on_every_engine! {
    /// Lists of what was created.
    async fn what_was_created_is_listed_in_pages(server: TestServer) {
        let (_, program) = business(&server).await;
        create(&program, "/customers", 101, |_| json!({})).await;
        assert_largest(&program, "/customers", 100).await;
        let customer = program.read("/customers?itemsPerPage=1").await["data"][0]["id"].as_str().unwrap().to_owned();
        let linked = format!("/customers/{customer}/linkedpeople");
        create(&program, &linked, 101, |_| json!({})).await;
        assert_largest(&program, &linked, 100).await;
        // Infants take no seats.
        let infant = json!([{"peopleCategoryId": "Cinfants", "number": 1}]);
        let body = json!({"productId": TOUR, "eventId": tour("2026-05-08"), "customerId": customer, "participants": {"numbers": infant}});
        create(&program, "/bookings?mode=backend", 101, |_| body.clone()).await;
        let month = "startTime=2026-05-05T00:00:00Z&endTime=2026-05-30T00:00:00Z";
        let bookings = format!("/bookings?{month}");
        assert_largest(&program, &bookings, 100).await;
        assert_largest(&program, &format!("/customers/{customer}/bookings"), 100).await;
        let number = program.read(&bookings).await["data"][0]["bookingNumber"].as_str().unwrap().to_owned();
        let payment = json!({"reason": "Toll", "amount": {"amount": "1", "currency": "EUR"}, "paymentMethod": "cash"});
        let payments = format!("/bookings/{number}/payments");
        create(&program, &payments, 301, |_| payment.clone()).await;
        assert_largest(&program, &payments, 100).await;
        assert_largest(&program, "/payments", 300).await;
        let seats = |number: usize| json!({"productId": TOUR, "eventId": tour(&format!("2026-05-{:02}", 5 + number % 14)), "numSeats": 1});
        create(&program, "/seatblocks", 101, seats).await;
        assert_largest(&program, &format!("/seatblocks?{month}"), 100).await;
        let hour = json!({"startTime": "2026-05-20T08:00:00Z", "endTime": "2026-05-20T09:00:00Z", "resources": [{"id": "312RS00001"}]});
        create(&program, "/resourceblocks", 101, |_| hour.clone()).await;
        assert_largest(&program, &format!("/resourceblocks?{month}"), 100).await;
    }

    /// The businesses of a portal.
    async fn subaccounts_are_listed_in_pages(server: TestServer) {
        let (owner, portal) = Visitor::portal(&server, "Coastline", "petra@example.com").await;
        for number in 0..301 {
            server.subaccount(&portal, "Cliff Walks", &format!("cliffs{number}@example.com")).await;
        }
        let program = ApiClient::installed(&server, "Coast Desk", &owner, "subaccounts_rw").await;
        assert_largest(&program, "/subaccounts", 300).await;
    }

    /// Lists of what can be booked.
    async fn what_can_be_booked_is_listed_in_pages(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        let (plain, guides) = (to_value(&offered.products[0]).unwrap(), to_value(&offered.resource_types[0]).unwrap());
        for number in 0..101 {
            let mut product = plain.clone();
            (product["id"], product["options"]) = (json!(format!("312PRD{number:015}")), json!([]));
            offered.products.push(from_value(product).unwrap());
            let mut kind = guides.clone();
            (kind["id"], kind["resources"]) = (json!(format!("312RT1{number:04}")), json!([]));
            offered.resource_types.push(from_value(kind).unwrap());
        }
        edit(&mut offered.products[2], |lessons| lessons["kind"]["flexible_time"]["step_minutes"] = json!(15));
        server.offer(program.account(), offered).await;
        assert_largest(&program, "/settings/products", 100).await;
        assert_largest(&program, "/settings/resources", 100).await;
        let days = "startTime=2026-05-08T00:00:00Z&endTime=2026-05-12T00:00:00Z";
        assert_largest(&program, &format!("/availability/slots?{days}"), 300).await;
        let search = json!({
            "productId": LESSON, "startTime": "2026-05-07T00:00:00Z", "endTime": "2026-05-30T00:00:00Z", "peopleNumbers": people(1, 0),
        });
        for (number, items) in [("", 50), ("300", 300), ("301", 300)] {
            let found = program.create(&format!("/availability/matchingslots?itemsPerPage={number}"), &search).await;
            assert_eq!(found["data"].as_array().unwrap().len(), items, "{number}: {}", found["info"]);
        }
    }
}
