//! IAM roles that EKS hands to pods, and to what it runs outside of the cluster.

use crate::{Text, noun};

noun! {
    /// An EKS Pod Identity association (`eks:DescribePodIdentityAssociation`).
    pub struct PodIdentityAssociation = "aws.eks.podidentityassociations" {
        /// Its ARN.
        arn: Text = "associationArn",
        /// "The service account and the Pods that use the service account must be in this namespace."
        namespace: Text = "namespace",
        /// The service account.
        service_account: Text = "serviceAccount",
        /// The role that EKS assumes.
        role_arn: Text = "roleArn",
        /// "This role is assumed by using the EKS Pod Identity association role, then the credentials for this role are
        /// injected into the Pod." Absent when the first role is the pod's.
        target_role_arn: Text = "targetRoleArn",
    }
}

noun! {
    /// Something that EKS runs for a cluster, outside of it (`eks:DescribeCapability`).
    pub struct Capability = "aws.eks.capabilities" {
        /// Its name.
        name: Text = "capabilityName",
        /// `ACK`, `ARGOCD`, `KRO`.
        kind: Text = "type",
        /// "The IAM role that the capability uses to interact with Amazon Web Services services."
        role_arn: Text = "roleArn",
    }
}
