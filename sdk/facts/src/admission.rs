//! Admission control: the API server's own policies, and those of policy engines. Field names: Kubernetes API reference.

use crate::core::ObjectMeta;
use crate::{List, Text, noun};

noun! {
    /// A policy of the API server's own.
    pub struct ValidatingAdmissionPolicy = "k8s.validatingadmissionpolicies.v1.admissionregistration.k8s.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
        /// What it demands.
        spec: PolicySpec = "spec",
    }
}

noun! {
    /// What such a policy demands.
    pub struct PolicySpec {
        /// Demands.
        validations: List<Expression> = "validations",
        /// What they may refer to.
        variables: List<Expression> = "variables",
    }
}

noun! {
    /// In CEL.
    pub struct Expression {
        /// The text.
        expression: Text = "expression",
    }
}

noun! {
    /// What puts such a policy into force.
    pub struct PolicyBinding = "k8s.validatingadmissionpolicybindings.v1.admissionregistration.k8s.io" {
        /// Of which policy.
        spec: BindingSpec = "spec",
    }
}

noun! {
    /// Which policy, and what follows.
    pub struct BindingSpec {
        /// Its name.
        policy_name: Text = "policyName",
        /// `Deny`, `Warn`, `Audit`.
        validation_actions: List<Text> = "validationActions",
    }
}

noun! {
    /// Calls to admission webhooks.
    pub struct ValidatingWebhookConfiguration = "k8s.validatingwebhookconfigurations.v1.admissionregistration.k8s.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
    }
}

noun! {
    /// Kyverno's older sort of policy.
    pub struct KyvernoClusterPolicy = "k8s.clusterpolicies.v1.kyverno.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
    }
}

noun! {
    /// Kyverno's newer one.
    pub struct KyvernoValidatingPolicy = "k8s.validatingpolicies.v1alpha1.policies.kyverno.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
    }
}

noun! {
    /// Kyverno's for signatures of images.
    pub struct KyvernoImageValidatingPolicy = "k8s.imagevalidatingpolicies.v1alpha1.policies.kyverno.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
    }
}

noun! {
    /// Gatekeeper's constraint about registries, of its library.
    pub struct GatekeeperAllowedRepos = "k8s.k8sallowedrepos.v1beta1.constraints.gatekeeper.sh" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
    }
}

noun! {
    /// Kubewarden's policy of the cluster.
    pub struct KubewardenClusterPolicy = "k8s.clusteradmissionpolicies.v1.policies.kubewarden.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
    }
}
