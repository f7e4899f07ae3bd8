//! Customers with a membership: finding them, and products for members only.

use super::{business, lesson, lessons, order, tour};
use slotkeeper_testkit::catalogue::{COURSE, LESSON, TOUR, catalogue};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

async fn customer(program: &ApiClient, name: &str) -> String {
    program.create("/customers", &json!({"firstName": name})).await["id"].as_str().unwrap().to_owned()
}

on_every_engine! {
    /// A membership lasts from its first to its last day, in the business's time zone.
    async fn a_membership_has_a_first_and_a_last_day(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut ids = Vec::new();
        for name in ["For Life", "Until Tomorrow", "Not Yet", "Over", "Never"] {
            server.clock.advance(Duration::from_millis(1));
            ids.push(customer(&program, name).await);
        }
        let account = program.account();
        server.make_member(account, &ids[0], "2020-01-01", None).await;
        server.make_member(account, &ids[1], "2026-05-01", Some("2026-05-05")).await;
        server.make_member(account, &ids[2], "2026-05-06", Some("2027-05-05")).await;
        server.make_member(account, &ids[3], "2025-01-01", Some("2025-12-31")).await;
        let of = async |id: &str| {
            let shown = program.read(&format!("/customers/{id}")).await;
            (shown["member"].as_bool().unwrap(), shown["membershipEnd"].as_str().map(str::to_owned))
        };
        let day = |day: &str| Some(day.to_owned());
        assert_eq!(of(&ids[0]).await, (true, None));
        assert_eq!(of(&ids[1]).await, (true, day("2026-05-05")));
        assert_eq!(of(&ids[2]).await, (false, day("2027-05-05")));
        assert_eq!(of(&ids[3]).await, (false, day("2025-12-31")));
        assert_eq!(of(&ids[4]).await, (false, None));
        let names = async |search: &str| -> Vec<String> {
            let found = program.read(&format!("/customers?{search}")).await;
            let data: Vec<_> = found["data"].as_array().unwrap().iter().map(|one| one["firstName"].as_str().unwrap().to_owned()).collect();
            assert_eq!(found["info"]["totalItems"], data.len());
            data
        };
        let members = "currentNonMembers=false";
        assert_eq!(names(members).await, ["For Life", "Until Tomorrow"]);
        assert_eq!(names("currentMembers=False").await, ["Not Yet", "Over", "Never"]);
        assert_eq!(names("currentMembers=0&currentNonMembers=0").await, [""; 0]);
        assert_eq!(names("currentMembers=true&currentNonMembers=true").await.len(), 5);
        assert_eq!(names("currentNonMembers=false&searchText=until").await, ["Until Tomorrow"]);
        assert_eq!(names("currentMembers=false&searchField=firstName&searchText=E").await, ["Not Yet", "Over", "Never"]);
        // A token keeps the search, and the day is the one on which it is used.
        let first = program.read(&format!("/customers?{members}&itemsPerPage=1")).await;
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        let second = program.read(&format!("/customers?pageNavigationToken={token}&pageNumber=2")).await;
        assert_eq!(second["data"][0]["firstName"], "Until Tomorrow");
        // To the minute: 5 May ends at midnight in Lisbon, an hour before it does in UTC.
        server.clock.advance(DAY + Duration::from_secs(14 * 3_600 + 47 * 60));
        assert_eq!(names(members).await, ["For Life", "Until Tomorrow"]);
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(names(members).await, ["For Life", "Not Yet"]);
        // What a client writes of it is ignored.
        let echoed = json!({"member": true, "membershipEnd": "2099-12-31", "numBookings": 9, "credit": {"amount": "9", "currency": "EUR"}});
        let changed = program.put(&format!("/customers/{}", ids[4]), &echoed).await;
        assert_eq!((changed.status, &changed.body["member"], &changed.body["numBookings"]), (200, &json!(false), &json!(0)));
        assert_eq!(changed.body["credit"]["amount"], "0");
    }

    /// What is for members is offered to all who look, and booked by members alone, or by staff.
    async fn members_book_what_is_for_members(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = catalogue();
        for product in &mut offered.products {
            product.members_only = true;
        }
        server.offer(program.account(), offered).await;
        let (member, other) = (customer(&program, "Member").await, customer(&program, "Other").await);
        server.make_member(program.account(), &member, "2026-01-01", Some("2026-05-05")).await;
        for id in [TOUR, COURSE] {
            let range = "startTime=2026-05-05T00:00:00Z&endTime=2026-05-09T00:00:00Z";
            let found = program.read(&format!("/availability/slots?productId={id}&{range}")).await;
            assert!(found["info"]["totalItems"].as_u64().unwrap() > 0, "{found}");
        }
        assert!(!lessons(&program, "2026-05-07").await.is_empty());
        let of = |body: &Value, customer: &str| {
            let mut body = body.clone();
            body["customerId"] = json!(customer);
            body
        };
        for body in [order("2026-05-08", 1), lesson("2026-05-07T10:00:00-00:00")] {
            for path in ["/holds", "/bookings"] {
                // A new customer is no member, and a request without a customer has none.
                for body in [body.clone(), of(&body, &other)] {
                    let refused = program.post(path, &body).await;
                    assert_eq!((refused.status, refused.body["message"].as_str()), (403, Some("Only current members can book this product.")), "{path}");
                }
                let unknown = program.post(path, &of(&body, "312CUSTM5R17D2E8F0A9B")).await;
                assert_eq!(unknown.status, 400, "{}", unknown.text);
            }
            let hold = program.create("/holds", &of(&body, &member)).await;
            let hold = hold["id"].as_str().unwrap();
            program.create(&format!("/bookings?previousHoldId={hold}"), &of(&body, &member)).await;
            program.create("/bookings?mode=backend", &of(&order("2026-05-09", 1), &other)).await;
        }
        // A member who is none any more keeps what is booked, and moves it nowhere.
        let booked = program.create("/bookings", &of(&order("2026-05-10", 1), &member)).await;
        let path = format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap());
        let longer = json!({"options": [{"name": "Dry bags", "value": "1"}]});
        assert_eq!(program.put(&path, &json!({"eventId": tour("2026-05-11")})).await.status, 200);
        server.clock.advance(DAY * 2);
        assert_eq!(program.put(&path, &longer).await.status, 200);
        let moved = program.put(&path, &json!({"eventId": tour("2026-05-12")})).await;
        assert_eq!(moved.status, 403, "{}", moved.text);
        assert_eq!(program.post("/bookings", &of(&order("2026-05-10", 1), &member)).await.status, 403);
        assert_eq!(program.put(&format!("{path}?mode=backend"), &json!({"eventId": tour("2026-05-12")})).await.status, 200);
        // A booking of another product moves to one for members only if its customer is one.
        let mut offered = catalogue();
        offered.products[2].members_only = true;
        server.offer(program.account(), offered).await;
        let free = program.create("/bookings", &of(&order("2026-05-14", 1), &other)).await;
        let path = format!("/bookings/{}", free["bookingNumber"].as_str().unwrap());
        let to_lesson = json!({"productId": LESSON, "startTime": "2026-05-14T10:00:00-00:00", "options": []});
        assert_eq!(program.put(&path, &to_lesson).await.status, 403);
        server.make_member(program.account(), &other, "2026-05-06", None).await;
        assert_eq!(program.put(&path, &to_lesson).await.status, 200);
        server.end_membership(program.account(), &other).await;
        let shown = program.read(&format!("/customers/{other}")).await;
        assert_eq!((&shown["member"], shown.get("membershipEnd")), (&json!(false), None));
    }
}
