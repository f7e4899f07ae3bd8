//! Authorizations: what owners granted, checked on every call and ended by whoever may.

pub mod check;
pub(crate) mod end;
pub mod installed;
pub(crate) mod known_keys;
pub mod last_use;
pub mod uninstall;
