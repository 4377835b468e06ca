use super::*;
use crate::Watch;
use crate::network::{
    AdminNetworkPolicy, BaselineAdminNetworkPolicy, CalicoGlobalNetworkPolicy, CiliumClusterwideNetworkPolicy,
    NetworkPolicy,
};

const DENY: &str = r#"{"metadata":{"name":"deny","namespace":"web"},"spec":{"podSelector":{}}}"#;
const SHOP: &str = r#"{"metadata":{"name":"shop","namespace":"web"},
    "spec":{"podSelector":{"matchLabels":{"app":"shop"}},"ingress":[{"ports":[{"port":80}]}]}}"#;
const OPEN: &str = r#"{"metadata":{"name":"open","namespace":"web"},"spec":{"podSelector":{},"ingress":[{}]}}"#;

struct World {
    policies: Policies,
    pods: Vec<String>,
}

impl World {
    fn with(policies: &[&str]) -> Self {
        let mut world = Self { policies: Policies::default(), pods: Vec::new() };
        for policy in policies {
            world.policies.read::<NetworkPolicy>(&serde_json::from_str(policy).expect("JSON"), "/p");
        }
        world
    }

    fn pod(mut self, labels: &str) -> Self {
        self.pods.push(format!(
            r#"{{"metadata":{{"name":"p","namespace":"web","labels":{labels}}},"status":{{"phase":"Running"}}}}"#
        ));
        self
    }

    fn see<T>(&self, look: impl FnOnce(&Cover<'_>) -> T) -> T {
        let mut pods = Pods::new(self.policies.pod_keys());
        self.pods.iter().for_each(|p| pods.add(&serde_json::from_str(p).expect("JSON"), "/"));
        let labels = serde_json::from_str(r#"{"team":"a"}"#).expect("JSON");
        look(&Cover::new("web", &labels, &self.policies, &pods))
    }
}

fn yes() -> Known<bool> {
    Known::value(true)
}

fn no() -> Known<bool> {
    Known::value(false)
}

#[test]
fn pods_are_counted_by_direction() {
    let world = World::with(&[SHOP]).pod(r#"{"app":"shop"}"#).pod(r#"{"app":"shop"}"#).pod("{}");
    world.see(|cover| {
        assert_eq!((cover.count(), cover.isolated(Direction::Ingress), cover.isolated(Direction::Egress)), (3, 2, 0));
        assert_eq!((cover.is_isolated(), cover.all_isolated(Direction::Ingress)), (yes(), no()));
        assert_eq!(cover.open(Direction::Ingress).map(|g| g.count).sum::<usize>(), 1);
        assert_eq!(cover.selected().map(|g| g.count).sum::<usize>(), 2);
        assert_eq!(cover.is_denied(Direction::Ingress), no());
    });
    World::with(&[SHOP, DENY]).pod("{}").see(|cover| {
        assert_eq!((cover.all_isolated(Direction::Ingress), cover.is_denied(Direction::Ingress)), (yes(), yes()));
        assert_eq!(cover.is_denied(Direction::Egress), no());
    });
}

#[test]
fn policies_are_additive() {
    World::with(&[DENY, OPEN]).pod("{}").see(|cover| {
        assert_eq!((cover.is_isolated(), cover.isolated(Direction::Ingress)), (yes(), 0));
    });
    World::with(&[OPEN]).pod("{}").see(|cover| assert_eq!((cover.has_policy(), cover.is_isolated()), (yes(), no())));
}

#[test]
fn a_policy_that_selects_nothing_counts_only_while_there_is_no_pod() {
    World::with(&[SHOP]).pod("{}").see(|cover| assert_eq!(cover.is_isolated(), no()));
    World::with(&[SHOP]).see(|cover| assert_eq!((cover.is_isolated(), cover.has_pods()), (yes(), no())));
}

#[test]
fn exactly_what_depends_on_the_unreadable_is_unknown() {
    let watch = Watch::start();
    World::with(&[SHOP, r#"{"metadata":{"name":"x"},"spec":{"podSelector":{}}}"#]).see(|cover| {
        assert_eq!((cover.has_policy(), cover.is_isolated()), (yes(), yes()));
        assert!(cover.is_denied(Direction::Ingress).get().is_err());
    });
    World::with(&[SHOP]).pod(r#"{"app":7}"#).see(|cover| {
        assert_eq!(cover.has_policy(), yes());
        assert!(cover.is_isolated().peek().is_none() && cover.all_isolated(Direction::Ingress).peek().is_none());
    });
    World::with(&[DENY]).pod(r#"{"app":7}"#).see(|cover| assert_eq!(cover.all_isolated(Direction::Ingress), yes()));
    assert_eq!(watch.asked(), 1, "only what was asked for here");
}

#[test]
fn policies_of_the_cluster_reach_the_namespaces_they_select() {
    let world = |policy: &str| {
        let mut world = World::with(&[]).pod(r#"{"app":"shop"}"#);
        world.policies.read::<CiliumClusterwideNetworkPolicy>(&serde_json::from_str(policy).expect("JSON"), "/c");
        world
    };
    let cilium = |selector: &str| {
        world(&format!(r#"{{"metadata":{{"name":"c"}},"spec":{{"endpointSelector":{selector},"ingress":[{{}}]}}}}"#))
    };
    let named = |name: &str| format!(r#"{{"matchLabels":{{"k8s:io.kubernetes.pod.namespace":"{name}"}}}}"#);
    cilium("{}").see(|cover| assert_eq!(cover.is_denied(Direction::Ingress), yes()));
    cilium(&named("web")).see(|cover| assert_eq!(cover.is_denied(Direction::Ingress), yes()));
    cilium(&named("other")).see(|cover| assert_eq!((cover.has_policy(), cover.applied().len()), (no(), 0)));
    let team =
        |team: &str| format!(r#"{{"matchLabels":{{"io.cilium.k8s.namespace.labels.team":"{team}","app":"shop"}}}}"#);
    cilium(&team("a")).see(|cover| {
        assert_eq!((cover.is_isolated(), cover.isolated(Direction::Ingress)), (yes(), 1));
        assert_eq!(cover.is_denied(Direction::Ingress), no());
    });
    cilium(&team("b")).see(|cover| assert_eq!(cover.has_policy(), no()));
    let account = r#"{"matchLabels":{"io.cilium.k8s.policy.serviceaccount":"x"}}"#;
    cilium(account).see(|cover| assert_eq!(cover.has_policy().peek(), None));
}

#[test]
fn a_global_policy_of_calico_selects_namespaces_and_pods() {
    let mut world = World::with(&[]).pod(r#"{"app":"shop"}"#);
    let policy = r#"{"metadata":{"name":"g"},"spec":{"namespaceSelector":"team == 'a'","selector":"app == 'shop'"}}"#;
    world.policies.read::<CalicoGlobalNetworkPolicy>(&serde_json::from_str(policy).expect("JSON"), "/g");
    world.see(|cover| assert_eq!((cover.has_policy(), cover.all_isolated(Direction::Ingress)), (yes(), yes())));
}

#[test]
fn what_an_earlier_level_decides_no_later_one_changes() {
    let policy = |action: &str| {
        format!(
            r#"{{"metadata":{{"name":"x"}},"spec":{{"subject":{{"namespaces":{{}}}},
            "ingress":[{{"action":"{action}","from":[{{"namespaces":{{}}}}]}}]}}}}"#
        )
    };
    let isolated = |own: &[&str], admin: Option<&str>, baseline: Option<&str>| {
        let mut world = World::with(own).pod("{}");
        let read = |action| serde_json::from_str(&policy(action)).expect("JSON");
        if let Some(action) = admin {
            world.policies.read::<AdminNetworkPolicy>(&read(action), "/a");
        }
        if let Some(action) = baseline {
            let baseline = serde_json::from_str(&policy(action)).expect("JSON");
            world.policies.read::<BaselineAdminNetworkPolicy>(&baseline, "/b");
        }
        world.see(|cover| cover.all_isolated(Direction::Ingress))
    };
    assert_eq!(isolated(&[DENY], Some("Allow"), None), no());
    assert_eq!(isolated(&[OPEN], Some("Deny"), None), yes());
    assert_eq!(isolated(&[DENY], Some("Pass"), Some("Allow")), yes());
    assert_eq!(isolated(&[], None, Some("Deny")), yes());
    assert_eq!(isolated(&[OPEN], None, Some("Deny")), no());
    assert_eq!(isolated(&[], Some("Allow"), Some("Deny")), no());
}

#[test]
fn pods_on_the_network_of_their_node_are_no_pods_here() {
    let mut pods = Pods::new(Vec::new());
    let pod = r#"{"metadata":{"name":"p","namespace":"web"},"spec":{"hostNetwork":true},"status":{"phase":"Running"}}"#;
    pods.add(&serde_json::from_str(pod).expect("JSON"), "/");
    let (none, policies) = (Known::value(Map::default()), Policies::default());
    let cover = Cover::new("web", &none, &policies, &pods);
    assert_eq!((cover.count(), cover.on_nodes(), cover.has_pods()), (0, 1, no()));
}

#[test]
fn an_unread_policy_of_an_administrator_may_decide_either_way() {
    let mut world = World::with(&[OPEN]).pod("{}");
    world.policies.unless::<BaselineAdminNetworkPolicy>(&Known::lost("it is denied".into()));
    world.see(|cover| assert_eq!(cover.all_isolated(Direction::Ingress), no()));
    world.policies.unless::<AdminNetworkPolicy>(&Known::lost("it is denied".into()));
    world.see(|cover| assert_eq!(cover.all_isolated(Direction::Ingress).peek(), None));
}

#[test]
fn what_is_denied_of_one_family_hangs_on_the_addresses_of_pods() {
    let mut policies = Policies::default();
    let policy = r#"{"metadata":{"name":"x"},"spec":{"subject":{"namespaces":{}},
        "egress":[{"action":"Deny","to":[{"networks":["::/0"]}]}]}}"#;
    policies.read::<AdminNetworkPolicy>(&serde_json::from_str(policy).expect("JSON"), "/a");
    let none = Known::value(Map::default());
    let denied = |address: &str| {
        let mut pods = Pods::new(Vec::new());
        let pod = format!(
            r#"{{"metadata":{{"name":"p","namespace":"web"}},"status":{{"phase":"Running","podIP":"{address}"}}}}"#
        );
        pods.add(&serde_json::from_str(&pod).expect("JSON"), "/");
        Cover::new("web", &none, &policies, &pods).is_denied(Direction::Egress)
    };
    assert_eq!((denied("2001:db8::1"), denied("10.0.0.1")), (yes(), no()));
    assert_eq!(denied("").peek(), None);
}
