//! Policies of Cilium. Field names and quotations: cilium/cilium `pkg/policy/api/rule.go`.

use crate::core::{LabelSelector, ObjectMeta};
use crate::{Anything, List, Text, noun};

noun! {
    /// A policy of Cilium for one namespace.
    pub struct CiliumNetworkPolicy = "k8s.ciliumnetworkpolicies.v2.cilium.io" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// One rule, …
        spec: CiliumRule = "spec",
        /// … or several.
        specs: List<CiliumRule> = "specs",
    }
}

noun! {
    /// A policy of Cilium for the cluster.
    pub struct CiliumClusterwideNetworkPolicy = "k8s.ciliumclusterwidenetworkpolicies.v2.cilium.io" {
        /// Name.
        metadata: ObjectMeta = "metadata",
        /// One rule, …
        spec: CiliumRule = "spec",
        /// … or several.
        specs: List<CiliumRule> = "specs",
    }
}

noun! {
    /// What Cilium demands of the endpoints it selects.
    pub struct CiliumRule {
        /// `{}` is every endpoint.
        endpoint_selector: LabelSelector = "endpointSelector",
        /// A rule about nodes has this one instead.
        node_selector: LabelSelector = "nodeSelector",
        /// "If omitted or empty, this rule does not apply at ingress."
        ingress: List<CiliumIngress> = "ingress",
        /// Denied whatever is allowed; it too puts the endpoint into default deny.
        ingress_deny: List<Anything> = "ingressDeny",
        /// As ingress.
        egress: List<CiliumEgress> = "egress",
        /// As ingressDeny.
        egress_deny: List<Anything> = "egressDeny",
        /// Overrides what the presence of rules says.
        enable_default_deny: DefaultDeny = "enableDefaultDeny",
    }
}

noun! {
    /// Some sources that Cilium allows; `{}` allows none.
    pub struct CiliumIngress {
        /// `all`, `world`, `cluster`, …
        from_entities: List<Text> = "fromEntities",
        /// Absent: every port.
        to_ports: List<Anything> = "toPorts",
        /// Absent: not restricted to ICMP.
        icmps: List<Anything> = "icmps",
    }
}

noun! {
    /// Some destinations that Cilium allows; `{}` allows none.
    pub struct CiliumEgress {
        /// `all`, `world`, `cluster`, …
        to_entities: List<Text> = "toEntities",
        /// Absent: every port.
        to_ports: List<Anything> = "toPorts",
        /// Absent: not restricted to ICMP.
        icmps: List<Anything> = "icmps",
    }
}

noun! {
    /// "If not specified, the default is true for each traffic direction that has rules, and false otherwise."
    pub struct DefaultDeny {
        /// For what comes in.
        ingress: bool = "ingress",
        /// For what goes out.
        egress: bool = "egress",
    }
}
