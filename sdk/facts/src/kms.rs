//! AWS Key Management Service, as its API answers.

use crate::{Text, noun};

noun! {
    /// A key that the cluster names (`kms:DescribeKey`).
    pub struct Key = "aws.kms.keys" {
        /// Its ARN, also where it was asked for by an alias.
        arn: Text = "Arn",
        /// What it was asked for by: an ARN or an alias, as the cluster has it.
        parent: Text = "$parent",
        /// `CUSTOMER`, or `AWS` for a key that a service of AWS's keeps in the account.
        manager: Text = "KeyManager",
        /// `Enabled`, `Disabled`, `PendingDeletion`, …
        state: Text = "KeyState",
        /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
        origin: Text = "Origin",
        /// Whether keys of other regions have the same material.
        multi_region: bool = "MultiRegion",
    }
}
