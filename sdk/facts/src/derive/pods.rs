//! The pods that network policies can be about, by namespace, in memory that does not grow with their number: pods
//! whose labels look the same to every selector are one group.

use super::logic::{both, not};
use super::selector::{Value, value_of};
use crate::core::{ObjectMeta, Pod, PodSpec};
use crate::known::State;
use crate::{Known, Text};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Workloads of a group that are named in messages.
const NAMED: usize = 5;

/// Every pod that is neither finished nor on its node's network.
#[derive(Debug, Default)]
pub struct Pods {
    keys: Vec<SmolStr>,
    namespaces: BTreeMap<SmolStr, NamespacePods>,
    astray: Option<String>,
    /// Whether any has an IPv4 and an IPv6 address.
    pub addresses: (bool, bool),
}

/// Those of one namespace.
#[derive(Debug, Default)]
pub struct NamespacePods {
    groups: BTreeMap<Vec<Value>, Group>,
    on_nodes: usize,
    doubt: Option<String>,
}

/// Pods on which the VPC CNI enforces no policy, whatever selects them (EKS user guide, "Limit Pod traffic with
/// Kubernetes network policies", considerations).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unenforced {
    /// They run on Fargate.
    Fargate,
    /// They run on Windows.
    Windows,
    /// Nothing owns them.
    Ownerless,
}

/// Pods that no selector can tell apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub count: usize,
    /// How many of them the VPC CNI passes over, and some of their workloads.
    pub unenforced: BTreeMap<Unenforced, (usize, BTreeSet<String>)>,
    /// Some of the workloads, with the name and the place of one pod of each.
    pub workloads: BTreeMap<String, (String, String)>,
}

impl Pods {
    /// For selectors that ask for these label keys: `Policies::pod_keys`.
    #[must_use]
    pub fn new(keys: Vec<SmolStr>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// The keys it was made for.
    #[must_use]
    pub fn keys(&self) -> &[SmolStr] {
        &self.keys
    }

    /// Adds a pod. One that cannot be read leaves a doubt: in its namespace, or in all when that is not known.
    pub fn add(&mut self, pod: &Known<Pod>, place: &str) {
        let (on_node, finished) = (on_node_network(pod), is_finished(pod));
        let considered = both(not(on_node.clone()), not(finished.clone()));
        if finished.peek() == Some(&true) {
            return;
        }
        let metadata = Known::settled(|| pod.get()?.metadata.get());
        let namespace = metadata.clone().and_then(|m| Known::settled(|| m.namespace.get()));
        let (metadata, namespace) = match (metadata, namespace) {
            (Ok(metadata), Ok(namespace)) => (metadata, namespace),
            _ if considered.peek() == Some(&false) => return,
            (_, Err(why)) | (Err(why), _) => return least(&mut self.astray, format!("the namespace of a pod: {why}")),
        };
        let here = self.namespaces.entry(SmolStr::new(namespace.as_str())).or_default();
        if considered.peek() == Some(&false) {
            here.on_nodes += 1;
            return;
        }
        if considered.peek().is_none() {
            let name = metadata.name.peek().map_or("whose name is not known", Text::as_str);
            return least(&mut here.doubt, format!("pod {name}: {}", considered.reason()));
        }
        let labels = self.keys.iter().map(|key| value_of(&metadata.labels, key)).collect();
        let spec = pod.peek().and_then(|p| p.spec.peek());
        here.groups.entry(labels).or_default().add(metadata, spec, place);
        // Only for a remark: an address that cannot be read is none.
        if let Some(address) = pod.peek().and_then(|p| p.status.peek()?.pod_ip.peek()) {
            let v6 = address.contains(':');
            self.addresses = (self.addresses.0 || !v6, self.addresses.1 || v6);
        }
    }

    /// Adds the doubt that remains when pods could not be read as a whole. `whole` is `Facts::whole`.
    pub fn unless(&mut self, whole: &Known<()>) {
        if whole.peek().is_none() {
            least(&mut self.astray, whole.reason());
        }
    }

    /// Those of a namespace.
    #[must_use]
    pub fn of(&self, namespace: &str) -> Option<&NamespacePods> {
        self.namespaces.get(namespace)
    }

    /// Why there may be pods anywhere that are not counted.
    pub(super) fn astray(&self) -> Option<&str> {
        self.astray.as_deref()
    }
}

impl NamespacePods {
    /// The groups, and the labels that their pods have.
    pub fn groups(&self) -> impl Iterator<Item = (&[Value], &Group)> {
        self.groups.iter().map(|(labels, group)| (labels.as_slice(), group))
    }

    /// How many are on the network of their nodes, where no policy reaches them.
    #[must_use]
    pub const fn on_nodes(&self) -> usize {
        self.on_nodes
    }

    /// Why there may be pods here that are not counted.
    pub(super) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }
}

impl Group {
    /// What only serves remarks is passed over where it cannot be read.
    fn add(&mut self, metadata: &ObjectMeta, spec: Option<&PodSpec>, place: &str) {
        self.count += 1;
        let name = metadata.name.peek().map_or("without a readable name", Text::as_str).to_owned();
        let workload = workload(metadata, &name);
        if let Some(why) = unenforced(metadata, spec) {
            let (count, workloads) = self.unenforced.entry(why).or_default();
            *count += 1;
            workloads.insert(workload.clone());
            if workloads.len() > NAMED {
                workloads.pop_last();
            }
        }
        let example = self.workloads.entry(workload).or_insert_with(|| (name.clone(), place.to_owned()));
        if name < example.0 {
            *example = (name, place.to_owned());
        }
        if self.workloads.len() > NAMED {
            self.workloads.pop_last();
        }
    }
}

fn label(metadata: &ObjectMeta, key: &str) -> Option<SmolStr> {
    match value_of(&metadata.labels, key) {
        Value::Is(value) => Some(value),
        _ => None,
    }
}

/// What owns a pod, as its users call it: a Deployment rather than its ReplicaSet.
pub(super) fn workload(metadata: &ObjectMeta, name: &str) -> String {
    let owner = metadata.owner_references.peek().and_then(|l| l.first()?.peek());
    let Some((kind, owner)) = owner.and_then(|o| Some((o.kind.peek()?, o.name.peek()?))) else {
        return format!("Pod {name}");
    };
    let hash = label(metadata, "pod-template-hash").map(|hash| format!("-{hash}"));
    match hash.as_deref().and_then(|hash| owner.strip_suffix(hash)) {
        Some(deployment) if *kind == *"ReplicaSet" => format!("Deployment {deployment}"),
        _ => format!("{kind} {owner}"),
    }
}

fn unenforced(metadata: &ObjectMeta, spec: Option<&PodSpec>) -> Option<Unenforced> {
    let os = spec.and_then(|s| s.os.peek()?.name.peek()).map(|name| SmolStr::new(name.as_str()));
    let selected = || match value_of(&spec?.node_selector, "kubernetes.io/os") {
        Value::Is(value) => Some(value),
        _ => None,
    };
    // EKS puts this label on the pods that it runs on Fargate.
    if label(metadata, "eks.amazonaws.com/fargate-profile").is_some() {
        Some(Unenforced::Fargate)
    } else if os.or_else(selected).is_some_and(|os| os == "windows") {
        Some(Unenforced::Windows)
    } else if matches!(metadata.owner_references.state, State::Absent | State::Null | State::Empty) {
        Some(Unenforced::Ownerless)
    } else {
        None
    }
}

/// "Host networking requested for this pod. Default to false."
fn on_node_network(pod: &Known<Pod>) -> Known<bool> {
    Known::derived(|| match pod.get()?.spec.declared()? {
        Some(spec) => Ok(spec.host_network.declared()?.copied().unwrap_or(false)),
        None => Ok(false),
    })
}

fn is_finished(pod: &Known<Pod>) -> Known<bool> {
    Known::derived(|| {
        let phase = pod.get()?.status.get()?.phase.get()?;
        Ok(*phase == *"Succeeded" || *phase == *"Failed")
    })
}

/// Keeps the least reason, so that it does not depend on the order of items.
fn least(kept: &mut Option<String>, why: String) {
    match kept {
        Some(kept) if *kept <= why => {}
        _ => *kept = Some(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pods(items: &[&str]) -> Pods {
        let mut pods = Pods::new(vec!["app".into()]);
        for (index, item) in items.iter().enumerate() {
            pods.add(&serde_json::from_str(item).expect("JSON"), &format!("/{index}"));
        }
        pods
    }

    fn pod(metadata: &str, rest: &str) -> String {
        format!(r#"{{"metadata":{{"namespace":"web",{metadata}}}{rest}}}"#)
    }

    const RUNS: &str = r#","status":{"phase":"Running"}"#;

    #[test]
    fn finished_pods_and_those_on_the_node_network_are_not_considered() {
        let done = pod(r#""name":"a""#, r#","status":{"phase":"Succeeded"}"#);
        let failed = pod(r#""name":"a""#, r#","spec":{"hostNetwork":"?"},"status":{"phase":"Failed"}"#);
        let host = pod(r#""name":"a""#, r#","spec":{"hostNetwork":true},"status":{"phase":"Running"}"#);
        let all = pods(&[&done, &failed, &host]);
        let here = all.of("web").expect("one on its node's network");
        assert_eq!((here.groups().count(), here.on_nodes(), here.doubt()), (0, 1, None));
        assert!(all.astray().is_none());
    }

    #[test]
    fn pods_that_no_selector_tells_apart_are_one_group() {
        let one = pod(
            r#""name":"w-1","labels":{"app":"w","pod-template-hash":"1f"},"ownerReferences":[{"kind":"ReplicaSet","name":"w-1f"}]"#,
            r#","status":{"phase":"Running","podIP":"10.0.0.1"}"#,
        );
        let two = pod(r#""name":"t","labels":{"app":"w","eks.amazonaws.com/fargate-profile":"f"}"#, RUNS);
        let three = pod(r#""name":"a","labels":{"app":null}"#, RUNS);
        let all = pods(&[&one, &two, &three]);
        let groups: Vec<_> = all.of("web").expect("pods").groups().collect();
        assert_eq!((groups.len(), all.addresses), (2, (true, false)));
        let (labels, group) = groups[0];
        assert_eq!((labels, group.count), (&[Value::Is("w".into())][..], 2));
        assert_eq!(group.unenforced, BTreeMap::from([(Unenforced::Fargate, (1, ["Pod t".to_owned()].into()))]));
        assert_eq!(group.workloads.keys().collect::<Vec<_>>(), ["Deployment w", "Pod t"]);
        assert!(matches!(groups[1].0, [Value::Unclear(_)]));
        assert_eq!(groups[1].1.unenforced[&Unenforced::Ownerless].0, 1);
    }

    #[test]
    fn windows_is_told_by_the_pod_or_its_node_selector() {
        let owner = r#""ownerReferences":[{"kind":"DaemonSet","name":"d"}],"name":"#;
        let said = pod(&format!(r#"{owner}"a""#), &format!(r#","spec":{{"os":{{"name":"windows"}}}}{RUNS}"#));
        let selector = r#","spec":{"nodeSelector":{"kubernetes.io/os":"windows"}}"#;
        let selected = pod(&format!(r#"{owner}"b""#), &format!("{selector}{RUNS}"));
        let linux = pod(&format!(r#"{owner}"c""#), &format!(r#","spec":{{"os":{{"name":"linux"}}}}{RUNS}"#));
        let all = pods(&[&said, &selected, &linux]);
        let (_, group) = all.of("web").expect("pods").groups().next().expect("one group");
        let windows = (2, BTreeSet::from(["DaemonSet d".to_owned()]));
        assert_eq!((group.count, &group.unenforced), (3, &BTreeMap::from([(Unenforced::Windows, windows)])));
    }

    #[test]
    fn what_cannot_be_read_leaves_a_doubt_where_it_may_be() {
        let phaseless = pod(r#""name":"a""#, r#","status":{}"#);
        let homeless = r#"{"metadata":{"namespace":""},"status":{"phase":"Running"}}"#;
        let all = pods(&[&phaseless, homeless, "7"]);
        let here = all.of("web").expect("a doubt");
        assert_eq!((here.groups().count(), here.doubt()), (0, Some("pod a: status is empty")));
        assert_eq!(all.astray(), Some("the namespace of a pod: a value is a number, which it should not be"));
    }

    #[test]
    fn memory_does_not_grow_with_the_number_of_pods() {
        let mut all = Pods::new(Vec::new());
        for index in 0..1_000 {
            let item = pod(&format!(r#""name":"p{index}","labels":{{"pod":"p{index}"}}"#), RUNS);
            all.add(&serde_json::from_str(&item).expect("JSON"), "/");
        }
        let (_, group) = all.of("web").expect("pods").groups().next().expect("one group");
        assert_eq!((group.count, group.workloads.len()), (1_000, NAMED));
    }
}
