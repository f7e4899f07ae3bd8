//! The addresses of this server itself, which are never called: a delivery that causes a change would cause the next
//! delivery, without end.

use crate::address::plain;
use crate::policy::{is_loopback, literal};
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// This server's public address and the address it listens on. The default matches nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnAddresses {
    /// Host and port of the public address.
    public: Option<(Host<String>, u16)>,
    listens: Option<SocketAddr>,
}

impl OwnAddresses {
    #[must_use]
    pub fn at(public_url: &str, listens: SocketAddr) -> Self {
        let url = Url::parse(public_url).ok();
        let public = url.and_then(|url| Some((url.host()?.to_owned(), url.port_or_known_default()?)));
        Self { public, listens: Some(listens) }
    }

    /// Whether this is the server, however the host is spelled. On another host than this machine every port counts:
    /// a server that answers on one port may answer on others.
    pub(crate) fn is_at(&self, host: &Host<String>, port: u16) -> bool {
        let public = self.public.as_ref().is_some_and(|(own, own_port)| {
            if is_loopback(own) { is_loopback(host) && port == *own_port } else { same(own, host) }
        });
        let listens = self.listens.is_some_and(|own| {
            let here = is_loopback(host) && (own.ip().is_unspecified() || plain(own.ip()).is_loopback());
            let there = literal(host).is_some_and(|address| plain(address) == plain(own.ip()));
            port == own.port() && (here || there)
        });
        public || listens
    }

    /// Whether a connection with these ends leads to this server: to its listen address or, if it listens on every
    /// address, from this machine to itself.
    pub(crate) fn is_end(&self, peer: SocketAddr, local: IpAddr) -> bool {
        self.listens.is_some_and(|own| {
            let (own_ip, peer_ip) = (plain(own.ip()), plain(peer.ip()));
            let every = own_ip.is_unspecified() && (peer_ip == plain(local) || peer_ip.is_loopback());
            peer.port() == own.port() && (peer_ip == own_ip || every)
        })
    }
}

/// Whether two hosts are the same, ignoring a trailing dot and IPv4-mapped spelling.
fn same(one: &Host<String>, other: &Host<String>) -> bool {
    match (one, other) {
        (Host::Domain(one), Host::Domain(other)) => one.trim_end_matches('.') == other.trim_end_matches('.'),
        _ => literal(one).map(plain).is_some_and(|address| literal(other).map(plain) == Some(address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(itself: &OwnAddresses, url: &str) -> bool {
        let url = Url::parse(url).unwrap();
        itself.is_at(&url.host().unwrap().to_owned(), url.port_or_known_default().unwrap())
    }

    #[test]
    fn a_server_knows_its_own_address_in_every_spelling() {
        let behind_proxy = OwnAddresses::at("https://book.example", "127.0.0.1:8080".parse().unwrap());
        for url in [
            "https://book.example/v2/customers?apiKey=A",
            "https://BOOK.example./",
            "https://book.example:8443/",
            "https://b%6fok.example/",
            "http://127.0.0.1:8080/v2",
            "http://localhost:8080/",
            "http://a.localhost:8080/",
            "http://[::1]:8080/",
            "http://0x7f.1:8080/",
            "http://[::ffff:127.0.0.1]:8080/",
        ] {
            assert!(at(&behind_proxy, url), "{url}");
        }
        for url in ["https://hooks.book.example/", "https://example/", "http://127.0.0.1:8081/", "https://8.8.8.8/"] {
            assert!(!at(&behind_proxy, url), "{url}");
        }
        let demo = OwnAddresses::at("http://127.0.0.1:8080", "127.0.0.1:8080".parse().unwrap());
        assert!(at(&demo, "http://localhost:8080/x") && !at(&demo, "http://localhost:9000/x"));
        let by_address = OwnAddresses::at("https://8.8.8.8", "10.0.0.7:8080".parse().unwrap());
        for url in ["https://8.8.8.8/", "https://[::ffff:8.8.8.8]/", "https://10.0.0.7:8080/"] {
            assert!(at(&by_address, url), "{url}");
        }
        assert!(!at(&OwnAddresses::default(), "https://book.example/"));
    }

    #[test]
    fn a_server_knows_a_connection_to_itself() {
        let is_end = |listens: &str, peer: &str, local: &str| {
            let itself = OwnAddresses::at("https://book.example", listens.parse().unwrap());
            itself.is_end(peer.parse().unwrap(), local.parse().unwrap())
        };
        for (listens, peer, local, expected) in [
            ("0.0.0.0:443", "10.0.0.7:443", "10.0.0.7", true),
            ("0.0.0.0:443", "127.0.0.1:443", "127.0.0.1", true),
            ("[::]:443", "[::ffff:10.0.0.7]:443", "10.0.0.7", true),
            ("10.0.0.7:443", "10.0.0.7:443", "10.0.0.8", true),
            ("0.0.0.0:443", "10.0.0.7:8443", "10.0.0.7", false),
            ("0.0.0.0:443", "10.0.0.9:443", "10.0.0.7", false),
            ("127.0.0.1:8080", "127.0.0.1:9000", "127.0.0.1", false),
        ] {
            assert_eq!(is_end(listens, peer, local), expected, "{listens} {peer} {local}");
        }
    }
}
