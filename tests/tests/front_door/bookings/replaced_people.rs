//! Changes of participants: the list is replaced, and which people a key may name.

use super::{business, order, people};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};
use std::time::Duration;

fn new_person(id: &str, index: u32) -> Value {
    json!({"personId": id, "peopleCategoryId": "Cadults", "categoryIndex": index})
}

fn new(name: &str, index: u32) -> Value {
    let mut new = new_person("PNEW", index);
    new["personDetails"] = json!({"firstName": name});
    new
}

fn details(list: &[Value]) -> Value {
    json!({"participants": {"details": list}})
}

/// Who comes to a booking, by id.
async fn who(program: &ApiClient, path: &str) -> Vec<String> {
    let shown = program.read(&format!("{path}?expandParticipants=true")).await;
    let all = shown["participants"]["details"].as_array().unwrap();
    all.iter().map(|one| one["personId"].as_str().unwrap().to_owned()).collect()
}

fn path(booking: &Value) -> String {
    format!("/bookings/{}", booking["bookingNumber"].as_str().unwrap())
}

on_every_engine! {
    /// Named after the booking was made, replaced, taken away; what is not said stays.
    async fn a_list_of_people_that_is_there_replaces(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 3)).await;
        let (path, list) = (path(&booked), format!("/customers/{}/linkedpeople", booked["customerId"].as_str().unwrap()));
        let named = program.put(&path, &details(&[new_person("PSELF", 1), new("Joana", 2)])).await;
        assert_eq!(named.status, 200, "{}", named.text);
        assert_eq!((&named.body["price"], &named.body["participants"]["numbers"]), (&booked["price"], &people(3, 0)));
        let joana = program.read(&list).await["data"][0].clone();
        let id = joana["id"].as_str().unwrap();
        assert_eq!((&joana["firstName"], &joana["startTimeOfNextBooking"]), (&json!("Joana"), &json!("2026-05-08T18:00:00+01:00")));
        assert_eq!(who(&program, &path).await, ["PSELF", id, "PUNKNOWN"]);
        // Writing back what was read names the same people and creates none.
        let whole = program.read(&format!("{path}?expandParticipants=true&expandCustomer=true")).await;
        let same = program.put(&path, &whole).await;
        assert_eq!(same.status, 200, "{}", same.text);
        assert_eq!(who(&program, &path).await, ["PSELF", id, "PUNKNOWN"]);
        assert_eq!(program.read(&list).await["info"]["totalItems"], 1);
        for untouched in [json!({"externalRef": "x"}), json!({"participants": {"numbers": people(3, 0), "details": null}})] {
            assert_eq!(program.put(&path, &untouched).await.status, 200);
            assert_eq!(who(&program, &path).await, ["PSELF", id, "PUNKNOWN"]);
        }
        // Other participants, with another number. Those no longer named do not come.
        let mut change = details(&[new_person(id, 1), new("Rui", 2)]);
        change["participants"]["numbers"] = people(2, 0);
        assert_eq!(program.put(&path, &change).await.status, 200);
        let now = who(&program, &path).await;
        assert_eq!((now.len(), now[0].as_str(), now[1] != id), (2, id, true));
        assert_eq!(program.put(&path, &details(&[new_person(&now[1], 1)])).await.status, 200);
        assert!(program.read(&format!("{list}/{id}")).await.get("startTimeOfNextBooking").is_none());
        // No named participant.
        assert_eq!(program.put(&path, &details(&[])).await.status, 200);
        assert_eq!(who(&program, &path).await, ["PUNKNOWN", "PUNKNOWN"]);
        // Both stay linked to the customer, who has one change for each request that linked a person.
        assert_eq!(program.read(&list).await["info"]["totalItems"], 2);
        let changes = program.read("/changes?limit=500").await;
        let of_customer = |change: &&Value| (&change["domain"], &change["type"]) == (&json!("customers"), &json!("updated"));
        assert_eq!(changes["data"].as_array().unwrap().iter().filter(of_customer).count(), 2, "{changes}");
    }

    /// An error is named, and neither the booking nor the linked people change.
    async fn wrong_lists_of_people_are_refused(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-08", 2)).await;
        let other = program.create("/bookings", &order("2026-05-09", 1)).await;
        let list = format!("/customers/{}/linkedpeople", other["customerId"].as_str().unwrap());
        let stranger = program.create(&list, &json!({"firstName": "Ines"})).await["id"].as_str().unwrap().to_owned();
        let path = path(&booked);
        let bad = {
            let mut bad = new("x", 1);
            bad["personDetails"] = json!({"emailAddress": "no"});
            bad
        };
        for (change, says) in [
            (details(&[new("A", 3)]), "there is no person 3"),
            (details(&[new("A", 0)]), "there is no person 0"),
            (details(&[new("A", 1), new_person("PSELF", 1)]), "is there twice"),
            (details(&[new_person(&stranger, 1)]), "has no linked person"),
            (details(&[new_person("nobody", 1)]), "personId must be"),
            (details(&[bad]), "emailAddress"),
            (json!({"participants": {"details": 7}}), "participants.details"),
            (json!({"participants": {"details": [[]]}}), "participants.details[0]"),
            (json!({"participants": {"numbers": people(9, 0), "details": [new("A", 1)]}}), "1 to 8 people altogether"),
        ] {
            let refused = program.put(&path, &change).await;
            assert_eq!(refused.status, 400, "{change}: {}", refused.text);
            assert!(refused.body["message"].as_str().unwrap().contains(says), "{change}: {}", refused.text);
        }
        assert_eq!(program.read(&path).await, booked);
        let mine = format!("/customers/{}/linkedpeople", booked["customerId"].as_str().unwrap());
        assert_eq!(program.read(&mine).await["info"]["totalItems"], 0);
    }

    /// New people are linked if the key may change the customer or its application created it; linked people are
    /// named if the key sees the customer. Every key can write back people who are named already.
    async fn people_are_those_of_customers_in_reach(server: TestServer) {
        let (owner, all) = business(&server).await;
        let install = async |name: &str, permissions: &str| ApiClient::installed(&server, name, &owner, permissions).await;
        let blind = install("Bookings Alone", "bookings_rw_all").await;
        let reads = install("Reads Customers", "bookings_rw_all,customers_r_all").await;
        let writes = install("Writes Customers", "bookings_rw_all,customers_rw_all").await;
        let theirs = all.create("/bookings", &{
            let mut body = order("2026-05-08", 3);
            body["participants"]["details"] = json!([new("Joana", 1)]);
            body
        }).await;
        let path = path(&theirs);
        let customer = theirs["customerId"].as_str().unwrap();
        let list = format!("/customers/{customer}/linkedpeople");
        let joana = who(&all, &path).await[0].clone();
        let ines = all.create(&list, &json!({"firstName": "Ines"})).await["id"].as_str().unwrap().to_owned();
        for (program, adds, names) in [(&blind, 403, 400), (&reads, 403, 200), (&writes, 200, 200)] {
            let added = program.put(&path, &details(&[new_person(&joana, 1), new("New", 2)])).await;
            assert_eq!(added.status, adds, "{}", added.text);
            let named = program.put(&path, &details(&[new_person(&joana, 1), new_person(&ines, 2)])).await;
            assert_eq!(named.status, names, "{}", named.text);
            let echoed = program.put(&path, &details(&[new_person(&joana, 1), new_person("PSELF", 3)])).await;
            assert_eq!(echoed.status, 200, "{}", echoed.text);
        }
        assert_eq!(all.read(&list).await["info"]["totalItems"], 3);
        // Holds and bookings for a customer that can only be read link no person either.
        let mut body = order("2026-05-09", 2);
        (body["customerId"], body["participants"]["details"]) = (json!(customer), json!([new("New", 1)]));
        for (program, status) in [(&reads, 403), (&writes, 201)] {
            for path in ["/holds", "/bookings"] {
                let answer = program.post(path, &body).await;
                assert_eq!(answer.status, status, "{path}: {}", answer.text);
            }
        }
        // What an application booked for a new customer needs no permission for customers later either.
        let own = install("Books Families", "bookings_rw_own").await;
        let ours = own.create("/bookings", &order("2026-05-10", 2)).await;
        let named = own.put(&self::path(&ours), &details(&[new("Ines", 2)])).await;
        assert_eq!(named.status, 200, "{}", named.text);
        assert_eq!(own.put(&path, &details(&[])).await.status, 404);
    }

    /// Deliveries show the participants after the change, whose next start is updated.
    async fn who_came_can_be_written_down_afterwards(server: TestServer) {
        let (_, program) = business(&server).await;
        let booked = program.create("/bookings", &order("2026-05-04", 1)).await;
        let path = path(&booked);
        server.clock.advance(Duration::from_secs(86_400));
        let named = program.put(&path, &details(&[new("Joana", 1)])).await;
        assert_eq!(named.status, 200, "{}", named.text);
        let list = format!("/customers/{}/linkedpeople", booked["customerId"].as_str().unwrap());
        assert_eq!(program.read(&list).await["data"][0]["startTimeOfPreviousBooking"], booked["startTime"]);
    }
}
