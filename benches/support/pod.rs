//! Pods as an API server gives them, 9 KB each, without managedFields: `pod.json` with its places filled in.

use anyhow::{Context as _, Result, bail};
use std::io::Write;

/// Pods of a namespace.
pub(crate) const PER_NAMESPACE: usize = 50;
/// Pods of a node.
pub(crate) const PER_NODE: usize = 30;
/// Pods of a workload.
const PER_APP: usize = 10;

/// The pod, cut at its places.
pub(crate) struct Template(Vec<Part>);

enum Part {
    Text(String),
    Place(Place),
}

#[derive(Clone, Copy)]
enum Place {
    App,
    Container,
    Hash,
    HostIp,
    Ip,
    Namespace,
    Node,
    Pod,
    Token,
    Uid,
}

impl Template {
    pub(crate) fn read() -> Result<Self> {
        let pod: serde_json::Value = serde_json::from_str(include_str!("pod.json"))?;
        let canonical = pod.to_string();
        let mut pieces = canonical.split("${");
        let mut parts = vec![Part::Text(pieces.next().unwrap_or_default().to_owned())];
        for piece in pieces {
            let (name, text) = piece.split_once('}').context("a place of pod.json has no end")?;
            parts.push(Part::Place(Place::of(name)?));
            parts.push(Part::Text(text.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The pod with that number.
    pub(crate) fn write(&self, number: usize, out: &mut impl Write) -> Result<()> {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.write_all(text.as_bytes())?,
                Part::Place(place) => place.write(number, out)?,
            }
        }
        Ok(())
    }
}

impl Place {
    fn of(name: &str) -> Result<Self> {
        Ok(match name {
            "app" => Self::App,
            "container" => Self::Container,
            "hash" => Self::Hash,
            "host_ip" => Self::HostIp,
            "ip" => Self::Ip,
            "namespace" => Self::Namespace,
            "node" => Self::Node,
            "pod" => Self::Pod,
            "token" => Self::Token,
            "uid" => Self::Uid,
            other => bail!("pod.json has a place {other:?} that nobody fills"),
        })
    }

    fn write(self, pod: usize, out: &mut impl Write) -> Result<()> {
        let (node, app) = (pod / PER_NODE, pod / PER_APP);
        match self {
            Self::App => write!(out, "{}", app_name(pod))?,
            Self::Container => write!(out, "{:060x}", scattered(pod))?,
            Self::Hash => write!(out, "{:010x}", scattered(app) >> 24)?,
            Self::HostIp => write!(out, "{}", node_address(node))?,
            Self::Ip => write!(out, "10.{}.{}.{}", 128 + pod / 65_536, pod / 256 % 256, pod % 256)?,
            Self::Namespace => write!(out, "{}", namespace(pod / PER_NAMESPACE))?,
            Self::Node => write!(out, "{}", node_name(node))?,
            Self::Pod => write!(out, "{}-{:010x}-{:05x}", app_name(pod), scattered(app) >> 24, pod)?,
            Self::Token => write!(out, "{:05x}", scattered(pod) >> 44)?,
            Self::Uid => write!(out, "{}", uid(pod))?,
        }
        Ok(())
    }
}

/// Numbers that look random and are the same in every run.
pub(crate) fn scattered(number: usize) -> u64 {
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

pub(crate) fn uid(number: usize) -> String {
    let (a, b) = (scattered(number), scattered(!number));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xFFFF,
        a & 0xFFF,
        b >> 52,
        b & 0xFFFF_FFFF_FFFF
    )
}

/// Ten apps share the names of a namespace of fifty pods, and five the pods.
fn app_name(pod: usize) -> String {
    format!("checkout-service-{}", pod / PER_APP % (PER_NAMESPACE / PER_APP))
}

pub(crate) fn namespace(number: usize) -> String {
    format!("team-{number:05}")
}

pub(crate) fn node_address(node: usize) -> String {
    format!("10.20.{}.{}", node / 250, node % 250 + 4)
}

pub(crate) fn node_name(node: usize) -> String {
    format!("ip-10-20-{}-{}.eu-west-1.compute.internal", node / 250, node % 250 + 4)
}
