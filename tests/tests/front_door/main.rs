//! Front-door tests, on both engines.
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
mod email_templates;
mod ended_keys;
mod follow_ups;
mod frame;
mod operators;
mod outbox;
mod pages;
mod protocol;
mod secrets;
mod strangers;
mod subaccounts;
mod webhooks;
mod without_mail;
