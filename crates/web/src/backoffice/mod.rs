//! The back office of a business or a portal.

pub(crate) mod applications;
pub(crate) mod business_profile;
pub(crate) mod calendars;
pub(crate) mod email_templates;
pub(crate) mod emails;
pub(crate) mod end_key;
pub(crate) mod follow_ups;
pub(crate) mod home;
pub(crate) mod subaccounts;
pub(crate) mod team;
pub(crate) mod uninstall;
