//! What came of a call.

use crate::receiver_url::Refusal;
use crate::retry_after::RetryAfter;
use std::time::Duration;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What the receiver answered, whatever its status, or why there is no answer.
    pub answer: Result<ReceiverResponse, Failure>,
    /// From the beginning, the look-up of the name included, to the end of what was read.
    pub duration: Duration,
}

/// What a receiver answered. Redirects are answers like others: nobody follows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverResponse {
    /// The status, 100 to 999.
    pub status: u16,
    /// When to come again, if the receiver said so.
    pub retry_after: Option<RetryAfter>,
    /// The beginning of the body: what came of the first kilobyte before the time was over. What is not UTF-8, and every
    /// control character but tab and line feed, has become U+FFFD, so that it can be stored and shown; hence up to three
    /// kilobytes. It is the receiver's text and can hold anything: escape it.
    pub body_start: String,
}

/// Why there is no answer, as a sentence for the developer whose receiver it is. None names an address inside a network,
/// a key or what a receiver sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The policy does not let the address be called, or no longer.
    #[error("The address is not called: {0}")]
    Refused(Refusal),
    /// The name leads to an address that the policy does not let be called. Which one is not told: it would tell
    /// strangers what only this server can look up.
    #[error("The name of the host leads to an address that the whole internet cannot reach, and those are not called.")]
    RefusedAddress,
    /// The name leads to this server itself.
    #[error(
        "The name of the host leads to this server itself, and a notice there could cause the next one, without end."
    )]
    Itself,
    /// The name has no address, or nobody said so in time.
    #[error("No address was found for the name of the host.")]
    NameNotFound,
    /// This server looks up too many names already, or has no file descriptor left: the receiver was not tried.
    #[error("This server had too much to do to call the host.")]
    NoRoom,
    /// Nobody took the connection, or not in time.
    #[error("No connection could be made to the host.")]
    NoConnection,
    /// The proxy that all calls of this server go through did not make the connection.
    #[error("The proxy of this server made no connection to the host.")]
    Proxy,
    /// TLS did not come about.
    #[error(transparent)]
    Tls(TlsFault),
    /// There was a connection, and no answer before the time was over.
    #[error("The answer did not come in time.")]
    TimedOut,
    /// The connection ended before there was an answer.
    #[error("The connection broke off before there was an answer.")]
    BrokeOff,
    /// What came is no answer in HTTP/1.1, or its head is larger than what is read.
    #[error("What came back is not an answer in HTTP/1.1, or its headers are too large.")]
    NotHttp,
}

/// Why TLS did not come about, as a sentence for the developer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// Self-signed, by an unknown issuer, or sent without the certificates in between.
    #[error(
        "The certificate of the host is not from an issuer that this server trusts. Perhaps it is self-signed, or the \
         intermediate certificates are not sent along."
    )]
    UnknownIssuer,
    #[error("The certificate of the host is for another name.")]
    WrongName,
    /// Too old, or not valid yet.
    #[error("The certificate of the host has expired, or is not valid yet.")]
    Expired,
    /// Something else is wrong with the certificate.
    #[error("The certificate of the host cannot be used.")]
    BadCertificate,
    /// It does not speak TLS, or no version or cipher that this server speaks, or it refused.
    #[error("The host does not speak TLS on this port, or not in a way that this server accepts (TLS 1.2 or 1.3).")]
    NoAgreement,
}
