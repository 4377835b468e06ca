//! CloudWatch Logs: where the control plane's logs go.

use super::row::{AwsKind, Call, Input, Paging, Protocol, Service, Value};

const LOGS: Service = Service {
    name: "logs",
    signing: "logs",
    endpoint: "logs",
    id: "CloudWatch Logs",
    protocol: Protocol::Json { version: "1.1", target: "Logs_20140328" },
    version: "2014-03-28",
};

pub(super) const LOG_GROUPS: AwsKind = AwsKind {
    kind: "aws.logs.loggroups",
    doc: "Log groups of the cluster's control plane, with their retention",
    service: &LOGS,
    ways: &[&[Call {
        operation: "DescribeLogGroups",
        input: &[Input { member: "logGroupNamePrefix", value: Value::Text("/aws/eks/{cluster}/cluster") }],
        paging: Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("limit", 50)) }),
        results: "/logGroups/*",
        actions: &["logs:DescribeLogGroups"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/arn", "/logGroupName"],
    redact: &[],
};
