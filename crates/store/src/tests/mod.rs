//! Tests of the store as a whole, each written once for both engines.

mod changes;
mod deliveries;
mod engines;
mod groups;
mod last_resort;
mod listed;
mod opening;
mod people;
mod place;
mod plans;
mod postgres;
mod schema;
mod sqlite;
mod tables;

use place::Place;

/// Makes each test run on SQLite and on PostgreSQL.
macro_rules! on_both_engines {
    ($($(#[doc = $doc:literal])* async fn $name:ident($place:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[doc = $doc])*
            async fn body($place: &Place) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_sqlite() {
                body(&Place::on_sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_postgres() {
                body(&Place::on_postgres()).await;
            }
        }
    )*};
}

use on_both_engines;
