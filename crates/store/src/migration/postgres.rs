//! Migrates a PostgreSQL database. If several processes start at once, the lock of the ledger table lets one migrate
//! while the others wait; they find nothing pending afterwards.

use super::{LEDGER, Migration, pending, translate};
use crate::error::StoreError;
use crate::postgres::Session;

/// Two processes that create the ledger at the same time can refuse each other.
const MAX_TRIES: u32 = 5;

/// Runs the pending migrations, each in its own transaction.
pub(crate) fn on_postgres(session: &mut Session, migrations: &[Migration]) -> Result<(), StoreError> {
    session.ready()?;
    // A migration, or waiting for another process that runs it, may take longer than a statement of a unit.
    session.without_statement_timeout(|session| {
        make_ledger(session)?;
        while let Some(migration) = next(session, migrations)? {
            tracing::info!(version = migration.version, name = migration.name, "brought the schema to a new version");
        }
        Ok(())
    })
}

fn make_ledger(session: &mut Session) -> Result<(), StoreError> {
    for _ in 1..MAX_TRIES {
        match session.execute_raw(&translate::for_postgres(LEDGER)) {
            Err(StoreError::Unique { .. } | StoreError::Refused { .. }) => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            done => return done,
        }
    }
    session.execute_raw(&translate::for_postgres(LEDGER))
}

/// Runs the next pending migration; `None` if there is none.
fn next<'a>(session: &mut Session, migrations: &'a [Migration]) -> Result<Option<&'a Migration>, StoreError> {
    session.execute_raw("BEGIN; LOCK TABLE schema_migration IN ACCESS EXCLUSIVE MODE")?;
    let step = step(session, migrations);
    match &step {
        Ok(_) => session.execute_raw("COMMIT")?,
        // The error of the migration is the one to report, also if the connection is lost.
        Err(_) => drop(session.execute_raw("ROLLBACK")),
    }
    step
}

fn step<'a>(session: &mut Session, migrations: &'a [Migration]) -> Result<Option<&'a Migration>, StoreError> {
    let mut done = Vec::new();
    for row in session.query_raw("SELECT version, name FROM schema_migration ORDER BY version")? {
        let unreadable = |_| StoreError::inconsistent("the table schema_migration cannot be read");
        done.push((row.try_get(0).map_err(unreadable)?, row.try_get(1).map_err(unreadable)?));
    }
    let Some(migration) = pending(migrations, &done)?.first() else { return Ok(None) };
    for text in [translate::for_postgres(migration.sql).as_str(), migration.postgres] {
        session.execute_raw(text).map_err(|error| with_name(migration, error))?;
    }
    // The names are from our own list and have no quotes.
    session.execute_raw(&format!(
        "INSERT INTO schema_migration (version, name) VALUES ({}, '{}')",
        migration.version, migration.name
    ))?;
    Ok(Some(migration))
}

fn with_name(migration: &Migration, error: StoreError) -> StoreError {
    match error {
        StoreError::Refused { code, message } => {
            StoreError::Refused { code, message: format!("migrating, {}: {message}", migration.name) }
        }
        other => other,
    }
}
