//! The schema as a sequence of migrations.
//!
//! Each is a file of `migrations/`, written once for both engines with the types BIGINT, TEXT, BLOB and BOOLEAN.
//! Released files never change. The previous version of the program must run on the new schema, because both run during
//! an upgrade.

mod postgres;
mod sqlite;
mod translate;

pub(crate) use postgres::on_postgres;
pub(crate) use sqlite::on_sqlite;

use crate::error::StoreError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Migration {
    /// Counted from 1, without gaps.
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    /// Statements, each ended by a semicolon.
    pub(crate) sql: &'static str,
    /// Run after `sql` on SQLite only, untranslated: mainly triggers, whose syntax differs.
    pub(crate) sqlite: &'static str,
    /// Run after `sql` on PostgreSQL only, untranslated.
    pub(crate) postgres: &'static str,
}

#[cfg(test)]
impl Migration {
    pub(crate) const EMPTY: Self = Self { version: 0, name: "", sql: "", sqlite: "", postgres: "" };
}

macro_rules! migrations {
    ($($version:literal $name:literal $file:literal $(sqlite $sqlite:literal postgres $postgres:literal)?;)*) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../../migrations/", $file)),
            sqlite: concat!($(include_str!(concat!("../../migrations/", $sqlite)))?),
            postgres: concat!($(include_str!(concat!("../../migrations/", $postgres)))?),
        }),*]
    };
}

/// Every step, in order.
pub(crate) const MIGRATIONS: &[Migration] = migrations! {
    1 "ground floor" "0001_ground_floor.sql";
    2 "inventory" "0002_inventory.sql" sqlite "0002_inventory.sqlite.sql" postgres "0002_inventory.postgres.sql";
    3 "payments" "0003_payments.sql";
    4 "idempotency" "0004_idempotency.sql";
    5 "blocks" "0005_blocks.sql";
    6 "portals" "0006_portals.sql";
    7 "people" "0007_people.sql" sqlite "0007_people.sqlite.sql" postgres "0007_people.postgres.sql";
    8 "promotions" "0008_promotions.sql";
    9 "webhooks" "0009_webhooks.sql";
    10 "logo" "0010_logo.sql";
    11 "calendars" "0011_calendars.sql";
    12 "letters" "0012_letters.sql";
    13 "counted customers" "0013_counted_customers.sql"
        sqlite "0013_counted_customers.sqlite.sql" postgres "0013_counted_customers.postgres.sql";
    14 "waiting mail" "0014_waiting_mail.sql";
    15 "webhook health" "0015_webhook_health.sql";
    16 "changed until" "0016_changed_until.sql";
    17 "zone rules" "0017_zone_rules.sql";
    18 "fair delivery" "0018_fair_delivery.sql";
    19 "sign up invitations" "0019_sign_up_invitations.sql";
    20 "listed before" "0020_listed_before.sql"
        sqlite "0020_listed_before.sqlite.sql" postgres "0020_listed_before.postgres.sql";
    21 "counted by day" "0021_counted_by_day.sql"
        sqlite "0021_counted_by_day.sqlite.sql" postgres "0021_counted_by_day.postgres.sql";
};

/// The table of the migrations that have run.
const LEDGER: &str =
    "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

/// The migrations still to run, given those that have run.
///
/// # Errors
/// [`StoreError::TooNew`] if a newer version of the program has migrated it, [`StoreError::Inconsistent`] if the names
/// differ.
fn pending<'a>(known: &'a [Migration], done: &[(i64, String)]) -> Result<&'a [Migration], StoreError> {
    for (position, (version, name)) in done.iter().enumerate() {
        match known.get(position) {
            None => {
                let newest = known.last().map_or(0, |migration| migration.version);
                let found = done.last().map_or(*version, |(version, _)| *version);
                return Err(StoreError::TooNew { found, known: newest });
            }
            Some(expected) if expected.version != *version || expected.name != name => {
                return Err(StoreError::inconsistent(format!(
                    "schema version {version} is called {name:?}, where this program expects version {} {:?}",
                    expected.version, expected.name
                )));
            }
            Some(_) => {}
        }
    }
    Ok(known.get(done.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(migrations: &[Migration]) -> Vec<(i64, String)> {
        migrations.iter().map(|one| (one.version, one.name.to_owned())).collect()
    }

    const THREE: &[Migration] = &[
        Migration { version: 1, name: "a", ..Migration::EMPTY },
        Migration { version: 2, name: "b", ..Migration::EMPTY },
        Migration { version: 3, name: "c", ..Migration::EMPTY },
    ];

    #[test]
    fn what_was_not_done_is_pending() {
        assert_eq!(pending(THREE, &[]), Ok(THREE));
        assert_eq!(pending(THREE, &done(&THREE[..2])), Ok(&THREE[2..]));
        assert_eq!(pending(THREE, &done(THREE)), Ok(&[][..]));
    }

    #[test]
    fn a_newer_schema_is_refused_with_a_sentence() {
        let error = pending(&THREE[..1], &done(THREE)).expect_err("newer");
        assert_eq!(error, StoreError::TooNew { found: 3, known: 1 });
        assert!(error.to_string().contains("run the newer program"));
    }

    #[test]
    fn a_schema_of_another_program_is_refused() {
        assert!(matches!(pending(THREE, &[(1, "x".to_owned())]), Err(StoreError::Inconsistent { .. })));
        assert!(matches!(pending(THREE, &[(2, "b".to_owned())]), Err(StoreError::Inconsistent { .. })));
    }

    #[test]
    fn every_file_is_listed_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the folder of migrations")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            // Files of one engine, such as `0002_inventory.sqlite.sql`, belong to a listed file.
            .filter(|name| name.ends_with(".sql") && name.matches('.').count() == 1)
            .collect();
        files.sort();
        let listed: Vec<_> =
            MIGRATIONS.iter().map(|one| format!("{:04}_{}.sql", one.version, one.name.replace(' ', "_"))).collect();
        assert_eq!(listed, files);
        assert!(MIGRATIONS.iter().zip(1..).all(|(one, version)| one.version == version));
    }
}
