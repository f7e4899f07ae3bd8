//! The store: every row of Slotkeeper is read and written here. No other crate knows which engine runs.
//!
//! ```text
//! store.write(unit) ─► queue ─► SQLite: one thread, many units in one COMMIT      ─► result, once it is durable
//!                            └► PostgreSQL: several threads, one connection each  ─► result, once it is durable
//! store.read(unit)  ─► a snapshot: on the caller's thread on SQLite, on one of the threads on PostgreSQL
//! ```
//!
//! A *unit* is a closure over a [`Tx`] or a [`Snapshot`]: blocking code without I/O of its own, which may run more than
//! once. Units call the functions of [`tables`]; each is one or a few statements, written once for both engines.
//!
//! | where | what |
//! |---|---|
//! | `store`, `location`, `error` | the public interface |
//! | `tx`, `row`, `value`, `domain_values` | the transaction, rows, and the types of parameters and columns |
//! | `sql`, `statements` | the SQL texts, and the list that the tests prepare |
//! | `changes`, `listed`, `clock` | the account's change log, its numbers, and the times its entries are listed by |
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
