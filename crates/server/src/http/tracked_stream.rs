//! Reports the progress of a connection to its [`ConnectionState`]: body received, response handed over, bytes
//! written.

use super::connection_slots::ConnectionState;
use axum::body::HttpBody;
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The body of a request. Once it has arrived or is dropped, the request counts as being handled.
pub(super) struct RequestBody {
    body: Incoming,
    state: Option<Arc<ConnectionState>>,
}

impl RequestBody {
    pub(super) fn new(body: Incoming, state: &Arc<ConnectionState>) -> Self {
        if body.is_end_stream() {
            state.works();
            return Self { body, state: None };
        }
        state.body_arrives();
        Self { body, state: Some(Arc::clone(state)) }
    }

    fn arrived(&mut self) {
        if let Some(state) = self.state.take() {
            state.works();
        }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.arrived();
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

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.arrived();
    }
}

/// Kept by the body of a response; its drop means that all of the response has been handed over.
pub(super) struct AnswerTracker(Arc<ConnectionState>);

impl AnswerTracker {
    pub(super) fn new(state: Arc<ConnectionState>) -> Self {
        Self(state)
    }
}

impl Drop for AnswerTracker {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// A connection that reports when everything is written.
pub(super) struct TrackedStream<C> {
    connection: C,
    state: Arc<ConnectionState>,
}

impl<C> TrackedStream<C> {
    pub(super) fn new(connection: C, state: Arc<ConnectionState>) -> Self {
        Self { connection, state }
    }
}

impl<C: Read + Unpin> Read for TrackedStream<C> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().connection).poll_read(context, buffer)
    }
}

impl<C: Write + Unpin> Write for TrackedStream<C> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The library flushes when it has nothing left to write.
        let flushed = ready!(Pin::new(&mut self.connection).poll_flush(context));
        self.state.written();
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write_vectored(context, buffers)
    }
}
