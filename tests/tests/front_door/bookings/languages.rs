//! Names and descriptions in the requested language (wire reference, section 1.2); ids are the same in all of them.

use super::{business, lesson, order, people, second_business};
use slotkeeper_testkit::catalogue::{COURSE, TOUR};
use slotkeeper_testkit::client::ApiClient;
use slotkeeper_testkit::on_every_engine;
use slotkeeper_testkit::serde_json::{Value, json};

/// The names, titles and descriptions in a value, with where they are.
fn names(value: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                names(item, &format!("{place}/{position}"), found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    // The title of a booking is its customer's name.
                    Some("") => {}
                    Some(text)
                        if ["name", "description", "productName"].contains(&name.as_str())
                            || (name == "title" && place.ends_with("courseSchedule")) =>
                    {
                        found.push((format!("{place}/{name}"), text.to_owned()));
                    }
                    _ => names(value, &format!("{place}/{name}"), found),
                }
            }
        }
        _ => {}
    }
}

/// The same answer in both languages: every name in Portuguese is the English one with “(pt)” behind it, and nothing else
/// differs.
async fn compare(program: &ApiClient, path: &str, most: usize) {
    let mark = if path.contains('?') { '&' } else { '?' };
    let english = program.get(&format!("{path}{mark}lang=en-GB")).await;
    let portuguese = program.get(&format!("{path}{mark}lang=pt-PT")).await;
    assert_eq!((english.status, portuguese.status), (200, 200), "{path}: {}", portuguese.text);
    assert_eq!(english.headers["content-language"], "en-GB");
    assert_eq!(portuguese.headers["content-language"], "pt-PT");
    let (mut of_english, mut of_portuguese) = (Vec::new(), Vec::new());
    names(&english.body, "", &mut of_english);
    names(&portuguese.body, "", &mut of_portuguese);
    let expected: Vec<_> = of_english.iter().map(|(place, text)| (place.clone(), format!("{text} (pt)"))).collect();
    assert_eq!(of_portuguese, expected, "{path}");
    assert!(of_english.len() >= most, "{path} has {} names: {}", of_english.len(), english.text);
    assert_eq!(portuguese.text.replace(" (pt)", ""), english.text, "{path}");
}

on_every_engine! {
    /// Products, options, categories, resources, fields and taxes, wherever they are named.
    async fn names_are_in_the_language_asked_for(server: TestServer) {
        let (_, program) = business(&server).await;
        for (path, most) in [
            ("/settings/products", 4 * 2 + 4 + 2),
            ("/settings/peoplecategories", 4),
            ("/settings/resources", 3),
            ("/settings/customercustomfields", 4),
            ("/settings/taxes", 1),
        ] {
            compare(&program, path, most).await;
        }
        let days = "startTime=2026-05-05T00:00:00-00:00&endTime=2026-05-06T00:00:00-00:00";
        compare(&program, &format!("/availability/slots?{days}"), 2).await;
        let search = json!({
            "productId": COURSE, "startTime": "2026-05-05T00:00:00-00:00", "endTime": "2026-05-06T00:00:00-00:00",
            "peopleNumbers": people(1, 0),
        });
        let found = program.post("/availability/matchingslots?itemsPerPage=1", &search).await;
        let page = found.headers["location"].to_str().unwrap().split_once("/v2").unwrap().1.to_owned();
        compare(&program, &page, 1).await;
        let mut body = order("2026-05-08", 1);
        body["customer"]["customFields"] = json!([{"name": "Experience", "value": "Beginner"}]);
        let booked = program.post("/bookings?lang=pt-PT", &body).await;
        assert_eq!((booked.status, &booked.headers["content-language"]), (201, &"pt-PT".parse().unwrap()));
        assert_eq!(booked.body["productName"], "Sunset kayak tour (pt)");
        let path = format!("/bookings/{}", booked.body["bookingNumber"].as_str().unwrap());
        compare(&program, &path, 4).await;
        compare(&program, &format!("/customers/{}", booked.body["customerId"].as_str().unwrap()), 1).await;
        let booked = program.create("/bookings", &lesson("2026-05-07T10:00:00-00:00")).await;
        compare(&program, &format!("/bookings/{}", booked["bookingNumber"].as_str().unwrap()), 2).await;
        let gone = program.delete(&format!("{path}?lang=pt-PT")).await;
        assert_eq!((gone.status, &gone.headers["content-language"]), (204, &"pt-PT".parse().unwrap()));
    }

    /// An event's id is the same for every key, search and language.
    async fn an_event_has_one_id(server: TestServer) {
        let (owner, program) = business(&server).await;
        let other = ApiClient::installed(&server, "Other Search", &owner, "availability_r").await;
        let ids = async |program: &ApiClient, query: &str| {
            let days = "startTime=2026-05-08T00:00:00-00:00&endTime=2026-05-10T00:00:00-00:00";
            let found = program.read(&format!("/availability/slots?productId={TOUR}&{days}{query}")).await;
            found["data"].as_array().unwrap().iter().map(|slot| slot["eventId"].clone()).collect::<Vec<_>>()
        };
        let first = ids(&program, "").await;
        assert_eq!(first.len(), 2);
        assert_eq!(ids(&other, "&lang=pt-PT").await, first);
        assert_eq!(ids(&second_business(&server).await.1, "&mode=backend").await, first);
        let search = json!({
            "productId": TOUR, "startTime": "2026-05-08T00:00:00-00:00", "endTime": "2026-05-10T00:00:00-00:00",
            "peopleNumbers": people(1, 0),
        });
        let found = other.create("/availability/matchingslots", &search).await;
        assert_eq!(found["data"].as_array().unwrap().iter().map(|slot| slot["eventId"].clone()).collect::<Vec<_>>(), first);
    }
}
