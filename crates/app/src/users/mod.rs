//! The people of an account.

pub mod decline;
pub mod invite;
pub mod list;
pub mod remove;
