//! A customer's bookings: the list, the counts, and the next and last one.

use super::{business, lesson, order, people, tour};
use slotkeeper_testkit::catalogue::TOUR;
use slotkeeper_testkit::client::{Answer, ApiClient};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use slotkeeper_testkit::server::{Engine, TestServer};
use std::time::Duration;

/// A booking of this customer.
async fn book(program: &ApiClient, customer: &str, body: &Value, path: &str) -> String {
    let mut body = body.clone();
    body["customerId"] = json!(customer);
    program.create(path, &body).await["bookingNumber"].as_str().unwrap().to_owned()
}

fn numbers(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|one| one["bookingNumber"].as_str().unwrap()).collect()
}

/// What an answer says, but for the error's own id.
fn bytes(answer: &Answer) -> String {
    answer.text.replace(answer.body["errorId"].as_str().unwrap(), "")
}

on_every_engine! {
    /// The bookings of a customer, by start, those that were cancelled among them.
    async fn bookings_of_a_customer_are_listed(server: TestServer) {
        let (_, program) = business(&server).await;
        let customer = program.create("/customers", &json!({"firstName": "Ilse"})).await["id"].as_str().unwrap().to_owned();
        let list = format!("/customers/{customer}/bookings");
        assert_eq!(program.read(&list).await, json!({"info": {"totalItems": 0, "totalPages": 0, "currentPage": 1}, "data": []}));
        let last = book(&program, &customer, &order("2026-05-10", 1), "/bookings").await;
        let early = book(&program, &customer, &lesson("2026-05-08T09:00:00-00:00"), "/bookings").await;
        let first = book(&program, &customer, &order("2026-05-08", 2), "/bookings").await;
        program.create("/bookings", &order("2026-05-08", 1)).await;
        assert_eq!(program.delete(&format!("/bookings/{first}")).await.status, 204);
        let all = program.read(&list).await;
        assert_eq!((&all["info"]["totalItems"], numbers(&all)), (&json!(3), vec![&*early, &*first, &*last]));
        assert_eq!((&all["data"][1]["canceled"], &all["data"][0]["canceled"]), (&json!(true), &json!(false)));
        assert_eq!(all["data"][0], program.read(&format!("/bookings/{early}")).await);
        assert!(all["data"][0]["participants"].get("details").is_none());
        let expanded = program.read(&format!("{list}?expandParticipants=1")).await;
        assert_eq!(expanded["data"][0]["participants"]["details"][0]["personId"], "PUNKNOWN");

        // Days of the business's calendar, both included; a date-time stands for its day.
        for (search, found) in [
            ("beginDate=2026-05-08", vec![&*early, &*first, &*last]),
            ("beginDate=2026-05-09", vec![&*last]),
            ("endDate=2026-05-08", vec![&*early, &*first]),
            ("endDate=2026-05-07", vec![]),
            ("beginDate=2026-05-08T23:00:00Z&endDate=2026-05-10T00:00:00+01:00", vec![&*early, &*first, &*last]),
            ("beginDate=2026-05-08&endDate=2026-05-08&type=x", vec![&*early, &*first]),
            ("beginDate=2020-01-01&endDate=2200-01-01", vec![&*early, &*first, &*last]),
            ("beginDate=&endDate=", vec![&*early, &*first, &*last]),
        ] {
            let answer = program.read(&format!("{list}?{search}")).await;
            assert_eq!((numbers(&answer), &answer["info"]["totalItems"]), (found.clone(), &json!(found.len())), "{search}");
        }
        for (search, says) in [
            ("beginDate=yesterday", "beginDate"),
            ("endDate=2026-02-30", "endDate"),
            ("beginDate=2026-05-09&endDate=2026-05-08", "endDate must not be before beginDate"),
            ("itemsPerPage=0", "itemsPerPage"),
            ("expandParticipants=maybe", "expandParticipants"),
        ] {
            let answer = program.get(&format!("{list}?{search}")).await;
            assert_eq!(answer.status, 400, "{search}: {}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(says), "{search}: {}", answer.text);
        }
        let page = program.read(&format!("{list}?itemsPerPage=2&endDate=2026-05-10")).await;
        let token = page["info"]["pageNavigationToken"].as_str().unwrap();
        let second = program.read(&format!("{list}?pageNavigationToken={token}&pageNumber=2&itemsPerPage=1")).await;
        assert_eq!((numbers(&second), &second["info"]["totalPages"]), (vec![&*last], &json!(2)));
    }

    /// A key sees those of its bookings that it may read, of customers that it knows of.
    async fn whose_bookings_a_key_sees_it_knows(server: TestServer) {
        let (owner, all) = business(&server).await;
        let install = async |name: &str, permissions: &str| ApiClient::installed(&server, name, &owner, permissions).await;
        let own = install("Own Bookings", "bookings_rw_own").await;
        let reader = install("Reads Bookings", "bookings_r_all").await;
        let both = install("Reads Both", "bookings_rw_own,customers_r_all").await;
        let customers = install("Customers Alone", "customers_rwd_all").await;
        let theirs = all.create("/bookings", &order("2026-05-08", 1)).await;
        let theirs = theirs["customerId"].as_str().unwrap().to_owned();
        let ours = own.create("/bookings", &order("2026-05-08", 1)).await;
        let ours = ours["customerId"].as_str().unwrap().to_owned();
        // Another application books for our customer, too.
        book(&all, &ours, &order("2026-05-09", 1), "/bookings").await;
        let nobody = all.create("/customers", &json!({})).await["id"].as_str().unwrap().to_owned();
        let list = |customer: &str| format!("/customers/{customer}/bookings");
        let total = async |program: &ApiClient, customer: &str| {
            let answer = program.get(&list(customer)).await;
            (answer.status, answer.body["info"]["totalItems"].as_u64())
        };
        assert_eq!(total(&all, &ours).await, (200, Some(2)));
        assert_eq!(total(&own, &ours).await, (200, Some(1)));
        assert_eq!(total(&reader, &theirs).await, (200, Some(1)));
        assert_eq!(total(&both, &ours).await, (200, Some(0)));
        assert_eq!(total(&both, &nobody).await, (200, Some(0)));
        assert_eq!(total(&all, &nobody).await, (200, Some(0)));
        assert_eq!(total(&customers, &ours).await, (403, None));
        let absent = own.get(&list("312CUSTM5R17D2E8F0A9B")).await;
        for answer in [own.get(&list(&theirs)).await, own.get(&list(&nobody)).await, own.get(&list("x")).await, reader.get(&list(&nobody)).await] {
            assert_eq!((answer.status, bytes(&answer)), (404, bytes(&absent)));
        }
        // A token of one customer does not work for another one.
        let token = all.read(&format!("{}?itemsPerPage=1", list(&ours))).await["info"]["pageNavigationToken"].clone();
        let path = format!("{}?pageNavigationToken={}", list(&theirs), token.as_str().unwrap());
        assert_eq!(all.get(&path).await.status, 404);
        // Customer and participants as far as the key may read them.
        let with_people = own.read(&format!("{}?expandParticipants=true", list(&ours))).await;
        assert_eq!(with_people["data"][0]["participants"]["details"][0]["personId"], "PUNKNOWN");
    }

    /// Every booking is counted, a cancellation when it is tracked; what comes next and was last moves with the clock.
    async fn customers_are_counted(server: TestServer) {
        let (_, program) = business(&server).await;
        let created = program.create("/customers", &json!({"firstName": "Ilse"})).await;
        let customer = created["id"].as_str().unwrap().to_owned();
        let of = async || {
            let shown = program.read(&format!("/customers/{customer}")).await;
            assert_eq!(program.read("/customers?searchText=ilse").await["data"], json!([shown]));
            let time = |name: &str| shown.get(name).map(|time| time.as_str().unwrap()[5..16].to_owned());
            let counts = ["numBookings", "numCancelations", "numNoShows"].map(|name| shown[name].as_i64().unwrap());
            (counts, time("startTimeOfNextBooking"), time("startTimeOfPreviousBooking"))
        };
        let time = |time: &str| Some(time.to_owned());
        assert_eq!(of().await, ([0, 0, 0], None, None));
        let past = json!({"productId": TOUR, "eventId": tour("2026-05-03"), "participants": {"numbers": people(1, 0)}});
        book(&program, &customer, &past, "/bookings?mode=backend").await;
        let first = book(&program, &customer, &order("2026-05-08", 1), "/bookings").await;
        let second = book(&program, &customer, &order("2026-05-10", 1), "/bookings").await;
        assert_eq!(of().await, ([3, 0, 0], time("05-08T18:00"), time("05-03T18:00")));
        // A booking that moves is another next one.
        assert_eq!(program.put(&format!("/bookings/{first}"), &json!({"eventId": tour("2026-05-11")})).await.status, 200);
        assert_eq!(of().await, ([3, 0, 0], time("05-10T18:00"), time("05-03T18:00")));
        assert_eq!(program.delete(&format!("/bookings/{second}?trackInCustomerHistory=true")).await.status, 204);
        assert_eq!(of().await, ([3, 1, 0], time("05-11T18:00"), time("05-03T18:00")));
        let third = book(&program, &customer, &order("2026-05-12", 1), "/bookings").await;
        assert_eq!(program.delete(&format!("/bookings/{third}")).await.status, 204);
        assert_eq!(of().await, ([4, 1, 0], time("05-11T18:00"), time("05-03T18:00")));
        // From 9:12 on the 4th to 19:59 on the 11th: it has begun, and is not over.
        server.clock.advance(Duration::from_secs(7 * 86_400 + 10 * 3_600 + 47 * 60));
        assert_eq!(of().await, ([4, 1, 0], None, time("05-03T18:00")));
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(of().await, ([4, 1, 0], None, time("05-11T18:00")));
    }

    /// Own lists have what the application created and nothing else, in pages.
    async fn own_customers_are_listed(server: TestServer) {
        let (owner, all) = business(&server).await;
        let own = ApiClient::installed(&server, "Own Things", &owner, "customers_rwd_own,bookings_rwd_own").await;
        for (number, program) in [&all, &own, &all, &own, &own].into_iter().enumerate() {
            server.clock.advance(Duration::from_secs(60));
            let address = format!("marta{}@example.com", number % 2);
            program.create("/customers", &json!({"firstName": format!("Marta {number}"), "lastName": "Reis", "emailAddress": address})).await;
        }
        let names = |list: &Value| -> Vec<String> {
            let names = list["data"].as_array().unwrap().iter().map(|one| one["firstName"].as_str().unwrap());
            names.map(|name| name[6..].to_owned()).collect()
        };
        for (search, of_all, of_own) in [
            ("", 5, vec!["1", "3", "4"]),
            ("searchText=marta", 5, vec!["1", "3", "4"]),
            ("searchText=Marta 3 r", 1, vec!["3"]),
            ("searchField=lastName&searchText=REIS", 5, vec!["1", "3", "4"]),
            ("searchField=firstName&searchText=2", 1, vec![]),
            ("searchField=emailAddress&searchText= MARTA1@example.com", 2, vec!["1", "3"]),
            ("searchField=emailAddress&searchText=marta", 0, vec![]),
            ("createdSince=2026-05-04T09:16:00-00:00", 2, vec!["3", "4"]),
            ("createdSince=2026-05-04T09:16:00-00:00&searchText=4", 1, vec!["4"]),
            ("currentNonMembers=false", 0, vec![]),
            ("currentMembers=false&createdSince=2026-05-04T09:17:00-00:00", 1, vec!["4"]),
        ] {
            let found = own.read(&format!("/customers?{search}")).await;
            assert_eq!((names(&found), &found["info"]["totalItems"]), (of_own.iter().map(|&name| name.to_owned()).collect(), &json!(of_own.len())), "{search}");
            assert_eq!(all.read(&format!("/customers?{search}")).await["info"]["totalItems"], of_all, "{search}");
        }
        let first = own.read("/customers?itemsPerPage=2&searchText=marta").await;
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        let second = own.read(&format!("/customers?pageNavigationToken={token}&pageNumber=2")).await;
        assert_eq!((names(&first), names(&second)), (vec!["1".to_owned(), "3".to_owned()], vec!["4".to_owned()]));
        // The token holds no rights: with another key it shows what that key may see.
        assert_eq!(all.read(&format!("/customers?pageNavigationToken={token}&pageNumber=3")).await["data"].as_array().unwrap().len(), 1);
        for search in ["searchField=phone", "createdSince=yesterday", "currentMembers=maybe", &format!("searchText={}", "x".repeat(301))] {
            assert_eq!(own.get(&format!("/customers?{search}")).await.status, 400, "{search}");
        }
        // Bookings, by either time.
        all.create("/bookings", &order("2026-05-08", 1)).await;
        let ours = own.create("/bookings", &order("2026-05-08", 1)).await;
        let starts = "startTime=2026-05-08T00:00:00Z&endTime=2026-05-09T00:00:00Z";
        let touched = "lastUpdatedStartTime=2026-05-04T00:00:00Z&lastUpdatedEndTime=2026-05-05T00:00:00Z";
        for search in [starts.to_owned(), touched.to_owned(), format!("{starts}&{touched}&productId={TOUR}&includeCanceled=true")] {
            let found = own.read(&format!("/bookings?{search}")).await;
            assert_eq!(numbers(&found), [ours["bookingNumber"].as_str().unwrap()], "{search}");
            assert_eq!(all.read(&format!("/bookings?{search}")).await["info"]["totalItems"], 2, "{search}");
        }
    }

    /// What is missing or null stays, an empty text clears; lists replace. An echo changes nothing.
    async fn a_change_says_what_it_says(server: TestServer) {
        let (_, program) = business(&server).await;
        let body = json!({
            "firstName": "Ilse", "middleName": "M", "lastName": "Brandt", "emailAddress": "ilse@example.com",
            "phoneNumbers": [{"number": "1", "type": "work", "ext": "2"}], "streetAddress": {"city": "Porto", "countryCode": "es"},
            "dateOfBirth": "1990-03-08T00:00:00Z", "gender": "female", "languageCode": "pt_PT", "acceptSmsReminders": 1,
            "facebookId": "ilse.b", "customFields": [{"id": "QF7K2M", "value": "Advanced"}, {"name": "Emergency contact", "value": "Rui"}],
        });
        let created = program.create("/customers", &body).await;
        assert_eq!((&created["languageCode"], &created["dateOfBirth"]), (&json!("pt_PT"), &json!("1990-03-08")));
        assert_eq!(created["streetAddress"], json!({"city": "Porto", "countryCode": "ES"}));
        let path = format!("/customers/{}", created["id"].as_str().unwrap());
        let mut nulls = body.clone();
        nulls.as_object_mut().unwrap().values_mut().for_each(|value| *value = Value::Null);
        for echo in [json!({}), nulls, created.clone(), json!({"unknown": {"a": [1]}})] {
            let answer = program.put(&path, &echo).await;
            assert_eq!((answer.status, &answer.body), (200, &created), "{echo}");
            assert_eq!(answer.headers["location"], format!("{}/v2{path}", server.url));
        }
        let cleared = program.put(&path, &json!({
            "middleName": "", "emailAddress": " ", "phoneNumbers": [], "dateOfBirth": "", "gender": "", "languageCode": "",
            "facebookId": "", "customFields": [], "acceptSmsReminders": "False", "streetAddress": {},
        })).await;
        assert_eq!(cleared.status, 200, "{}", cleared.text);
        assert_eq!(cleared.body, json!({
            "credit": {"amount": "0", "currency": "EUR"}, "acceptSmsReminders": false, "numBookings": 0, "numCancelations": 0,
            "numNoShows": 0, "member": false, "id": created["id"], "firstName": "Ilse", "lastName": "Brandt", "phoneNumbers": [],
            "streetAddress": {"countryCode": "PT"}, "creationTime": "2026-05-04T09:12:00+01:00", "gender": "unknown",
        }));
        assert_eq!(program.read("/customers?searchField=emailAddress&searchText=ilse@example.com").await["info"]["totalItems"], 0);
    }
}

/// As many customers as the operator allows, and no more through the API, also with bookings.
async fn customers_are_limited(engine: Engine) {
    let server = TestServer::start_with_customers(engine, 2).await;
    let (_, program) = business(&server).await;
    let first = program.create("/customers", &json!({})).await;
    program.create("/bookings", &order("2026-05-08", 1)).await;
    for refused in
        [program.post("/customers", &json!({})).await, program.post("/bookings", &order("2026-05-08", 1)).await]
    {
        let says = "This business has as many customers as it can have here: 2.";
        assert_eq!((refused.status, refused.body["message"].as_str()), (403, Some(says)));
    }
    // Nothing of the booking is left, and who is there can book.
    assert_eq!(super::seats_left(&program, "2026-05-08").await, 7);
    let id = first["id"].as_str().unwrap();
    let number = book(&program, id, &order("2026-05-08", 1), "/bookings").await;
    assert_eq!(program.delete(&format!("/bookings/{number}")).await.status, 204);
    assert_eq!(program.delete(&format!("/customers/{id}")).await.status, 204);
    program.create("/customers", &json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_are_limited_on_sqlite() {
    customers_are_limited(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_are_limited_on_postgres() {
    customers_are_limited(Engine::Postgres).await;
}
