//! What this rule reads of pods.

use eksamine_facts::core::ObjectMeta;
use eksamine_facts::{Anything, Label, List, Map, Text, noun};

noun! {
    /// A pod.
    pub struct Pod = "k8s.pods.v1" {
        /// Its name, labels and owners.
        metadata: ObjectMeta = "metadata",
        /// What it asks for.
        spec: PodSpec = "spec",
        /// Its state.
        status: PodStatus = "status",
    }
}

noun! {
    /// What a pod asks for.
    pub struct PodSpec {
        /// Where it runs; absent until it is scheduled.
        node_name: Text = "nodeName",
        /// "If unset or empty, the "legacy" RuntimeClass will be used", which is the node's own runtime.
        runtime_class_name: Text = "runtimeClassName",
        /// Whether it uses the network of its node.
        host_network: bool = "hostNetwork",
        /// Absent when it does not say.
        os: PodOs = "os",
        /// Labels that its node must have.
        node_selector: Map<Label> = "nodeSelector",
        /// What runs in it.
        containers: List<Container> = "containers",
        /// What runs before.
        init_containers: List<Container> = "initContainers",
    }
}

noun! {
    /// The operating system of a pod's containers.
    pub struct PodOs {
        /// `linux` or `windows`.
        name: Text = "name",
    }
}

noun! {
    /// A container.
    pub struct Container {
        /// Its image.
        image: Text = "image",
        /// Absent when nothing of it is set.
        security_context: SecurityContext = "securityContext",
        /// Ports that it names.
        ports: List<Port> = "ports",
        /// What it may use.
        resources: Resources = "resources",
    }
}

noun! {
    /// What a container may do.
    pub struct SecurityContext {
        /// Whether it is as good as root on its node.
        privileged: bool = "privileged",
    }
}

noun! {
    /// A port of a container.
    pub struct Port {
        /// The port of the node that leads to it.
        host_port: i64 = "hostPort",
    }
}

noun! {
    /// What a container may use.
    pub struct Resources {
        /// By resource.
        limits: Map<Anything> = "limits",
    }
}

noun! {
    /// State of a pod.
    pub struct PodStatus {
        /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
        phase: Text = "phase",
    }
}
