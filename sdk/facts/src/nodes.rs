//! Nodes, the classes that node autoscalers make them from, and the classes of container runtimes on them.

use crate::{List, Map, Text, noun};

noun! {
    /// A node (Kubernetes API reference, Node v1).
    pub struct Node = "k8s.nodes.v1" {
        /// Its name and labels.
        metadata: NodeMeta = "metadata",
        /// What it is.
        spec: NodeSpec = "spec",
        /// What it says of itself.
        status: NodeStatus = "status",
    }
}

noun! {
    /// Name and labels of a node.
    pub struct NodeMeta {
        /// The node's name.
        name: Text = "name",
        /// Its labels.
        labels: Map<Text> = "labels",
        /// Its annotations.
        annotations: Map<Text> = "annotations",
    }
}

noun! {
    /// What a node is.
    pub struct NodeSpec {
        /// "ID of the node assigned by the cloud provider": `aws:///eu-west-1a/i-…`.
        provider_id: Text = "providerID",
        /// Absent when it keeps no pod away.
        taints: List<Taint> = "taints",
    }
}

noun! {
    /// Keeps pods away that do not tolerate it.
    pub struct Taint {
        /// Its key.
        key: Text = "key",
        /// Absent when it has none.
        value: Text = "value",
        /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
        effect: Text = "effect",
    }
}

noun! {
    /// What a node says of itself.
    pub struct NodeStatus {
        /// "List of addresses reachable to the node."
        addresses: List<NodeAddress> = "addresses",
        /// "Set of ids/uuids to uniquely identify the node", and what it runs.
        node_info: NodeInfo = "nodeInfo",
    }
}

noun! {
    /// What a node runs.
    pub struct NodeInfo {
        /// `Amazon Linux 2023.9.20251110`, `Bottlerocket OS 1.49.0 (aws-k8s-1.34)`.
        os_image: Text = "osImage",
        /// `v1.34.1-eks-113cf36`.
        kubelet_version: Text = "kubeletVersion",
        /// `linux` or `windows`.
        operating_system: Text = "operatingSystem",
        /// As `uname -r` says.
        kernel_version: Text = "kernelVersion",
    }
}

noun! {
    /// An address of a node.
    pub struct NodeAddress {
        /// `Hostname`, `InternalIP`, `ExternalIP`, `InternalDNS`, `ExternalDNS`.
        kind: Text = "type",
        /// The address.
        address: Text = "address",
    }
}

noun! {
    /// What Karpenter makes nodes from (karpenter.sh, NodeClasses).
    pub struct Ec2NodeClass = "k8s.ec2nodeclasses.v1.karpenter.k8s.aws" {
        /// Its name.
        metadata: ClassMeta = "metadata",
        /// What it demands.
        spec: Ec2NodeClassSpec = "spec",
        /// What Karpenter found for it.
        status: NodeClassStatus = "status",
    }
}

noun! {
    /// Name of a class.
    pub struct ClassMeta {
        /// The name.
        name: Text = "name",
    }
}

noun! {
    /// What a Karpenter node class demands.
    pub struct Ec2NodeClassSpec {
        /// Overrides the subnet's `MapPublicIpOnLaunch`, which is respected when this is not set.
        associate_public_ip_address: bool = "associatePublicIPAddress",
        /// Name of the role that Karpenter makes an instance profile for; either this or a profile.
        role: Text = "role",
        /// Name of an instance profile of one's own.
        instance_profile: Text = "instanceProfile",
        /// Who reaches the metadata service of its nodes.
        metadata_options: ClassMetadataOptions = "metadataOptions",
    }
}

noun! {
    /// Who reaches the metadata service of a class's nodes. The custom resource's defaults are filled in when it is
    /// stored.
    pub struct ClassMetadataOptions {
        /// `enabled`, which it is when not set, or `disabled`.
        http_endpoint: Text = "httpEndpoint",
        /// `required`, which it is when not set, or `optional`.
        http_tokens: Text = "httpTokens",
        /// 1 when not set.
        http_put_response_hop_limit: i64 = "httpPutResponseHopLimit",
    }
}

noun! {
    /// What the autoscaler found for a node class.
    pub struct NodeClassStatus {
        /// Name of the instance profile that Karpenter made.
        instance_profile: Text = "instanceProfile",
        /// The subnets that the selector terms lead to.
        subnets: List<ClassSubnet> = "subnets",
    }
}

noun! {
    /// A subnet of a node class.
    pub struct ClassSubnet {
        /// `subnet-…`
        id: Text = "id",
    }
}

noun! {
    /// What EKS Auto Mode makes nodes from (EKS user guide, Create a Node Class).
    pub struct NodeClass = "k8s.nodeclasses.v1.eks.amazonaws.com" {
        /// Its name.
        metadata: ClassMeta = "metadata",
        /// What it demands.
        spec: NodeClassSpec = "spec",
        /// What EKS found for it.
        status: NodeClassStatus = "status",
    }
}

noun! {
    /// What an Auto Mode node class demands.
    pub struct NodeClassSpec {
        /// Absent when nothing of it is set.
        advanced_networking: AdvancedNetworking = "advancedNetworking",
        /// Name of the role of its nodes; either this or a profile.
        role: Text = "role",
        /// Name of an instance profile of one's own.
        instance_profile: Text = "instanceProfile",
        /// `DefaultAllow`, which it is when not set, or `DefaultDeny`.
        network_policy: Text = "networkPolicy",
    }
}

noun! {
    /// Networking of an Auto Mode node class.
    pub struct AdvancedNetworking {
        /// When not set, the type of the subnet decides.
        associate_public_ip_address: bool = "associatePublicIPAddress",
    }
}

noun! {
    /// A way of running containers that pods choose by its name (Kubernetes API reference, RuntimeClass v1).
    pub struct RuntimeClass = "k8s.runtimeclasses.v1.node.k8s.io" {
        /// Its name.
        metadata: ClassMeta = "metadata",
        /// What the container runtime of the node calls it: `kata`, `runsc`.
        handler: Text = "handler",
    }
}
