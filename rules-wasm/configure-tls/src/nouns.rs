//! Services, and what the objects that load balancers are made for have in common. Names: Kubernetes API reference.

pub(crate) mod gateway;
pub(crate) mod ingress;

use eksamine_facts::{List, Text, noun};

noun! {
    /// Name and namespace.
    pub struct Metadata {
        /// Its name.
        name: Text = "name",
        /// Its namespace; absent for what lives in none.
        namespace: Text = "namespace",
    }
}

noun! {
    /// What a status says of the load balancers of an object.
    pub struct LoadBalancerStatus {
        /// Absent until there is one.
        ingress: List<Address> = "ingress",
    }
}

noun! {
    /// An address that an object is reached at: one of the two.
    pub struct Address {
        /// The DNS name of a load balancer.
        hostname: Text = "hostname",
        /// An IP address.
        ip: Text = "ip",
    }
}

noun! {
    /// A Service.
    pub struct Service = "k8s.services.v1" {
        /// Name and namespace.
        metadata: Metadata = "metadata",
        /// What it offers.
        spec: ServiceSpec = "spec",
        /// Its state.
        status: ServiceStatus = "status",
    }
}

noun! {
    /// What a Service offers.
    pub struct ServiceSpec {
        /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
        kind: Text = "type",
        /// Its ports.
        ports: List<ServicePort> = "ports",
        /// Who makes the load balancer; absent when the cloud provider does.
        class: Text = "loadBalancerClass",
    }
}

noun! {
    /// A port of a Service.
    pub struct ServicePort {
        /// Its name, which a single port need not have.
        name: Text = "name",
        /// Its number, which the load balancer listens on too.
        port: i64 = "port",
    }
}

noun! {
    /// State of a Service.
    pub struct ServiceStatus {
        /// Its load balancers.
        load_balancer: LoadBalancerStatus = "loadBalancer",
    }
}

noun! {
    /// A reference to parameters.
    pub struct ParametersReference {
        /// The API group, as an IngressClass calls it.
        api_group: Text = "apiGroup",
        /// The API group, as the Gateway API calls it.
        group: Text = "group",
        /// The name.
        name: Text = "name",
        /// The namespace; absent for what lives in none.
        namespace: Text = "namespace",
    }
}
