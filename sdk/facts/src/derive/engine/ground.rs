//! Where policies have to be enforced: the nodes of a cluster, each with what it is.

use super::vpc_cni::numbers;
use crate::core::PodSpec;
use crate::derive::node::{Machine, Origin, machine, origin};
use crate::derive::placement::{Site, goes_to};
use crate::nodes::Node;
use crate::{Known, Text, Unknown};

/// "Your nodes must have Linux kernel version 5.10 or later", says the EKS user guide of the VPC CNI.
const KERNEL: (u32, u32) = (5, 10);

const AUTO_MODE: &[(&str, &str)] = &[
    ("eks.amazonaws.com/compute-type", "auto"),
    ("karpenter.sh/nodepool", "general-purpose"),
    ("kubernetes.io/arch", "amd64"),
    ("kubernetes.io/os", "linux"),
];
const LINUX: &[(&str, &str)] = &[("kubernetes.io/arch", "amd64"), ("kubernetes.io/os", "linux")];

/// A node that has to be covered.
#[derive(Debug, Clone)]
pub struct Lot<'n> {
    site: Site<'n>,
    /// Whose it is: `node group blue`, `Auto Mode node pool system`, `hybrid`.
    pub class: String,
    is_auto: bool,
    /// Its name; `None` of one that is not there yet.
    pub name: Option<Text>,
    /// Where it stands in the facts; empty of one that is not there yet.
    pub place: String,
}

/// All nodes of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Ground<'n> {
    /// Those that have to be covered: Linux, on EC2 or hybrid.
    pub lots: Vec<Lot<'n>>,
    /// How many run Windows.
    pub windows: usize,
    /// How many are Fargate's.
    pub fargate: usize,
    expected: bool,
}

impl<'n> Ground<'n> {
    /// Of all nodes with their places. `auto_mode`: nodes of Auto Mode may come at any time.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known what a node is.
    pub fn survey(
        nodes: impl IntoIterator<Item = (&'n Known<Node>, String)>,
        auto_mode: bool,
    ) -> Result<Self, Unknown> {
        let mut ground = Self::default();
        for (node, place) in nodes {
            ground.add(node.get()?, place)?;
        }
        if auto_mode && !ground.lots.iter().any(|lot| lot.is_auto) {
            ground.expect("Auto Mode", AUTO_MODE);
        }
        ground.lots.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(ground)
    }

    /// Nodes of EC2 are to come, and none is there.
    pub fn expect_linux(&mut self) {
        self.expect("further nodes", LINUX);
    }

    fn expect(&mut self, class: &str, labels: &'static [(&'static str, &'static str)]) {
        self.expected = self.lots.is_empty();
        let is_auto = labels == AUTO_MODE;
        let (site, class) = (Site::Expected(labels), class.to_owned());
        self.lots.push(Lot { site, class, is_auto, name: None, place: String::new() });
    }

    /// Whether there is no node to be covered but one that is not there yet.
    #[must_use]
    pub const fn is_expected(&self) -> bool {
        self.expected
    }

    fn add(&mut self, node: &'n Node, place: String) -> Result<(), Unknown> {
        // A foreign machine is no less to be covered than one of EC2; that there is an id has to be known.
        node.spec.get()?.provider_id.get()?;
        if Known::derived(|| machine(node)).peek() == Some(&Machine::Fargate) {
            self.fargate += 1;
            return Ok(());
        }
        if is_windows(node)? {
            self.windows += 1;
            return Ok(());
        }
        let whose = Known::derived(|| origin(node));
        let is_auto = matches!(whose.peek(), Some(Origin::AutoMode(_)));
        let class = whose.peek().map_or_else(|| "elsewhere".to_owned(), ToString::to_string);
        let name = Some(node.metadata.get()?.name.get()?.clone());
        self.lots.push(Lot { site: Site::Node(node), class, is_auto, name, place });
        Ok(())
    }

    /// The nodes that the pods of a DaemonSet go to.
    pub(super) fn reached_by(&self, pod: &PodSpec) -> Result<Vec<usize>, Unknown> {
        let mut reached = Vec::new();
        for (number, lot) in self.lots.iter().enumerate() {
            if goes_to(pod, &lot.site)? {
                reached.push(number);
            }
        }
        Ok(reached)
    }

    /// How many of them are no nodes to come.
    pub(super) fn that_are_there(&self, reach: &[usize]) -> usize {
        reach.iter().filter(|number| self.lots[**number].name.is_some()).count()
    }

    /// Without those whose kernel is too old for the agent of the VPC CNI.
    pub(super) fn with_new_kernels(&self, reach: Vec<usize>) -> Result<Vec<usize>, Unknown> {
        let mut able = Vec::new();
        for number in reach {
            if !self.lots[number].has_an_old_kernel()? {
                able.push(number);
            }
        }
        Ok(able)
    }

    pub(super) fn of_auto_mode(&self) -> Vec<usize> {
        (0..self.lots.len()).filter(|number| self.lots[*number].is_auto).collect()
    }
}

impl Lot<'_> {
    /// Whether it is, or will be, a node of Auto Mode.
    #[must_use]
    pub const fn is_auto(&self) -> bool {
        self.is_auto
    }

    /// Whether its kernel is too old for the agent of the VPC CNI.
    ///
    /// # Errors
    /// [`Unknown`] when the kernel's version cannot be read.
    pub fn has_an_old_kernel(&self) -> Result<bool, Unknown> {
        let Site::Node(node) = self.site else { return Ok(false) };
        let Some(info) = node.status.declared()? else { return Ok(false) };
        let Some(info) = info.node_info.declared()? else { return Ok(false) };
        let Some(kernel) = info.kernel_version.declared()? else { return Ok(false) };
        let version = numbers(kernel);
        let version = version.ok_or_else(|| Unknown::because(format!("{kernel} is no version of a kernel")))?;
        Ok(version < KERNEL)
    }
}

/// A node that does not say so is judged as one of Linux.
fn is_windows(node: &Node) -> Result<bool, Unknown> {
    let Some(status) = node.status.declared()? else { return Ok(false) };
    let Some(info) = status.node_info.declared()? else { return Ok(false) };
    Ok(info.operating_system.declared()?.is_some_and(|system| *system == *"windows"))
}
