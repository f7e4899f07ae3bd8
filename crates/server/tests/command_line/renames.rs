//! Work that a killed server leaves to the next one.

use super::{ApiClient, Running, credentials};
use slotkeeper_testkit::postgres::Database;
use slotkeeper_testkit::reqwest::Method;

/// A server is killed right after it answered the renaming of a customer: the next one retitles the remaining
/// bookings, and each has changed once.
#[tokio::test]
async fn bookings_follow_a_name_when_the_server_is_killed() {
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        let data = folder.path().join("data");
        let start = || {
            let mut args = vec!["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
            args.extend(["--credentials-file", file.to_str().unwrap()]);
            args.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
            let mut demo = Running::start(&args);
            demo.announcement();
            (demo, ApiClient(credentials(&file)))
        };
        let (demo, desk) = start();
        let person = serde_json::json!({"firstName": "Ada", "lastName": "Reis"});
        let (status, customer) = desk.call(Method::POST, "/customers", Some(&person)).await;
        assert_eq!(status, 201, "{customer}");
        let path = format!("/customers/{}", customer["id"].as_str().unwrap());
        let tours = desk.tours().await;
        let order = serde_json::json!({
            "productId": desk.0["products"]["fixed"][0], "eventId": tours[0]["eventId"], "customerId": customer["id"],
            "participants": {"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]},
        });
        let mut numbers = Vec::new();
        for _ in 0..90 {
            let (status, booked) = desk.call(Method::POST, "/bookings?mode=backend", Some(&order)).await;
            assert_eq!(status, 201, "{booked}");
            let number = booked["bookingNumber"].as_str().unwrap().to_owned();
            // Cancelled bookings are retitled, too, and take no seat.
            assert_eq!(desk.call(Method::DELETE, &format!("/bookings/{number}"), None).await.0, 204);
            numbers.push(number);
        }
        let told = desk.all_changes().await.len();
        let name = serde_json::json!({"lastName": "Silva"});
        let (status, renamed) = desk.call(Method::PUT, &path, Some(&name)).await;
        demo.kill();
        assert_eq!(status, 200, "{renamed}");

        let (demo, desk) = start();
        let list = format!("{path}/bookings?itemsPerPage=100");
        // It takes a moment.
        let mut left = numbers.len();
        for _ in 0..1_000 {
            let found = desk.read(&list).await;
            left = found["data"].as_array().unwrap().iter().filter(|booking| booking["title"] != "Ada Silva").count();
            if left == 0 {
                break;
            }
        }
        assert_eq!(left, 0, "bookings show the old name");
        let mut told: Vec<_> = desk.all_changes().await.split_off(told);
        let mut expected: Vec<_> = numbers.iter().map(|number| (number.clone(), "updated".to_owned())).collect();
        expected.push((customer["id"].as_str().unwrap().to_owned(), "updated".to_owned()));
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        assert!(demo.stop_kindly().success());
    }
}
