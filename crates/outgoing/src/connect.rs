//! Connects to a host: resolves the name once, checks every address against the policy, and connects to one of
//! exactly those addresses.

use crate::descriptors;
use crate::outcome::Failure;
use crate::outgoing::Limits;
use crate::policy::{Policy, is_loopback, literal};
use crate::resolve::Resolve;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use url::Host;

/// A connection, with or without TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Further addresses of a name are ignored.
const MAX_ADDRESSES: usize = 32;

/// How many addresses are tried.
const MAX_TRIES: usize = 4;

/// A connection to a webhook receiver.
pub(crate) async fn to_receiver(
    host: &Host<String>,
    port: u16,
    policy: &Policy,
    resolver: &dyn Resolve,
    limits: &Limits,
    deadline: Instant,
) -> Result<TcpStream, Failure> {
    let addresses = if is_loopback(host) && literal(host).is_none() {
        this_machine(host, policy)?
    } else {
        addresses(host, resolver, limits, deadline).await?
    };
    // One forbidden address is enough to refuse: a name with both kinds is either misconfigured or an attack.
    if !addresses.iter().all(|address| policy.may_connect(host, *address)) {
        return Err(Failure::RefusedAddress);
    }
    let stream = first(&addresses, port, limits, deadline).await?;
    // The peer's address is checked again, in case the network redirected the connection.
    let peer = stream.peer_addr().map_err(|_| Failure::NoConnection)?;
    let local = stream.local_addr().map_err(|_| Failure::NoConnection)?;
    if policy.itself.is_end(peer, local.ip()) {
        return Err(Failure::Itself);
    }
    if policy.may_connect(host, peer.ip()) { Ok(stream) } else { Err(Failure::RefusedAddress) }
}

/// A connection to the proxy. The operator chose it, so the policy does not apply.
pub(crate) async fn to_proxy(
    host: &Host<String>,
    port: u16,
    resolver: &dyn Resolve,
    limits: &Limits,
    deadline: Instant,
) -> Result<TcpStream, Failure> {
    let connection = async {
        let addresses = addresses(host, resolver, limits, deadline).await?;
        first(&addresses, port, limits, deadline).await
    };
    connection.await.map_err(|failure: Failure| {
        if failure == Failure::NoRoom {
            return failure;
        }
        tracing::warn!("the proxy cannot be reached");
        Failure::Proxy
    })
}

/// `localhost` and the names below it are not resolved (RFC 6761), so that no name server can answer for them. The
/// policy decides which of the two loopback addresses is allowed.
fn this_machine(host: &Host<String>, policy: &Policy) -> Result<Vec<IpAddr>, Failure> {
    let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let these: Vec<IpAddr> = both.into_iter().filter(|address| policy.may_connect(host, *address)).collect();
    if these.is_empty() { Err(Failure::RefusedAddress) } else { Ok(these) }
}

/// The addresses of a host, at least one.
async fn addresses(
    host: &Host<String>,
    resolver: &dyn Resolve,
    limits: &Limits,
    deadline: Instant,
) -> Result<Vec<IpAddr>, Failure> {
    if let Some(address) = literal(host) {
        return Ok(vec![address]);
    }
    let Host::Domain(name) = host else { return Err(Failure::NameNotFound) };
    let until = deadline.min(Instant::now() + limits.lookup);
    match timeout_at(until, resolver.resolve(name)).await {
        Ok(Ok(mut found)) if !found.is_empty() => {
            found.truncate(MAX_ADDRESSES);
            Ok(found)
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::ResourceBusy || descriptors::was_none_left(&error) => {
            Err(Failure::NoRoom)
        }
        _ => Err(Failure::NameNotFound),
    }
}

/// A connection to the first address that accepts one. Each gets its share of the remaining time.
async fn first(addresses: &[IpAddr], port: u16, limits: &Limits, deadline: Instant) -> Result<TcpStream, Failure> {
    let tried = both_families(addresses);
    for (index, address) in tried.iter().enumerate() {
        let left = u32::try_from(tried.len() - index).unwrap_or(1);
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        match connect(SocketAddr::new(*address, port), share.min(limits.connect)).await {
            Ok(stream) => {
                // The request is one write; Nagle's algorithm would only delay it.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) if descriptors::is_out_of_descriptors(&error) => return Err(Failure::NoRoom),
            Err(_) => {}
        }
    }
    Err(Failure::NoConnection)
}

async fn connect(address: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    tokio::time::timeout(limit, TcpStream::connect(address)).await?
}

/// The addresses to try, in the resolver's order but alternating between IPv4 and IPv6: on many machines one of the
/// two does not work.
fn both_families(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let Some(preferred) = addresses.first().map(IpAddr::is_ipv4) else { return Vec::new() };
    let (these, those): (Vec<IpAddr>, Vec<IpAddr>) =
        addresses.iter().partition(|address| address.is_ipv4() == preferred);
    let longer = these.len().max(those.len());
    let turns = (0..longer).flat_map(|turn| [these.get(turn), those.get(turn)]);
    turns.flatten().copied().take(MAX_TRIES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let parse = |text: &str| text.split_whitespace().map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
        for (found, tried) in [
            ("", ""),
            ("8.8.8.8", "8.8.8.8"),
            ("2600::1 2600::2 8.8.8.8", "2600::1 8.8.8.8 2600::2"),
            ("1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 2600::1", "1.1.1.1 2600::1 1.1.1.2 1.1.1.3"),
        ] {
            assert_eq!(both_families(&parse(found)), parse(tried));
        }
    }
}
