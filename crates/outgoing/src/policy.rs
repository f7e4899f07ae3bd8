//! Which receivers may be called: the rule, and the exceptions of the configuration.

use crate::address::{Kind, kind, plain};
use crate::own_addresses::OwnAddresses;
use crate::receiver_url::{ReceiverUrl, Refusal};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use url::Host;

/// Which receivers may be called. The default is for a server on the internet: https, to names and addresses on the
/// public internet, on ports 443 and 8443.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether plain http is allowed to a loopback address or `localhost`, on any port. For the demo, whose users
    /// have no certificate.
    pub loopback_http: bool,
    /// Receivers outside the public internet that are called nevertheless.
    pub allowed: Vec<AllowedReceiver>,
    /// The ports for https.
    pub ports: Vec<u16>,
    /// The server itself, which is never called, even if it is in `allowed`.
    pub itself: OwnAddresses,
}

impl Policy {
    /// The port of https, and the usual alternative.
    pub const PORTS: [u16; 2] = [443, 8443];

    /// Checks an address as far as possible without a name lookup. The error is a sentence for the developer that
    /// says what to do.
    pub fn check(&self, url: &str) -> Result<ReceiverUrl, Refusal> {
        ReceiverUrl::read(url, self)
    }

    /// Whether an address may be connected to for a host: the host itself, if it is an address, or an address its
    /// name resolved to.
    pub(crate) fn may_connect(&self, host: &Host<String>, address: IpAddr) -> bool {
        let by_name = || self.allowed.iter().any(|allowed| allowed.names(host));
        match kind(address) {
            Kind::Global => true,
            Kind::Loopback if self.loopback_http && is_loopback(host) => true,
            // An allowed name may lead into a private network, but never to this machine or a link-local address:
            // control of the name would otherwise give access to a cloud's credentials.
            Kind::Private | Kind::Shared | Kind::UniqueLocal if by_name() => true,
            kind => self.allowed.iter().any(|allowed| allowed.contains(address, kind)),
        }
    }

    /// Whether the host is in the list of exceptions. Such hosts are called directly, not through the proxy.
    pub(crate) fn lists(&self, host: &Host<String>) -> bool {
        self.allowed.iter().any(|allowed| {
            allowed.names(host) || literal(host).is_some_and(|address| allowed.contains(address, kind(address)))
        })
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { loopback_http: false, allowed: Vec::new(), ports: Self::PORTS.into(), itself: OwnAddresses::default() }
    }
}

/// The host's address, if it is one.
pub(crate) fn literal(host: &Host<String>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}

/// Whether a host is spelled as this machine: RFC 6761, section 6.3, reserves `localhost` and the names below it.
pub(crate) fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => is_or_ends_in(name, "localhost"),
        _ => literal(host).is_some_and(|address| kind(address) == Kind::Loopback),
    }
}

pub(crate) fn is_or_ends_in(name: &str, end: &str) -> bool {
    name == end || is_below(name, end)
}

fn is_below(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|start| start.len() > 1 && start.ends_with('.'))
}

/// Whether a host can be a DNS name in the usual form: no trailing dot, no wildcard.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()) && label.bytes().all(plain))
}

/// Receivers outside the public internet that may be called. As text: an address, a network (`10.1.0.0/16`), a name
/// (`hooks.corp.example`), or all names below one (`*.corp.example`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedReceiver {
    /// Every address of a network. This does not include a metadata service inside it: only an entry with exactly its
    /// address does.
    Network(IpNet),
    /// One host, in lower case. Private, shared and unique-local addresses that it resolves to may be called.
    Name(String),
    /// The hosts below that name, in lower case, not the name itself.
    Below(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an address, a network or a host name, such as \"10.1.0.0/16\", \"hooks.corp.example\" or \"*.corp.example\""
)]
pub struct NotAReceiver;

impl AllowedReceiver {
    fn names(&self, host: &Host<String>) -> bool {
        match (self, host) {
            (Self::Name(allowed), Host::Domain(name)) => name == allowed,
            (Self::Below(allowed), Host::Domain(name)) => is_below(name, allowed),
            _ => false,
        }
    }

    fn contains(&self, address: IpAddr, kind: Kind) -> bool {
        let Self::Network(network) = self else { return false };
        let alone = network.prefix_len() == network.max_prefix_len();
        (kind != Kind::Metadata || alone) && (network.contains(&address) || network.contains(&plain(address)))
    }
}

impl FromStr for AllowedReceiver {
    type Err = NotAReceiver;

    fn from_str(text: &str) -> Result<Self, NotAReceiver> {
        if let Ok(network) = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            return Ok(Self::Network(network));
        }
        let (name, below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let name = name.to_ascii_lowercase();
        // Normalised as the URL standard does; otherwise no host would ever match.
        match Host::parse(&name) {
            Ok(Host::Domain(host)) if host == name && is_name(&name) => {
                Ok(if below { Self::Below(name) } else { Self::Name(name) })
            }
            _ => Err(NotAReceiver),
        }
    }
}

impl fmt::Display for AllowedReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Name(name) => f.write_str(name),
            Self::Below(name) => write!(f, "*.{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(entries: &[&str]) -> Policy {
        let allowed = entries.iter().map(|text| text.parse().unwrap()).collect();
        Policy { allowed, ..Policy::default() }
    }

    fn may(policy: &Policy, host: &str, address: &str) -> bool {
        policy.may_connect(&Host::parse(host).unwrap(), address.parse().unwrap())
    }

    #[test]
    fn entries_are_read_and_written() {
        for text in ["10.1.0.0/16", "10.1.2.3/32", "fd00::/8", "hooks.corp.example", "*.corp.example", "intranet"] {
            assert_eq!(text.parse::<AllowedReceiver>().unwrap().to_string(), text);
        }
        assert_eq!("10.1.2.3".parse(), Ok(AllowedReceiver::Network("10.1.2.3/32".parse().unwrap())));
        assert_eq!("Hooks.Corp.Example".parse(), Ok(AllowedReceiver::Name("hooks.corp.example".into())));
        for text in [
            "",
            "*",
            "*.",
            "a b",
            "https://a.example",
            "a.example:443",
            "10.0.0.0/33",
            "*.*.example",
            "a.",
            "0x7f.1",
            "10.1",
            "ä.example",
        ] {
            assert_eq!(text.parse::<AllowedReceiver>(), Err(NotAReceiver), "{text}");
        }
    }

    #[test]
    fn only_global_addresses_unless_something_is_allowed() {
        let strict = Policy::default();
        assert!(may(&strict, "a.example", "8.8.8.8") && may(&strict, "a.example", "2606:4700::1"));
        for address in ["10.0.0.1", "127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1", "0.0.0.0", "fd00::1"] {
            assert!(!may(&strict, "a.example", address), "{address}");
        }
    }

    #[test]
    fn a_network_opens_its_addresses_in_every_clothing() {
        let policy = allow(&["10.1.0.0/16", "127.0.0.1"]);
        for address in ["10.1.0.1", "10.1.255.255", "::ffff:10.1.0.1", "127.0.0.1"] {
            assert!(may(&policy, "a.example", address), "{address}");
        }
        for address in ["10.2.0.1", "127.0.0.2", "::1"] {
            assert!(!may(&policy, "a.example", address), "{address}");
        }
    }

    #[test]
    fn metadata_opens_only_by_its_own_address() {
        for wide in ["169.254.0.0/16", "0.0.0.0/0"] {
            assert!(!may(&allow(&[wide]), "a.example", "169.254.169.254"), "{wide}");
            assert!(may(&allow(&[wide]), "a.example", "169.254.1.1"), "{wide}");
        }
        assert!(may(&allow(&["169.254.169.254"]), "a.example", "169.254.169.254"));
    }

    #[test]
    fn a_name_opens_the_inside_but_not_the_machine() {
        let policy = allow(&["hooks.corp.example", "*.apps.example"]);
        for (host, address, expected) in [
            ("hooks.corp.example", "10.0.0.1", true),
            ("hooks.corp.example", "fd00::1", true),
            ("hooks.corp.example", "100.64.0.1", true),
            ("hooks.corp.example", "127.0.0.1", false),
            ("hooks.corp.example", "::ffff:127.0.0.1", false),
            ("hooks.corp.example", "169.254.169.254", false),
            ("hooks.corp.example", "fd00:ec2::254", false),
            ("hooks.corp.example", "100.100.100.200", false),
            ("other.corp.example", "10.0.0.1", false),
            ("x.hooks.corp.example", "10.0.0.1", false),
            ("a.apps.example", "10.0.0.1", true),
            ("a.b.apps.example", "10.0.0.1", true),
            ("apps.example", "10.0.0.1", false),
            ("badapps.example", "10.0.0.1", false),
            ("10.0.0.1", "10.0.0.1", false),
        ] {
            assert_eq!(may(&policy, host, address), expected, "{host} {address}");
        }
    }

    #[test]
    fn loopback_needs_its_own_spelling() {
        let demo = Policy { loopback_http: true, ..Policy::default() };
        for host in ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "a.localhost"] {
            assert!(may(&demo, host, "127.0.0.1"), "{host}");
            assert!(!may(&Policy::default(), host, "127.0.0.1"), "{host}");
            assert!(!may(&demo, host, "10.0.0.1"), "{host}");
        }
        for host in ["a.example", "localhost.example", "10.0.0.1", "notlocalhost"] {
            assert!(!may(&demo, host, "127.0.0.1"), "{host}");
        }
    }
}
