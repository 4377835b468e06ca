//! Elastic Load Balancing: Application, Network and Gateway Load Balancers.

use super::row::{Adds, AwsKind, Call, Each, Input, Paging, Protocol, Service, Take, Value, Values};

const ELBV2: Service = Service {
    name: "elbv2",
    signing: "elasticloadbalancing",
    endpoint: "elasticloadbalancing",
    id: "Elastic Load Balancing v2",
    protocol: Protocol::Query,
    version: "2015-12-01",
};

const PAGES: Option<Paging> = Some(Paging { token: "Marker", next: "NextMarker", limit: Some(("PageSize", 400)) });

/// Deleted between the list and the question: not there, which is no gap.
const DELETED: &[&str] = &["LoadBalancerNotFound"];

const EACH_LOAD_BALANCER: Values =
    Values { kind: "aws.elbv2.loadbalancers", at: "/LoadBalancerArn", take: Take::Whole };

pub(super) const LOAD_BALANCERS: AwsKind = AwsKind {
    kind: "aws.elbv2.loadbalancers",
    doc: "Application, Network and Gateway Load Balancers of the region",
    service: &ELBV2,
    ways: &[&[Call {
        operation: "DescribeLoadBalancers",
        paging: PAGES,
        results: "/LoadBalancers/*",
        actions: &["elasticloadbalancing:DescribeLoadBalancers"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/LoadBalancerArn"],
    redact: &[],
};

pub(super) const LISTENERS: AwsKind = AwsKind {
    kind: "aws.elbv2.listeners",
    doc: "Listeners of load balancers: protocol, port, certificates, default actions",
    service: &ELBV2,
    ways: &[&[Call {
        operation: "DescribeListeners",
        each: Each::Value(EACH_LOAD_BALANCER),
        input: &[Input { member: "LoadBalancerArn", value: Value::Of("") }],
        paging: PAGES,
        results: "/Listeners/*",
        not_found: DELETED,
        actions: &["elasticloadbalancing:DescribeListeners"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/ListenerArn"],
    // What Elastic Load Balancing signs in with at an OpenID Connect provider.
    redact: &["/DefaultActions/*/AuthenticateOidcConfig/ClientSecret"],
};

pub(super) const RULES: AwsKind = AwsKind {
    kind: "aws.elbv2.rules",
    doc: "Rules of the listeners that speak HTTP: what they forward, redirect or refuse",
    service: &ELBV2,
    ways: &[&[Call {
        operation: "DescribeRules",
        each: Each::Value(Values { kind: "aws.elbv2.listeners", at: "", take: Take::HttpListener }),
        input: &[Input { member: "ListenerArn", value: Value::Of("") }],
        paging: PAGES,
        results: "/Rules/*",
        not_found: &["ListenerNotFound"],
        actions: &["elasticloadbalancing:DescribeRules"],
        // A rule does not say which listener it belongs to.
        adds: &[Adds::Parent("")],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/RuleArn"],
    redact: &["/Actions/*/AuthenticateOidcConfig/ClientSecret"],
};

pub(super) const TAGS: AwsKind = AwsKind {
    kind: "aws.elbv2.tags",
    doc: "Tags of load balancers: which cluster one was made for",
    service: &ELBV2,
    ways: &[&[Call {
        operation: "DescribeTags",
        // DescribeTags takes 20 at most.
        each: Each::Chunks(EACH_LOAD_BALANCER, 20),
        input: &[Input { member: "ResourceArns", value: Value::Chunk }],
        results: "/TagDescriptions/*",
        not_found: DELETED,
        actions: &["elasticloadbalancing:DescribeTags"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/ResourceArn"],
    redact: &[],
};

pub(super) const TARGET_GROUPS: AwsKind = AwsKind {
    kind: "aws.elbv2.targetgroups",
    doc: "Target groups of the region: which protocol load balancers speak to their targets",
    service: &ELBV2,
    ways: &[&[Call {
        operation: "DescribeTargetGroups",
        paging: PAGES,
        results: "/TargetGroups/*",
        actions: &["elasticloadbalancing:DescribeTargetGroups"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/TargetGroupArn"],
    redact: &[],
};
