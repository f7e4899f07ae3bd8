//! Payments: recorded for bookings, and read.

pub mod list;
pub mod record;
pub mod rights;
pub mod show;
