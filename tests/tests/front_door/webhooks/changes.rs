//! The change log of the API, for clients that missed deliveries.

use super::{book, business};
use slotkeeper_testkit::client::{ApiClient, Visitor};
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

/// Domain, type and id of changes.
fn short(changes: &Value) -> Vec<(String, String)> {
    let text = |change: &Value, member: &str| change[member].as_str().unwrap().to_owned();
    let data = changes["data"].as_array().unwrap();
    data.iter().map(|one| (format!("{}/{}", text(one, "domain"), text(one, "type")), text(one, "itemId"))).collect()
}

/// The position after a response.
fn last(changes: &Value) -> String {
    changes["last"].as_str().unwrap().to_owned()
}

on_every_engine! {
    /// In order, with who did it; and each key sees what it may read.
    async fn each_key_sees_the_changes_of_what_it_may_read(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = ApiClient::installed(&server, "Own Desk", &owner, "bookings_rw_own").await;
        let none = ApiClient::installed(&server, "Nothing", &owner, "availability_r").await;
        let before = last(&program.read("/changes").await);
        let theirs = book(&program, "2026-05-08").await;
        let ours = book(&own, "2026-05-09").await;
        assert_eq!(program.delete(&format!("/bookings/{theirs}")).await.status, 204);
        let all = program.read(&format!("/changes?after={before}")).await;
        let customer = |number: &str| {
            let (program, path) = (program.clone(), format!("/bookings/{number}"));
            async move { program.read(&path).await["customerId"].as_str().unwrap().to_owned() }
        };
        let pair = |topic: &str, id: &str| (topic.to_owned(), id.to_owned());
        let mut expected = vec![
            pair("customers/created", &customer(&theirs).await), pair("bookings/created", &theirs),
            pair("customers/created", &customer(&ours).await), pair("bookings/created", &ours),
            pair("bookings/deleted", &theirs),
        ];
        assert_eq!(short(&all), expected);
        assert_eq!(all["more"], false);
        assert_eq!(all["data"][3], json!({
            "timestamp": "2026-05-04T09:12:00+01:00", "domain": "bookings", "type": "created",
            "itemId": ours, "agent": "Own Desk",
        }));
        expected.retain(|(topic, id)| topic == "bookings/created" && *id == ours);
        let seen = own.read(&format!("/changes?after={before}")).await;
        assert_eq!(short(&seen), expected);
        let seen = none.read("/changes").await;
        assert_eq!((&seen["data"], &seen["more"]), (&json!([]), &json!(false)));
    }

    /// The list does not reveal how much happens that the key may not read: no numbers, and a position of constant
    /// length that is always different.
    async fn the_list_does_not_tell_how_much_happens_elsewhere(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = ApiClient::installed(&server, "Own Desk", &owner, "bookings_rw_own").await;
        let first = own.read("/changes").await;
        let again = own.read(&format!("/changes?after={}", last(&first))).await;
        for round in 0..100 {
            program.create("/customers", &json!({"firstName": format!("No. {round}")})).await;
        }
        let later = own.read(&format!("/changes?after={}", last(&again))).await;
        let marks = [last(&first), last(&again), last(&later)];
        assert!(marks.iter().all(|mark| mark.len() == marks[0].len() && !mark.bytes().all(|byte| byte.is_ascii_digit())));
        assert!(marks[0] != marks[1] && marks[1] != marks[2], "{marks:?}");
        assert_eq!((&later["data"], &later["more"]), (&json!([]), &json!(false)));
        let ours = book(&own, "2026-05-09").await;
        for mark in &marks {
            let seen = own.read(&format!("/changes?after={mark}")).await;
            assert_eq!(short(&seen), [("bookings/created".to_owned(), ours.clone())]);
            assert!(seen["data"][0].get("number").is_none(), "{seen}");
        }
        // Numbers could be probed to find the count: without an earlier list with numbers, all mean the beginning.
        for number in [0, 1, 100, 1_000_000] {
            assert_eq!(short(&own.read(&format!("/changes?after={number}")).await).len(), 1, "{number}");
        }
        let stranger = ApiClient::installed(&server, "Elsewhere", &Visitor::owner(&server, "else@example.com").await, "bookings_r_all").await;
        for wrong in ["nonsense", &marks[0]] {
            let refused = stranger.get(&format!("/changes?after={wrong}")).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
            assert!(refused.body["message"].as_str().unwrap().starts_with("The parameter after must be"), "{}", refused.text);
        }
    }

    /// A client that continues from `last` misses nothing and gets nothing twice.
    async fn the_list_is_read_in_parts(server: TestServer) {
        let (_, program) = business(&server).await;
        let before = last(&program.read("/changes").await);
        let mut made = Vec::new();
        for round in 0..3 {
            let customer = program.create("/customers", &json!({"firstName": format!("No. {round}")})).await;
            let id = customer["id"].as_str().unwrap().to_owned();
            let answer = program.put(&format!("/customers/{id}"), &json!({"firstName": "Renamed"})).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            made.extend([("customers/created".to_owned(), id.clone()), ("customers/updated".to_owned(), id)]);
        }
        made.push(("bookings/created".to_owned(), book(&program, "2026-05-09").await));
        let (mut after, mut seen, mut parts) = (before.clone(), Vec::new(), 0);
        loop {
            let part = program.read(&format!("/changes?after={after}&limit=2")).await;
            seen.extend(short(&part));
            (after, parts) = (last(&part), parts + 1);
            if part["more"] == false {
                break;
            }
        }
        // The booking comes with its customer.
        assert_eq!((seen.len(), parts), (8, 4));
        seen.remove(6);
        assert_eq!(seen, made);
        let nothing = program.read(&format!("/changes?after={after}")).await;
        assert_eq!((&nothing["data"], &nothing["more"]), (&json!([]), &json!(false)));
        assert_eq!(short(&program.read(&format!("/changes?after={before}")).await).len(), 8);
    }
}
