//! What the tests of Slotkeeper are made with: databases of their own, a browser, and the other ends of the wire.
//!
//! - [`server`]: a whole server on either engine, with a clock to move and its log to read
//! - [`client`]: people with browsers, by role, and programs that call the API
//! - [`catalogue`]: what a business of the tests offers
//! - [`benefits`]: promotions, coupons, vouchers and credit, which no operation of the API gives out
//! - [`portal`]: portals with their businesses
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
pub mod catalogue;
pub mod client;
mod customers;
pub mod discounts;
mod fragile;
mod inbox;
mod kept;
mod kept_answers;
pub mod log;
pub mod mail;
pub mod past;
pub mod portal;
pub mod postgres;
pub mod receiver;
pub mod server;
pub mod smtp;
mod zones;

// What tests use themselves, in the version the kit uses.
pub use slotkeeper_app::clock::Clock;
pub use {reqwest, serde_json, thirtyfour};

/// Runs futures at the same time; what each gave, in their order.
pub async fn join_all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, output) in &mut futures {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}
