//! The store: every row of Slotkeeper goes through here, and nothing else knows which engine runs.
//!
//! ```text
//! store.write(unit) ─► queue ─► SQLite: one thread; many units, one COMMIT     ─► answer, when it is durable
//!                            └► PostgreSQL: some threads, a connection each    ─► answer, when it is durable
//! store.read(unit)  ─► a snapshot: on SQLite on the caller's thread, on PostgreSQL on one of the threads
//! ```
//!
//! A *unit* is a closure over a [`Tx`] or a [`Snapshot`]: plain code without I/O that may run again. The functions
//! in [`tables`] are what a unit calls; each is one or a few statements, written once for both engines.
//!
//! | where | what |
//! |---|---|
//! | `store`, `location`, `error` | the face |
//! | `tx`, `row`, `value`, `domain_values` | what a unit holds and what columns are made of |
//! | `sql`, `statements` | the texts, and the list the tests prepare |
//! | `changes`, `listed`, `clock` | the account's log, numbered without gaps, and by which time its changes are listed |
//! | `unit`, `queue` | units on their way to an engine's threads |
//! | `sqlite`, `postgres` | the engines |
//! | `migration` | the schema |

mod changes;
mod clock;
mod domain_values;
mod error;
mod listed;
mod location;
mod migration;
mod postgres;
mod queue;
mod row;
mod sql;
mod sqlite;
mod statements;
mod store;
pub mod tables;
#[cfg(test)]
mod tests;
mod tx;
mod unit;
mod value;

pub use clock::Clock;
pub use error::{Code, StoreError};
pub use location::Location;
pub use row::Row;
pub use sql::Sql;
pub(crate) use sql::statements;
pub use store::Store;
pub use tx::{Snapshot, Tx};
pub use value::{Column, Json, Param};
