//! KMS: the key that a cluster's secrets are encrypted with.

use super::row::{Adds, AwsKind, Call, Each, Input, Protocol, Service, Take, Value, Values};

const KMS: Service = Service {
    name: "kms",
    signing: "kms",
    endpoint: "kms",
    id: "KMS",
    protocol: Protocol::Json { version: "1.1", target: "TrentService" },
    version: "2014-11-01",
};

pub(super) const KEYS: AwsKind = AwsKind {
    kind: "aws.kms.keys",
    doc: "The key that the cluster's secrets are encrypted with: its state, and who keeps it",
    service: &KMS,
    ways: &[&[Call {
        operation: "DescribeKey",
        each: Each::Value(Values {
            kind: "aws.eks.clusters",
            at: "/encryptionConfig/*/provider/keyArn",
            take: Take::Whole,
        }),
        // An alias or an ARN, which may be of another account. Never of another region: "The KMS key must be symmetric
        // and created in the same Amazon Web Services Region as the cluster" (EKS API reference, Provider, keyArn).
        input: &[Input { member: "KeyId", value: Value::Of("") }],
        results: "/KeyMetadata",
        not_found: &["NotFoundException"],
        actions: &["kms:DescribeKey"],
        // Which key an alias stands for is known only from the answer.
        adds: &[Adds::Parent("")],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/Arn"],
    redact: &[],
};
