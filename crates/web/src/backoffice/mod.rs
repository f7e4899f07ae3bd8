//! The back office of a business or a portal.

pub(crate) mod applications;
pub(crate) mod calendars;
pub(crate) mod details;
pub(crate) mod end_key;
pub(crate) mod follow_ups;
pub(crate) mod home;
pub(crate) mod letters;
pub(crate) mod mails;
pub(crate) mod people;
pub(crate) mod subaccounts;
pub(crate) mod uninstall;
