//! Amazon Inspector: who scans images where ECR's scanning is "enhanced".

use super::ecr::OTHER_REGIONS;
use super::row::{Adds, AwsKind, Call, Failures, Http, Input, Paging, Protocol, Service, Value};

const INSPECTOR2: Service = Service {
    name: "inspector2",
    signing: "inspector2",
    endpoint: "inspector2",
    id: "Inspector2",
    protocol: Protocol::RestJson,
    version: "2020-06-08",
};

/// Without ids the caller's own account answers.
const STATUS: Call = Call {
    operation: "BatchGetAccountStatus",
    http: Some(Http { method: "POST", path: "/status/batch/get" }),
    results: "/accounts/*",
    failures: Some(Failures { at: "/failedAccounts/*", subject: "/accountId", code: "/errorCode" }),
    actions: &["inspector2:BatchGetAccountStatus"],
    adds: &[Adds::Region],
    ..Call::EMPTY
};

pub(super) const ACCOUNT_STATUSES: AwsKind = AwsKind {
    kind: "aws.inspector2.accountstatuses",
    doc: "Whether Amazon Inspector scans images of the account, in each region that images come from",
    service: &INSPECTOR2,
    ways: &[&[STATUS], &[Call { each: OTHER_REGIONS, region: Some(""), ..STATUS }]],
    parts: &[],
    tier: 1,
    identity: &["/accountId", "/$region"],
    redact: &[],
};

pub(super) const COVERED_RESOURCES: AwsKind = AwsKind {
    kind: "aws.inspector2.coveredresources",
    doc: "Images that Amazon Inspector covers in the cluster's region: state of the scan, last scan, use",
    service: &INSPECTOR2,
    ways: &[&[Call {
        operation: "ListCoverage",
        http: Some(Http { method: "POST", path: "/coverage/list" }),
        input: &[Input {
            member: "filterCriteria",
            value: Value::Object(&[Input {
                member: "resourceType",
                value: Value::List(&[Value::Object(&[
                    Input { member: "comparison", value: Value::Text("EQUALS") },
                    Input { member: "value", value: Value::Text("AWS_ECR_CONTAINER_IMAGE") },
                ])]),
            }]),
        }],
        paging: Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("maxResults", 200)) }),
        results: "/coveredResources/*",
        actions: &["inspector2:ListCoverage"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 2,
    identity: &["/resourceId", "/scanType"],
    redact: &[],
};
