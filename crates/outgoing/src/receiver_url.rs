//! The address of a webhook receiver, checked without a name lookup.

use crate::address::{Kind, kind};
use crate::policy::{Policy, is_loopback, is_name, is_or_ends_in, literal};
use hyper::http::uri::PathAndQuery;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Maximum characters of an address.
const LONGEST: usize = 2_048;

/// Names that are only valid inside a network or a machine: RFC 6761, RFC 6762, RFC 8375, and ICANN's name for
/// private use.
const INNER_NAMES: [&str; 4] = ["localhost", "local", "home.arpa", "internal"];

/// The address of a receiver, checked by [`Policy::check`]. It is kept exactly as written: signatures cover it, and
/// its path and query are sent unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverUrl {
    text: String,
    pub(crate) https: bool,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
    /// Path and query, as sent in the request.
    pub(crate) target: PathAndQuery,
    /// Host, with the port unless it is the default, as sent in the `Host` header.
    pub(crate) authority: String,
}

impl AsRef<str> for ReceiverUrl {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Why an address is not called, as a sentence for the developer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The address can have {LONGEST} characters at most.")]
    TooLong,
    /// Spaces, line breaks, backslashes, quotes, or characters outside ASCII.
    #[error("Write the address with plain ASCII characters; escape others as %xx, and names of hosts as xn--…")]
    Characters,
    #[error("This is not a complete address. It should look like https://example.com/hooks")]
    Unreadable,
    #[error("The address must begin with https://")]
    NotHttps,
    /// As `NotHttps`, where http to this machine is allowed.
    #[error(
        "The address must begin with https://. Plain http is accepted only for this machine: http://127.0.0.1 or \
         http://localhost"
    )]
    NotHttpsNorLoopback,
    /// Contains `user:password@`.
    #[error("Leave out the user name and password in the address. A secret can stand in its query.")]
    UserName,
    /// Contains `#…`, which is never sent.
    #[error("Leave out the part from # on: it would not be sent.")]
    Fragment,
    #[error("The port {port} is not called. Use {}", one_of(.allowed))]
    Port {
        /// The port in the address.
        port: u16,
        /// The allowed ports.
        allowed: Vec<u16>,
    },
    /// This server itself.
    #[error(
        "The address leads to this server itself. A notice that is sent there could cause the next one, without end: \
         register an address of a program of your own."
    )]
    Itself,
    /// The host is spelled in a way that programs read differently, such as 0x08080808 or EXAMPLE%2ecom.
    #[error("Write host and port as {0}")]
    Spelling(String),
    /// A name that is only valid inside a network or on this machine.
    #[error(
        "The host must have a name that the whole internet knows, such as hooks.example.com. Whoever runs this server \
         can allow others."
    )]
    InnerName,
    /// The host is an address outside the public internet.
    #[error(
        "The host is {0}. Only addresses that the whole internet can reach are called. Whoever runs this server can \
         allow others."
    )]
    Address(Kind),
}

fn one_of(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

impl ReceiverUrl {
    /// The address exactly as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, to be shown where path and query could reveal a secret.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.authority
    }

    pub(crate) fn read(text: &str, policy: &Policy) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        // The URL standard would drop line breaks, read \ as / and escape the rest: the stored, the signed and the
        // called address would differ.
        if text.bytes().any(|byte| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`'))
        {
            return Err(Refusal::Characters);
        }
        let url = Url::parse(text).map_err(|_| Refusal::Unreadable)?;
        let host = url.host().ok_or(Refusal::Unreadable)?.to_owned();
        let https = match url.scheme() {
            "https" => true,
            "http" if policy.loopback_http && is_loopback(&host) => false,
            _ if policy.loopback_http => return Err(Refusal::NotHttpsNorLoopback),
            _ => return Err(Refusal::NotHttps),
        };
        if text.contains('#') {
            return Err(Refusal::Fragment);
        }
        // The standard accepts `https:/host` and `https:host`; other programs read those differently.
        let rest =
            text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://")).ok_or(Refusal::Unreadable)?;
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.is_empty() {
            return Err(Refusal::Unreadable);
        }
        if authority.contains('@') {
            return Err(Refusal::UserName);
        }
        let port = url.port_or_known_default().ok_or(Refusal::Unreadable)?;
        if policy.itself.is_at(&host, port) {
            return Err(Refusal::Itself);
        }
        check_host(&host, policy)?;
        let name = host.to_string();
        let name = name.trim_end_matches('.');
        if matches!(host, Host::Domain(_)) && !is_name(name) {
            return Err(Refusal::Unreadable);
        }
        let with_port = format!("{name}:{port}");
        let usual = if https { 443 } else { 80 };
        let canonical = if port == usual { name.to_owned() } else { with_port.clone() };
        let written = authority.to_ascii_lowercase();
        if written != canonical && written != with_port {
            return Err(Refusal::Spelling(canonical));
        }
        let free_port = policy.loopback_http && is_loopback(&host) && port != 0;
        if !free_port && !policy.ports.contains(&port) {
            return Err(Refusal::Port { port, allowed: policy.ports.clone() });
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        let target = target.parse().map_err(|_| Refusal::Characters)?;
        Ok(Self { text: text.to_owned(), https, host, port, target, authority: canonical })
    }
}

/// Checks the host without a name lookup.
fn check_host(host: &Host<String>, policy: &Policy) -> Result<(), Refusal> {
    if let Some(address) = literal(host) {
        return if policy.may_connect(host, address) { Ok(()) } else { Err(Refusal::Address(kind(address))) };
    }
    let Host::Domain(name) = host else { return Ok(()) };
    let name = name.trim_end_matches('.');
    let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let allowed = policy.lists(host) || (is_loopback(host) && here.iter().any(|ip| policy.may_connect(host, *ip)));
    let inner = !name.contains('.') || INNER_NAMES.iter().any(|inner| is_or_ends_in(name, inner));
    if inner && !allowed { Err(Refusal::InnerName) } else { Ok(()) }
}

impl fmt::Display for ReceiverUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
