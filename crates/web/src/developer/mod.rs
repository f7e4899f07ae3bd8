//! The pages of a developer account: applications, their keys, installations and webhooks.

pub(crate) mod application;
pub(crate) mod end_authorization;
pub(crate) mod home;
pub(crate) mod register;
pub(crate) mod secret;
pub(crate) mod webhooks;
