//! Migrating a PostgreSQL database. Several processes may start at once: the ledger's table lock lets one of them
//! work while the others wait, and then find the work done.

use super::{LEDGER, Migration, pending, translate};
use crate::error::StoreError;
use crate::postgres::Session;

/// How often to try the first table: two processes that make it at once can refuse each other.
const TRIES: u32 = 5;

/// Does what is to be done, each step in a transaction of its own.
pub(crate) fn on_postgres(session: &mut Session, migrations: &[Migration]) -> Result<(), StoreError> {
    session.ready()?;
    // A step, and waiting for another process that does it, may take longer than any statement of a unit.
    session.without_hurry(|session| {
        make_ledger(session)?;
        while let Some(migration) = next(session, migrations)? {
            tracing::info!(version = migration.version, name = migration.name, "brought the schema to a new version");
        }
        Ok(())
    })
}

fn make_ledger(session: &mut Session) -> Result<(), StoreError> {
    for _ in 1..TRIES {
        match session.plain(&translate::for_postgres(LEDGER)) {
            Err(StoreError::Unique { .. } | StoreError::Refused { .. }) => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            done => return done,
        }
    }
    session.plain(&translate::for_postgres(LEDGER))
}

/// Does the next step, if there is one.
fn next<'a>(session: &mut Session, migrations: &'a [Migration]) -> Result<Option<&'a Migration>, StoreError> {
    session.plain("BEGIN; LOCK TABLE schema_migration IN ACCESS EXCLUSIVE MODE")?;
    let step = step(session, migrations);
    match &step {
        Ok(_) => session.plain("COMMIT")?,
        // What went wrong in the step is worth more than what goes wrong now: the connection may be gone.
        Err(_) => drop(session.plain("ROLLBACK")),
    }
    step
}

fn step<'a>(session: &mut Session, migrations: &'a [Migration]) -> Result<Option<&'a Migration>, StoreError> {
    let mut done = Vec::new();
    for row in session.rows("SELECT version, name FROM schema_migration ORDER BY version")? {
        let unreadable = |_| StoreError::inconsistent("the table schema_migration cannot be read");
        done.push((row.try_get(0).map_err(unreadable)?, row.try_get(1).map_err(unreadable)?));
    }
    let Some(migration) = pending(migrations, &done)?.first() else { return Ok(None) };
    for text in [translate::for_postgres(migration.sql).as_str(), migration.postgres] {
        session.plain(text).map_err(|error| named(migration, error))?;
    }
    // Names are ours and without quotes.
    session.plain(&format!(
        "INSERT INTO schema_migration (version, name) VALUES ({}, '{}')",
        migration.version, migration.name
    ))?;
    Ok(Some(migration))
}

fn named(migration: &Migration, error: StoreError) -> StoreError {
    match error {
        StoreError::Refused { code, message } => {
            StoreError::Refused { code, message: format!("migrating, {}: {message}", migration.name) }
        }
        other => other,
    }
}
