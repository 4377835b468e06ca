//! Engines over small clusters.

use super::*;
use crate::core::ConfigMap;
use crate::nodes::Node;

const OWN: &str = r#""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"eks.amazonaws.com/compute-type","operator":"NotIn","values":["fargate","hybrid","auto"]}]}]}}},"#;

/// A cluster in the making: DaemonSets, ConfigMaps, nodes.
#[derive(Default)]
struct Cluster {
    sets: Vec<String>,
    maps: Vec<String>,
    nodes: Vec<String>,
    auto_mode: bool,
    vouched: Vec<String>,
}

impl Cluster {
    fn set(mut self, name: &str, containers: &str, placed: &str, status: (u8, u8)) -> Self {
        let (namespace, name) = name.split_once('/').expect("a namespace and a name");
        self.sets.push(format!(
            r#"{{"metadata":{{"namespace":"{namespace}","name":"{name}"}},"spec":{{"template":{{"spec":{{{placed}"containers":{containers}}}}}}},"status":{{"desiredNumberScheduled":{},"numberReady":{}}}}}"#,
            status.0, status.1
        ));
        self
    }

    fn aws_node(self, args: &str) -> Self {
        let containers = format!(
            r#"[{{"name":"aws-node","image":"x.example/amazon-k8s-cni:v1.20.4-eksbuild.2"}},{{"name":"aws-eks-nodeagent","args":{args}}}]"#
        );
        self.set("kube-system/aws-node", &containers, OWN, (2, 2))
    }

    fn map(mut self, name: &str, data: &str) -> Self {
        self.maps.push(format!(r#"{{"metadata":{{"namespace":"kube-system","name":"{name}"}},"data":{data}}}"#));
        self
    }

    fn node(mut self, name: &str, labels: &str, provider: &str) -> Self {
        self.nodes.push(format!(
            r#"{{"metadata":{{"name":"{name}","labels":{labels}}},"spec":{{"providerID":"{provider}"}}}}"#
        ));
        self
    }

    fn ec2(self, name: &str) -> Self {
        self.node(name, "{}", "aws:///a/i-1")
    }

    /// Each engine's name, how it stands, and the names of the nodes that it reaches.
    fn engines(&self) -> Result<Vec<String>, Unknown> {
        let read = |texts: &[String]| -> Vec<Known<Node>> {
            texts.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect()
        };
        let nodes = read(&self.nodes);
        let sets: Vec<Known<DaemonSet>> =
            self.sets.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
        let maps: Vec<Known<ConfigMap>> =
            self.maps.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
        let ground = Ground::survey(nodes.iter().map(|n| (n, "n".to_owned())), self.auto_mode)?;
        let settings = Settings::new(maps.iter().map(|m| (m, "m".to_owned())), Known::value(()));
        let placed: Vec<Placed<'_>> = sets.iter().map(|s| (s, "d".to_owned())).collect();
        let told = engines(&placed, &settings, &self.vouched, &ground)?.into_iter().map(|engine| {
            let standing = format!("{:?}", engine.standing);
            let standing = standing.split('(').next().unwrap_or_default();
            let reach: Vec<&str> =
                engine.reach.iter().map(|lot| ground.lots[*lot].name.as_deref().unwrap_or("to come")).collect();
            format!("{} {standing} {}", engine.name, reach.join(","))
        });
        Ok(told.collect())
    }

    fn told(&self) -> Vec<String> {
        self.engines().expect("known")
    }
}

const ON: &str = r#"["--enable-network-policy=true"]"#;
const TRUE: &str = r#"{"enable-network-policy-controller":"true"}"#;

#[test]
fn the_vpc_cni_takes_both_halves() {
    let with = |args: &str, data: &str| Cluster::default().aws_node(args).map("amazon-vpc-cni", data).ec2("n").told();
    assert_eq!(with(ON, TRUE), ["kube-system/aws-node Enforcing n"]);
    assert_eq!(with(ON, "{}"), ["kube-system/aws-node Half n"]);
    assert_eq!(with(ON, r#"{"enable-network-policy-controller":"TRUE"}"#), ["kube-system/aws-node Half n"]);
    assert_eq!(with("[]", TRUE), ["kube-system/aws-node Half n"]);
    assert_eq!(with("[]", "{}"), ["kube-system/aws-node Off n"]);
    assert_eq!(Cluster::default().aws_node(ON).ec2("n").told(), ["kube-system/aws-node Half n"]);
}

#[test]
fn a_config_map_of_another_name_or_not_read_is_not_one_that_is_missing() {
    assert_eq!(Cluster::default().aws_node(ON).map("aws-auth", "{}").ec2("n").told(), ["kube-system/aws-node Half n"]);
    let unread = Settings::new([], Known::derived(|| Err(Unknown::because("denied"))));
    assert!(unread.value("amazon-vpc-cni", "enable-network-policy-controller").is_err());
    let map: Known<ConfigMap> = serde_json::from_str(
        r#"{"metadata":{"namespace":"other","name":"amazon-vpc-cni"},"data":{"enable-network-policy-controller":"true"}}"#,
    )
    .expect("JSON");
    let elsewhere = Settings::new([(&map, "m".to_owned())], Known::value(()));
    let setting = elsewhere.value("amazon-vpc-cni", "enable-network-policy-controller");
    assert_eq!(setting.map(|s| s.value), Ok(None));
}

#[test]
fn each_engine_reaches_the_nodes_that_its_pods_go_to() {
    let cluster = Cluster { auto_mode: true, ..Cluster::default() }
        .aws_node(ON)
        .map("amazon-vpc-cni", TRUE)
        .set(
            "cilium/cilium",
            r#"[{"name":"cilium-agent","args":["--enable-policy=always"]}]"#,
            r#""nodeSelector":{"eks.amazonaws.com/compute-type":"hybrid"},"#,
            (1, 1),
        )
        .ec2("e")
        .node("h", r#"{"eks.amazonaws.com/compute-type":"hybrid"}"#, "eks-hybrid:///eu-west-1/demo/h")
        .node("f", "{}", "aws:///a/0c-2f/fargate-ip-10-0-0-1")
        .node("g", "{}", "gce://p/z/vm");
    let expected = ["Auto Mode Enforcing to come", "cilium/cilium Enforcing h", "kube-system/aws-node Enforcing e,g"];
    assert_eq!(cluster.told(), expected);
}

#[test]
fn pods_that_are_not_ready_do_not_enforce() {
    let with = |status| Cluster::default().set("any/calico-node", r#"[{"name":"x"}]"#, "", status).ec2("n").told();
    assert_eq!(with((1, 1)), ["any/calico-node Enforcing n"]);
    assert_eq!(with((2, 1)), ["any/calico-node Incomplete n"]);
    assert_eq!(with((1, 0)), ["any/calico-node Idle n"]);
    assert_eq!(with((0, 0)), ["any/calico-node Idle n"]);
}

#[test]
fn a_daemon_set_that_wants_fewer_pods_than_it_has_nodes_is_not_on_all_of_them() {
    let with = |status| {
        let cluster = Cluster { auto_mode: true, ..Cluster::default() }.map("amazon-vpc-cni", TRUE);
        let placed = r#""tolerations":[{"operator":"Exists"}],"#;
        let told = cluster.set("any/calico-node", r#"[{"name":"x"}]"#, placed, status).ec2("m").ec2("n").told();
        told.into_iter().find(|engine| engine.starts_with("any")).expect("calico-node")
    };
    assert_eq!(with((1, 1)), "any/calico-node Incomplete to come,m,n");
    assert_eq!(with((2, 2)), "any/calico-node Enforcing to come,m,n");
    assert_eq!(with((3, 3)), "any/calico-node Enforcing to come,m,n");
}

#[test]
fn an_agent_that_is_off_needs_no_config_map_to_fail() {
    let standing = |args: &str| {
        let cluster = Cluster::default().aws_node(args).ec2("n");
        let set: Known<DaemonSet> = serde_json::from_str(&cluster.sets[0]).expect("JSON");
        let node: Known<Node> = serde_json::from_str(&cluster.nodes[0]).expect("JSON");
        let ground = Ground::survey([(&node, "n".to_owned())], false)?;
        let unread = Settings::new([], Known::derived(|| Err(Unknown::because("denied"))));
        let told = engines(&[(&set, "d".to_owned())], &unread, &[], &ground)?;
        Ok::<_, Unknown>(told[0].standing.clone())
    };
    for off in ["[]", r#"["--enable-network-policy=false"]"#] {
        assert!(matches!(standing(off), Ok(Standing::Off(_))), "{off}");
    }
    assert!(standing(ON).is_err());
}

#[test]
fn settings_of_cilium_are_read_where_they_are() {
    let with = |name: &str, args: &str, data: &str| {
        let containers = format!(r#"[{{"name":"cilium-agent","args":{args}}}]"#);
        Cluster::default().set(name, &containers, "", (1, 1)).map("cilium-config", data).ec2("n").told()
    };
    assert_eq!(with("kube-system/cilium", "[]", "{}"), ["kube-system/cilium Enforcing n"]);
    assert_eq!(with("kube-system/cilium", "[]", r#"{"enable-policy":"Never"}"#), ["kube-system/cilium Off n"]);
    let args = r#"["--enable-policy=default"]"#;
    assert_eq!(with("kube-system/cilium", args, r#"{"enable-policy":"never"}"#), ["kube-system/cilium Enforcing n"]);
    assert_eq!(with("kube-system/cilium", "[]", r#"{"enable-policy":"x"}"#), ["kube-system/cilium Unclear n"]);
    for own_only in ["false", "False", "F", "0", "off"] {
        let data = format!(r#"{{"enable-k8s-networkpolicy":"{own_only}"}}"#);
        assert_eq!(with("kube-system/cilium", "[]", &data), ["kube-system/cilium Unclear n"], "{own_only}");
        let args = format!(r#"["--enable-k8s-networkpolicy={own_only}"]"#);
        assert_eq!(with("kube-system/cilium", &args, "{}"), ["kube-system/cilium Unclear n"], "{own_only}");
    }
    let both = r#"{"enable-k8s-networkpolicy":"1"}"#;
    assert_eq!(with("kube-system/cilium", "[]", both), ["kube-system/cilium Enforcing n"]);
    assert_eq!(with("network/cilium", "[]", r#"{"enable-policy":"never"}"#), ["network/cilium Unclear n"]);
}

#[test]
fn what_the_user_vouches_for_is_an_engine() {
    let cluster = Cluster { vouched: vec!["a/b".to_owned()], ..Cluster::default() };
    let cluster = cluster.set("a/b", r#"[{"name":"x"}]"#, "", (1, 1)).set("b/b", r#"[{"name":"x"}]"#, "", (1, 1));
    assert_eq!(cluster.ec2("n").told(), ["a/b Enforcing n"]);
}

#[test]
fn what_cannot_be_read_is_not_known() {
    assert!(Cluster::default().aws_node(r#"["--enable-network-policy=$(ON)"]"#).ec2("n").engines().is_err());
    assert!(Cluster::default().aws_node("[7]").ec2("n").engines().is_err());
    assert!(Cluster::default().node("n", "{}", "").engines().is_err());
}
