//! Network policies of every engine. Field names were read in the Kubernetes API reference (NetworkPolicy v1),
//! aws/amazon-network-policy-controller-k8s `api/v1alpha1/*_types.go` and kubernetes-sigs/network-policy-api
//! `apis/v1alpha1/*.go`.

mod calico;
mod cilium;

use crate::core::{LabelSelector, ObjectMeta};
use crate::{Anything, List, Text, noun};
pub use calico::{
    CalicoCriteria, CalicoGlobalNetworkPolicy, CalicoNetworkPolicy, CalicoRule, CalicoSpec, Installation,
};
pub use cilium::{
    CiliumClusterwideNetworkPolicy, CiliumEgress, CiliumIngress, CiliumNetworkPolicy, CiliumRule, DefaultDeny,
};

noun! {
    /// A NetworkPolicy.
    pub struct NetworkPolicy = "k8s.networkpolicies.v1.networking.k8s.io" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: NetworkPolicySpec = "spec",
    }
}

noun! {
    /// AWS's NetworkPolicy that also knows domain names.
    pub struct ApplicationNetworkPolicy = "k8s.applicationnetworkpolicies.v1alpha1.networking.k8s.aws" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// As a NetworkPolicy's.
        spec: NetworkPolicySpec = "spec",
    }
}

noun! {
    /// What a NetworkPolicy demands.
    pub struct NetworkPolicySpec {
        /// Pods it is about; `{}` is all of the namespace.
        pod_selector: LabelSelector = "podSelector",
        /// `Ingress`, `Egress`; absent when the rules tell.
        policy_types: List<Text> = "policyTypes",
        /// Allowed sources; absent when there are none.
        ingress: List<IngressRule> = "ingress",
        /// Allowed destinations; absent when there are none.
        egress: List<EgressRule> = "egress",
    }
}

noun! {
    /// Some allowed sources.
    pub struct IngressRule {
        /// Absent: from everywhere.
        from: List<Peer> = "from",
        /// Absent: to every port.
        ports: List<Anything> = "ports",
    }
}

noun! {
    /// Some allowed destinations.
    pub struct EgressRule {
        /// Absent: to everywhere.
        to: List<Peer> = "to",
        /// Absent: to every port.
        ports: List<Anything> = "ports",
    }
}

noun! {
    /// Another side of a connection.
    pub struct Peer {
        /// A range of addresses.
        ip_block: IpBlock = "ipBlock",
    }
}

noun! {
    /// A range of addresses.
    pub struct IpBlock {
        /// `10.0.0.0/8`, `2001:db8::/64`.
        cidr: Text = "cidr",
        /// Ranges within it that are not meant; absent when all of it is.
        except: List<Text> = "except",
    }
}

noun! {
    /// AWS's policy for the cluster.
    pub struct ClusterNetworkPolicy = "k8s.clusternetworkpolicies.v1alpha1.networking.k8s.aws" {
        /// Name.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: TieredSpec = "spec",
    }
}

noun! {
    /// A policy of the administrator, before any NetworkPolicy.
    pub struct AdminNetworkPolicy = "k8s.adminnetworkpolicies.v1alpha1.policy.networking.k8s.io" {
        /// Name.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: TieredSpec = "spec",
    }
}

noun! {
    /// The policy of the administrator for what no NetworkPolicy selects.
    pub struct BaselineAdminNetworkPolicy = "k8s.baselineadminnetworkpolicies.v1alpha1.policy.networking.k8s.io" {
        /// Name.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: TieredSpec = "spec",
    }
}

noun! {
    /// What a policy for the cluster demands of its subject.
    pub struct TieredSpec {
        /// `Admin` or `Baseline`; AWS's policies have it, of the others the kind says it.
        tier: Text = "tier",
        /// Pods it is about.
        subject: TieredSubject = "subject",
        /// In order; the first that matches decides.
        ingress: List<TieredRule> = "ingress",
        /// In order; the first that matches decides.
        egress: List<TieredRule> = "egress",
    }
}

noun! {
    /// Exactly one of these.
    pub struct TieredSubject {
        /// Every pod of these namespaces; `{}` is all.
        namespaces: LabelSelector = "namespaces",
        /// Some pods of some namespaces.
        pods: NamespacedPod = "pods",
    }
}

noun! {
    /// Some pods of some namespaces.
    pub struct NamespacedPod {
        /// `{}` is all.
        namespace_selector: LabelSelector = "namespaceSelector",
        /// `{}` is all.
        pod_selector: LabelSelector = "podSelector",
    }
}

noun! {
    /// What it matches and what becomes of it.
    pub struct TieredRule {
        /// `Accept` (AWS) or `Allow`, `Deny`, `Pass`.
        action: Text = "action",
        /// Sources, of an ingress rule.
        from: List<TieredPeer> = "from",
        /// Destinations, of an egress rule.
        to: List<TieredPeer> = "to",
        /// Absent: every port.
        ports: List<Anything> = "ports",
    }
}

noun! {
    /// Another side of a connection. Exactly one field is set.
    pub struct TieredPeer {
        /// Every pod of these namespaces; `{}` is all.
        namespaces: LabelSelector = "namespaces",
        /// Ranges of addresses.
        networks: List<Text> = "networks",
    }
}
