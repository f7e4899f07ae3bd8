//! Linked people of customers: by themselves, and as participants.

use super::{business, order, people};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

/// The id of a new customer.
async fn customer(program: &ApiClient) -> String {
    program.create("/customers", &json!({"firstName": "Marta"})).await["id"].as_str().unwrap().to_owned()
}

on_every_engine! {
    /// Linked people: created, read, listed, changed, removed.
    async fn linked_people_are_kept(server: TestServer) {
        let (_, program) = business(&server).await;
        let customer = customer(&program).await;
        let list = format!("/customers/{customer}/linkedpeople");
        assert_eq!(program.read(&list).await, json!({"info": {"totalItems": 0, "totalPages": 0, "currentPage": 1}, "data": []}));
        let created = program.post(&list, &json!({
            "firstName": "Joana", "lastName": "Reis", "gender": "female", "phoneNumbers": null, "id": "X", "customerId": "X",
            "customFields": [{"name": "Experience", "value": "Advanced"}], "facebookId": "f", "languageCode": "en_GB",
        })).await;
        assert_eq!(created.status, 201, "{}", created.text);
        let id = created.body["id"].as_str().unwrap().to_owned();
        let path = format!("{list}/{id}");
        assert_eq!(created.headers["location"], format!("{}/v2{path}", server.url));
        assert_eq!(created.body, json!({
            "id": id, "firstName": "Joana", "lastName": "Reis", "creationTime": "2026-05-04T09:12:00+01:00", "gender": "female",
            "customFields": [{"id": "QF7K2M", "name": "Experience", "value": "Advanced"}], "customerId": customer,
        }));
        assert_eq!(program.read(&path).await, created.body);
        // What is not said stays; an empty text says that there is none; a list replaces.
        let change = json!({"middleName": "Maria", "lastName": "", "emailAddress": "Joana@example.com", "dateOfBirth": "2015-02-28",
            "customFields": [], "streetAddress": {"city": "Porto"}, "phoneNumbers": [{"number": "1", "type": "home"}]});
        let changed = program.put(&path, &change).await;
        assert_eq!(changed.headers["location"], format!("{}/v2{path}", server.url));
        assert_eq!((changed.status, &changed.body), (200, &json!({
            "id": id, "firstName": "Joana", "middleName": "Maria", "emailAddress": "joana@example.com", "gender": "female",
            "creationTime": "2026-05-04T09:12:00+01:00", "dateOfBirth": "2015-02-28", "streetAddress": {"city": "Porto"},
            "phoneNumbers": [{"number": "1", "type": "home"}], "customerId": customer,
        })));
        let same = program.put(&path, &changed.body).await;
        assert_eq!((same.status, &same.body), (200, &changed.body));

        server.clock.advance(Duration::from_secs(1));
        for name in ["Ines", "Rui"] {
            program.create(&list, &json!({"firstName": name})).await;
        }
        let first = program.read(&format!("{list}?itemsPerPage=2")).await;
        assert_eq!((&first["info"]["totalItems"], &first["info"]["totalPages"]), (&json!(3), &json!(2)));
        assert_eq!(first["data"][0], changed.body);
        let token = first["info"]["pageNavigationToken"].as_str().unwrap();
        let second = program.read(&format!("{list}?pageNavigationToken={token}&pageNumber=2")).await;
        assert_eq!(second["data"].as_array().unwrap().len(), 1);
        assert_eq!(program.read(&format!("{list}?itemsPerPage=1000")).await["data"].as_array().unwrap().len(), 3);
        // The token belongs to this customer's list.
        let other = self::customer(&program).await;
        let answer = program.get(&format!("/customers/{other}/linkedpeople?pageNavigationToken={token}")).await;
        assert_eq!(answer.status, 404, "{}", answer.text);

        let removed = program.delete(&path).await;
        assert_eq!((removed.status, removed.text.as_str()), (204, ""));
        assert_eq!((program.get(&path).await.status, program.delete(&path).await.status), (404, 404));
        // With the customer they all go.
        assert_eq!(program.delete(&format!("/customers/{customer}")).await.status, 204);
        assert_eq!(program.get(&list).await.status, 404);
    }

    /// A key may do with linked people what it may do with the customer.
    async fn they_belong_to_their_customer(server: TestServer) {
        let (owner, all) = business(&server).await;
        let install = async |name: &str, permissions: &str| ApiClient::installed(&server, name, &owner, permissions).await;
        let own = install("Own Customers", "customers_rwd_own").await;
        let writes = install("Writes Own", "customers_rw_own").await;
        let mixed = install("Reads All", "customers_rwd_own,customers_r_all").await;
        let bookings = install("Bookings Alone", "bookings_rwd_all").await;
        let theirs = customer(&all).await;
        let joana = all.create(&format!("/customers/{theirs}/linkedpeople"), &json!({"firstName": "Joana"})).await;
        let joana = joana["id"].as_str().unwrap().to_owned();
        let ours = customer(&own).await;
        let rui = own.create(&format!("/customers/{ours}/linkedpeople"), &json!({"firstName": "Rui"})).await;
        let rui = rui["id"].as_str().unwrap().to_owned();

        let calls = async |program: &ApiClient, customer: &str, person: &str| {
            let (list, body) = (format!("/customers/{customer}/linkedpeople"), json!({"middleName": "M"}));
            let path = format!("{list}/{person}");
            [
                program.get(&list).await,
                program.post(&list, &body).await,
                program.get(&path).await,
                program.put(&path, &body).await,
                program.delete(&path).await,
            ]
        };
        let statuses = async |program: &ApiClient, customer: &str, person: &str| {
            calls(program, customer, person).await.map(|answer| answer.status)
        };
        // An invisible person is answered byte for byte like a missing one or an invalid id, except for the error's
        // id.
        let bytes = |answer: &slotkeeper_testkit::client::Answer| {
            answer.text.replace(answer.body["errorId"].as_str().unwrap(), "")
        };
        let absent = calls(&own, "312CUSTM5R17D2E8F0A9B", &joana).await;
        for (foreign, absent) in calls(&own, &theirs, &joana).await.iter().zip(&absent) {
            assert_eq!((foreign.status, bytes(foreign)), (404, bytes(absent)));
        }
        for (wrong, absent) in calls(&own, "no-id", "no-id").await.iter().zip(&absent) {
            assert_eq!((wrong.status, bytes(wrong)), (404, bytes(absent)));
        }
        // A linked person of another customer is not found.
        let nobody = own.get(&format!("/customers/{ours}/linkedpeople/312LINKD2H17D2E91C4D7")).await;
        let foreign = own.get(&format!("/customers/{ours}/linkedpeople/{joana}")).await;
        assert_eq!((foreign.status, bytes(&foreign)), (404, bytes(&nobody)));
        assert!(nobody.text.contains("no person"), "{}", nobody.text);

        assert_eq!(statuses(&mixed, &theirs, &joana).await, [200, 403, 200, 403, 403]);
        assert_eq!(statuses(&bookings, &theirs, &joana).await, [403; 5]);
        let mine = customer(&writes).await;
        let with_me = writes.create(&format!("/customers/{mine}/linkedpeople"), &json!({})).await;
        assert_eq!(statuses(&writes, &mine, with_me["id"].as_str().unwrap()).await, [200, 201, 200, 200, 403]);
        assert_eq!(statuses(&own, &ours, &rui).await, [200, 201, 200, 200, 204]);
        assert_eq!(statuses(&all, &theirs, &joana).await, [200, 201, 200, 200, 204]);
    }

    /// What is wrong is named, and is not taken.
    async fn wrong_people_are_explained(server: TestServer) {
        let (_, program) = business(&server).await;
        let customer = customer(&program).await;
        let list = format!("/customers/{customer}/linkedpeople");
        let person = program.create(&list, &json!({"firstName": "Joana"})).await;
        let path = format!("{list}/{}", person["id"].as_str().unwrap());
        for (body, says) in [
            (json!({"emailAddress": "no"}), "emailAddress"),
            (json!({"dateOfBirth": "yesterday"}), "dateOfBirth"),
            (json!({"gender": "other"}), "gender must be one of: male, female, unknown"),
            (json!({"firstName": "x".repeat(201)}), "firstName can have 200 characters at most"),
            (json!({"firstName": "a\nb"}), "firstName must be one line"),
            (json!({"firstName": "a\u{0}b"}), "firstName must be one line"),
            (json!({"firstName": 7}), "firstName"),
            (json!({"phoneNumbers": [{"number": "1", "type": "pager"}]}), "phoneNumbers[0].type"),
            (json!({"phoneNumbers": vec![json!({"number": "1", "type": "home"}); 51]}), "phoneNumbers can have 50 entries"),
            (json!({"streetAddress": {"countryCode": "Portugal"}}), "streetAddress.countryCode"),
            (json!({"customFields": [{"id": "XXXXXX", "value": ""}]}), "customFields"),
            (json!({"customFields": [{"id": "QF7K2M", "value": "Expert"}]}), "customFields: the value of field QF7K2M"),
            (json!([]), "body"),
        ] {
            for answer in [program.post(&list, &body).await, program.put(&path, &body).await] {
                assert_eq!(answer.status, 400, "{body}: {}", answer.text);
                assert!(answer.body["message"].as_str().unwrap().contains(says), "{body}: {}", answer.text);
            }
        }
        assert_eq!(program.read(&list).await["data"], json!([person]));
    }

    /// A field that is not asked of participants is none of theirs.
    async fn fields_are_those_of_participants(server: TestServer) {
        let (_, program) = business(&server).await;
        let mut offered = slotkeeper_testkit::catalogue::catalogue();
        offered.custom_fields[0].for_participants = false;
        offered.custom_fields[1].for_customer = false;
        server.offer(program.account(), offered).await;
        let answers = |id: &str, value: &str| json!({"customFields": [{"id": id, "value": value}]});
        let (experience, contact) = (answers("QF7K2M", "Beginner"), answers("ZT5R1H", "Rui"));
        let customer = program.create("/customers", &experience).await;
        assert_eq!(program.post("/customers", &contact).await.status, 400);
        let list = format!("/customers/{}/linkedpeople", customer["id"].as_str().unwrap());
        let person = program.create(&list, &contact).await;
        assert_eq!(person["customFields"][0]["value"], "Rui");
        assert_eq!(program.post(&list, &experience).await.status, 400);
        let path = format!("{list}/{}", person["id"].as_str().unwrap());
        assert_eq!(program.put(&path, &experience).await.status, 400);
    }

    /// A named participant is in responses, has a next and a previous start, and is unknown once removed.
    async fn they_come_to_bookings(server: TestServer) {
        let (owner, program) = business(&server).await;
        let mut body = order("2026-05-08", 4);
        let somebody = |id: &str, index: u32| json!({"personId": id, "peopleCategoryId": "Cadults", "categoryIndex": index});
        let mut new = somebody("PNEW", 2);
        new["personDetails"] = json!({"firstName": "Joana", "customFields": [{"id": "ZT5R1H", "value": "Rui"}]});
        body["participants"]["details"] = json!([somebody("PSELF", 1), new, somebody("PUNKNOWN", 3)]);
        program.create("/holds", &body).await;
        let first = program.create("/bookings", &body).await;
        let customer = first["customerId"].as_str().unwrap().to_owned();
        let list = format!("/customers/{customer}/linkedpeople");
        let listed = program.read(&list).await;
        assert_eq!(listed["info"]["totalItems"], 1);
        let joana = listed["data"][0].clone();
        let id = joana["id"].as_str().unwrap();
        assert_eq!((&joana["firstName"], &joana["customFields"][0]["value"]), (&json!("Joana"), &json!("Rui")));
        assert_eq!(joana["startTimeOfNextBooking"], "2026-05-08T18:00:00+01:00");

        let booking = |number: &Value| format!("/bookings/{}?expandParticipants=true", number.as_str().unwrap());
        let details = program.read(&booking(&first["bookingNumber"])).await["participants"]["details"].clone();
        let ids: Vec<_> = details.as_array().unwrap().iter().map(|one| one["personId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["PSELF", id, "PUNKNOWN", "PUNKNOWN"]);
        assert_eq!(details[1], json!({
            "personId": id, "peopleCategoryId": "Cadults", "categoryIndex": 2, "personDetails": joana,
        }));
        assert_eq!(details[2], json!({"personId": "PUNKNOWN", "peopleCategoryId": "Cadults", "categoryIndex": 3}));
        let itself = &details[0]["personDetails"];
        assert_eq!((&itself["id"], &itself["customerId"]), (&json!(customer), &json!(customer)));
        assert_eq!((&itself["lastName"], &itself["startTimeOfNextBooking"]), (&json!("Reis"), &json!("2026-05-08T18:00:00+01:00")));
        assert_eq!(itself["streetAddress"], json!({"countryCode": "PT"}));

        // Again, by her id; a linked person of another customer, or an unknown id, is refused, also by a hold.
        let again = |person: &str, index: u32| {
            let mut body = order("2026-05-09", 1);
            body["customerId"] = json!(customer);
            body["participants"]["details"] = json!([somebody(person, index)]);
            body
        };
        program.create("/holds", &again(id, 1)).await;
        let second = program.create("/bookings", &again(id, 1)).await;
        let stranger = self::customer(&program).await;
        let other = program.create(&format!("/customers/{stranger}/linkedpeople"), &json!({})).await;
        let mut wrong_field = again("PNEW", 1);
        wrong_field["participants"]["details"][0]["personDetails"] = json!({"customFields": [{"id": "XXXXXX", "value": ""}]});
        for (body, says) in [
            (again(other["id"].as_str().unwrap(), 1), "no linked person"),
            (again("312LINKD2H17D2E91C4D7", 1), "no linked person"),
            (again("me", 1), "personId must be PSELF, PNEW, PUNKNOWN or the id of a linked person"),
            (again(id, 2), "no person 2 of category Cadults"),
            (again(id, 0), "no person 0 of category Cadults"),
            (wrong_field, "participants.details.personDetails: customFields"),
        ] {
            for path in ["/holds", "/bookings"] {
                let answer = program.post(path, &body).await;
                assert_eq!(answer.status, 400, "{path} {body}: {}", answer.text);
                assert!(answer.body["message"].as_str().unwrap().contains(says), "{path}: {}", answer.text);
            }
        }
        // A refused booking has linked no person.
        assert_eq!(program.read(&list).await["info"]["totalItems"], 1);

        // The first is over once it has ended.
        let person = format!("{list}/{id}");
        server.clock.advance(Duration::from_secs(4 * 86_400 + 10 * 3_600 + 2_880 - 60));
        let now = program.read(&person).await;
        assert_eq!((now.get("startTimeOfPreviousBooking"), &now["startTimeOfNextBooking"]), (None, &json!("2026-05-09T18:00:00+01:00")));
        server.clock.advance(Duration::from_secs(60));
        assert_eq!(program.read(&person).await["startTimeOfPreviousBooking"], "2026-05-08T18:00:00+01:00");
        let number = second["bookingNumber"].as_str().unwrap();
        assert_eq!(program.delete(&format!("/bookings/{number}")).await.status, 204);
        assert!(program.read(&person).await.get("startTimeOfNextBooking").is_none());

        // Who may not read customers sees ids alone.
        let blind = ApiClient::installed(&server, "Bookings Alone", &owner, "bookings_r_all").await;
        let seen = blind.read(&booking(&first["bookingNumber"])).await;
        assert_eq!(seen["participants"]["details"][1], somebody(id, 2));
        // Once removed, she is an unknown participant.
        assert_eq!(program.delete(&person).await.status, 204);
        let details = program.read(&booking(&first["bookingNumber"])).await["participants"]["details"].clone();
        assert_eq!((&details[1], &details[0]["personId"]), (&somebody("PUNKNOWN", 2), &json!("PSELF")));
        // And the booking can still be changed.
        assert_eq!(program.put(&format!("/bookings/{number}"), &json!({"externalRef": "x"})).await.status, 409);
        let first = first["bookingNumber"].as_str().unwrap();
        let changed = program.put(&format!("/bookings/{first}?mode=backend"), &json!({"externalRef": "x"})).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }

    /// Children and adults are counted apart, and a person cannot be two participants of a booking.
    async fn a_booking_for_people_alone_needs_no_right_to_customers(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = ApiClient::installed(&server, "Books Families", &owner, "bookings_rw_own").await;
        let mut body = order("2026-05-08", 1);
        body["participants"]["numbers"] = people(1, 1);
        body["participants"]["details"] = json!([
            {"personId": "PNEW", "peopleCategoryId": "Cchildren", "categoryIndex": 1, "personDetails": {"firstName": "Ines"}},
        ]);
        let booked = own.create("/bookings", &body).await;
        let list = format!("/customers/{}/linkedpeople", booked["customerId"].as_str().unwrap());
        assert_eq!(own.get(&list).await.status, 403);
        assert_eq!(program.read(&list).await["data"][0]["firstName"], "Ines");
        let twice = json!({"personId": "PSELF", "peopleCategoryId": "Cadults", "categoryIndex": 1});
        body["participants"]["details"] = json!([twice, twice]);
        assert_eq!(own.post("/bookings", &body).await.status, 400);
    }
}
