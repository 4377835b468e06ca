//! Role-based access control (`rbac.authorization.k8s.io/v1`). Field names: Kubernetes API reference.

use crate::core::ObjectMeta;
use crate::{List, Text, noun};

noun! {
    /// Grants a role in all namespaces.
    pub struct ClusterRoleBinding = "k8s.clusterrolebindings.v1.rbac.authorization.k8s.io" {
        /// Its name.
        metadata: ObjectMeta = "metadata",
        /// What is granted.
        role_ref: RoleRef = "roleRef",
        /// To whom; absent when to nobody.
        subjects: List<RbacSubject> = "subjects",
    }
}

noun! {
    /// Grants a role in its namespace.
    pub struct RoleBinding = "k8s.rolebindings.v1.rbac.authorization.k8s.io" {
        /// Its name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What is granted.
        role_ref: RoleRef = "roleRef",
        /// To whom; absent when to nobody.
        subjects: List<RbacSubject> = "subjects",
    }
}

noun! {
    /// A role by its name.
    pub struct RoleRef {
        /// `ClusterRole` or `Role`.
        kind: Text = "kind",
        /// Its name.
        name: Text = "name",
    }
}

noun! {
    /// Who is granted a role.
    pub struct RbacSubject {
        /// `User`, `Group` or `ServiceAccount`.
        kind: Text = "kind",
        /// "Name of the object being referenced."
        name: Text = "name",
        /// Of a service account.
        namespace: Text = "namespace",
    }
}
