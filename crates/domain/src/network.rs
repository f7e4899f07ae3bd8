//! The networks that an address is in: whom to count together where one client can have many addresses.

use std::net::IpAddr;

/// The networks of an address, told by their first address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Networks {
    /// What one client has: an IPv4 address, or for IPv6 a /56, which providers give to a household.
    pub client: IpAddr,
    /// What one organisation has: a /24 of IPv4, a /48 of IPv6.
    pub site: IpAddr,
}

impl Networks {
    /// The networks of an address. One of IPv4 is the same in either spelling.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let (client, site) = match address.to_canonical() {
            IpAddr::V4(_) => (32, 24),
            IpAddr::V6(_) => (56, 48),
        };
        Self { client: first(address, client), site: first(address, site) }
    }
}

/// The first address of the network with so many bits that an address is in. An address of IPv4 has 32, and with more it is
/// itself.
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
