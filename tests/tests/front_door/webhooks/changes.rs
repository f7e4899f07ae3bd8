//! The list of changes: what whoever missed notices can ask for.

use super::{book, business};
use slotkeeper_testkit::client::Program;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

/// Domain, type and id of changes.
fn short(changes: &Value) -> Vec<(String, String)> {
    let text = |change: &Value, member: &str| change[member].as_str().unwrap().to_owned();
    let data = changes["data"].as_array().unwrap();
    data.iter().map(|one| (format!("{}/{}", text(one, "domain"), text(one, "type")), text(one, "itemId"))).collect()
}

on_every_engine! {
    /// In order, by number, with who did it; and each key sees what it may read.
    async fn each_key_sees_the_changes_of_what_it_may_read(server: TestServer) {
        let (owner, program) = business(&server).await;
        let own = Program::installed(&server, "Own Desk", &owner, "bookings_rw_own").await;
        let none = Program::installed(&server, "Nothing", &owner, "availability_r").await;
        let before = program.read("/changes").await["last"].as_i64().unwrap();
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
        assert_eq!((&all["more"], &all["last"]), (&json!(false), &all["data"][4]["number"]));
        assert_eq!(all["data"][3], json!({
            "number": before + 4, "timestamp": "2026-05-04T09:12:00+01:00", "domain": "bookings", "type": "created",
            "itemId": ours, "agent": "Own Desk",
        }));
        expected.retain(|(topic, id)| topic == "bookings/created" && *id == ours);
        let seen = own.read(&format!("/changes?after={before}")).await;
        assert_eq!((short(&seen), &seen["last"]), (expected, &all["last"]));
        let seen = none.read("/changes").await;
        assert_eq!((&seen["data"], &seen["last"]), (&json!([]), &all["last"]));
    }

    /// A client that goes on from `last` misses nothing and gets nothing twice.
    async fn the_list_is_read_in_parts(server: TestServer) {
        let (_, program) = business(&server).await;
        let before = program.read("/changes").await["last"].as_i64().unwrap();
        for round in 0..5 {
            program.create("/customers", &json!({"firstName": format!("No. {round}")})).await;
        }
        let (mut after, mut seen, mut parts) = (before, Vec::new(), 0);
        loop {
            let part = program.read(&format!("/changes?after={after}&limit=2")).await;
            seen.extend(part["data"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()));
            (after, parts) = (part["last"].as_i64().unwrap(), parts + 1);
            if part["more"] == false {
                break;
            }
        }
        assert_eq!((seen, parts), ((before + 1..=before + 5).collect(), 3));
        let nothing = program.read(&format!("/changes?after={after}")).await;
        assert_eq!(nothing, json!({"data": [], "last": after, "more": false}));
        assert_eq!(program.read("/changes?after=18446744073709551615").await["data"], json!([]));
    }
}
