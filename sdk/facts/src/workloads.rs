//! What makes pods: the workloads of `apps`, `batch` and the core group. Field names: Kubernetes API reference.

use crate::core::{ObjectMeta, PodSpec};
use crate::{Known, Noun, Unknown, noun};

/// Something that makes pods from a template.
pub trait Workload: Noun {
    /// What its users call it.
    const WORD: &'static str;
    /// Where the specification of its pods stands.
    const PODS_AT: &'static str;

    /// Name and namespace.
    fn metadata(&self) -> &Known<ObjectMeta>;

    /// What its pods ask for.
    ///
    /// # Errors
    /// [`Unknown`] when that cannot be read.
    fn pods(&self) -> Result<&PodSpec, Unknown>;
}

noun! {
    /// A specification that holds a template.
    pub struct Templated {
        /// What its pods are made from.
        template: PodTemplate = "template",
    }
}

noun! {
    /// What pods are made from.
    pub struct PodTemplate {
        /// What they ask for.
        spec: PodSpec = "spec",
    }
}

noun! {
    /// A Deployment.
    pub struct Deployment = "k8s.deployments.v1.apps" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it makes.
        spec: Templated = "spec",
    }
}

noun! {
    /// A StatefulSet.
    pub struct StatefulSet = "k8s.statefulsets.v1.apps" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it makes.
        spec: Templated = "spec",
    }
}

noun! {
    /// A DaemonSet.
    pub struct DaemonSet = "k8s.daemonsets.v1.apps" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it makes.
        spec: Templated = "spec",
        /// How many of its pods there are.
        status: DaemonSetStatus = "status",
    }
}

noun! {
    /// How many pods of a DaemonSet there are.
    pub struct DaemonSetStatus {
        /// Nodes that should run one.
        desired: i64 = "desiredNumberScheduled",
        /// Nodes whose pod is ready.
        ready: i64 = "numberReady",
        /// Nodes whose pod is made from the present template.
        updated: i64 = "updatedNumberScheduled",
    }
}

noun! {
    /// A Job.
    pub struct Job = "k8s.jobs.v1.batch" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it makes.
        spec: Templated = "spec",
    }
}

noun! {
    /// A CronJob.
    pub struct CronJob = "k8s.cronjobs.v1.batch" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it makes.
        spec: CronJobSpec = "spec",
    }
}

noun! {
    /// What a CronJob makes.
    pub struct CronJobSpec {
        /// Its Jobs.
        job_template: JobTemplate = "jobTemplate",
    }
}

noun! {
    /// What Jobs are made from.
    pub struct JobTemplate {
        /// What they make.
        spec: Templated = "spec",
    }
}

noun! {
    /// A ReplicationController.
    pub struct ReplicationController = "k8s.replicationcontrollers.v1" {
        /// Name and namespace.
        metadata: ObjectMeta = "metadata",
        /// What it makes.
        spec: Templated = "spec",
    }
}

macro_rules! workload {
    ($name:ident) => {
        impl Workload for $name {
            const WORD: &'static str = stringify!($name);
            const PODS_AT: &'static str = "/spec/template/spec";

            fn metadata(&self) -> &Known<ObjectMeta> {
                &self.metadata
            }

            fn pods(&self) -> Result<&PodSpec, Unknown> {
                self.spec.get()?.template.get()?.spec.get()
            }
        }
    };
}

workload!(Deployment);
workload!(StatefulSet);
workload!(DaemonSet);
workload!(Job);
workload!(ReplicationController);

impl Workload for CronJob {
    const WORD: &'static str = "CronJob";
    const PODS_AT: &'static str = "/spec/jobTemplate/spec/template/spec";

    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }

    fn pods(&self) -> Result<&PodSpec, Unknown> {
        self.spec.get()?.job_template.get()?.spec.get()?.template.get()?.spec.get()
    }
}
