//! One HTTP request and its response over a connection.

use crate::connect::Stream;
use crate::outcome::{Failure, ReceiverResponse};
use crate::outgoing::Limits;
use crate::retry_after::RetryAfter;
use crate::tls;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::Builder;
use hyper::header::RETRY_AFTER;
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// The task that drives the connection. Dropping this ends both.
pub(crate) struct Driven(JoinHandle<()>);

impl Driven {
    pub(crate) fn new<E>(connection: impl Future<Output = Result<(), E>> + Send + 'static) -> Self {
        // The future of the response reports how the connection ended.
        Self(tokio::spawn(async move { drop(connection.await) }))
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// HTTP/1.1 with a limit for the head of the response.
pub(crate) fn http(limits: &Limits) -> Builder {
    let mut builder = Builder::new();
    // Some receivers match header names in this case only.
    builder.title_case_headers(true);
    builder.max_header_size(limits.head).max_headers(100).max_buf_size(limits.head.max(8 * 1024));
    builder
}

/// Sends the request and reads the response: the head must arrive before the deadline; the body is read until then.
/// Once the head has arrived, a failing body does not change the outcome.
pub(crate) async fn exchange(
    stream: Box<dyn Stream>,
    request: Request<Full<Bytes>>,
    limits: &Limits,
    deadline: Instant,
) -> Result<ReceiverResponse, Failure> {
    let head = async {
        let (mut sender, connection) = http(limits).handshake(TokioIo::new(stream)).await?;
        let driven = Driven::new(connection);
        let answer = sender.send_request(request).await?;
        Ok((answer, driven))
    };
    let (answer, _driven) = match timeout_at(deadline, head).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(failure(&error)),
        Err(_) => return Err(Failure::TimedOut),
    };
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| RetryAfter::read(value.to_str().ok()?));
    let body_start = as_text(&start(answer.into_body(), limits, deadline).await);
    Ok(ReceiverResponse { status, retry_after, body_start })
}

/// The start of a body. The rest of a short body is read, too, so that the receiver can finish; a long one is cut
/// off.
async fn start(mut body: Incoming, limits: &Limits, deadline: Instant) -> Vec<u8> {
    let (mut start, mut read) = (Vec::new(), 0);
    while read < limits.body_read {
        let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await else { break };
        let Some(data) = frame.data_ref() else { continue };
        read += data.len();
        start.extend(data.iter().take(limits.body_kept - start.len()));
    }
    start
}

/// Text that can be stored and shown, without an incomplete character at the end.
fn as_text(bytes: &[u8]) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or(bytes),
        _ => bytes,
    };
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    // Network line ends become `\n`.
    String::from_utf8_lossy(whole).replace("\r\n", "\n").replace(control, "\u{fffd}")
}

fn failure(error: &hyper::Error) -> Failure {
    if let Some(fault) = tls::fault(error) {
        Failure::Tls(fault)
    } else if error.is_parse() {
        Failure::NotHttp
    } else {
        Failure::BrokeOff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_become_text_that_can_be_stored() {
        for (bytes, text) in [
            (&b"thanks"[..], "thanks"),
            (b"a\r\nb\tc", "a\nb\tc"),
            (b"a\0b\x1b[31m\x7f", "a\u{fffd}b\u{fffd}[31m\u{fffd}"),
            ("für".as_bytes(), "für"),
            (b"f\xc3", "f"),
            (b"f\xffr", "f\u{fffd}r"),
            (b"\xff\xc3", "\u{fffd}\u{fffd}"),
            ("\u{85}\u{2028}".as_bytes(), "\u{fffd}\u{2028}"),
        ] {
            assert_eq!(as_text(bytes), text);
        }
    }
}
