//! Databases on the temporary PostgreSQL server that `./test` starts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use url::Url;

/// The environment variable with the address of a PostgreSQL server on which tests may create databases.
pub const SERVER_VARIABLE: &str = "SLOTKEEPER_TEST_POSTGRES";

/// A database of one test, dropped with this value.
#[derive(Debug)]
pub struct Database {
    url: String,
    name: String,
}

impl Database {
    pub async fn create() -> Self {
        Self::make("").await
    }

    /// Makes a copy of a template made by [`template_once`].
    pub async fn clone_of(template: &str) -> Self {
        Self::make(&format!(" TEMPLATE {template}")).await
    }

    /// `postgres://user@host:port/name`.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every row of every table, as text; bytes in hexadecimal.
    pub async fn dump(&self) -> String {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let tables = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
        let mut text = String::new();
        for table in client.query(tables, &[]).await.unwrap() {
            let table: String = table.get(0);
            for row in client.query(&format!("SELECT t::text FROM {table} t"), &[]).await.unwrap() {
                text.push_str(&format!("{table} {}\n", row.get::<_, String>(0)));
            }
        }
        drop(client);
        connection.await.unwrap().unwrap();
        text
    }

    /// How many transactions the server has ended because of a deadlock. Connections report when they are closed.
    pub async fn deadlocks(&self) -> i64 {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let others =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        while client.query_one(others, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let count = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let deadlocks = client.query_one(count, &[]).await.unwrap().get(0);
        drop(client);
        connection.await.unwrap().unwrap();
        deadlocks
    }

    async fn make(template: &str) -> Self {
        let name = unique_name("test");
        create(&name, template).await;
        Self { url: url_of(&name), name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // `drop` cannot wait for a future, and may run inside a runtime: so another thread with its own runtime.
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // A server that has stopped took the database with it.
            let _ = runtime.block_on(administer(&statement));
            Ok::<_, std::io::Error>(())
        });
        let _ = dropping.join();
    }
}

/// The name of a database filled by `prepare`, which runs once in this process.
///
/// `prepare` gets the address of the new database and must close its connections before it returns: PostgreSQL copies
/// a database only while it has no connections. Templates stay until the server is stopped.
pub async fn template_once<Prepare, Prepared>(name: &str, prepare: Prepare) -> String
where
    Prepare: FnOnce(String) -> Prepared,
    Prepared: Future<Output = ()>,
{
    static TEMPLATES: Mutex<Option<HashMap<String, Arc<OnceCell<String>>>>> = Mutex::new(None);

    let cell = {
        let mut templates = TEMPLATES.lock().unwrap();
        Arc::clone(templates.get_or_insert_default().entry(name.to_owned()).or_default())
    };
    cell.get_or_init(|| async {
        let template = unique_name(name);
        create(&template, "").await;
        prepare(url_of(&template)).await;
        template
    })
    .await
    .clone()
}

/// A name that is unique in this process and among parallel ones.
fn unique_name(kind: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("slotkeeper_{kind}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// `CREATE DATABASE`, repeated while the template is in use: its last connection may still be closing.
async fn create(name: &str, template: &str) {
    // A killed process with the same id may have left it.
    administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.expect("PostgreSQL drops a database");
    let mut tries = 0;
    while let Err(error) = administer(&format!("CREATE DATABASE {name}{template}")).await {
        tries += 1;
        assert!(
            error.code() == Some(&SqlState::OBJECT_IN_USE) && tries < 10,
            "PostgreSQL does not make a database{template}: {error:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Runs a statement on the server's administrative database.
async fn administer(statement: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&server(), NoTls).await?;
    let ask = async move { client.batch_execute(statement).await };
    let (answer, _) = tokio::join!(ask, connection);
    answer
}

fn server() -> String {
    std::env::var(SERVER_VARIABLE)
        .unwrap_or_else(|_| panic!("{SERVER_VARIABLE} is not set: run the tests with ./test, which starts PostgreSQL"))
}

fn url_of(name: &str) -> String {
    let mut url = Url::parse(&server()).unwrap_or_else(|error| panic!("{SERVER_VARIABLE} is not a URL: {error}"));
    url.set_path(name);
    url.into()
}
