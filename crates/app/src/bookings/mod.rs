//! Bookings: creating, changing, cancelling, accepting or denying, listing.

pub mod cancel;
pub mod create;
pub mod decide;
pub mod list;
pub mod party;
pub mod place;
pub mod rights;
pub mod show;
pub mod update;
mod wanted;
