//! Where pods may run. Field names: Kubernetes API reference, PodSpec v1.

use crate::core::Requirement;
use crate::{List, Text, noun};

noun! {
    /// Conditions of placement.
    pub struct Affinity {
        /// About nodes.
        node_affinity: NodeAffinity = "nodeAffinity",
    }
}

noun! {
    /// Conditions about nodes.
    pub struct NodeAffinity {
        /// What has to hold.
        required: NodeSelector = "requiredDuringSchedulingIgnoredDuringExecution",
    }
}

noun! {
    /// Which nodes will do: those that one of the terms fits.
    pub struct NodeSelector {
        /// Combined by "or".
        terms: List<NodeSelectorTerm> = "nodeSelectorTerms",
    }
}

noun! {
    /// Requirements of a node, combined by "and". Without any, no node will do.
    pub struct NodeSelectorTerm {
        /// About labels.
        match_expressions: List<Requirement> = "matchExpressions",
        /// About fields, of which there is one: `metadata.name`.
        match_fields: List<Requirement> = "matchFields",
    }
}

noun! {
    /// A taint, or many, that a pod puts up with.
    pub struct Toleration {
        /// Absent: every key.
        key: Text = "key",
        /// `Equal`, which it is when absent, or `Exists`.
        operator: Text = "operator",
        /// Absent: the empty value.
        value: Text = "value",
        /// Absent: every effect.
        effect: Text = "effect",
    }
}
