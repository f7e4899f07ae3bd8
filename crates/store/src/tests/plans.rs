//! How SQLite goes about each statement: no table that grows with the years may be read from one end to the other, and no
//! account's part of it either.

use crate::Store;
use crate::statements::EVERY;
use crate::tests::Place;
use rusqlite::Connection;

/// Tables that grow with everything that is booked.
const GROWING: [&str; 17] = [
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
];

/// Statements that read an index as far as they are told, and no further.
const LIMITED: [&str; 2] = ["COUNT_UP_TO", "LATEST_OF_ALL"];

#[tokio::test]
async fn no_statement_reads_all_that_has_ever_been() {
    let place = Place::on_sqlite();
    Store::open(&place.location()).await.expect("the real schema").close().await;
    let connection = Connection::open(place.file()).expect("the database");
    let mut wrong = Vec::new();
    for (module, statements) in EVERY {
        for (name, sql) in *statements {
            let text = format!("EXPLAIN QUERY PLAN {}", sql.for_sqlite());
            let mut plan = connection.prepare(&text).expect("a plan");
            let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
            for step in steps.expect("steps") {
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
