//! The log of what has changed in an account.

pub mod list;
pub(crate) mod settle;
