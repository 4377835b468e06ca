//! Networks by their CIDRs: joined where they touch, and how much of the internet they are.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Everything there is of IPv4.
const ALL_IPV4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0);
/// Everything of IPv6 that the internet routes: IANA assigns global unicast addresses from 2000::/3 alone.
const ALL_IPV6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The network of a CIDR, without the host's bits; `None` when the text is none.
#[must_use]
pub fn network(cidr: &str) -> Option<IpNet> {
    cidr.parse().ok().map(|network: IpNet| network.trunc())
}

/// A length of prefix for each family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefixes {
    /// Of IPv4.
    pub v4: u8,
    /// Of IPv6.
    pub v6: u8,
}

impl Prefixes {
    /// The one of that network's family.
    #[must_use]
    pub const fn of(self, network: &IpNet) -> u8 {
        match network {
            IpNet::V4(_) => self.v4,
            IpNet::V6(_) => self.v6,
        }
    }

    /// Whether a network is bigger than one of this prefix.
    #[must_use]
    pub fn are_longer_than(self, network: &IpNet) -> bool {
        network.prefix_len() < self.of(network)
    }
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of a network.
    #[must_use]
    pub const fn of(network: &IpNet) -> Self {
        match network {
            IpNet::V4(_) => Self::V4,
            IpNet::V6(_) => Self::V6,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// Several networks as one set of addresses: neighbours are joined, so that no split of a network hides it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network {
                IpNet::V4(network) => v4.push(network),
                IpNet::V6(network) => v6.push(network),
            }
        }
        Self { v4: Ipv4Net::aggregate(&v4), v6: Ipv6Net::aggregate(&v6) }
    }
}

impl Networks {
    /// Whether all addresses of a network are among these.
    #[must_use]
    pub fn hold(&self, network: &IpNet) -> bool {
        match network {
            IpNet::V4(network) => self.v4.iter().any(|n| n.contains(network)),
            IpNet::V6(network) => self.v6.iter().any(|n| n.contains(network)),
        }
    }

    /// The family that these hold all of, as far as the internet routes it.
    #[must_use]
    pub fn whole(&self) -> Option<Family> {
        let v4 = self.hold(&IpNet::V4(ALL_IPV4)).then_some(Family::V4);
        v4.or_else(|| self.hold(&IpNet::V6(ALL_IPV6)).then_some(Family::V6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(cidrs: &[&str]) -> Networks {
        cidrs.iter().map(|cidr| network(cidr).expect("a network")).collect()
    }

    fn holds(cidrs: &[&str], cidr: &str) -> bool {
        networks(cidrs).hold(&network(cidr).expect("a network"))
    }

    #[test]
    fn a_network_has_a_prefix_and_no_bits_beyond_it() {
        assert_eq!(network("203.0.113.77/24").map(|n| n.to_string()).as_deref(), Some("203.0.113.0/24"));
        assert_eq!(network("2600:1f18::7/32").map(|n| n.to_string()).as_deref(), Some("2600:1f18::/32"));
        for odd in ["203.0.113.5", "203.0.113.5/33", "203.0.113/24", "::1/129", "0.0.0.0/", "office", "", " 0.0.0.0/0"]
        {
            assert_eq!(network(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn the_whole_internet_is_seen_however_it_is_split() {
        let whole = |cidrs: &[&str]| networks(cidrs).whole();
        assert_eq!(whole(&["203.0.113.5/32", "0.0.0.0/0"]), Some(Family::V4));
        assert_eq!(whole(&["128.0.0.0/1", "0.0.0.0/1"]), Some(Family::V4));
        assert_eq!(whole(&["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"]), Some(Family::V4));
        let blocks: Vec<String> = (0..=255).map(|block| format!("{block}.0.0.0/8")).collect();
        assert_eq!(whole(&blocks.iter().map(String::as_str).collect::<Vec<_>>()), Some(Family::V4));
        assert_eq!(whole(&blocks[1..].iter().map(String::as_str).collect::<Vec<_>>()), None);
        for all in [&["::/0"][..], &["2000::/3"], &["2000::/4", "3000::/4"], &["::/1", "8000::/1"], &["::/2"]] {
            assert_eq!(whole(all), Some(Family::V6), "{all:?}");
        }
        for part in [&["0.0.0.0/1"][..], &["0.0.0.0/1", "192.0.0.0/2"], &["2000::/4"], &["4000::/2", "fc00::/7"], &[]] {
            assert_eq!(whole(part), None, "{part:?}");
        }
    }

    #[test]
    fn neighbours_hold_what_neither_holds_alone() {
        assert!(holds(&["198.51.100.0/25", "198.51.100.128/25"], "198.51.100.0/24"));
        assert!(holds(&["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"], "10.0.1.128/25"));
        // Neighbours, but no CIDR: 10.0.1.0 to 10.0.2.255.
        assert!(!holds(&["10.0.1.0/24", "10.0.2.0/24"], "10.0.0.0/22"));
        assert!(holds(&["2600:1f18::/33", "2600:1f18:8000::/33"], "2600:1f18::/32"));
        assert!(!holds(&["198.51.100.0/25", "198.51.100.128/26"], "198.51.100.0/24"));
        assert!(!holds(&["::/0"], "198.51.100.0/24") && !holds(&["0.0.0.0/0"], "::/0") && !holds(&[], "10.0.0.0/8"));
    }

    #[test]
    fn a_shorter_prefix_is_a_bigger_network() {
        let limit = Prefixes { v4: 8, v6: 24 };
        let bigger = |cidr| limit.are_longer_than(&network(cidr).expect("a network"));
        assert!(bigger("2.0.0.0/7") && bigger("2600::/23") && bigger("::/0"));
        assert!(!bigger("3.0.0.0/8") && !bigger("2600:1f00::/24") && !bigger("203.0.113.5/32"));
    }
}
