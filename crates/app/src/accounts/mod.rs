//! Accounts: opening them, signing up, name and contact details, time zone.

pub mod details;
pub mod invitation;
pub mod open;
pub mod sign_up;
pub mod zone;
