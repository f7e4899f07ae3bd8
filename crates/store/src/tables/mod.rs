//! One module a table (or a table and its directory): the SQL and the rows. Whoever reads or writes a table does it here.
//!
//! Finders take the account first. The two directories are the only things asked for without one.

pub mod accounts;
pub mod applications;
pub mod attempts;
pub mod authorizations;
pub mod links;
pub mod mails;
pub mod questions;
pub mod secret_keys;
pub mod server_facts;
pub mod sessions;
pub mod users;
