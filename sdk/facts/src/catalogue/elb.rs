//! Elastic Load Balancing, the first generation: Classic Load Balancers.

use super::row::{AwsKind, Call, Each, Input, Paging, Protocol, Service, Take, Value, Values};

const ELB: Service = Service {
    name: "elb",
    signing: "elasticloadbalancing",
    endpoint: "elasticloadbalancing",
    id: "Elastic Load Balancing",
    protocol: Protocol::Query,
    version: "2012-06-01",
};

pub(super) const LOAD_BALANCERS: AwsKind = AwsKind {
    kind: "aws.elb.loadbalancers",
    doc: "Classic Load Balancers of the region with their listeners",
    service: &ELB,
    ways: &[&[Call {
        operation: "DescribeLoadBalancers",
        paging: Some(Paging { token: "Marker", next: "NextMarker", limit: Some(("PageSize", 400)) }),
        results: "/LoadBalancerDescriptions/*",
        actions: &["elasticloadbalancing:DescribeLoadBalancers"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/LoadBalancerName"],
    redact: &[],
};

pub(super) const TAGS: AwsKind = AwsKind {
    kind: "aws.elb.tags",
    doc: "Tags of Classic Load Balancers: which cluster one was made for",
    service: &ELB,
    ways: &[&[Call {
        operation: "DescribeTags",
        each: Each::Chunks(
            Values { kind: "aws.elb.loadbalancers", at: "/LoadBalancerName", take: Take::Whole },
            // DescribeTags takes 20 at most.
            20,
        ),
        input: &[Input { member: "LoadBalancerNames", value: Value::Chunk }],
        results: "/TagDescriptions/*",
        not_found: &["LoadBalancerNotFound"],
        actions: &["elasticloadbalancing:DescribeTags"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/LoadBalancerName"],
    redact: &[],
};
