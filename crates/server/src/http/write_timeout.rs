//! Timeouts for clients that do not read their response, or read it too slowly.

use super::guarded_body::GuardedBody;
use axum::body::Body;
use axum::response::Response;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Passes everything on, and fails a write that makes no progress for too long or belongs to an overdue response.
pub(super) struct WriteTimeout<C> {
    connection: C,
    limit: Duration,
    /// Runs while the client accepts nothing.
    waiting: Option<Pin<Box<Sleep>>>,
    due: AnswerDeadline,
    /// Runs while a response is incomplete, until its deadline.
    late: Option<Pin<Box<Sleep>>>,
}

/// The deadline of the response under way on a connection. Clones share it.
#[derive(Clone, Default)]
pub(super) struct AnswerDeadline(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    by: Option<Instant>,
    /// Whether more of its body is to come.
    making: bool,
}

/// Kept by the body of a response with a deadline, until the body ends.
struct AnswerGuard(AnswerDeadline);

impl AnswerDeadline {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the deadline of this response, unless an earlier response is still incomplete: its deadline stays.
    pub(super) fn begin(&self, answer: Response, limit: Duration) -> Response {
        let mut state = self.state();
        state.by.get_or_insert_with(|| Instant::now() + limit);
        state.making = true;
        drop(state);
        answer.map(|body| Body::new(GuardedBody::new(body, AnswerGuard(self.clone()))))
    }

    /// Everything handed over so far has been accepted by the client's machine.
    fn written(&self) {
        let mut state = self.state();
        if !state.making {
            state.by = None;
        }
    }
}

impl Drop for AnswerGuard {
    fn drop(&mut self) {
        self.0.state().making = false;
    }
}

impl<C> WriteTimeout<C> {
    pub(super) fn new(connection: C, limit: Duration, due: AnswerDeadline) -> Self {
        Self { connection, limit, waiting: None, due, late: None }
    }

    fn timed<T>(&mut self, poll: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.waiting = None;
            return poll;
        }
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
        let mut over = waiting.as_mut().poll(context);
        let by = self.due.state().by;
        if let Some(by) = by {
            let late = self.late.get_or_insert_with(|| Box::pin(sleep_until(by)));
            if late.deadline() != by {
                late.as_mut().reset(by);
            }
            if late.as_mut().poll(context).is_ready() {
                over = Poll::Ready(());
            }
        }
        over.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<C: Read + Unpin> Read for WriteTimeout<C> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().connection).poll_read(context, buffer)
    }
}

impl<C: Write + Unpin> Write for WriteTimeout<C> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.connection).poll_write(context, bytes);
        self.timed(poll, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.connection).poll_flush(context);
        if matches!(poll, Poll::Ready(Ok(()))) {
            self.due.written();
        }
        self.timed(poll, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.connection).poll_shutdown(context);
        self.timed(poll, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.connection).poll_write_vectored(context, buffers);
        self.timed(poll, context)
    }
}
