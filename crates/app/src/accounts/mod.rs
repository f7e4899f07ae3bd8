//! Accounts: signing up, and what a business says of itself.

pub mod details;
pub mod sign_up;
pub mod zone;
