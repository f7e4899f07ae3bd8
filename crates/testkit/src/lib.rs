//! What the tests of Slotkeeper are made with: databases of their own, a browser, and the other ends of the wire.
//!
//! - [`server`]: a whole server on either engine, with a clock to move and its log to read
//! - [`client`]: people with browsers, by role, and programs that call the API
//! - [`postgres`]: a database for each test on the throw-away server that `./test` starts
//! - [`browser`]: headless Chromium, driven the way a person would: by labels and the texts of buttons
//! - [`receiver`]: an application's callback page, and pages of strangers
//! - [`smtp`]: a mail server that keeps what it is sent and can misbehave
//! - [`mail`]: the messages it kept, readable
//!
//! Everything here is for tests: what goes wrong panics with a sentence that says what was awaited and what was
//! there instead.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop, and say where"
)]

pub mod browser;
pub mod client;
mod inbox;
pub mod log;
pub mod mail;
pub mod postgres;
pub mod receiver;
pub mod server;
pub mod smtp;
