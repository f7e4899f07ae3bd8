//! The change log of an account.

pub mod list;
pub(crate) mod settle;
