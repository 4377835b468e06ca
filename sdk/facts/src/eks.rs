//! Amazon EKS, as its API answers.

mod pod_identity;

use crate::{Anything, Label, List, Map, Text, noun};
pub use pod_identity::{Capability, PodIdentityAssociation};

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
        /// Who authenticates its users.
        access_config: AccessConfig = "accessConfig",
        /// Its network, and who reaches the API server from where.
        resources_vpc_config: VpcConfig = "resourcesVpcConfig",
        /// The network of pods and services.
        kubernetes_network_config: KubernetesNetworkConfig = "kubernetesNetworkConfig",
        /// Which control-plane logs go to CloudWatch.
        logging: Logging = "logging",
        /// A key of one's own for what the API server stores; EKS takes one entry.
        encryption_config: List<EncryptionConfig> = "encryptionConfig",
        /// What EKS itself finds wrong.
        health: ClusterHealth = "health",
        /// EKS Auto Mode.
        compute_config: ComputeConfig = "computeConfig",
        /// Networks of hybrid nodes.
        remote_network_config: Anything = "remoteNetworkConfig",
        /// Only a local cluster on Outposts has one.
        outpost_config: OutpostConfig = "outpostConfig",
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
    /// Where a local cluster runs.
    pub struct OutpostConfig {
        /// The Outposts.
        outpost_arns: List<Text> = "outpostArns",
    }
}

noun! {
    /// The network of the control plane.
    pub struct VpcConfig {
        /// "Whether the public API server endpoint is enabled."
        endpoint_public_access: bool = "endpointPublicAccess",
        /// Whether the private one is.
        endpoint_private_access: bool = "endpointPrivateAccess",
        /// Who may call the public one: "The default value is 0.0.0.0/0 and additionally ::/0 for dual-stack IPv6
        /// clusters."
        public_access_cidrs: List<Text> = "publicAccessCidrs",
        /// `AWS_MANAGED`, `CUSTOMER_ROUTED`: how the control plane reaches out.
        control_plane_egress_mode: Text = "controlPlaneEgressMode",
    }
}

noun! {
    /// The network of pods and services.
    pub struct KubernetesNetworkConfig {
        /// `ipv4`, `ipv6`.
        ip_family: Text = "ipFamily",
    }
}

noun! {
    /// What is encrypted with a key of KMS.
    pub struct EncryptionConfig {
        /// `secrets`. From Kubernetes 1.28 "this field no longer affects which resources are encrypted".
        resources: List<Text> = "resources",
        /// Which key.
        provider: EncryptionProvider = "provider",
    }
}

noun! {
    /// A key of KMS.
    pub struct EncryptionProvider {
        /// "Either the ARN or the alias can be used."
        key_arn: Text = "keyArn",
    }
}

noun! {
    /// What EKS finds wrong with a cluster.
    pub struct ClusterHealth {
        /// Empty when it is well.
        issues: List<ClusterIssue> = "issues",
    }
}

noun! {
    /// One thing that is wrong.
    pub struct ClusterIssue {
        /// `KmsKeyDisabled`, …
        code: Text = "code",
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
        /// "The ARN of the IAM Role EKS will assign to EC2 Managed Instances in your EKS Auto Mode cluster"; absent
        /// without built-in node pools.
        node_role_arn: Text = "nodeRoleArn",
    }
}

noun! {
    /// An add-on that EKS manages (`eks:DescribeAddon`).
    pub struct Addon = "aws.eks.addons" {
        /// Its name: `vpc-cni`.
        name: Text = "addonName",
        /// Its version.
        version: Text = "addonVersion",
        /// What its owner changed of its settings: text that is JSON or YAML. Absent when nothing was changed.
        configuration_values: Text = "configurationValues",
    }
}

noun! {
    /// A managed node group (`eks:DescribeNodegroup`).
    pub struct Nodegroup = "aws.eks.nodegroups" {
        /// Its ARN.
        arn: Text = "nodegroupArn",
        /// Its name.
        name: Text = "nodegroupName",
        /// ARN of the role of its machines.
        node_role: Text = "nodeRole",
        /// Where its machines start.
        subnets: List<Text> = "subnets",
        /// `AL2023_x86_64_STANDARD`, …; `CUSTOM` when its launch template names an image.
        ami_type: Text = "amiType",
        /// Version of the EKS optimized image.
        release_version: Text = "releaseVersion",
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
        /// ARN of the role that the kubelets of its pods pull images with.
        pod_execution_role_arn: Text = "podExecutionRoleArn",
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

noun! {
    /// Who authenticates a cluster's users.
    pub struct AccessConfig {
        /// `API`, `API_AND_CONFIG_MAP`, `CONFIG_MAP`.
        authentication_mode: Text = "authenticationMode",
    }
}

noun! {
    /// An access entry (`eks:DescribeAccessEntry`).
    pub struct AccessEntry = "aws.eks.accessentries" {
        /// Its own ARN.
        arn: Text = "accessEntryArn",
        /// The IAM role or user that it lets in.
        principal_arn: Text = "principalArn",
        /// `STANDARD`; anything else is for nodes.
        kind: Text = "type",
        /// The name in Kubernetes, in which `{{SessionName}}` and the like are filled in.
        username: Text = "username",
        /// Groups that bindings refer to.
        groups: List<Text> = "kubernetesGroups",
        /// Access policies (`eks:ListAssociatedAccessPolicies`).
        policies: List<AccessPolicy> = "$policies",
    }
}

noun! {
    /// An access policy of an access entry.
    pub struct AccessPolicy {
        /// `arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy`
        arn: Text = "policyArn",
        /// Where it holds.
        scope: AccessScope = "accessScope",
    }
}

noun! {
    /// Where an access policy holds.
    pub struct AccessScope {
        /// `cluster` or `namespace`.
        kind: Text = "type",
        /// "A value is required if you specified namespace for Type."
        namespaces: List<Text> = "namespaces",
    }
}

noun! {
    /// An identity provider (`eks:DescribeIdentityProviderConfig`).
    pub struct IdentityProviderConfig = "aws.eks.identityproviderconfigs" {
        /// The only kind there is.
        oidc: OidcConfig = "oidc",
    }
}

noun! {
    /// An OIDC provider whose tokens the API server accepts. Not the issuer of the cluster's own service accounts.
    pub struct OidcConfig {
        /// Its ARN.
        arn: Text = "identityProviderConfigArn",
        /// Its name.
        name: Text = "identityProviderConfigName",
        /// "The URL of the OIDC identity provider".
        issuer_url: Text = "issuerUrl",
        /// "The JWT claim that is used as the username."
        username_claim: Text = "usernameClaim",
        /// "The prefix that is prepended to username claims".
        username_prefix: Text = "usernamePrefix",
        /// "The JWT claim that the provider uses to return your groups."
        groups_claim: Text = "groupsClaim",
        /// "The prefix that is prepended to group claims".
        groups_prefix: Text = "groupsPrefix",
        /// `CREATING`, `ACTIVE`, `DELETING`.
        status: Text = "status",
    }
}
