//! The database of a test: a file in a temporary folder, or its own PostgreSQL database.

use crate::{Location, Store};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio_postgres::NoTls;

const VARIABLE: &str = "SLOTKEEPER_TEST_POSTGRES";

/// The location of a test database.
pub(super) enum Place {
    Sqlite(TempDir),
    Postgres { name: String },
}

impl Place {
    pub(super) fn on_sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(super) fn on_postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("store_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        administer(&format!("CREATE DATABASE {name}"));
        Self::Postgres { name }
    }

    pub(super) fn location(&self) -> Location {
        match self {
            Self::Sqlite(_) => Location::Sqlite { path: self.file() },
            Self::Postgres { name } => {
                let admin = admin_url();
                let (server, _) = admin.rsplit_once('/').expect("a URL with a database");
                Location::from_url(&format!("{server}/{name}")).expect("a URL of PostgreSQL")
            }
        }
    }

    /// The file of a SQLite database.
    pub(super) fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("data/test.db"),
            Self::Postgres { .. } => panic!("a PostgreSQL database is no file"),
        }
    }

    /// The name of a PostgreSQL database.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Postgres { name } => name,
            Self::Sqlite(_) => panic!("a SQLite database has no name"),
        }
    }

    pub(super) async fn open(&self) -> Store {
        Store::open_with(&self.location(), super::tables::MIGRATIONS).await.expect("a store")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Postgres { name } = self {
            administer(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn admin_url() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: these tests need a PostgreSQL server. Run ./test, which starts one.")
    })
}

/// Runs a statement as the administrator of the server.
pub(super) fn administer(sql: &str) {
    let url = admin_url();
    let run = async {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("a connection as administrator");
        tokio::spawn(connection);
        client.batch_execute(sql).await.expect("administration");
    };
    // On its own thread, because this is also called within a runtime.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run);
        });
    });
}
