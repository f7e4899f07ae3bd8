//! Time zone data of the operator.

use super::{ApiClient, PROGRAM, Running, credentials};
use serde_json::Value;
use slotkeeper_domain::time::Zone;
use slotkeeper_testkit::postgres::Database;
use slotkeeper_testkit::reqwest::Method;
use std::path::Path;
use std::process::Command;

/// Writes time zone data with every zone, and `Europe/Lisbon` with the rules of another.
fn write_zones(folder: &Path, edition: &str, lisbon: &str) {
    for name in Zone::choices() {
        let rules = if name == "Europe/Lisbon" { lisbon } else { &name };
        let file = folder.join(&name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, Zone::named(rules).unwrap().tzif()).unwrap();
    }
    std::fs::write(folder.join("tzdata.zi"), format!("# version {edition}\n")).unwrap();
}

/// The local time, without its offset.
fn on_the_clock(time: &Value) -> &str {
    &time.as_str().unwrap()[..19]
}

/// With newer time zone data the next start moves bookings to their local time: on both engines, after a kill or not,
/// and nothing is allocated twice.
#[tokio::test]
async fn newer_time_zone_data_moves_what_is_booked() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_zones(old.path(), "2098a", "Europe/Lisbon");
    write_zones(new.path(), "2098b", "Europe/Madrid");
    let database = Database::create().await;
    for database_url in [None, Some(database.url())] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        let (data, path) = (folder.path().join("data"), file.to_str().unwrap());
        let start = |zones: &Path| {
            let zones = zones.to_str().unwrap();
            let mut args = vec!["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
            args.extend(["--credentials-file", path, "--time-zone-data", zones]);
            args.extend(database_url.map(|url| ["--database-url", url]).into_iter().flatten());
            let mut demo = Running::start(&args);
            demo.announcement();
            (demo, ApiClient(credentials(&file)))
        };
        let (demo, desk) = start(old.path());
        let tours = desk.tours().await;
        let tour = tours.iter().find(|tour| tour["numSeatsAvailable"].as_i64() > Some(1)).expect("a tour with seats");
        let party = serde_json::json!({"numbers": [{"peopleCategoryId": "Cadults", "number": 1}]});
        let order = serde_json::json!({
            "productId": desk.0["products"]["fixed"][0], "eventId": tour["eventId"], "participants": party,
            "customer": {"firstName": "Ada"},
        });
        let (status, booked) = desk.call(Method::POST, "/bookings", Some(&order)).await;
        assert_eq!(status, 201, "{booked}");
        let tours = desk.tours().await;
        demo.kill();

        let (demo, desk) = start(new.path());
        let moved = desk.tours().await;
        assert_eq!(moved.len(), tours.len());
        for (was, is) in tours.iter().zip(&moved) {
            for member in ["eventId", "numSeatsAvailable"] {
                assert_eq!(was[member], is[member]);
            }
            assert_eq!(on_the_clock(&was["startTime"]), on_the_clock(&is["startTime"]));
            assert_ne!(was["startTime"], is["startTime"]);
        }
        let number = booked["bookingNumber"].as_str().unwrap();
        let found = desk.read(&format!("/bookings/{number}")).await;
        assert_eq!(on_the_clock(&found["startTime"]), on_the_clock(&booked["startTime"]));
        assert_ne!(found["startTime"], booked["startTime"]);
        // The changes of the booking.
        assert_eq!(desk.changes_of(number).await, ["created", "updated"]);
        // The guide of the tour has moved with it.
        let guide = &tour["resources"][0];
        let lesson = serde_json::json!({
            "productId": desk.0["products"]["flexibleTime"][0], "participants": party, "customer": {"firstName": "Ada"},
            "startTime": found["startTime"], "resources": [{"id": guide["id"]}],
        });
        let (status, refused) = desk.call(Method::POST, "/bookings?mode=backend", Some(&lesson)).await;
        assert_eq!(status, 409, "{refused}");
        assert!(demo.stop_kindly().success());
    }
}

/// Unusable data, or data without the zone of a business, keep the server from starting, and the error says why.
#[test]
fn time_zone_data_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (zones, data) = (folder.path().join("zones"), folder.path().join("data"));
    let start = |zones: &Path| {
        let ended = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()])
            .env("SLOTKEEPER_TIME_ZONE_DATA", zones)
            .output()
            .unwrap();
        assert!(!ended.status.success());
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    let said = start(&zones);
    assert!(said.contains("must be a folder") && said.contains("time_zone_data"), "{said}");
    std::fs::create_dir_all(zones.join("Europe")).unwrap();
    assert!(start(&zones).contains("there are no time zones in it"));
    std::fs::write(zones.join("Europe/Lisbon"), b"TZif2").unwrap();
    assert!(start(&zones).contains("Europe/Lisbon cannot be read"));
    write_zones(&zones, "2001a", "Europe/Lisbon");
    assert!(start(&zones).contains("it is edition 2001a, and edition 20"));
    write_zones(&zones, "2098a", "Europe/Lisbon");
    let demo = ["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()];
    let mut running = Running::start(&demo);
    running.announcement();
    assert!(running.stop_kindly().success());
    std::fs::remove_file(zones.join("Europe/Lisbon")).unwrap();
    let said = start(&zones);
    assert!(said.contains("does not have: Europe/Lisbon."), "{said}");
}
