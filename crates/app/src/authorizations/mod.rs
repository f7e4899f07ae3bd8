//! Authorizations: checking keys on every call, listing and ending.

pub mod check;
pub(crate) mod end;
pub mod installed;
pub(crate) mod known_keys;
pub mod last_use;
pub mod uninstall;
