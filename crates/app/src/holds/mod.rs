//! Holds: claims with an end, and the final price.

pub mod create;
pub mod remove;
pub mod show;
