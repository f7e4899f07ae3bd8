//! Looks for half-done rows after a kill: a booking without its claims, a change without its booking. The server must
//! not run.

use anyhow::Context;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use tokio_postgres::NoTls;

/// What must not exist, and the statement that finds it, for both engines.
const HALVES: [(&str, &str); 9] = [
    (
        "a booking without the change that it was created by",
        "SELECT number FROM booking EXCEPT SELECT thing_id FROM change WHERE thing = 'booking' AND kind = 'created'",
    ),
    (
        "a change that created a booking which is not there",
        "SELECT thing_id FROM change WHERE thing = 'booking' AND kind = 'created' EXCEPT SELECT number FROM booking",
    ),
    (
        "a cancelled booking without the change that it was cancelled by",
        "SELECT number FROM booking WHERE canceled_at IS NOT NULL
         EXCEPT SELECT thing_id FROM change WHERE thing = 'booking' AND kind = 'deleted'",
    ),
    (
        "a change that cancelled a booking which is live",
        "SELECT thing_id FROM change WHERE thing = 'booking' AND kind = 'deleted'
         EXCEPT SELECT number FROM booking WHERE canceled_at IS NOT NULL",
    ),
    (
        "a live booking without claims",
        "SELECT number FROM booking WHERE canceled_at IS NULL
         EXCEPT SELECT holder_id FROM seat_claim WHERE holder_kind = 'booking'
         EXCEPT SELECT holder_id FROM resource_claim WHERE holder_kind = 'booking'",
    ),
    (
        "claims of a booking that is not live",
        "SELECT holder_id FROM seat_claim WHERE holder_kind = 'booking'
         EXCEPT SELECT number FROM booking WHERE canceled_at IS NULL",
    ),
    (
        "a booking whose claim is on another event",
        "SELECT b.number FROM booking b
         WHERE b.canceled_at IS NULL AND b.event_id IS NOT NULL AND b.drop_in_event_id IS NULL AND b.enrolled_event_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM seat_claim c WHERE c.account_id = b.account_id AND c.event_id = b.event_id
                                      AND c.holder_kind = 'booking' AND c.holder_id = b.number)",
    ),
    (
        "an event whose sum is not that of its claims",
        "SELECT e.id FROM event e LEFT JOIN seat_claim c ON c.account_id = e.account_id AND c.event_id = e.id
         GROUP BY e.account_id, e.id, e.taken HAVING e.taken <> COALESCE(SUM(c.seats), 0)",
    ),
    (
        "a log with gaps",
        "SELECT a.id FROM account a LEFT JOIN change c ON c.account_id = a.id GROUP BY a.id, a.change_count
         HAVING COUNT(c.number) <> a.change_count OR COALESCE(MAX(c.number), 0) <> a.change_count",
    ),
];

/// Half-done rows in the SQLite database of a folder. Reading recovers the database, so pass a copy.
pub fn in_folder(folder: &Path) -> anyhow::Result<Vec<String>> {
    let file = folder.join("slotkeeper.sqlite");
    let database = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).context("the copy")?;
    let mut found = Vec::new();
    for (what, statement) in HALVES {
        let mut statement = database.prepare(statement)?;
        let ids = statement.query_map([], |row| row.get::<_, String>(0))?;
        for id in ids {
            found.push(format!("{what}: {}", id?));
        }
    }
    Ok(found)
}

/// Half-done rows in a PostgreSQL database, from one snapshot.
pub async fn in_postgres(url: &str) -> anyhow::Result<Vec<String>> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await.context("the database")?;
    let connection = tokio::spawn(connection);
    let mut found = Vec::new();
    let moment = client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead);
    let moment = moment.read_only(true).start().await?;
    for (what, statement) in HALVES {
        for row in moment.query(statement, &[]).await? {
            found.push(format!("{what}: {}", row.try_get::<_, String>(0)?));
        }
    }
    moment.rollback().await?;
    drop(client);
    connection.await??;
    Ok(found)
}
