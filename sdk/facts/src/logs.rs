//! CloudWatch Logs, as its API answers.

use crate::{Text, noun};

noun! {
    /// A log group (`logs:DescribeLogGroups`).
    pub struct LogGroup = "aws.logs.loggroups" {
        /// Its name.
        name: Text = "logGroupName",
        /// Days that events are kept; absent when they never expire.
        retention_in_days: i64 = "retentionInDays",
        /// Key that it is encrypted with; absent without one.
        kms_key_id: Text = "kmsKeyId",
    }
}
