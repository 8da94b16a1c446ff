//! Where requests come from: networks, what counts as one address, and whom to believe about it.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// Bits of an IPv6 address that name a household; the rest is up to its devices.
const IPV6_GROUP_BITS: u8 = 64;

/// Bits of an IPv6 address that name what one customer is given at most.
const IPV6_NETWORK_BITS: u8 = 48;

/// Hops of `X-Forwarded-For` read, from the near end.
const HOPS_MAX: usize = 32;

/// What one visitor may call their own: an IPv4 address, or the 2^64 addresses of one IPv6 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressGroup(IpAddr);

impl From<IpAddr> for AddressGroup {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6(masked_v6(v6, IPV6_GROUP_BITS)),
        })
    }
}

impl AddressGroup {
    /// The widest that one visitor may have at hand: of IPv6 all the groups of one customer's network.
    #[must_use]
    pub fn network(self) -> Self {
        Self(match self.0 {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6(masked_v6(v6, IPV6_NETWORK_BITS)),
        })
    }

    /// The bytes that name it, for keyed hashes.
    pub fn bytes(self) -> [u8; 16] {
        match self.0 {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => v6.octets(),
        }
    }
}

impl fmt::Display for AddressGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => write!(f, "{v6}/{IPV6_GROUP_BITS}"),
        }
    }
}

/// The address a request came from, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The peer itself or, when the peer is a trusted proxy, the last hop before the trusted ones.
    ///
    /// `forwarded` are the values of `X-Forwarded-For` in order. Whatever stands before the first hop that is not
    /// trusted was written by whoever wanted it there, and is not read.
    pub fn of<'a>(
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
        trusted: &[Network],
    ) -> Self {
        let mut address = peer.to_canonical();
        let hops = forwarded.rev().flat_map(|value| value.rsplit(','));
        for hop in hops.take(HOPS_MAX) {
            if !trusted.iter().any(|network| network.contains(address)) {
                break;
            }
            let Ok(before) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            address = before.to_canonical();
        }
        Self(address)
    }
}

/// An address and how many of its leading bits are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address is of this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(v4)) => base == masked_v4(v4, self.bits),
            (IpAddr::V6(base), IpAddr::V6(v6)) => base == masked_v6(v6, self.bits),
            _ => false,
        }
    }
}

fn masked_v4(address: Ipv4Addr, bits: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
    Ipv4Addr::from_bits(address.to_bits() & mask)
}

fn masked_v6(address: Ipv6Addr, bits: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

/// The text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a network such as 10.0.0.0/8 or an address")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let whole = if base.is_ipv4() { 32 } else { 128 };
        let plain = |bits: &str| bits.bytes().all(|digit| digit.is_ascii_digit());
        let bits = match bits {
            None => whole,
            Some(bits) if plain(bits) => bits.parse().map_err(|_| NotANetwork)?,
            Some(_) => return Err(NotANetwork),
        };
        // Bits beyond the prefix are a slip of whoever wrote it, and would never match.
        let masked = match base {
            IpAddr::V4(v4) if bits <= whole => IpAddr::V4(masked_v4(v4, bits)),
            IpAddr::V6(v6) if bits <= whole => IpAddr::V6(masked_v6(v6, bits)),
            _ => return Err(NotANetwork),
        };
        if masked == base {
            Ok(Self { base, bits })
        } else {
            Err(NotANetwork)
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_household_of_ipv6_counts_as_one_and_ipv4_by_itself() {
        let group = |text| AddressGroup::from(address(text));
        assert_eq!(group("2001:db8:1:2::1"), group("2001:db8:1:2:ffff::9"));
        assert_ne!(group("2001:db8:1:2::1"), group("2001:db8:1:3::1"));
        assert_eq!(group("::ffff:192.0.2.1"), group("192.0.2.1"));
        assert_ne!(group("192.0.2.1"), group("192.0.2.2"));
        assert_ne!(group("192.0.2.1").bytes(), group("192.0.2.2").bytes());
        assert_eq!(group("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
        let network = |text| group(text).network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:ffff::1"));
        assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(group("192.0.2.1").to_string(), "192.0.2.1");
    }

    #[test]
    fn networks_hold_their_addresses_and_nothing_else() {
        let ten = &networks(&["10.0.0.0/8"])[0];
        assert!(ten.contains(address("10.255.0.1")) && ten.contains(address("::ffff:10.1.1.1")));
        assert!(!ten.contains(address("11.0.0.0")) && !ten.contains(address("::1")));
        let all = &networks(&["0.0.0.0/0"])[0];
        assert!(all.contains(address("203.0.113.9")) && !all.contains(address("2001:db8::1")));
        let one = &networks(&["2001:db8::1"])[0];
        assert!(one.contains(address("2001:db8::1")) && !one.contains(address("2001:db8::2")));
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0.1/8",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "ten",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(bad.parse::<Network>(), Err(NotANetwork), "{bad}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_about_the_hop_before_them() {
        let trusted = networks(&["10.0.0.0/8", "2001:db8:ffff::/48"]);
        let of = |peer, forwarded: &[&str]| {
            ClientAddress::of(address(peer), forwarded.iter().copied(), &trusted).0
        };
        // Nobody between: whatever they claim.
        assert_eq!(of("192.0.2.1", &["203.0.113.9"]), address("192.0.2.1"));
        assert_eq!(of("10.0.0.1", &["203.0.113.9"]), address("203.0.113.9"));
        // A client that sends the header itself: the proxy appends whom it saw.
        let forged = ["198.51.100.7, 203.0.113.9"];
        assert_eq!(of("10.0.0.1", &forged), address("203.0.113.9"));
        // Two proxies, one header each.
        let two = ["198.51.100.7", "203.0.113.9", "2001:db8:ffff::2"];
        assert_eq!(of("10.0.0.1", &two), address("203.0.113.9"));
        // What cannot be read ends the search at the last address known for certain.
        assert_eq!(
            of("10.0.0.1", &["203.0.113.9, unknown"]),
            address("10.0.0.1")
        );
        assert_eq!(of("10.0.0.1", &["x, 10.0.0.2"]), address("10.0.0.2"));
        assert_eq!(of("10.0.0.1", &[]), address("10.0.0.1"));
        let none = ClientAddress::of(address("10.0.0.1"), ["203.0.113.9"].into_iter(), &[]);
        assert_eq!(none.0, address("10.0.0.1"));
    }
}
