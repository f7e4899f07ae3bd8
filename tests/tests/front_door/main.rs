//! Journeys through the front door, on both engines.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop, and say where"
)]

mod accounts;
mod api;
mod applications;
mod bookings;
mod browser;
mod calendars;
mod connections;
mod consent;
mod letter_pages;
mod letters;
mod mail;
mod pages;
mod secrets;
mod strangers;
mod subaccounts;
mod webhooks;
