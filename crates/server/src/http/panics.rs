//! Responses for handlers that panic or take too long, measured from the head of the request to the head of the
//! response.
//!
//! A timeout is 408 if the body had not arrived, and 503 if the server had the whole request. The panic hook in
//! [`crate::logging`] logs where a handler panicked.

use super::Refuse;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Bytes, Frame, SizeHint};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::timeout;

#[derive(Clone, Copy)]
pub(super) struct Rescue {
    pub(super) limit: Duration,
    pub(super) refuse: Refuse,
}

pub(super) async fn always_answer(State(rescue): State<Rescue>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let kept = parts.clone();
    let arrived = Arc::new(AtomicBool::new(body.is_end_stream()));
    let body = Body::new(WatchedBody { body, arrived: arrived.clone() });

    let answer = caught(next.run(Request::from_parts(parts, body)));
    match timeout(rescue.limit, answer).await {
        Ok(Some(answer)) => answer,
        Ok(None) => (rescue.refuse)(StatusCode::INTERNAL_SERVER_ERROR, &kept),
        Err(_) if arrived.load(Ordering::Relaxed) => (rescue.refuse)(StatusCode::SERVICE_UNAVAILABLE, &kept),
        Err(_) => {
            let mut answer = (rescue.refuse)(StatusCode::REQUEST_TIMEOUT, &kept);
            // The rest of the body may still arrive and must not be read as the next request.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            answer
        }
    }
}

/// The future's output, or `None` if it panics. It is never polled again after a panic, so its half-done state is not
/// observed.
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// A body that records when all of it has been read.
struct WatchedBody {
    body: Body,
    arrived: Arc<AtomicBool>,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.arrived.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
