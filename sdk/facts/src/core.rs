//! What every Kubernetes object has, and the core group (`v1`). Field names: Kubernetes API reference.

use crate::scheduling::{Affinity, Toleration};
use crate::{Label, List, Map, Text, noun};

noun! {
    /// ObjectMeta, as far as rules read it.
    pub struct ObjectMeta {
        /// Its name.
        name: Text = "name",
        /// The namespace it lives in; absent for what lives in none.
        namespace: Text = "namespace",
        /// Absent when it has none.
        labels: Map<Label> = "labels",
        /// What made it; absent for what was made by hand.
        owner_references: List<OwnerReference> = "ownerReferences",
    }
}

noun! {
    /// One owner of an object.
    pub struct OwnerReference {
        /// Its group and version: `apps/v1`.
        api_version: Text = "apiVersion",
        /// `ReplicaSet`, `DaemonSet`, …
        kind: Text = "kind",
        /// Its name.
        name: Text = "name",
    }
}

noun! {
    /// A label selector (meta/v1). The requirements of both fields are combined by "and"; without any it selects all.
    pub struct LabelSelector {
        /// Each entry is a requirement of equality.
        match_labels: Map<Label> = "matchLabels",
        /// Further requirements.
        match_expressions: List<Requirement> = "matchExpressions",
    }
}

noun! {
    /// One requirement of a label selector.
    pub struct Requirement {
        /// Label key.
        key: Text = "key",
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
        operator: Text = "operator",
        /// For `In` and `NotIn`.
        values: List<Label> = "values",
    }
}

noun! {
    /// A namespace.
    pub struct Namespace = "k8s.namespaces.v1" {
        /// Name and labels.
        metadata: ObjectMeta = "metadata",
        /// Its state.
        status: NamespaceStatus = "status",
    }
}

noun! {
    /// State of a namespace.
    pub struct NamespaceStatus {
        /// `Active` or `Terminating`.
        phase: Text = "phase",
    }
}

noun! {
    /// A pod.
    pub struct Pod = "k8s.pods.v1" {
        /// Name, namespace, labels, owners.
        metadata: ObjectMeta = "metadata",
        /// What it asks for.
        spec: PodSpec = "spec",
        /// Its state.
        status: PodStatus = "status",
    }
}

noun! {
    /// What a pod asks for.
    pub struct PodSpec {
        /// Where it runs; absent until it is scheduled.
        node_name: Text = "nodeName",
        /// Whom it runs as; absent in the mirror of a static pod.
        service_account_name: Text = "serviceAccountName",
        /// Absent when its service account decides.
        automount_service_account_token: bool = "automountServiceAccountToken",
        /// Uses the network of its node; absent when it does not.
        host_network: bool = "hostNetwork",
        /// Absent when it does not say.
        os: PodOs = "os",
        /// Labels that its node must have; absent when any node will do.
        node_selector: Map<Label> = "nodeSelector",
        /// Further conditions of placement; absent when there are none.
        affinity: Affinity = "affinity",
        /// Which taints are put up with; absent when none is.
        tolerations: List<Toleration> = "tolerations",
        /// What runs in it.
        containers: List<Container> = "containers",
        /// What runs before them, and beside them when it restarts always; absent without any.
        init_containers: List<Container> = "initContainers",
        /// Added to look into a running pod; absent without any.
        ephemeral_containers: List<Container> = "ephemeralContainers",
        /// Absent without any.
        volumes: List<Volume> = "volumes",
    }
}

noun! {
    /// One container, of whichever list.
    pub struct Container {
        /// Its name.
        name: Text = "name",
        /// Reference of its image.
        image: Text = "image",
        /// Absent when it has none but the image's.
        args: List<Text> = "args",
        /// Absent when none is set.
        env: List<EnvVar> = "env",
    }
}

noun! {
    /// A variable of a container's environment. Nearly all values are taken out at the source.
    pub struct EnvVar {
        /// Its name.
        name: Text = "name",
        /// Absent when it comes from elsewhere.
        value: Text = "value",
        /// Absent when it comes from nowhere else.
        value_from: ValueFrom = "valueFrom",
    }
}

noun! {
    /// Where the value of a variable comes from. At most one of these is there.
    pub struct ValueFrom {
        /// A Secret.
        secret: Keeper = "secretKeyRef",
        /// A ConfigMap.
        config_map: Keeper = "configMapKeyRef",
    }
}

noun! {
    /// An object that keeps values.
    pub struct Keeper {
        /// Its name.
        name: Text = "name",
    }
}

noun! {
    /// A service account.
    pub struct ServiceAccount = "k8s.serviceaccounts.v1" {
        /// Name, namespace and annotations.
        metadata: ServiceAccountMeta = "metadata",
        /// Whether pods get a token of it that do not say otherwise; absent when they do.
        automount_token: bool = "automountServiceAccountToken",
    }
}

noun! {
    /// Name, namespace and annotations of a service account.
    pub struct ServiceAccountMeta {
        /// Its name.
        name: Text = "name",
        /// Its namespace.
        namespace: Text = "namespace",
        /// `eks.amazonaws.com/role-arn` is the one that matters here.
        annotations: Map<Text> = "annotations",
    }
}

noun! {
    /// One volume.
    pub struct Volume {
        /// Content of an image; absent for other sorts of volume.
        image: ImageVolume = "image",
    }
}

noun! {
    /// A volume filled from an image.
    pub struct ImageVolume {
        /// Reference of the image.
        reference: Text = "reference",
    }
}

noun! {
    /// The operating system of a pod's containers.
    pub struct PodOs {
        /// `linux` or `windows`.
        name: Text = "name",
    }
}

noun! {
    /// State of a pod.
    pub struct PodStatus {
        /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
        phase: Text = "phase",
        /// Its address; absent until it has one.
        pod_ip: Text = "podIP",
        /// Of the containers; absent before the first is looked at.
        container_statuses: List<ContainerStatus> = "containerStatuses",
        /// Of the init containers.
        init_container_statuses: List<ContainerStatus> = "initContainerStatuses",
        /// Of the ephemeral containers.
        ephemeral_container_statuses: List<ContainerStatus> = "ephemeralContainerStatuses",
    }
}

noun! {
    /// State of one container.
    pub struct ContainerStatus {
        /// The container's name.
        name: Text = "name",
        /// Reference of the image it runs, as the container runtime calls it.
        image: Text = "image",
        /// What was pulled: a repository with a digest, or a digest alone; empty until it is there.
        image_id: Text = "imageID",
    }
}

noun! {
    /// A ConfigMap. Few are read, by name: see the catalogue.
    pub struct ConfigMap = "k8s.configmaps.v1" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// Text by key, which may be empty; absent when there is none.
        data: Map<Label> = "data",
    }
}
