//! How connections are taken, kept honest and let go.
//!
//! Nothing a client does or leaves undone may hold a connection for ever: the head of a request has a time limit
//! (also an idle connection, which is one whose next head has not come), the whole of a request has one, and so has
//! an answer that nobody reads, or reads too slowly. The number of connections has a cap, and when the process runs out of file descriptors it
//! waits instead of giving up.
//!
//! And every request is answered in our own words, also one that the HTTP library refuses by itself.

mod guard;
mod patient;
mod rescue;
mod serve;
#[cfg(test)]
mod tests;
mod wording;

pub use serve::serve;

use axum::Router;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware;
use axum::response::Response;
use std::time::Duration;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections are served at once; further ones wait in the operating system's queue.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub header_timeout: Duration,
    /// How long a request may take from its head to the head of the answer.
    pub request_timeout: Duration,
    /// How long a client may take no byte of its answer.
    pub write_timeout: Duration,
    /// How long an answer may take from its head until the client has taken all of it.
    pub answer_timeout: Duration,
    /// How long a client that is told to go may take to notice: meanwhile what it still sends is thrown away. A
    /// connection closed with unread bytes is reset, and the client might never see the answer, such as a 413.
    pub linger: Duration,
    /// How long requests under way may take when the server stops.
    pub drain: Duration,
    /// How long to wait when the system gives no connection, for want of file descriptors.
    pub accept_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(60),
            linger: Duration::from_secs(2),
            drain: Duration::from_secs(10),
            accept_pause: Duration::from_millis(500),
        }
    }
}

/// Writes the answer for a request that is refused before it reaches a handler, or whose handler failed, in the form
/// its path calls for: the error body below `/v2`, a page elsewhere.
pub type Refuse = fn(StatusCode, &Parts) -> Response;

/// Puts around a complete router what every request passes: the log line, an answer for a handler that panics or
/// takes too long, the limits of URI and headers.
///
/// The order is meant: what is refused is logged too, and a renderer that panics is caught as well.
fn protect(router: Router, limits: &Limits, refuse: Refuse) -> Router {
    let rescue = rescue::Rescue { limit: limits.request_timeout, refuse };
    router
        .layer(middleware::from_fn_with_state(refuse, guard::limit_size))
        .layer(middleware::from_fn_with_state(rescue, rescue::always_answer))
        .layer(middleware::from_fn(crate::logging::log_requests))
}
