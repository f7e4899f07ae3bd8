//! SQLite's query plans: no statement reads all of a growing table, or all of an account's rows in it.

use crate::Store;
use crate::statements::EVERY;
use crate::tests::Place;
use rusqlite::Connection;

/// Tables that grow with bookings.
const GROWING: [&str; 18] = [
    "booking",
    "seat_claim",
    "resource_claim",
    "customer",
    "payment",
    "change",
    "event",
    "hold",
    "kept_answer",
    "seat_block",
    "resource_block",
    "linked_person",
    "attendance",
    "delivery",
    "attempt",
    "mail",
    "due_letter",
    "listed_before",
];

/// Statements that read an index up to their LIMIT.
const LIMITED: [&str; 1] = ["LATEST_OF_ALL"];

/// The index and range that each statement of calendars begins with. The rest is found by keys.
const RANGES_OF_CALENDARS: [(&str, &str); 9] = [
    ("EVENTS_BEFORE", "event USING INDEX event_by_day (account_id=? AND day>? AND day<?)"),
    ("EVENTS_AFTER", "event USING INDEX event_by_day (account_id=? AND day>? AND day<?)"),
    ("APPOINTMENTS_BEFORE", "booking USING INDEX booking_appointment (account_id=? AND starts_at>? AND starts_at<?)"),
    ("APPOINTMENTS_AFTER", "booking USING INDEX booking_appointment (account_id=? AND starts_at>? AND starts_at<?)"),
    ("EVENTS_OF_RESOURCE_BEFORE", OF_RESOURCE),
    ("EVENTS_OF_RESOURCE_AFTER", OF_RESOURCE),
    ("APPOINTMENTS_OF_RESOURCE_BEFORE", OF_RESOURCE),
    ("APPOINTMENTS_OF_RESOURCE_AFTER", OF_RESOURCE),
    ("BLOCKS", OF_RESOURCE),
];
const OF_RESOURCE: &str = "resource_claim USING INDEX sqlite_autoindex_resource_claim_1 \
                           (account_id=? AND resource_id=? AND starts_at>? AND starts_at<?)";

/// The cost of a calendar depends on its days, and not on earlier bookings.
#[tokio::test]
async fn calendars_read_one_range_each() {
    let place = Place::on_sqlite();
    Store::open(&place.location()).await.expect("the real schema").close().await;
    let connection = Connection::open(place.file()).expect("the database");
    let (_, statements) = EVERY.iter().find(|(module, _)| module.ends_with("calendar_entries")).expect("the module");
    let mut found = Vec::new();
    for (name, sql) in *statements {
        let steps = plan(&connection, &sql.for_sqlite());
        assert!(!steps.iter().any(|step| step == "USE TEMP B-TREE FOR ORDER BY"), "{name} sorts all that it finds");
        found.push((*name, steps[0].strip_prefix("SEARCH ").unwrap_or_default().to_owned()));
    }
    assert_eq!(found, RANGES_OF_CALENDARS.map(|(name, range)| (name, range.to_owned())));
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
    let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
    steps.expect("steps")
}

#[tokio::test]
async fn no_statement_reads_all_that_has_ever_been() {
    let place = Place::on_sqlite();
    Store::open(&place.location()).await.expect("the real schema").close().await;
    let connection = Connection::open(place.file()).expect("the database");
    let mut wrong = Vec::new();
    for (module, statements) in EVERY {
        for (name, sql) in *statements {
            for step in plan(&connection, &sql.for_sqlite()) {
                let mut words = step.split(' ');
                let (verb, table) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                let whole = verb == "SCAN" || (verb == "SEARCH" && step.ends_with(" (account_id=?)"));
                if whole && GROWING.contains(&table) && !LIMITED.contains(name) {
                    wrong.push(format!("{module}::{name}: {step}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
