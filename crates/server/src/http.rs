//! The HTTP loop: accepting, limiting and closing connections.
//!
//! No client can hold a connection for ever: there are time limits for the head of a request (which also bounds idle
//! connections), for the whole request, and for a response that is not read or read too slowly; a body needs a
//! minimum rate. Connections are capped, in total and per address; connections that wait for a request give way to
//! new ones. When file descriptors run out, new connections wait.
//!
//! Every refusal has a body of ours, also those of the HTTP library.

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

/// What a client may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections served at the same time. A further one replaces a connection without a request under way; if there
    /// is none, it waits in the operating system's queue.
    pub connections: usize,
    /// Connections of one client address, or of one IPv6 /56 network.
    pub connections_per_address: usize,
    /// Time limit for the head of a request, and for an idle connection.
    pub header_timeout: Duration,
    /// How long a body may take before its rate counts.
    pub body_grace: Duration,
    /// Minimum average rate after that.
    pub body_bytes_per_second: u64,
    /// Time from the head of a request to the head of its response.
    pub request_timeout: Duration,
    /// Time without a byte of the response accepted by the client.
    pub write_timeout: Duration,
    /// Time from the head of a response until the client has all of it.
    pub answer_timeout: Duration,
    /// How long to wait for a client to close after the server has closed its side; what it still sends meanwhile is
    /// discarded. A connection closed with unread bytes is reset, and the client might never see the response, such
    /// as a 413.
    pub linger: Duration,
    /// How long requests under way may take when the server stops.
    pub drain: Duration,
    /// Pause after `accept` failed for lack of file descriptors.
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

/// Renders the response to a request that is refused before it reaches a handler, or whose handler failed: the JSON
/// error body below `/v2`, a page elsewhere.
pub type Refuse = fn(StatusCode, &Parts) -> Response;

/// Wraps the router in what every request passes: log line, response to a panic or a timeout, body rate, limits of
/// URI and headers, and headers of every response.
///
/// The order matters: refusals are logged, and a panic of the renderer is caught.
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

async fn nosniff(mut answer: Response) -> Response {
    answer.headers_mut().entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    answer
}
