//! DaemonSets, as far as rules read them. Field names: Kubernetes API reference, DaemonSet v1 and PodSpec v1.

use crate::core::{ObjectMeta, Requirement};
use crate::{Label, List, Map, Text, noun};

noun! {
    /// Pods that run once on each node they may go to.
    pub struct DaemonSet = "k8s.daemonsets.v1.apps" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What its pods are.
        spec: DaemonSetSpec = "spec",
        /// How many of them there are.
        status: DaemonSetStatus = "status",
    }
}

noun! {
    /// What the pods of a DaemonSet are.
    pub struct DaemonSetSpec {
        /// What each is made from.
        template: PodTemplate = "template",
    }
}

noun! {
    /// What pods are made from.
    pub struct PodTemplate {
        /// What each asks for.
        spec: PodTemplateSpec = "spec",
    }
}

noun! {
    /// What each pod asks for: what runs, and where it may.
    pub struct PodTemplateSpec {
        /// What runs.
        containers: List<Container> = "containers",
        /// Labels that a node must have; absent when any node will do.
        node_selector: Map<Label> = "nodeSelector",
        /// Further conditions; absent when there are none.
        affinity: Affinity = "affinity",
        /// Which taints are put up with; absent when none is.
        tolerations: List<Toleration> = "tolerations",
    }
}

noun! {
    /// A container of a pod.
    pub struct Container {
        /// Its name.
        name: Text = "name",
        /// Where its image comes from.
        image: Text = "image",
        /// Absent when it has none but the image's.
        args: List<Text> = "args",
        /// Absent when none is set.
        env: List<EnvVar> = "env",
    }
}

noun! {
    /// A variable of a container's environment. Nearly all values are taken out at the source.
    pub struct EnvVar {
        /// Its name.
        name: Text = "name",
        /// Absent when it comes from elsewhere.
        value: Text = "value",
    }
}

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

noun! {
    /// How many pods of a DaemonSet there are.
    pub struct DaemonSetStatus {
        /// Nodes that should run one.
        desired: i64 = "desiredNumberScheduled",
        /// Nodes whose pod is ready.
        ready: i64 = "numberReady",
        /// Nodes whose pod is made from the present template.
        updated: i64 = "updatedNumberScheduled",
    }
}
