//! A developer's pages: applications, their keys, and where they are installed.

pub(crate) mod application;
pub(crate) mod end_authorization;
pub(crate) mod home;
pub(crate) mod register;
pub(crate) mod secret;
pub(crate) mod webhooks;
