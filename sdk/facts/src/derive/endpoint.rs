//! Whom the public endpoint of a cluster lets in.

use super::Seen;
use super::cidr::{Family, Networks, Prefixes, network};
use crate::eks::VpcConfig;
use crate::{Text, Unknown};
use ipnet::IpNet;

/// Bigger networks than these hold more than any one party: a list that has one is open.
pub const OPEN: Prefixes = Prefixes { v4: 8, v6: 24 };

/// How many networks a message names.
const NAMED: usize = 5;

/// The networks that may call the public endpoint. What it is asked of says nothing when that endpoint is off.
#[derive(Debug, Clone)]
pub struct Callers {
    /// Those on the list, in its order.
    pub networks: Vec<IpNet>,
    /// No list: EKS lets everyone in.
    pub unlisted: bool,
    /// The first that could not be read.
    pub rest: Result<(), Unknown>,
}

impl Callers {
    /// Those that the cluster's own list names.
    pub fn of(config: &VpcConfig) -> Self {
        let mut seen = Seen::default();
        let mut unlisted = false;
        match config.public_access_cidrs.declared() {
            Err(unknown) => seen.lose(unknown),
            Ok(None) => unlisted = true,
            Ok(Some(list)) => list.iter().for_each(|entry| seen.add(entry.get().and_then(one))),
        }
        Self { networks: seen.found, unlisted, rest: seen.rest }
    }

    /// What makes the list as good as none, in words: `lets in …`. Nothing found says nothing of what was not read.
    #[must_use]
    pub fn open(&self, limit: Prefixes) -> Option<String> {
        if self.unlisted {
            return Some("everyone, since no network is listed".to_owned());
        }
        if let Some(family) = whole(&self.networks) {
            let parts = needed(family, &self.networks);
            let verb = if parts.len() == 1 { "is" } else { "are together" };
            return Some(format!("the whole internet: {} {verb} all of {}", names(&parts), family.word()));
        }
        let wide = [Family::V4, Family::V6].into_iter().filter_map(|family| {
            let of_family = |n: &&IpNet| Family::of(n) == family && limit.are_longer_than(n);
            let wide: Vec<&IpNet> = self.networks.iter().filter(of_family).collect();
            let longest = limit.of(wide.first()?);
            let verb = if wide.len() == 1 { "is" } else { "are" };
            Some(format!("{} {verb} bigger than a /{longest}", names(wide)))
        });
        let wide: Vec<String> = wide.collect();
        (!wide.is_empty()).then(|| format!("a large part of the internet: {}", wide.join(", ")))
    }
}

fn whole(networks: &[IpNet]) -> Option<Family> {
    networks.iter().copied().collect::<Networks>().whole()
}

/// Those without which the rest would not be the whole of the family; the biggest are kept.
fn needed(family: Family, networks: &[IpNet]) -> Vec<IpNet> {
    let mut kept: Vec<IpNet> = networks.iter().copied().filter(|n| Family::of(n) == family).collect();
    kept.sort_by_key(|n| (n.prefix_len(), *n));
    kept.dedup();
    for candidate in kept.clone().into_iter().rev() {
        let without: Vec<IpNet> = kept.iter().copied().filter(|n| *n != candidate).collect();
        if whole(&without) == Some(family) {
            kept = without;
        }
    }
    kept
}

fn one(cidr: &Text) -> Result<Vec<IpNet>, Unknown> {
    let network = network(cidr).ok_or_else(|| Unknown::because(format!("{:?} is no network", cidr.as_str())))?;
    Ok(vec![network])
}

/// The networks as a message names them.
pub fn names<'n>(networks: impl IntoIterator<Item = &'n IpNet>) -> String {
    let all: Vec<String> = networks.into_iter().map(ToString::to_string).collect();
    match all.len().checked_sub(NAMED) {
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} and {more} more", all[..NAMED].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    fn callers(cidrs: &str) -> Callers {
        let json = format!(r#"{{"endpointPublicAccess":true,"publicAccessCidrs":{cidrs}}}"#);
        let config: Known<VpcConfig> = serde_json::from_str(&json).expect("JSON");
        Callers::of(config.get().expect("an object"))
    }

    fn open(cidrs: &str) -> Option<String> {
        callers(cidrs).open(OPEN)
    }

    #[test]
    fn a_missing_list_lets_everyone_in() {
        for none in ["null", "[]"] {
            assert_eq!(open(none).as_deref(), Some("everyone, since no network is listed"), "{none}");
        }
    }

    #[test]
    fn the_reason_names_what_makes_it_open() {
        let reason = |cidrs: &str| open(cidrs).unwrap_or_default();
        assert_eq!(reason(r#"["203.0.113.5/32","0.0.0.0/0"]"#), "the whole internet: 0.0.0.0/0 is all of IPv4");
        assert_eq!(
            reason(r#"["0.0.0.0/1","203.0.113.5/32","2600::/32","128.0.0.0/1"]"#),
            "the whole internet: 0.0.0.0/1, 128.0.0.0/1 are together all of IPv4"
        );
        assert_eq!(reason(r#"["::/0"]"#), "the whole internet: ::/0 is all of IPv6");
        assert_eq!(
            reason(r#"["2.0.0.0/7","203.0.113.5/32","2600::/20"]"#),
            "a large part of the internet: 2.0.0.0/7 is bigger than a /8, 2600::/20 is bigger than a /24"
        );
        assert_eq!(open(r#"["3.0.0.0/8","2600:1f00::/24"]"#), None);
    }

    #[test]
    fn what_is_open_is_seen_beside_what_cannot_be_read() {
        let odd = callers(r#"["office",7,"0.0.0.0/0"]"#);
        assert!(odd.open(OPEN).is_some() && odd.rest.is_err());
        let odd = callers(r#"["office","203.0.113.5/32"]"#);
        assert_eq!((odd.open(OPEN), odd.networks.len()), (None, 1));
        assert_eq!(odd.rest.map_err(|u| u.to_string()), Err(r#""office" is no network"#.to_owned()));
        assert!(callers("true").rest.is_err() && callers(r#"["203.0.113.5/32"]"#).rest.is_ok());
    }

    #[test]
    fn long_lists_are_counted() {
        let nets: Vec<IpNet> = (0..7).filter_map(|n| network(&format!("10.{n}.0.0/16"))).collect();
        assert_eq!(names(&nets[..2]), "10.0.0.0/16, 10.1.0.0/16");
        assert!(names(&nets).ends_with("10.4.0.0/16 and 2 more"));
    }
}
