//! Invalid requests, and requests without the permission.

use super::{business, class, order, people, tour};
use slotkeeper_testkit::catalogue::{CLOSED, LESSON, TOUR};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

on_every_engine! {
    /// What a client does wrong is said with the member and the limit.
    async fn mistakes_are_explained(server: TestServer) {
        let (_, program) = business(&server).await;
        let search = |times: &str| format!("/availability/slots?productId={TOUR}&{times}");
        for (path, status, says) in [
            (search("startTime=2026-05-01T00:00:00Z"), 400, "endTime is missing: startTime needs it."),
            (search("startTime=2026-05-01T00:00:00Z&endTime=2026-06-02T00:00:00Z"), 400, "31 days apart"),
            (search("startTime=2026-05-02T00:00:00Z&endTime=2026-05-01T00:00:00Z"), 400, "endTime must not be before"),
            (search("startTime=yesterday&endTime=2026-05-01T00:00:00Z"), 400, "startTime"),
            (search(""), 400, "startTime and endTime are missing"),
            (format!("/availability/slots?productId={LESSON}&startTime=2026-05-01T00:00:00Z&endTime=2026-05-02T00:00:00Z"), 400, "matchingslots"),
            (format!("/availability/slots?productId={CLOSED}&startTime=2026-05-01T00:00:00Z&endTime=2026-05-02T00:00:00Z"), 403, "API"),
            ("/availability/slots?productId=X&startTime=2026-05-01T00:00:00Z&endTime=2026-05-02T00:00:00Z".to_owned(), 400, "productId"),
            ("/availability/slots?pageNavigationToken=nonsense".to_owned(), 404, "pageNavigationToken"),
            ("/availability/matchingslots/nonsense?pageNumber=2".to_owned(), 404, "pageNavigationToken"),
            ("/bookings".to_owned(), 400, "startTime and endTime"),
            ("/bookings?lastUpdatedEndTime=2026-05-01T00:00:00Z".to_owned(), 400, "lastUpdatedStartTime is missing"),
            ("/bookings/12345678901234".to_owned(), 404, "There is no booking with this id"),
            ("/bookings/x".to_owned(), 404, "There is no booking with this id"),
            ("/customers/x".to_owned(), 404, "There is no customer with this id"),
            ("/settings/products?type=tour".to_owned(), 400, "type"),
            ("/settings/products?itemsPerPage=0".to_owned(), 400, "itemsPerPage"),
        ] {
            let answer = program.get(&path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(says), "{path}: {}", answer.text);
        }
        let with = |member: &str, value: Value| {
            let mut body = order("2026-05-08", 1);
            body[member] = value;
            body
        };
        let numbers = |numbers: Value| with("participants", json!({"numbers": numbers}));
        for (body, status, says) in [
            (with("productId", json!("X")), 400, "productId"),
            (with("productId", json!(CLOSED)), 403, "cannot be booked through the API"),
            (with("eventId", json!("X")), 400, "eventId"),
            (with("eventId", json!(tour("2026-05-20"))), 400, "no such event"),
            (with("eventId", json!(tour("2026-05-03"))), 400, "has begun already"),
            (with("eventId", json!(tour("2027-05-03"))), 400, "180 days ahead"),
            (with("eventId", json!(class("2026-05-05"))), 400, "no such event"),
            (with("eventId", Value::Null), 400, "eventId is missing"),
            (with("customer", Value::Null), 400, "customerId or customer is missing"),
            (with("customerId", json!("X")), 400, "customerId"),
            (with("customer", json!({"emailAddress": "no"})), 400, "emailAddress"),
            (with("customer", json!({"customFields": [{"id": "XXXXXX", "value": ""}]})), 400, "customFields"),
            (numbers(people(9, 0)), 400, "1 to 8 people altogether"),
            (numbers(people(1, 5)), 400, "0 to 4 people of category Cchildren"),
            (numbers(json!([])), 400, "one person at least"),
            (numbers(json!([{"peopleCategoryId": "Cinfants", "number": 1}])), 400, "Cinfants cannot book"),
            (numbers(json!([{"peopleCategoryId": "Cmartians", "number": 1}])), 400, "people category"),
            (numbers(json!([{"peopleCategoryId": "Cadults", "number": -1}])), 400, "participants.numbers[0].number"),
            (with("options", json!([{"id": "X", "value": "1"}])), 400, "options"),
            (with("options", json!([{"name": "Dry bags", "value": "5"}])), 400, "from 0 to 4"),
            (with("externalRef", json!("x".repeat(257))), 400, "256 characters"),
            (numbers(json!([{"peopleCategoryId": "Cadults", "number": 1.5}])), 400, "participants.numbers[0].number"),
            // What has members is an object; a list of what they would be is none.
            (with("customer", json!(["Ada"])), 400, "The member customer is not what"),
            (with("customer", json!({"streetAddress": ["1 Pier Road"]})), 400, "customer.streetAddress is not what"),
            (with("customer", json!({"phoneNumbers": [["1", "work"]]})), 400, "customer.phoneNumbers[0] is not what"),
            (with("participants", json!([[]])), 400, "participants is not what"),
            (numbers(json!([["Cadults", 1]])), 400, "participants.numbers[0] is not what"),
            (with("options", json!([["X", null, "1"]])), 400, "options[0] is not what"),
            (with("resources", json!([["X"]])), 400, "resources[0] must be a resource"),
            (with("initialPayments", json!([{"reason": "Deposit", "amount": ["5", "EUR"], "paymentMethod": "cash"}])), 400,
                "initialPayments[0].amount is not what"),
            (with("promotionCodeInput", json!("SUMMER")), 400, "promotionCodeInput"),
            (with("startTime", json!("2026-05-08")), 400, "startTime"),
            (with("priceAdjustments", json!([{"unitPrice": {"amount": "1", "currency": "USD"}, "quantity": 1}])), 400, "currenc"),
        ] {
            for path in ["/holds", "/bookings"] {
                let answer = program.post(path, &body).await;
                // A hold needs no customer, and takes no word of one that is of no use.
                if path == "/holds" && says.contains("customerId or") {
                    assert_eq!(answer.status, 201, "{}", answer.text);
                    continue;
                }
                if path == "/holds" && says.contains("256") {
                    continue;
                }
                assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
                assert!(answer.body["message"].as_str().unwrap().contains(says), "{path} {body}: {}", answer.text);
            }
        }
        // Staff go past the rules for customers, and make no seats.
        program.create("/bookings?mode=backend", &with("eventId", json!(tour("2026-05-03")))).await;
        assert_eq!(program.post("/bookings?mode=backend", &numbers(people(9, 0))).await.status, 409);
    }

    /// What a key may not know of is not there; what it may read and not change is refused.
    async fn applications_keep_to_what_they_were_granted(server: TestServer) {
        let (owner, all) = business(&server).await;
        let own = ApiClient::installed(&server, "Own Things", &owner, "bookings_rwd_own,availability_r").await;
        let reader = ApiClient::installed(&server, "Reader", &owner, "bookings_r_all,bookings_rw_own").await;
        let theirs = all.create("/bookings", &order("2026-05-08", 1)).await;
        let ours = own.create("/bookings", &order("2026-05-08", 1)).await;
        let path = |booking: &Value| format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap());
        let hold = all.create("/holds", &order("2026-05-08", 1)).await["id"].as_str().unwrap().to_owned();
        let absent = own.get("/bookings/12345678901234").await;
        for answer in [
            own.get(&path(&theirs)).await,
            own.put(&path(&theirs), &json!({})).await,
            own.delete(&path(&theirs)).await,
        ] {
            assert_eq!((answer.status, &answer.body["message"]), (404, &absent.body["message"]));
        }
        assert_eq!(own.get(&format!("/holds/{hold}")).await.status, 404);
        assert_eq!(own.post(&format!("/holds?previousHoldId={hold}"), &order("2026-05-08", 1)).await.status, 400);
        let range = "/bookings?startTime=2026-05-08T00:00:00Z&endTime=2026-05-08T23:00:00Z&expandCustomer=true";
        assert_eq!(own.read(range).await["info"]["totalItems"], 1);
        // The customer was made by this application with the booking, and still it may not read customers.
        assert!(own.read(range).await["data"][0].get("customer").is_none());
        assert_eq!(own.get(&format!("{}/customer", path(&ours))).await.status, 403);
        // It can book again for the customer it created, and for no other.
        let mut again = order("2026-05-09", 1);
        again["customerId"] = ours["customerId"].clone();
        own.create("/bookings", &again).await;
        again["customerId"] = theirs["customerId"].clone();
        assert_eq!(own.post("/bookings", &again).await.status, 400);
        assert_eq!(reader.read(range).await["info"]["totalItems"], 2);
        assert_eq!(reader.put(&path(&theirs), &json!({})).await.status, 403);
        assert_eq!(reader.delete(&path(&theirs)).await.status, 403);
        assert_eq!(own.delete(&path(&ours)).await.status, 204);
    }
}
