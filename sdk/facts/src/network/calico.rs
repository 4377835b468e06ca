//! Policies of Calico. Field names: projectcalico/calico `api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go` and
//! `policy_common.go`; the custom resources of `crd.projectcalico.org/v1` have the same specs.

use crate::core::ObjectMeta;
use crate::{List, NumberOrText, Text, noun};

noun! {
    /// A policy of Calico for one namespace.
    pub struct CalicoNetworkPolicy = "k8s.networkpolicies.v1.crd.projectcalico.org" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: CalicoSpec = "spec",
    }
}

noun! {
    /// A policy of Calico for the cluster.
    pub struct CalicoGlobalNetworkPolicy = "k8s.globalnetworkpolicies.v1.crd.projectcalico.org" {
        /// Name.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: CalicoSpec = "spec",
    }
}

noun! {
    /// What Calico demands of the endpoints it selects.
    pub struct CalicoSpec {
        /// Absent: the tier `default`.
        tier: Text = "tier",
        /// An expression; absent: every endpoint.
        selector: Text = "selector",
        /// An expression over the namespace's labels; absent: every namespace.
        namespace_selector: Text = "namespaceSelector",
        /// An expression over the service account's labels; absent: every one.
        service_account_selector: Text = "serviceAccountSelector",
        /// `Ingress`, `Egress`; absent when the rules tell.
        types: List<Text> = "types",
        /// In order; the first that matches decides.
        ingress: List<CalicoRule> = "ingress",
        /// In order; the first that matches decides.
        egress: List<CalicoRule> = "egress",
        /// Only for host endpoints.
        do_not_track: bool = "doNotTrack",
        /// Only for host endpoints.
        pre_dnat: bool = "preDNAT",
    }
}

noun! {
    /// What it matches and what becomes of it. Without any criterion it matches everything.
    pub struct CalicoRule {
        /// `Allow`, `Deny`, `Log`, `Pass`.
        action: Text = "action",
        /// 4 or 6.
        ip_version: i64 = "ipVersion",
        /// Protocol.
        protocol: NumberOrText = "protocol",
        /// Not this protocol.
        not_protocol: NumberOrText = "notProtocol",
        /// Type and code.
        icmp: CalicoCriteria = "icmp",
        /// Not this type and code.
        not_icmp: CalicoCriteria = "notICMP",
        /// Where from.
        source: CalicoCriteria = "source",
        /// Where to.
        destination: CalicoCriteria = "destination",
        /// Of HTTP requests.
        http: CalicoCriteria = "http",
    }
}

noun! {
    /// Some criteria; that there are any is all that is asked.
    pub struct CalicoCriteria {}
}

noun! {
    /// What the operator of Tigera installs Calico by. Field names: the operator's own definition of
    /// `installations.operator.tigera.io`.
    pub struct Installation = "k8s.installations.v1.operator.tigera.io" {
        /// What is asked for.
        spec: InstallationSpec = "spec",
    }
}

noun! {
    /// What is asked of Calico's operator.
    pub struct InstallationSpec {
        /// Which plugin connects pods.
        cni: InstallationCni = "cni",
    }
}

noun! {
    /// Which plugin connects pods.
    pub struct InstallationCni {
        /// `Calico`, `AmazonVPC`, …
        plugin: Text = "type",
    }
}
