//! Accounts: signing up, and what a business says of itself.

pub mod details;
pub mod invitation;
pub mod open;
pub mod sign_up;
pub mod zone;
