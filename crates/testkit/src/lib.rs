//! The test kit: databases, servers, a browser, and the other ends of the wire.
//!
//! - [`server`]: a whole server on either engine, with a clock to move and its log to read
//! - [`client`]: visitors of the pages by role, and clients of the API
//! - [`catalogue`]: the catalogue of the tests' businesses
//! - [`discounts`]: promotions, coupons, vouchers and credit, which no operation of the API gives out
//! - [`portal`]: portals with their businesses
//! - [`postgres`]: a database for each test on the temporary server that `./test` starts
//! - [`browser`]: headless Chromium, used by labels and button texts
//! - [`receiver`]: an application's callback page, a webhook receiver, foreign pages
//! - [`smtp`]: a mail server that stores messages and can misbehave
//! - [`mail`]: the stored messages, decoded
//!
//! Failures panic with a sentence that names what was expected and what was found.
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
pub mod log;
pub mod mail;
pub mod past;
pub mod portal;
pub mod postgres;
pub mod receiver;
pub mod server;
pub mod smtp;
mod stored;
mod stored_responses;
mod zones;

// Re-exported in the version of the kit.
pub use slotkeeper_app::clock::Clock;
pub use {reqwest, serde_json, thirtyfour};

/// Runs futures concurrently; their results in order.
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
