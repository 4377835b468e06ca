//! Amazon Inspector, as its API answers.

use crate::{Text, Timestamp, noun};

noun! {
    /// What Amazon Inspector does for an account in a region (`inspector2:BatchGetAccountStatus`).
    pub struct AccountStatus = "aws.inspector2.accountstatuses" {
        /// The region that was asked.
        region: Text = "$region",
        /// Twelve digits.
        account_id: Text = "accountId",
        /// By what is scanned.
        resource_state: ResourceState = "resourceState",
    }
}

noun! {
    /// States by what is scanned.
    pub struct ResourceState {
        /// Images in ECR.
        ecr: ScanState = "ecr",
    }
}

noun! {
    /// The state of one sort of scans.
    pub struct ScanState {
        /// `ENABLED`, `DISABLED`, …
        status: Text = "status",
        /// Why it is not as it should be; absent without a fault.
        error_code: Text = "errorCode",
    }
}

noun! {
    /// An image that Amazon Inspector covers (`inspector2:ListCoverage`).
    pub struct CoveredResource = "aws.inspector2.coveredresources" {
        /// The repository's ARN, a slash, and the digest.
        resource_id: Text = "resourceId",
        /// State of the scan.
        scan_status: CoverageStatus = "scanStatus",
        /// Absent before the first one.
        last_scanned_at: Timestamp = "lastScannedAt",
    }
}

noun! {
    /// State of the scan of a covered image.
    pub struct CoverageStatus {
        /// `SUCCESSFUL`, or what stands in the way.
        reason: Text = "reason",
    }
}
