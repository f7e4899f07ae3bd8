//! Customers.

pub mod authenticate;
pub mod bookings;
pub mod create;
pub mod list;
pub mod membership;
pub mod password;
mod piece;
pub mod remove;
pub mod retitle;
pub mod rights;
pub mod show;
pub mod update;
