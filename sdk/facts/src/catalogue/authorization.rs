//! IAM: everybody in the account, with everything that is attached to them. One operation tells, a sort at a time.

use super::iam::IAM;
use super::row::{AwsKind, Call, Input, Paging, Value};

const DETAILS: Call = Call {
    operation: "GetAccountAuthorizationDetails",
    paging: Some(Paging { token: "Marker", next: "Marker", limit: Some(("MaxItems", 100)) }),
    actions: &["iam:GetAccountAuthorizationDetails"],
    ..Call::EMPTY
};

const ROW: AwsKind = AwsKind {
    kind: "",
    doc: "",
    service: &IAM,
    ways: &[],
    parts: &[],
    // The whole account lies open in it.
    tier: 2,
    identity: &["/Arn"],
    redact: &[],
};

pub(super) const GROUP_DETAILS: AwsKind = AwsKind {
    kind: "aws.iam.groupdetails",
    doc: "Groups of the account with their policies",
    ways: &[&[Call {
        input: &[Input { member: "Filter", value: Value::List(&[Value::Text("Group")]) }],
        results: "/GroupDetailList/*",
        ..DETAILS
    }]],
    ..ROW
};

pub(super) const MANAGED_POLICY_DETAILS: AwsKind = AwsKind {
    kind: "aws.iam.managedpolicydetails",
    doc: "Managed policies, the account's own and AWS's, with the documents of their versions",
    ways: &[&[Call {
        input: &[Input {
            member: "Filter",
            value: Value::List(&[Value::Text("LocalManagedPolicy"), Value::Text("AWSManagedPolicy")]),
        }],
        results: "/Policies/*",
        ..DETAILS
    }]],
    ..ROW
};

pub(super) const ROLE_DETAILS: AwsKind = AwsKind {
    kind: "aws.iam.roledetails",
    doc: "Roles of the account with their policies and what limits them",
    ways: &[&[Call {
        input: &[Input { member: "Filter", value: Value::List(&[Value::Text("Role")]) }],
        results: "/RoleDetailList/*",
        ..DETAILS
    }]],
    ..ROW
};

pub(super) const USER_DETAILS: AwsKind = AwsKind {
    kind: "aws.iam.userdetails",
    doc: "Users of the account with their groups, their policies and what limits them",
    ways: &[&[Call {
        input: &[Input { member: "Filter", value: Value::List(&[Value::Text("User")]) }],
        results: "/UserDetailList/*",
        ..DETAILS
    }]],
    ..ROW
};
