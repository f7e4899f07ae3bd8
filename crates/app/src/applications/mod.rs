//! Applications, managed by their developers.

pub mod end_authorization;
pub mod register;
pub mod replace_secret;
pub mod show;
pub mod signing_key;
pub mod update;
