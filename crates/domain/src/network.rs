//! The networks of an IP address. Limits count by network where one client can have many addresses.

use std::net::IpAddr;

/// Two networks of an address, each as its first address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Networks {
    /// The network of one client: a single IPv4 address; for IPv6 a /56, which providers assign to a household.
    pub client: IpAddr,
    /// The network of one organisation: an IPv4 /24, an IPv6 /48.
    pub site: IpAddr,
}

impl Networks {
    /// An IPv4-mapped IPv6 address counts as IPv4.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let (client, site) = match address.to_canonical() {
            IpAddr::V4(_) => (32, 24),
            IpAddr::V6(_) => (56, 48),
        };
        Self { client: first(address, client), site: first(address, site) }
    }
}

/// The first address of the network with a prefix of `bits` bits. More bits than the address has (32 or 128) give the
/// address itself.
#[must_use]
pub fn first(address: IpAddr, bits: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_by_their_networks() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        for (address, client, site) in [
            ("203.0.113.9", "203.0.113.9", "203.0.113.0"),
            ("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0"),
            ("2001:db8:1:2ff::9", "2001:db8:1:200::", "2001:db8:1::"),
            ("2001:db8:ffff:1::", "2001:db8:ffff::", "2001:db8:ffff::"),
            ("::1", "::", "::"),
        ] {
            assert_eq!(Networks::of(ip(address)), Networks { client: ip(client), site: ip(site) }, "{address}");
        }
        assert_eq!(first(ip("203.0.113.9"), 0), ip("0.0.0.0"));
        assert_eq!(first(ip("203.0.113.9"), 64), ip("203.0.113.9"));
        assert_eq!(first(ip("2001:db8::9"), 0), ip("::"));
        assert_eq!(first(ip("2001:db8:1:2:3::9"), 64), ip("2001:db8:1:2::"));
    }
}
