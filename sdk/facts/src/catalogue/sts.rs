//! Who is asking.

use super::row::{AwsKind, Call, Protocol, Service};

const STS: Service = Service {
    name: "sts",
    signing: "sts",
    endpoint: "sts",
    id: "STS",
    protocol: Protocol::Query,
    version: "2011-06-15",
};

pub(super) const CALLER_IDENTITIES: AwsKind = AwsKind {
    kind: "aws.sts.calleridentities",
    doc: "The account and principal that read the AWS facts",
    service: &STS,
    // AWS: "No permissions are required to perform this operation", and it cannot be denied.
    ways: &[&[Call { operation: "GetCallerIdentity", ..Call::EMPTY }]],
    parts: &[],
    tier: 0,
    identity: &["/Arn"],
    redact: &[],
};
