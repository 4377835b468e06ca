//! Classic Load Balancers, as Elastic Load Balancing's first API answers (names: its API reference, 2012-06-01).

use crate::ec2::Tag;
use crate::{List, Text, noun};

noun! {
    /// A Classic Load Balancer (`elasticloadbalancing:DescribeLoadBalancers`).
    pub struct ClassicLoadBalancer = "aws.elb.loadbalancers" {
        /// Its name, unique in its region.
        name: Text = "LoadBalancerName",
        /// "The DNS name of the load balancer."
        dns_name: Text = "DNSName",
        /// `internet-facing`, `internal`.
        scheme: Text = "Scheme",
        /// Empty when all were deleted.
        listeners: List<ListenerDescription> = "ListenerDescriptions",
    }
}

noun! {
    /// A listener and the policies that are enabled for it.
    pub struct ListenerDescription {
        /// The listener.
        listener: ClassicListener = "Listener",
        /// "If there are no policies enabled, the list is empty."
        policy_names: List<Text> = "PolicyNames",
    }
}

noun! {
    /// A listener.
    pub struct ClassicListener {
        /// `HTTP`, `HTTPS`, `TCP`, `SSL`.
        protocol: Text = "Protocol",
        /// "The port on which the load balancer is listening."
        port: i64 = "LoadBalancerPort",
        /// What it speaks to the instances.
        instance_protocol: Text = "InstanceProtocol",
        /// ARN of the certificate; absent for HTTP and TCP.
        certificate: Text = "SSLCertificateId",
    }
}

noun! {
    /// The tags of a Classic Load Balancer (`elasticloadbalancing:DescribeTags`).
    pub struct ClassicTags = "aws.elb.tags" {
        /// Whose.
        load_balancer: Text = "LoadBalancerName",
        /// Its tags.
        tags: List<Tag> = "Tags",
    }
}
