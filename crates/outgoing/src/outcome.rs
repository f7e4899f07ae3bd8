//! What came of a call.

use crate::receiver_url::Refusal;
use crate::retry_after::RetryAfter;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The response, whatever its status, or why there is none.
    pub answer: Result<ReceiverResponse, Failure>,
    /// From the start, including the name lookup, to the end of what was read.
    pub duration: Duration,
}

/// A receiver's response. A redirect is a response like others: it is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverResponse {
    /// 100 to 999.
    pub status: u16,
    /// The time the receiver asked to wait, if any.
    pub retry_after: Option<RetryAfter>,
    /// The start of the body: what arrived of the first kilobyte before the deadline. Invalid UTF-8 and control
    /// characters other than tab and line feed are replaced by U+FFFD, so it can have up to three kilobytes. The
    /// receiver controls this text: escape it.
    pub body_start: String,
}

/// Why there is no response, as a sentence for the developer. It never contains an internal address, a key or what a
/// receiver sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The policy does not allow the address, or no longer.
    #[error("The address is not called: {0}")]
    Refused(Refusal),
    /// The name leads to an address that the policy does not allow. The message does not contain the address: it
    /// would reveal what only this server can resolve.
    #[error("The name of the host leads to an address that the whole internet cannot reach, and those are not called.")]
    RefusedAddress,
    /// The name leads to this server itself.
    #[error(
        "The name of the host leads to this server itself, and a notice there could cause the next one, without end."
    )]
    Itself,
    /// The name has no address, or the lookup timed out.
    #[error("No address was found for the name of the host.")]
    NameNotFound,
    /// Too many lookups are under way, or no file descriptor is left: the receiver was not tried.
    #[error("This server had too much to do to call the host.")]
    NoRoom,
    /// The connection was refused or timed out.
    #[error("No connection could be made to the host.")]
    NoConnection,
    /// The operator's proxy did not connect to the host.
    #[error("The proxy of this server made no connection to the host.")]
    Proxy,
    /// The TLS handshake failed.
    #[error(transparent)]
    Tls(TlsFault),
    /// Connected, but no response before the deadline.
    #[error("The answer did not come in time.")]
    TimedOut,
    /// The connection ended before the response.
    #[error("The connection broke off before there was an answer.")]
    BrokeOff,
    /// Not an HTTP/1.1 response, or its head is too large.
    #[error("What came back is not an answer in HTTP/1.1, or its headers are too large.")]
    NotHttp,
}

/// Why the TLS handshake failed, as a sentence for the developer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// Self-signed, by an unknown issuer, or sent without the intermediate certificates.
    #[error(
        "The certificate of the host is not from an issuer that this server trusts. Perhaps it is self-signed, or the \
         intermediate certificates are not sent along."
    )]
    UnknownIssuer,
    #[error("The certificate of the host is for another name.")]
    WrongName,
    /// Expired, or not valid yet.
    #[error("The certificate of the host has expired, or is not valid yet.")]
    Expired,
    /// Another problem with the certificate.
    #[error("The certificate of the host cannot be used.")]
    BadCertificate,
    /// No TLS on this port, no common version or cipher, or the peer refused.
    #[error("The host does not speak TLS on this port, or not in a way that this server accepts (TLS 1.2 or 1.3).")]
    NoAgreement,
}
