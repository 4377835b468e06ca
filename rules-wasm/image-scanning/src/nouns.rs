//! What scanners that are not AWS's write into the cluster.

use eksamine_facts::{Map, Text, noun};

noun! {
    /// Trivy Operator's report about the image of one container (aquasecurity/trivy-operator, deploy/helm/crds).
    pub struct VulnerabilityReport = "k8s.vulnerabilityreports.v1alpha1.aquasecurity.github.io" {
        /// What was found.
        report: Report = "report",
    }
}

noun! {
    /// What Trivy found.
    pub struct Report {
        /// In which image.
        artifact: Artifact = "artifact",
        /// Where that was pulled from; absent when Trivy could not tell.
        registry: ReportRegistry = "registry",
        /// When it was scanned last, RFC 3339.
        update_timestamp: Text = "updateTimestamp",
        /// How many of each severity.
        summary: Summary = "summary",
    }
}

noun! {
    /// The image of a report.
    pub struct Artifact {
        /// `sha256:…`; absent in reports of older versions.
        digest: Text = "digest",
        /// `library/nginx`
        repository: Text = "repository",
        /// Absent for images that are named by their digest.
        tag: Text = "tag",
    }
}

noun! {
    /// The registry of a report.
    pub struct ReportRegistry {
        /// Its host.
        server: Text = "server",
    }
}

noun! {
    /// Findings by severity.
    pub struct Summary {
        /// Critical ones.
        critical_count: i64 = "criticalCount",
        /// High ones.
        high_count: i64 = "highCount",
    }
}

noun! {
    /// Kubescape's summary about the image of one container. Its lists hold metadata only; what is judged stands in
    /// annotations (kubescape/kubevuln, repositories/apiserver.go).
    pub struct ManifestSummary = "k8s.vulnerabilitymanifestsummaries.v1beta1.spdx.softwarecomposition.kubescape.io" {
        /// Annotations.
        metadata: SummaryMetadata = "metadata",
    }
}

noun! {
    /// Metadata of a summary.
    pub struct SummaryMetadata {
        /// Absent when there are none.
        annotations: Map<Text> = "annotations",
    }
}
