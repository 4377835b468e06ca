//! Why a pod could not move to Fargate as it is (EKS user guide, "AWS Fargate considerations" and the table of what
//! Fargate can run). Remarks only: what of them cannot be read is passed over.

use crate::nouns::{Container, Pod, PodSpec};
use eksamine_facts::List;
use eksamine_facts::derive::{Value, value_of};
use eksamine_rule::prelude::*;

/// Prefixes of resources that stand for a device.
const DEVICES: [&str; 5] = ["nvidia.com/", "amd.com/", "gpu.intel.com/", "aws.amazon.com/neuron", "habana.ai/"];

/// Each with the place that says it.
pub(crate) fn obstacles(item: &Item<Pod>) -> Vec<Evidence> {
    let Some(pod) = item.known().peek() else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |field: String, note: &str| found.push(Evidence::at(item.at(&field)).noting(note));
    let owners = pod.metadata.peek().and_then(|m| m.owner_references.peek());
    for (index, owner) in owners.into_iter().flat_map(|list| list.iter()).enumerate() {
        if owner.peek().and_then(|o| o.kind.peek()).is_some_and(|kind| *kind == *"DaemonSet") {
            add(format!("/metadata/ownerReferences/{index}/kind"), "Fargate runs no DaemonSets");
        }
    }
    let Some(spec) = pod.spec.peek() else { return found };
    if spec.host_network.peek() == Some(&true) {
        add("/spec/hostNetwork".into(), "no pod on Fargate can use the network of its node");
    }
    if spec.os.peek().and_then(|os| os.name.peek()).is_some_and(|name| *name == *"windows") {
        add("/spec/os/name".into(), "Fargate for EKS runs no Windows containers");
    }
    for (key, word, note) in [
        ("kubernetes.io/os", "windows", "Fargate for EKS runs no Windows containers"),
        ("kubernetes.io/arch", "arm64", "Fargate for EKS has no Arm processors"),
    ] {
        if matches!(value_of(&spec.node_selector, key), Value::Is(value) if value == word) {
            add(format!("/spec/nodeSelector/{}", key.replace('/', "~1")), note);
        }
    }
    of_containers(spec, &mut add);
    found
}

fn of_containers(spec: &PodSpec, add: &mut dyn FnMut(String, &str)) {
    for (list, containers) in [("containers", &spec.containers), ("initContainers", &spec.init_containers)] {
        let all = containers.peek().map_or(&[][..], |list: &List<Container>| &**list);
        for (index, container) in all.iter().enumerate().filter_map(|(i, c)| Some((i, c.peek()?))) {
            let place = format!("/spec/{list}/{index}");
            if is_privileged(container) {
                add(format!("{place}/securityContext/privileged"), "Fargate runs no privileged containers");
            }
            let ports = container.ports.peek().map_or(&[][..], |list| &**list).iter().enumerate();
            for (port, _) in ports.filter(|(_, p)| p.peek().is_some_and(|p| p.host_port.peek().is_some())) {
                add(format!("{place}/ports/{port}/hostPort"), "no pod on Fargate can use a port of its node");
            }
            let limits = container.resources.peek().and_then(|r| r.limits.peek());
            let device = |name: &str| DEVICES.iter().any(|prefix| name.starts_with(prefix));
            for (name, _) in limits.into_iter().flat_map(|map| map.iter()).filter(|(name, _)| device(name)) {
                let name = name.replace('~', "~0").replace('/', "~1");
                add(format!("{place}/resources/limits/{name}"), "Fargate for EKS has no such device");
            }
        }
    }
}

pub(crate) fn is_privileged(container: &Container) -> bool {
    container.security_context.peek().is_some_and(|context| context.privileged.peek() == Some(&true))
}
