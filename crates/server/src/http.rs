//! How connections are taken, kept honest and let go.
//!
//! Nothing a client does or leaves undone may hold a connection for ever: the head of a request has a time limit
//! (also an idle connection, which is one whose next head has not come), the whole of a request has one, and so has
//! an answer that nobody reads, or reads too slowly. A body has to come at some pace. The number of connections has a cap, of
//! which each address has a share; those that wait for a request make room for others. When the process runs out of file
//! descriptors, new connections wait.
//!
//! And every request is answered in our own words, also one that the HTTP library refuses by itself.

mod body_rate;
mod connection_slots;
mod guard;
mod guarded_body;
mod panics;
mod refusal_rewriter;
mod serve;
#[cfg(test)]
mod tests;
mod tracked_stream;
mod write_timeout;

pub use serve::{listen, serve};

use axum::Router;
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware;
use axum::response::Response;
use std::time::Duration;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections are served at once. Another one takes the place of one without a request under way; where
    /// there is none, it waits in the operating system's queue.
    pub connections: usize,
    /// How many of them one client address can have, or one /56 network of IPv6.
    pub connections_per_address: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub header_timeout: Duration,
    /// How long the body of a request may take before its pace counts.
    pub body_grace: Duration,
    /// How fast it has to come on average, after that.
    pub body_bytes_per_second: u64,
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
            connections_per_address: 512,
            header_timeout: Duration::from_secs(10),
            body_grace: Duration::from_secs(10),
            body_bytes_per_second: 1_000,
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
/// takes too long, one for a body that comes too slowly, the limits of URI and headers, and what every answer has.
///
/// The order is meant: what is refused is logged too, and a renderer that panics is caught as well.
fn protect(router: Router, limits: &Limits, refuse: Refuse) -> Router {
    let rescue = panics::Rescue { limit: limits.request_timeout, refuse };
    let pace = body_rate::Pace::new(limits, refuse);
    router
        .layer(middleware::from_fn_with_state(refuse, guard::limit_size))
        .layer(middleware::from_fn_with_state(rescue, panics::always_answer))
        .layer(middleware::from_fn_with_state(pace, body_rate::keep_pace))
        .layer(middleware::map_response(nosniff))
        .layer(middleware::from_fn(crate::logging::log_requests))
}

/// No browser may take any answer for something else than it says it is.
async fn nosniff(mut answer: Response) -> Response {
    answer.headers_mut().entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    answer
}
