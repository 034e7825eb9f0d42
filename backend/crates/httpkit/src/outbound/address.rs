//! Which addresses are on the public internet. Everything else is somebody's inside: a loopback, a private network, a
//! cloud's metadata service, or an address that hides another one in itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `address` is one that anybody on the internet means by it.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The IANA special-purpose registry for IPv4 (RFC 6890), and multicast.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = match (first, second) {
        // "This network", private, loopback, multicast and what comes after it.
        (0 | 10 | 127 | 224.., _) => true,
        // Shared by a provider's customers (CGNAT).
        (100, 64..=127) => true,
        // Link-local: the metadata services of clouds are here.
        (169, 254) => true,
        (172, 16..=31) | (192, 168) => true,
        // Protocol assignments, documentation, relays of 6to4.
        (192, 0) => matches!(third, 0 | 2),
        (192, 88) => third == 99,
        // Benchmarks, documentation.
        (198, 18 | 19) => true,
        (198, 51) => third == 100,
        (203, 0) => third == 113,
        _ => false,
    };
    !is_special
}

/// Global unicast is `2000::/3`, and only that: `::1`, `fc00::/7`, `fe80::/10`, `ff00::/8`, `::ffff:0:0/96` and the
/// prefixes of NAT64 all lie outside. Inside it, what carries an IPv4 address or stands in examples does not count.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_special = match first {
        // Protocol assignments, Teredo among them; documentation.
        0x2001 => second < 0x0200 || second == 0x0db8,
        // 6to4.
        0x2002 => true,
        // Documentation.
        0x3fff => second < 0x1000,
        _ => false,
    };
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn the_internet_is_public() {
        for text in ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.0.1.1"] {
            assert!(judge(text), "{text}");
        }
        for text in ["2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2001:200::1"] {
            assert!(judge(text), "{text}");
        }
    }

    #[test]
    fn the_insides_of_networks_are_not() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!judge(text), "{text}");
        }
    }

    #[test]
    fn neither_are_those_of_ipv6_and_what_hides_an_ipv4_address() {
        for text in [
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff:1::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!judge(text), "{text}");
        }
    }
}
