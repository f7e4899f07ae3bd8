//! Customers.

pub mod create;
pub mod list;
pub mod remove;
pub mod rights;
pub mod show;
pub mod update;
