//! Databases of one's own.

use std::sync::atomic::{AtomicU32, Ordering};

use slotkeeper_testkit::postgres::{Database, SERVER_VARIABLE, template_once};
use tokio_postgres::NoTls;

async fn ask(url: &str, statement: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let asking = async move { client.query(statement, &[]).await };
    let (rows, ended) = tokio::join!(asking, connection);
    ended?;
    Ok(rows?.iter().map(|row| row.get(0)).collect())
}

#[tokio::test]
async fn a_database_is_dropped_with_its_value() {
    let server = std::env::var(SERVER_VARIABLE).unwrap();
    let database = Database::create().await;
    let count = format!("SELECT count(*)::text FROM pg_database WHERE datname = '{}'", database.name());
    assert_eq!(ask(&server, &count).await.unwrap(), ["1"]);
    // An open connection does not keep it.
    let (_client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    drop(database);
    assert_eq!(ask(&server, &count).await.unwrap(), ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_prepared_once_and_its_copies_are_separate() {
    static PREPARED: AtomicU32 = AtomicU32::new(0);
    let copies: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn(async {
                let template = template_once("selftest", async |url| {
                    PREPARED.fetch_add(1, Ordering::Relaxed);
                    ask(&url, "CREATE TABLE guides (name text)").await.unwrap();
                })
                .await;
                let copy = Database::clone_of(&template).await;
                ask(copy.url(), "INSERT INTO guides VALUES ('Ada')").await.unwrap();
                ask(copy.url(), "SELECT name FROM guides").await.unwrap()
            })
        })
        .collect();
    for copy in copies {
        assert_eq!(copy.await.unwrap(), ["Ada"]);
    }
    assert_eq!(PREPARED.load(Ordering::Relaxed), 1);
}
