//! Gateways, their classes, and what a Gateway asks of its load balancer. Names: Gateway API, AWS Load Balancer Controller.

use super::{Metadata, ParametersReference};
use eksamine_facts::{List, Text, noun};

noun! {
    /// A Gateway.
    pub struct Gateway = "k8s.gateways.v1.gateway.networking.k8s.io" {
        /// Name and namespace.
        metadata: Metadata = "metadata",
        /// What it serves.
        spec: GatewaySpec = "spec",
        /// Its state.
        status: GatewayStatus = "status",
    }
}

noun! {
    /// What a Gateway serves.
    pub struct GatewaySpec {
        /// Its class.
        class: Text = "gatewayClassName",
        /// Its listeners.
        listeners: List<GatewayListener> = "listeners",
        /// Absent when it asks for nothing of its controller's.
        infrastructure: GatewayInfrastructure = "infrastructure",
    }
}

noun! {
    /// A listener of a Gateway.
    pub struct GatewayListener {
        /// `HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP`.
        protocol: Text = "protocol",
        /// The port.
        port: i64 = "port",
    }
}

noun! {
    /// What a Gateway asks of its controller.
    pub struct GatewayInfrastructure {
        /// Absent without parameters.
        parameters: ParametersReference = "parametersRef",
    }
}

noun! {
    /// State of a Gateway.
    pub struct GatewayStatus {
        /// Absent until it has one.
        addresses: List<GatewayAddress> = "addresses",
    }
}

noun! {
    /// An address of a Gateway.
    pub struct GatewayAddress {
        /// `Hostname`, `IPAddress`, which is meant when it is absent, or a controller's own.
        kind: Text = "type",
        /// The address.
        value: Text = "value",
    }
}

noun! {
    /// A GatewayClass.
    pub struct GatewayClass = "k8s.gatewayclasses.v1.gateway.networking.k8s.io" {
        /// Its name.
        metadata: Metadata = "metadata",
        /// Whose it is.
        spec: GatewayClassSpec = "spec",
    }
}

noun! {
    /// Whose a GatewayClass is.
    pub struct GatewayClassSpec {
        /// The controller.
        controller: Text = "controllerName",
        /// Absent when it has none.
        parameters: ParametersReference = "parametersRef",
    }
}

noun! {
    /// What a Gateway of the AWS Load Balancer Controller asks of its load balancer.
    pub struct LoadBalancerConfiguration = "k8s.loadbalancerconfigurations.v1beta1.gateway.k8s.aws" {
        /// Name and namespace.
        metadata: Metadata = "metadata",
        /// What it says.
        spec: LoadBalancerConfigurationSpec = "spec",
    }
}

noun! {
    /// What it says.
    pub struct LoadBalancerConfigurationSpec {
        /// `internal`, `internet-facing`.
        scheme: Text = "scheme",
        /// Whose word counts when class and Gateway both have one.
        merging_mode: Text = "mergingMode",
    }
}
