//! The pods that network policies can be about, by namespace, in memory that does not grow with their number: pods
//! whose labels look the same to every selector are one group.

use super::logic::{both, not};
use super::selector::{Value, value_of};
use crate::core::{ObjectMeta, Pod};
use crate::known::State;
use crate::{Known, Text};
use smol_str::SmolStr;
use std::collections::BTreeMap;

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
    doubt: Option<String>,
}

/// Pods that no selector can tell apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub count: usize,
    /// How many of them run on Fargate.
    pub fargate: usize,
    /// How many of them, not on Fargate, nothing owns.
    pub ownerless: usize,
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
        let considered = both(not(on_node_network(pod)), not(is_finished(pod)));
        if considered.peek() == Some(&false) {
            return;
        }
        let metadata = Known::settled(|| pod.get()?.metadata.get());
        let namespace = metadata.clone().and_then(|m| Known::settled(|| m.namespace.get()));
        let (metadata, namespace) = match (metadata, namespace) {
            (Ok(metadata), Ok(namespace)) => (metadata, namespace),
            (_, Err(why)) | (Err(why), _) => return least(&mut self.astray, format!("the namespace of a pod: {why}")),
        };
        let here = self.namespaces.entry(SmolStr::new(namespace.as_str())).or_default();
        if considered.peek().is_none() {
            let name = metadata.name.peek().map_or("whose name is not known", Text::as_str);
            return least(&mut here.doubt, format!("pod {name}: {}", considered.reason()));
        }
        let labels = self.keys.iter().map(|key| value_of(&metadata.labels, key)).collect();
        here.groups.entry(labels).or_default().add(metadata, place);
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

    /// Why there may be pods here that are not counted.
    pub(super) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }
}

impl Group {
    /// Owners and Fargate only serve remarks: what cannot be read of them is passed over.
    fn add(&mut self, metadata: &ObjectMeta, place: &str) {
        self.count += 1;
        let name = metadata.name.peek().map_or("without a readable name", Text::as_str).to_owned();
        let label = |key| match value_of(&metadata.labels, key) {
            Value::Is(value) => Some(value),
            _ => None,
        };
        let owner = metadata
            .owner_references
            .peek()
            .and_then(|l| l.first()?.peek())
            .and_then(|o| Some((o.kind.peek()?, o.name.peek()?)));
        // EKS puts this label on the pods that it runs on Fargate.
        if label("eks.amazonaws.com/fargate-profile").is_some() {
            self.fargate += 1;
        } else if matches!(metadata.owner_references.state, State::Absent | State::Null | State::Empty) {
            self.ownerless += 1;
        }
        let workload = match owner {
            None => format!("Pod {name}"),
            Some((kind, owner)) => {
                let hash = label("pod-template-hash").map(|hash| format!("-{hash}"));
                match hash.as_deref().and_then(|hash| owner.strip_suffix(hash)) {
                    Some(deployment) if *kind == *"ReplicaSet" => format!("Deployment {deployment}"),
                    _ => format!("{kind} {owner}"),
                }
            }
        };
        let example = self.workloads.entry(workload).or_insert_with(|| (name.clone(), place.to_owned()));
        if name < example.0 {
            *example = (name, place.to_owned());
        }
        if self.workloads.len() > NAMED {
            self.workloads.pop_last();
        }
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
        assert!(all.of("web").is_none() && all.astray().is_none());
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
        assert_eq!((labels, group.count, group.fargate, group.ownerless), (&[Value::Is("w".into())][..], 2, 1, 0));
        assert_eq!(group.workloads.keys().collect::<Vec<_>>(), ["Deployment w", "Pod t"]);
        assert!(matches!(groups[1].0, [Value::Unclear(_)]));
        assert_eq!(groups[1].1.ownerless, 1);
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
