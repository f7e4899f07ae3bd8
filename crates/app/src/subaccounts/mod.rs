//! Subaccounts: the businesses of a portal, and applications that install themselves in them (wire reference, sections 3.8
//! and 6.12).

pub mod adopt;
pub mod install;
pub mod list;
pub mod rights;
pub mod uninstall;
