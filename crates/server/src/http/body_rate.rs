//! The minimum rate of request bodies. A client that sends a byte now and then would otherwise keep its connection
//! slot for as long as a request may take.

use super::{Limits, Refuse};
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

#[derive(Clone, Copy)]
pub(super) struct Pace {
    grace: Duration,
    bytes_per_second: u64,
    refuse: Refuse,
}

impl Pace {
    pub(super) fn new(limits: &Limits, refuse: Refuse) -> Self {
        Self { grace: limits.body_grace, bytes_per_second: limits.body_bytes_per_second.max(1), refuse }
    }

    /// The time allowed for so many bytes.
    fn allows(&self, bytes: u64) -> Duration {
        self.grace + Duration::from_millis(bytes.saturating_mul(1000) / self.bytes_per_second)
    }
}

#[derive(Default)]
struct Progress {
    bytes: AtomicU64,
    /// The body has ended.
    over: AtomicBool,
}

/// Answers 408 when the body arrives too slowly.
pub(super) async fn keep_pace(State(pace): State<Pace>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let kept = parts.clone();
    let progress = Arc::new(Progress::default());
    let body = Body::new(Counted { body, progress: Arc::clone(&progress) });
    tokio::select! {
        biased;
        answer = next.run(Request::from_parts(parts, body)) => answer,
        () = too_slow(pace, &progress) => {
            let mut answer = (pace.refuse)(StatusCode::REQUEST_TIMEOUT, &kept);
            // The rest of the body may still arrive and must not be read as the next request.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            answer
        }
    }
}

/// Completes when the body has been too slow; never if it arrived in time.
async fn too_slow(pace: Pace, progress: &Progress) {
    let began = Instant::now();
    loop {
        let until = began + pace.allows(progress.bytes.load(Ordering::Relaxed));
        if progress.over.load(Ordering::Relaxed) {
            return std::future::pending().await;
        }
        if Instant::now() >= until {
            return;
        }
        sleep_until(until).await;
    }
}

/// A body that counts the bytes received.
struct Counted {
    body: Body,
    progress: Arc<Progress>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame {
            let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
            self.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        if frame.is_none() || self.body.is_end_stream() {
            self.progress.over.store(true, Ordering::Relaxed);
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

impl Drop for Counted {
    fn drop(&mut self) {
        self.progress.over.store(true, Ordering::Relaxed);
    }
}
