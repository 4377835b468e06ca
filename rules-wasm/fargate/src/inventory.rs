//! Row 7: without a definition a human must say what is untrusted. Here is what there is to know, by namespace.
//! Nothing here decides; what cannot be read is passed over, and how much of it there is, is said.

use crate::nouns::{Container, Pod};
use crate::obstacles::is_privileged;
use crate::profiles::show;
use crate::world::{World, may_run};
use eksamine_facts::derive::node::{Machine, machine};
use eksamine_facts::eks::FargateProfile;
use eksamine_facts::nodes::Node;
use eksamine_facts::{List, Noun};
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Registries that anyone may push to, or that serve what others publish, to anyone.
const PUBLIC: [&str; 14] = [
    "cgr.dev",
    "docker.elastic.co",
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "index.docker.io",
    "k8s.gcr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.gitlab.com",
    "registry.k8s.io",
    "registry-1.docker.io",
];
/// Profiles shown.
const SHOWN: usize = 20;

/// What there is of one namespace.
#[derive(Default)]
struct Here {
    pods: usize,
    on_fargate: usize,
    /// Pods whose node is not known, or not what it is.
    nowhere: usize,
    public: BTreeSet<&'static str>,
    privileged: usize,
    /// For each remark, the least pod and where it says so.
    places: BTreeMap<&'static str, (String, String)>,
}

pub(crate) fn list(world: &World<'_>, tally: &mut Tally, cluster: &dyn Fn() -> Subject) {
    let mut namespaces = BTreeMap::<String, Here>::new();
    let mut astray = 0;
    for item in world.facts.items::<Pod>().filter(may_run) {
        let metadata = item.known().peek().and_then(|pod| pod.metadata.peek());
        match metadata.and_then(|m| Some((m.namespace.peek()?, m.name.peek()?))) {
            Some((namespace, name)) => namespaces.entry(namespace.to_string()).or_default().add(world, &item, name),
            None => astray += 1,
        }
    }
    tally.judge(cluster(), || Ok(of_the_cluster(world, &namespaces, astray)));
    for (name, here) in &namespaces {
        tally.judge(format!("k8s:/v1/Namespace//{name}"), || Ok(here.outcome()));
    }
}

impl Here {
    fn add(&mut self, world: &World<'_>, item: &Item<Pod>, name: &str) {
        self.pods += 1;
        self.note("pod", name, || item.at("/spec/nodeName"));
        let machine = Known::derived(|| {
            let node = world.node(item.get()?.spec.get()?.node_name.get()?)?;
            node.map(|node| machine(node.get()?)).transpose()
        });
        match machine.peek() {
            Some(Some(Machine::Fargate)) => self.on_fargate += 1,
            Some(Some(_)) => {}
            _ => self.nowhere += 1,
        }
        let mut privileged = false;
        for (place, container) in containers(item) {
            if let Some(registry) = container.image.peek().and_then(|image| public_registry(image)) {
                self.public.insert(registry);
                self.note(registry, name, || item.at(&format!("{place}/image")));
            }
            if is_privileged(container) {
                privileged = true;
                self.note("privileged", name, || item.at(&format!("{place}/securityContext/privileged")));
            }
        }
        self.privileged += usize::from(privileged);
    }

    fn note(&mut self, remark: &'static str, pod: &str, place: impl Fn() -> String) {
        let kept = self.places.entry(remark).or_insert_with(|| (pod.to_owned(), place()));
        if *pod < *kept.0 {
            *kept = (pod.to_owned(), place());
        }
    }

    fn outcome(&self) -> Outcome {
        let pods = if self.pods == 1 { "1 pod".to_owned() } else { format!("{} pods", self.pods) };
        let mut parts = vec![format!("{} of {pods} on Fargate", self.on_fargate)];
        if self.nowhere > 0 {
            parts.push(format!("{} on a node that is not known", self.nowhere));
        }
        parts.push(match self.public.len() {
            0 => "no images from the public registries that are known here".to_owned(),
            _ => format!("images from {}", self.public.iter().copied().collect::<Vec<_>>().join(", ")),
        });
        parts.push(format!("{} privileged", self.privileged));
        let text = format!("does anyone trust what runs here? {}", parts.join("; "));
        let places = self.places.values().map(|(_, place)| place).collect::<BTreeSet<_>>();
        places.into_iter().fold(manual(text), |outcome, place| outcome.at(place.as_str()))
    }
}

/// Every container of a pod, with its place.
fn containers(item: &Item<Pod>) -> Vec<(String, &Container)> {
    let Some(spec) = item.known().peek().and_then(|pod| pod.spec.peek()) else { return Vec::new() };
    let of = |(name, list): (&'static str, _)| {
        let all = Known::<List<Container>>::peek(list).map_or(&[][..], |list| &**list).iter().enumerate();
        all.filter_map(move |(index, c)| Some((format!("/spec/{name}/{index}"), c.peek()?)))
    };
    [("containers", &spec.containers), ("initContainers", &spec.init_containers)].into_iter().flat_map(of).collect()
}

/// The public registry that an image comes from, if it is one of those known here. Without a host it is Docker Hub's.
fn public_registry(image: &str) -> Option<&'static str> {
    let first = image.split_once('/').map_or("", |(first, _)| first);
    let is_host = first.contains(['.', ':']) || first == "localhost";
    let host = if is_host { first.to_ascii_lowercase() } else { "docker.io".to_owned() };
    // Google's have one for each continent: eu.gcr.io.
    let host = if host.ends_with(".gcr.io") && host != "k8s.gcr.io" { "gcr.io" } else { host.as_str() };
    PUBLIC.into_iter().find(|public| *public == host)
}

fn of_the_cluster(world: &World<'_>, namespaces: &BTreeMap<String, Here>, astray: usize) -> Outcome {
    let (mut pods, mut on_fargate) = (astray, 0);
    for here in namespaces.values() {
        pods += here.pods;
        on_fargate += here.on_fargate;
    }
    let profiles = world.profiles().len();
    let profiles = if profiles == 1 { "1 Fargate profile".to_owned() } else { format!("{profiles} Fargate profiles") };
    let text = format!(
        "nothing says what is untrusted (untrusted_namespaces_regex, untrusted_namespace_label, untrusted_pod_selector; \
         no_untrusted_workloads if nothing is). Seen: {profiles}, {on_fargate} of {pods} pods on Fargate{}",
        unread(world)
    );
    show(world, manual(text).at(format!("/facts/{}/status", FargateProfile::KIND)), SHOWN)
}

/// What was not there to be counted.
fn unread(world: &World<'_>) -> String {
    let kinds = [
        (Pod::KIND, world.facts.availability::<Pod>()),
        (Node::KIND, world.facts.availability::<Node>()),
        (FargateProfile::KIND, world.facts.availability::<FargateProfile>()),
    ];
    let lacks = kinds.into_iter().filter(|(_, found)| *found != Availability::Complete);
    let lacks: Vec<String> = lacks.map(|(kind, found)| format!("{kind} is {found}")).collect();
    if lacks.is_empty() { String::new() } else { format!("; {}", lacks.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_a_host_is_docker_hubs() {
        for (image, registry) in [
            ("nginx", Some("docker.io")),
            ("library/nginx:1", Some("docker.io")),
            ("docker.io/nginx", Some("docker.io")),
            ("eu.gcr.io/p/i@sha256:0", Some("gcr.io")),
            ("k8s.gcr.io/pause:3", Some("k8s.gcr.io")),
            ("Quay.io/a/b", Some("quay.io")),
            ("localhost/a", None),
            ("registry:5000/a", None),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:1", None),
        ] {
            assert_eq!(public_registry(image), registry, "{image}");
        }
    }
}
