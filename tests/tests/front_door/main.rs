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
mod canaries;
mod connections;
mod consent;
mod ended_keys;
mod frame;
mod letter_pages;
mod letters;
mod mail;
mod operators;
mod pages;
mod protocol;
mod secrets;
mod strangers;
mod subaccounts;
mod webhooks;
mod without_mail;
