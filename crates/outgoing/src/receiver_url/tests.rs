use super::*;
use Refusal as R;
use proptest::prelude::*;

fn demo() -> Policy {
    Policy { loopback_http: true, ..Policy::default() }
}

fn allowing(entries: &[&str]) -> Policy {
    Policy { allowed: entries.iter().map(|text| text.parse().unwrap()).collect(), ..Policy::default() }
}

#[test]
fn an_address_is_kept_as_it_was_written() {
    for (text, host, target) in [
        ("https://shop.example", "shop.example", "/"),
        ("https://shop.example?tenant=7", "shop.example", "/?tenant=7"),
        ("HTTPS://Shop.Example:443/Hooks?a=b&c=%2F", "shop.example", "/Hooks?a=b&c=%2F"),
        ("https://shop.example:8443/a/../b//c?x=[1]&y={2}|'", "shop.example:8443", "/a/../b//c?x=[1]&y={2}|'"),
        ("https://xn--shp-sna.example/", "xn--shp-sna.example", "/"),
        ("https://8.8.8.8/", "8.8.8.8", "/"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]", "/"),
        ("https://my_shop.example/", "my_shop.example", "/"),
    ] {
        let url = Policy::default().check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((url.as_str(), url.host(), url.target.as_str()), (text, host, target));
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for (text, why) in [
        ("", R::Unreadable),
        ("shop.example/x", R::Unreadable),
        ("https://", R::Unreadable),
        ("https:///shop.example", R::Unreadable),
        ("https:shop.example", R::Unreadable),
        ("https:/shop.example", R::Unreadable),
        ("https://shop.example:99999/", R::Unreadable),
        ("https://a..example/", R::Unreadable),
        ("https://a*.example/", R::Unreadable),
        ("https://.example/", R::Unreadable),
        ("http://shop.example/", R::NotHttps),
        ("http://127.0.0.1/", R::NotHttps),
        ("ftp://shop.example/", R::NotHttps),
        ("file://shop.example/etc/passwd", R::NotHttps),
        ("gopher://shop.example:25/", R::NotHttps),
        ("https://user@shop.example/", R::UserName),
        ("https://user:word@shop.example/", R::UserName),
        ("https://@shop.example/", R::UserName),
        ("https://shop.example@8.8.8.8/", R::UserName),
        ("https://shop.example/#there", R::Fragment),
        ("https://shop.example#@8.8.8.8/", R::Fragment),
        (" https://shop.example/", R::Characters),
        ("https://shop.example/a b", R::Characters),
        ("https://shop.example/\r\nX: y", R::Characters),
        ("https://shop\t.example/", R::Characters),
        ("https://shop.example\\@8.8.8.8/", R::Characters),
        ("https://shöp.example/", R::Characters),
    ] {
        assert_eq!(Policy::default().check(text), Err(why), "{text:?}");
    }
    let long = format!("https://shop.example/{}", "a".repeat(LONGEST - 21));
    assert!(Policy::default().check(&long).is_ok());
    assert_eq!(Policy::default().check(&format!("{long}a")), Err(R::TooLong));
    let label = "a".repeat(64);
    assert_eq!(Policy::default().check(&format!("https://{label}.example/")), Err(R::Unreadable));
}

#[test]
fn only_the_ports_of_https() {
    for port in [0, 22, 25, 80, 444, 3306, 5432, 6379, 65535] {
        let refusal = Policy::default().check(&format!("https://shop.example:{port}/")).unwrap_err();
        assert_eq!(refusal, R::Port { port, allowed: vec![443, 8443] });
        assert!(refusal.to_string().ends_with("Use 443 or 8443"));
    }
    let policy = Policy { ports: vec![9443], ..Policy::default() };
    assert!(policy.check("https://shop.example:9443/").is_ok());
    assert!(policy.check("https://shop.example/").is_err());
}

/// Every spelling of this machine that common libraries understand in some version.
#[test]
fn this_machine_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.1.2.3",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0x7F.0x0.0x0.0x1",
        "017700000001",
        "0177.0.0.1",
        "0177.1",
        "127.0.0.0x1",
        "127.0.0.1.",
        "127.1.",
        "2130706433.",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[::ffff:0:7f00:1]",
    ] {
        assert_eq!(Policy::default().check(&format!("https://{host}/")), Err(R::Address(Kind::Loopback)), "{host}");
    }
    for host in ["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.b.localhost.", "local%68ost"] {
        assert_eq!(Policy::default().check(&format!("https://{host}/")), Err(R::InnerName), "{host}");
    }
    for host in [
        "[::1%25lo]",
        "[::1%lo]",
        "[fe80::1%25eth0]",
        "[127.0.0.1]",
        "[::1",
        "::1",
        "0x7f000000001",
        "127.0.0.256",
        "1.2.3.4.5",
        "08.0.0.1",
    ] {
        assert_eq!(Policy::default().check(&format!("https://{host}/")), Err(R::Unreadable), "{host}");
    }
    for host in ["１２７.0.0.1", "127。0。0。1", "127．0．0．1", "①②⑦.0.0.1", "ⓛocalhost", "loc\u{ad}alhost", "[：：1]"]
    {
        assert_eq!(Policy::default().check(&format!("https://{host}/")), Err(R::Characters), "{host}");
    }
}

#[test]
fn other_inner_places_in_every_spelling() {
    use Kind as K;
    for (host, kind) in [
        ("0", K::Unspecified),
        ("0.0.0.0", K::Unspecified),
        ("0x0", K::Unspecified),
        ("[::]", K::Unspecified),
        ("[::ffff:0.0.0.0]", K::Unspecified),
        ("10.1", K::Private),
        ("0xa.0.0.1", K::Private),
        ("192.168.257", K::Private),
        ("172.16.0.1", K::Private),
        ("100.64.0.1", K::Shared),
        ("169.254.169.254", K::Metadata),
        ("2852039166", K::Metadata),
        ("0xA9FEA9FE", K::Metadata),
        ("0251.0376.0251.0376", K::Metadata),
        ("[::ffff:a9fe:a9fe]", K::Metadata),
        ("[fd00:ec2::254]", K::Metadata),
        ("[FD00:0EC2:0:0:0:0:0:254]", K::Metadata),
        ("[64:ff9b::a9fe:a9fe]", K::Metadata),
        ("[2002:7f00:1::]", K::Tunnel),
        ("[2001:0:808:808::f5ff:fffe]", K::Tunnel),
        ("[::127.0.0.1]", K::Reserved),
        ("[fe80::1]", K::LinkLocal),
        ("[fec0::1]", K::SiteLocal),
        ("[fc00::1]", K::UniqueLocal),
        ("[ff02::1]", K::Multicast),
        ("224.0.0.1", K::Multicast),
        ("4294967295", K::Broadcast),
        ("192.0.2.1", K::Documentation),
    ] {
        assert_eq!(Policy::default().check(&format!("https://{host}/")), Err(R::Address(kind)), "{host}");
    }
    for host in ["intranet", "printer.local", "metadata.google.internal", "router.home.arpa", "com", "internal."] {
        assert_eq!(Policy::default().check(&format!("https://{host}/")), Err(R::InnerName), "{host}");
    }
}

#[test]
fn a_global_address_in_an_odd_spelling_is_sent_back() {
    for (host, better) in [
        ("134744072", "8.8.8.8"),
        ("0x08080808", "8.8.8.8"),
        ("8.8.2056", "8.8.8.8"),
        ("010.8.8.8", "8.8.8.8"),
        ("8.8.8.8.", "8.8.8.8"),
        ("shop.example.", "shop.example"),
        ("shop.example.:8443", "shop.example:8443"),
        ("sh%6fp.example", "shop.example"),
        ("shop%2eexample", "shop.example"),
        ("shop.example:", "shop.example"),
        ("shop.example:0443", "shop.example"),
        ("shop.example:08443", "shop.example:8443"),
        ("[2606:4700:0::1111]", "[2606:4700::1111]"),
        ("[::ffff:8.8.8.8]", "[::ffff:808:808]"),
    ] {
        let refusal = Policy::default().check(&format!("https://{host}/x"));
        assert_eq!(refusal, Err(R::Spelling(better.to_owned())), "{host}");
        assert!(Policy::default().check(&format!("https://{better}/x")).is_ok(), "{better}");
    }
}

#[test]
fn the_demo_may_call_this_machine_and_nothing_else_inside() {
    for text in [
        "http://127.0.0.1:3000/hook",
        "http://127.0.0.1/hook",
        "http://127.8.9.1:65535",
        "http://[::1]:3000/",
        "http://localhost:3000/",
        "http://app.localhost:80/",
        "https://localhost:3000/",
        "https://127.0.0.1:9/",
    ] {
        assert!(demo().check(text).is_ok(), "{text}: {:?}", demo().check(text));
    }
    for (text, why) in [
        ("http://shop.example/", R::NotHttpsNorLoopback),
        ("http://127.0.0.1.example/", R::NotHttpsNorLoopback),
        ("http://localhost.example/", R::NotHttpsNorLoopback),
        ("http://10.0.0.1/", R::NotHttpsNorLoopback),
        ("http://0.0.0.0/", R::NotHttpsNorLoopback),
        ("http://127.1:3000/", R::Spelling("127.0.0.1:3000".into())),
        ("http://2130706433/", R::Spelling("127.0.0.1".into())),
        ("https://10.0.0.1/", R::Address(Kind::Private)),
        ("https://intranet/", R::InnerName),
        ("https://shop.example:3000/", R::Port { port: 3000, allowed: vec![443, 8443] }),
        ("http://127.0.0.1:0/", R::Port { port: 0, allowed: vec![443, 8443] }),
    ] {
        assert_eq!(demo().check(text), Err(why), "{text}");
    }
}

#[test]
fn what_the_configuration_allows_can_be_registered() {
    let policy = allowing(&["10.1.0.0/16", "fd12::/16", "intranet", "*.corp.internal", "127.0.0.1"]);
    for text in [
        "https://10.1.2.3/",
        "https://[fd12::1]/",
        "https://intranet/",
        "https://a.corp.internal:8443/",
        "https://127.0.0.1/",
        "https://localhost/",
    ] {
        assert!(policy.check(text).is_ok(), "{text}: {:?}", policy.check(text));
    }
    for (text, why) in [
        ("http://10.1.2.3/", R::NotHttps),
        ("http://127.0.0.1/", R::NotHttps),
        ("https://10.2.0.1/", R::Address(Kind::Private)),
        ("https://corp.internal/", R::InnerName),
        ("https://10.66051/", R::Spelling("10.1.2.3".into())),
    ] {
        assert_eq!(policy.check(text), Err(why), "{text}");
    }
}

proptest! {
    /// An accepted address is one line, goes to the host that other programs read in it, and is sent as written.
    #[test]
    fn what_is_accepted_means_one_thing(text in "https?://[a-zA-Z0-9.:@%\\[\\]x_-]{1,24}(/[ -~]{0,10})?([?][ -~]{0,10})?|[ -~\\r\\nä]{0,40}") {
        for policy in [Policy::default(), demo()] {
            let Ok(receiver) = policy.check(&text) else { continue };
            prop_assert_eq!(receiver.as_str(), &text);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
            let rest = text.split_once("://").unwrap().1;
            let authority = rest.split(['/', '?']).next().unwrap().to_ascii_lowercase();
            let with_port = format!("{}:{}", receiver.host, receiver.port);
            prop_assert!(authority == receiver.host() || authority == with_port);
            prop_assert!(receiver.target.as_str().ends_with(&rest[authority.len()..]));
            if let Some(address) = literal(&receiver.host) {
                prop_assert!(policy.may_connect(&receiver.host, address));
            }
        }
    }

    /// Each of the four numbers of a private address, in each of the usual notations.
    #[test]
    fn no_spelling_of_an_inner_address_passes(
        address in prop_oneof![Just([127u8, 0, 0, 1]), Just([10, 1, 2, 3]), Just([169, 254, 169, 254]), Just([192, 168, 0, 1])],
        ways in [0..3u8, 0..3u8, 0..3u8, 0..3u8], parts in 1..=4usize, dot: bool,
    ) {
        let mut numbers: Vec<u32> = address.iter().take(parts - 1).map(|part| u32::from(*part)).collect();
        numbers.push(address.iter().skip(parts - 1).fold(0, |sum, part| (sum << 8) | u32::from(*part)));
        let written: Vec<_> = numbers.iter().zip(ways).map(|(number, way)| match way {
            0 => format!("{number}"),
            1 => format!("0{number:o}"),
            _ => format!("0x{number:x}"),
        }).collect();
        let text = format!("https://{}{}/", written.join("."), if dot { "." } else { "" });
        prop_assert!(matches!(Policy::default().check(&text), Err(R::Address(_))), "{}", text);
    }
}
