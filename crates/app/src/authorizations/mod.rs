//! Authorizations: what owners granted, checked on every call and ended by whoever may.

pub mod check;
pub mod installed;
pub mod last_use;
pub mod uninstall;
