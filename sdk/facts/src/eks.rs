//! Amazon EKS, as its API answers.

use crate::{Anything, Label, List, Map, Text, noun};

noun! {
    /// A cluster (`eks:DescribeCluster`).
    pub struct Cluster = "aws.eks.clusters" {
        /// Its ARN.
        arn: Text = "arn",
        /// Its name.
        name: Text = "name",
        /// `ACTIVE`, `UPDATING`, …
        status: Text = "status",
        /// Kubernetes version, `1.34`.
        version: Text = "version",
        /// Only a cluster that was registered, not made by EKS, has one.
        connector_config: ConnectorConfig = "connectorConfig",
        /// Which control-plane logs go to CloudWatch.
        logging: Logging = "logging",
        /// EKS Auto Mode.
        compute_config: ComputeConfig = "computeConfig",
        /// Networks of hybrid nodes.
        remote_network_config: Anything = "remoteNetworkConfig",
        /// Only a local cluster on Outposts has one.
        outpost_config: Anything = "outpostConfig",
    }
}

noun! {
    /// Where a registered cluster runs.
    pub struct ConnectorConfig {
        /// `EKS_ANYWHERE`, `GKE`, …
        provider: Text = "provider",
    }
}

noun! {
    /// Control-plane logging.
    pub struct Logging {
        /// EKS answers one entry for what is on and one for what is off.
        cluster_logging: List<LogSetup> = "clusterLogging",
    }
}

noun! {
    /// Some log types and whether they are on.
    pub struct LogSetup {
        /// `api`, `audit`, `authenticator`, `controllerManager`, `scheduler`.
        types: List<Text> = "types",
        /// Whether these are exported.
        enabled: bool = "enabled",
    }
}

noun! {
    /// EKS Auto Mode.
    pub struct ComputeConfig {
        /// Whether it is on.
        enabled: bool = "enabled",
    }
}

noun! {
    /// A managed node group (`eks:DescribeNodegroup`).
    pub struct Nodegroup = "aws.eks.nodegroups" {
        /// Its ARN.
        arn: Text = "nodegroupArn",
        /// Its name.
        name: Text = "nodegroupName",
        /// Where its machines start.
        subnets: List<Text> = "subnets",
        /// "If a launch template was used to create the node group, then this is the launch template that was used."
        launch_template: LaunchTemplate = "launchTemplate",
    }
}

noun! {
    /// The launch template of a node group. EKS answers the version as a number, whatever was asked for.
    pub struct LaunchTemplate {
        /// `lt-…`
        id: Text = "id",
        /// Its version.
        version: Text = "version",
    }
}

noun! {
    /// A Fargate profile (`eks:DescribeFargateProfile`).
    pub struct FargateProfile = "aws.eks.fargateprofiles" {
        /// Its ARN.
        arn: Text = "fargateProfileArn",
        /// Its name.
        name: Text = "fargateProfileName",
        /// `CREATING`, `ACTIVE`, `DELETING`, `CREATE_FAILED`, `DELETE_FAILED`.
        status: Text = "status",
        /// A pod that any of them matches is started on Fargate.
        selectors: List<FargateSelector> = "selectors",
        /// Where its pods run: "only private subnets (with no direct route to an Internet Gateway)".
        subnets: List<Text> = "subnets",
        /// "If there are issues with your Fargate profile's health, they are listed here."
        health: FargateHealth = "health",
    }
}

noun! {
    /// Which pods a Fargate profile takes. Names, keys and values may hold the wildcards `*` and `?`.
    pub struct FargateSelector {
        /// Their namespace.
        namespace: Text = "namespace",
        /// Labels that they all have; absent when any pod of the namespace will do.
        labels: Map<Label> = "labels",
    }
}

noun! {
    /// How a Fargate profile is.
    pub struct FargateHealth {
        /// What is wrong.
        issues: List<FargateIssue> = "issues",
    }
}

noun! {
    /// Something wrong with a Fargate profile.
    pub struct FargateIssue {
        /// `PodExecutionRoleAlreadyInUse`, `AccessDenied`, `ClusterUnreachable`, `InternalFailure`.
        code: Text = "code",
    }
}
