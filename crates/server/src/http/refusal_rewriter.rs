//! Gives a body to the empty responses that the HTTP library sends by itself: 414 and 431 beyond its limits, 400 for
//! bytes that are not HTTP. The library has no hook for this, so the written bytes are rewritten.

use super::Refuse;
use axum::body::{Body, HttpBody};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderValue, Request, StatusCode};
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

/// Passes everything on except a response that is nothing but a refusal of the library.
pub(super) struct RefusalRewriter<C> {
    connection: C,
    refuse: Refuse,
    /// The replacement and how much of it has been written.
    instead: Option<(Vec<u8>, usize)>,
}

impl<C> RefusalRewriter<C> {
    pub(super) fn new(connection: C, refuse: Refuse) -> Self {
        Self { connection, refuse, instead: None }
    }
}

impl<C: Write + Unpin> Write for RefusalRewriter<C> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.instead.is_none() {
            this.instead = refusal(bytes).and_then(|status| worded(this.refuse, status)).map(|answer| (answer, 0));
        }
        let Some((answer, written)) = &mut this.instead else {
            return Pin::new(&mut this.connection).poll_write(context, bytes);
        };
        while let Some(rest) = answer.get(*written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut this.connection).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => *written += count,
            }
        }
        this.instead = None;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(context)
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
        match buffers {
            [only] => self.poll_write(context, only),
            _ => Pin::new(&mut self.connection).poll_write_vectored(context, buffers),
        }
    }
}

impl<C: Read + Unpin> Read for RefusalRewriter<C> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().connection).poll_read(context, buffer)
    }
}

/// The status, if the bytes are a complete response without a body. No handler sends such a response; if one did, it
/// would get the text of its status, which is harmless.
fn refusal(bytes: &[u8]) -> Option<StatusCode> {
    let line = bytes.strip_prefix(b"HTTP/1.1 ").or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))?;
    let status = StatusCode::from_bytes(line.get(..3)?).ok()?;
    if !matches!(status.as_u16(), 400 | 414 | 431) {
        return None;
    }
    let head = str::from_utf8(bytes).ok()?.strip_suffix("\r\n\r\n")?.to_ascii_lowercase();
    let mut lines = head.split("\r\n").skip(1).map(|line| line.split_once(": ").map_or(line, |(name, _)| name));
    (head.contains("\r\ncontent-length: 0")
        && lines.all(|name| matches!(name, "connection" | "content-length" | "date")))
    .then_some(status)
}

/// The complete response with the API's error body: browsers do not send such requests.
pub(super) fn worded(refuse: Refuse, status: StatusCode) -> Option<Vec<u8>> {
    let (parts, ()) = Request::get("/v2/").body(()).ok()?.into_parts();
    let (mut head, body) = refuse(status, &parts).into_parts();
    head.headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    let body = text(body)?;
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = format!("HTTP/1.1 {} {reason}\r\nconnection: close\r\n", status.as_str()).into_bytes();
    for (name, value) in &head.headers {
        if !matches!(name.as_str(), "connection" | "content-length" | "transfer-encoding") {
            answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
    }
    answer.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
    answer.extend(body);
    Some(answer)
}

/// The bytes of a body that is in memory, as those of refusals are.
fn text(body: Body) -> Option<Vec<u8>> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    loop {
        match body.as_mut().poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(frame))) => bytes.extend(frame.into_data().ok()?),
            Poll::Ready(None) => return Some(bytes),
            Poll::Ready(Some(Err(_))) | Poll::Pending => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_without_anything_is_taken_for_the_librarys() {
        let end = "Connection: close\r\nContent-Length: 0\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";
        let is = |text: String| refusal(text.as_bytes()).map(|status| status.as_u16());
        assert_eq!(is(format!("HTTP/1.1 414 URI Too Long\r\n{end}")), Some(414));
        assert_eq!(is(format!("HTTP/1.1 404 Not Found\r\n{end}")), None);
        assert_eq!(is(format!("HTTP/1.1 400 Bad Request\r\nallow: GET\r\n{end}")), None);
        assert_eq!(is(format!("HTTP/1.1 400 Bad Request\r\n{end}body")), None);
        assert_eq!(is("HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\n".to_owned()), None);
        assert_eq!(is("HTTP/1.1 4".to_owned()), None);
    }
}
