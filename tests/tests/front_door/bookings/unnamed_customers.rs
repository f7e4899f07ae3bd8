//! Customers without a name: their address is shown to keys that may read customers, and nowhere the name is used.

use super::{business, order};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::reqwest::Client;
use slotkeeper_testkit::serde_json::{Value, json};

const ADDRESS: &str = "nameless@example.com";

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().expect("a text")
}

on_every_engine! {
    /// A key that may read bookings and no customers, and a calendar, never see the address; also not where an earlier program
    /// has written it down as the name.
    async fn an_address_is_never_shown_as_a_name(server: TestServer) {
        let (owner, program) = business(&server).await;
        let reader = ApiClient::installed(&server, "Bookings Only", &owner, "bookings_r_all").await;
        let calendar = owner.post("/backoffice/calendars/own", &[("current", "")]).await.copied("Link");
        let mut body = order("2026-05-08", 2);
        body["customer"] = json!({"emailAddress": ADDRESS, "firstName": " "});
        let booked = program.create("/bookings", &body).await;
        let number = text(&booked, "bookingNumber").to_owned();
        assert_eq!(text(&booked, "title"), number);
        let customer = text(&booked, "customerId").to_owned();
        for kept in [None, Some(ADDRESS), Some("Nameless@Example.com")] {
            if let Some(kept) = kept {
                server.title_as_before(program.account(), &customer, kept).await;
            }
            let mut seen = Client::new().get(&calendar).send().await.expect("an answer").text().await.expect("a calendar");
            assert!(seen.contains(&number), "{seen}");
            let times = "startTime=2026-05-08T00:00:00-00:00&endTime=2026-05-09T00:00:00-00:00";
            for path in [
                format!("/bookings/{number}"),
                format!("/bookings/{number}?expandCustomer=true&expandParticipants=true"),
                format!("/bookings?{times}&expandCustomer=true&expandParticipants=true"),
                "/changes".to_owned(),
            ] {
                let answer = reader.get(&path).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text);
                seen.push_str(&answer.text);
            }
            assert!(!seen.to_lowercase().contains("nameless@"), "{kept:?}: {seen}");
            assert!(seen.contains(&format!("\"title\":\"{number}\"")), "{seen}");
        }
        // Who may read customers sees it, and a name counts once there is one.
        let shown = program.read(&format!("/bookings/{number}?expandCustomer=true")).await;
        assert_eq!((text(&shown, "title"), text(&shown["customer"], "emailAddress")), (number.as_str(), ADDRESS));
        let named = program.put(&format!("/customers/{customer}"), &json!({"lastName": "Reis"})).await;
        assert_eq!(named.status, 200, "{}", named.text);
        assert_eq!(reader.read(&format!("/bookings/{number}")).await["title"], "Reis");
        let unnamed = program.put(&format!("/customers/{customer}"), &json!({"lastName": ""})).await;
        assert_eq!(unnamed.status, 200, "{}", unnamed.text);
        assert_eq!(reader.read(&format!("/bookings/{number}")).await["title"], json!(number));
    }
}
