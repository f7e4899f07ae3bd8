//! Classifies IP addresses: which are on the public internet, and what the others are for.
//!
//! The sources are the IANA registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890 and its updates), and
//! the addresses of clouds' metadata services. IPv6 is an allow list: everything outside the allocated part
//! (2000::/3) is refused.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// On the public internet: the only kind that is called without configuration.
    Global,
    /// “This host” or “this network”: 0.0.0.0/8 and ::.
    Unspecified,
    Loopback,
    /// Private networks: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16.
    Private,
    /// Carrier-grade NAT: 100.64.0.0/10.
    Shared,
    /// Private networks in IPv6: fc00::/7.
    UniqueLocal,
    /// One network segment: 169.254.0.0/16 and fe80::/10.
    LinkLocal,
    /// The predecessor of unique-local addresses: fec0::/10.
    SiteLocal,
    /// A cloud's metadata service, which hands out credentials.
    Metadata,
    Multicast,
    Broadcast,
    Documentation,
    Benchmarking,
    /// A tunnel from IPv6 to IPv4, which can end anywhere: 6to4, Teredo, ISATAP and the like.
    Tunnel,
    /// Not allocated, or for protocols only.
    Reserved,
}

impl fmt::Display for Kind {
    /// With its article, as in “… is a private address”.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "a global address",
            Self::Unspecified => "an unspecified address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::Shared => "a shared address",
            Self::UniqueLocal => "a unique-local address",
            Self::LinkLocal => "a link-local address",
            Self::SiteLocal => "a site-local address",
            Self::Metadata => "the address of a metadata service",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "a broadcast address",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarking",
            Self::Tunnel => "the address of a tunnel",
            Self::Reserved => "a reserved address",
        })
    }
}

/// Metadata services. Nearly all clouds use the link-local address; the others are Alibaba's, Azure's and Oracle's.
/// Azure's is otherwise a global address.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// The kind of an address. An IPv6 address that embeds an IPv4 address has the kind of the latter.
pub(crate) fn kind(address: IpAddr) -> Kind {
    match plain(address) {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

/// The embedded IPv4 address of a mapped (::ffff:0:0/96), translated (::ffff:0:0:0/96) or NAT64 (64:ff9b::/96) IPv6
/// address; otherwise the address itself.
pub(crate) fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        _ => address,
    }
}

fn kind_v4(address: Ipv4Addr) -> Kind {
    if METADATA_V4.contains(&address) {
        return Kind::Metadata;
    }
    match address.octets() {
        [0, ..] => Kind::Unspecified,
        [127, ..] => Kind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Kind::Private,
        [100, 64..=127, ..] => Kind::Shared,
        [169, 254, ..] => Kind::LinkLocal,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Kind::Documentation,
        [198, 18..=19, ..] => Kind::Benchmarking,
        [192, 88, 99, _] => Kind::Tunnel,
        [192, 0, 0, _] => Kind::Reserved,
        [224..=239, ..] => Kind::Multicast,
        [255, 255, 255, 255] => Kind::Broadcast,
        [240..=255, ..] => Kind::Reserved,
        _ => Kind::Global,
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    if METADATA_V6.contains(&address) {
        return Kind::Metadata;
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        // ISATAP: an IPv4 address in the lower half of any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, _, _] => Kind::Tunnel,
        [0xfc00..=0xfdff, ..] => Kind::UniqueLocal,
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0xfec0..=0xfeff, ..] => Kind::SiteLocal,
        [0xff00..=0xffff, ..] => Kind::Multicast,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Documentation,
        [0x2001, 2, 0, ..] => Kind::Benchmarking,
        // Teredo and 6to4.
        [0x2001, 0, ..] | [0x2002, ..] => Kind::Tunnel,
        // The rest of 2001::/23 is for protocols.
        [0x2001, 0..=0x1ff, ..] => Kind::Reserved,
        [0x2000..=0x3fff, ..] => Kind::Global,
        // The deprecated IPv4-compatible form, local NAT64, discard-only, segment identifiers, and unallocated space.
        _ => Kind::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Kind {
        kind(text.parse().unwrap())
    }

    #[test]
    fn every_kind_at_its_edges() {
        use Kind as K;
        for (kind, addresses) in [
            (K::Unspecified, "0.0.0.0 0.0.0.1 0.255.255.255 ::"),
            (K::Loopback, "127.0.0.0 127.0.0.1 127.1.2.3 127.255.255.255 ::1"),
            (K::Private, "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255"),
            (K::Shared, "100.64.0.0 100.127.255.255"),
            (K::LinkLocal, "169.254.0.0 169.254.169.253 169.254.170.2 169.254.255.255 fe80::1 febf:ffff::"),
            (K::Metadata, "169.254.169.254 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd20:ce::254"),
            (K::UniqueLocal, "fc00:: fd00:: fd00:ec2::253 fdff:ffff::1"),
            (K::SiteLocal, "fec0:: feff:ffff::"),
            (K::Multicast, "224.0.0.0 239.255.255.255 ff00:: ff02::1 ffff::"),
            (K::Broadcast, "255.255.255.255"),
            (K::Documentation, "192.0.2.0 192.0.2.255 198.51.100.7 203.0.113.255 2001:db8::1 3fff::1 3fff:fff::1"),
            (K::Benchmarking, "198.18.0.0 198.19.255.255 2001:2::1"),
            (K::Tunnel, "192.88.99.1 2001:0:1::1 2002:: 2002:808:808::1 2600::5efe:a00:1 2600::200:5efe:808:808"),
            (K::Reserved, "192.0.0.0 192.0.0.255 240.0.0.0 255.255.255.254"),
            (K::Reserved, "::2 ::8.8.8.8 ::127.0.0.1 64:ff9b:1::1 64:ff9b:1::808:808 100::1 100:0:0:1::1"),
            (K::Reserved, "2001:1::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 5f00::1 1fff::1 4000:: fbff:: fe00::"),
            (K::Global, "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0"),
            (K::Global, "169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255"),
            (K::Global, "192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15"),
            (K::Global, "2000::1 2001:200::1 2003::1 2606:4700:4700::1111 2620:4f:8000::1 3ffe::1 3fff:1000::1"),
        ] {
            for address in addresses.split(' ') {
                assert_eq!(of(address), kind, "{address}");
            }
        }
    }

    #[test]
    fn an_address_in_ipv6_clothes_is_what_it_is() {
        for (text, kind) in [
            ("::ffff:127.0.0.1", Kind::Loopback),
            ("::ffff:10.0.0.1", Kind::Private),
            ("::ffff:169.254.169.254", Kind::Metadata),
            ("::ffff:0:192.168.0.1", Kind::Private),
            ("64:ff9b::127.0.0.1", Kind::Loopback),
            ("64:ff9b::a9fe:a9fe", Kind::Metadata),
            ("::ffff:8.8.8.8", Kind::Global),
            ("64:ff9b::8.8.8.8", Kind::Global),
        ] {
            assert_eq!(of(text), kind, "{text}");
        }
    }

    proptest! {
        /// An address that the standard library classifies as local is never global here.
        #[test]
        fn no_more_is_global_than_the_standard_library_thinks(v4: [u8; 4], v6: [u8; 16]) {
            let v4 = Ipv4Addr::from(v4);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_unspecified()
            {
                prop_assert_ne!(kind(v4.into()), Kind::Global);
                prop_assert_eq!(kind(v4.to_ipv6_mapped().into()), kind(v4.into()));
            }
            let v6 = Ipv6Addr::from(v6);
            if v6.is_multicast() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback() {
                prop_assert_ne!(kind(v6.into()), Kind::Global);
            }
        }
    }
}
