//! What rules declare, what documents hold and which commands texts recommend, against the vendors' own descriptions:
//! botocore's service models, the OpenAPI of a running API server with the vendors' custom resources, CloudFormation's
//! schemas. A name that the vendor does not know is no fact.

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::SCHEMA;
use eksamine_facts::catalogue::{self, AwsKind, Call, Take, Value as From};
use eksamine_pack::RuleMeta;
use eksamine_tests::rules::root;
use eksamine_tests::vendor::{Misfit, Vendors, What, aws_commands, aws_operations, commands, read_by_eye};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All complaints at once: one run shows everything that is to be mended.
fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

/// Every `rule.toml`, read as it stands: what is not built yet is checked too.
fn rules() -> Result<Vec<RuleMeta>> {
    let mut found = Vec::new();
    for folder in sorted(&root().join("rules-wasm"))? {
        let file = folder.join("rule.toml");
        if file.is_file() {
            let text = fs::read_to_string(&file)?;
            found.push(RuleMeta::from_toml(&file.display().to_string(), &text)?);
        }
    }
    ensure!(!found.is_empty(), "no rules");
    Ok(found)
}

/// A facts document of ours.
struct Facts {
    /// From the project's root.
    name: String,
    document: Value,
}

impl Facts {
    /// Whether it may hold types and words that no vendor writes: a rule must be ready for them, and answers `error`.
    fn may_be_odd(&self) -> bool {
        self.name.ends_with(".error.json")
    }

    fn items(&self) -> impl Iterator<Item = (&str, usize, &Value)> {
        let kinds = self.document["facts"].as_object().into_iter().flatten();
        kinds.flat_map(|(kind, facts)| {
            let items = facts["items"].as_array().into_iter().flatten().enumerate();
            items.map(move |(index, item)| (kind.as_str(), index, item))
        })
    }
}

/// Every case of every rule, and every example.
fn documents() -> Result<Vec<Facts>> {
    let mut folders = vec![root().join("examples")];
    folders.extend(sorted(&root().join("rules-wasm"))?.into_iter().map(|rule| rule.join("cases")));
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for path in sorted(&folder)? {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                let document: Value = serde_json::from_str(&fs::read_to_string(&path)?)
                    .with_context(|| format!("reading {}", path.display()))?;
                if document["schema"] == SCHEMA {
                    let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
                    found.push(Facts { name, document });
                }
            }
        }
    }
    ensure!(!found.is_empty(), "no documents");
    Ok(found)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

#[test]
fn every_declared_path_is_known_to_its_vendor() -> Result<()> {
    let rules = rules()?;
    let facts = || rules.iter().flat_map(|rule| rule.facts.iter().map(move |need| (rule, need)));
    let mut places = Vec::new();
    for (rule, need) in facts() {
        let absent = need.absent.iter().map(|absence| &absence.path);
        places
            .extend(need.fields.iter().chain(absent).map(|path| (rule.id.as_str(), need.kind.as_str(), path.as_str())));
    }
    let asked: Vec<(&str, &str)> = places.iter().map(|(_, kind, path)| (*kind, *path)).collect();
    let answers = Vendors::shared()?.paths(&asked)?;
    ensure!(answers.len() == places.len() && answers.len() >= facts().count());
    let complaints = places
        .iter()
        .zip(answers)
        .filter_map(|((rule, kind, path), answer)| answer.map(|why| format!("{rule}: {kind} {path}: {why}")));
    complain(&complaints.collect::<Vec<_>>());
    Ok(())
}

/// A call that is made for values of another kind names the place of those values.
#[test]
fn what_the_catalogue_reads_in_other_kinds_is_there() -> Result<()> {
    let mut asked: Vec<(&str, String)> = Vec::new();
    for call in catalogue::AWS.iter().flat_map(AwsKind::calls) {
        for values in call.each.values() {
            asked.extend(
                read_below(call, values.take).into_iter().map(|below| (values.kind, values.at.to_owned() + below)),
            );
        }
    }
    ensure!(asked.len() > 3, "{asked:?}");
    let paths: Vec<(&str, &str)> = asked.iter().map(|(kind, path)| (*kind, path.as_str())).collect();
    complain(&Vendors::shared()?.paths(&paths)?.into_iter().flatten().collect::<Vec<_>>());
    Ok(())
}

/// What is read of a value of another kind, below the place where it stands.
fn read_below(call: &Call, take: Take) -> Vec<&'static str> {
    match take {
        Take::Whole => {
            let of = call.input.iter().filter_map(|input| match input.value {
                From::ChunkOf(below) | From::Of(below) | From::List(&[From::Of(below)]) => Some(below),
                _ => None,
            });
            of.chain(call.region).collect()
        }
        Take::HttpListener => vec!["/ListenerArn", "/Protocol"],
        Take::NodeRole => vec!["/type", "/principalArn"],
        // Taken out of a text: what is in it is no part of the other kind.
        Take::InstanceId | Take::ArnName | Take::MappedNodeRoles | Take::OtherRegion | Take::OwnImage => vec![""],
    }
}

#[test]
fn every_item_of_every_case_and_example_is_as_its_vendor_writes_it() -> Result<()> {
    let documents = documents()?;
    let mut places = Vec::new();
    for facts in &documents {
        places.extend(facts.items().map(|(kind, index, item)| (facts, kind, index, item)));
    }
    let asked: Vec<(&str, &Value)> = places.iter().map(|(_, kind, _, item)| (*kind, *item)).collect();
    let answers = Vendors::shared()?.items(&asked)?;
    ensure!(answers.len() == places.len());
    let mut complaints = Vec::new();
    for ((facts, kind, index, _), misfits) in places.iter().zip(answers) {
        let wrong = misfits.into_iter().filter(|misfit| misfit.what == What::Name || !facts.may_be_odd());
        complaints.extend(wrong.map(|it| format!("{}: /facts/{kind}/items/{index}{} {}", facts.name, it.at, it.why)));
    }
    complain(&complaints);
    Ok(())
}

#[test]
fn every_command_in_a_text_is_one_that_the_vendor_takes() -> Result<()> {
    let (mut complaints, mut aws, mut kubectl) = (Vec::new(), Vec::new(), Vec::new());
    for rule in rules()? {
        let remediation = &rule.remediation;
        let texts = [("audit", Some(&rule.audit)), ("remediation.aws", remediation.aws.as_ref())];
        for (place, text) in texts.into_iter().chain([("remediation.kubectl", remediation.kubectl.as_ref())]) {
            let place = format!("{}: {place}", rule.id);
            for words in commands(text.map_or("", String::as_str)).map_err(|why| anyhow::anyhow!("{place}: {why}"))? {
                if words[0] == "aws" { &mut aws } else { &mut kubectl }.push((place.clone(), words));
            }
        }
    }
    ensure!(!aws.is_empty() && !kubectl.is_empty(), "no commands");
    let asked: Vec<Vec<String>> = aws.iter().map(|(_, words)| words.clone()).collect();
    for ((place, words), errors) in aws.iter().zip(aws_commands(&asked)?) {
        complaints.extend(errors.into_iter().map(|error| format!("{place}: `{}`: {error}", words.join(" "))));
    }
    for (place, words) in &kubectl {
        let errors = Vendors::shared()?.kubectl(words)?;
        complaints.extend(errors.into_iter().map(|error| format!("{place}: `{}`: {error}", words.join(" "))));
    }
    complain(&complaints);
    Ok(())
}

/// Which actions write is decided by hand: what AWS adds is to be decided too.
#[test]
fn every_action_of_a_registry_is_in_exactly_one_class() -> Result<()> {
    let file = root().join("sdk/facts/src/derive/ecr_actions.json");
    let classes: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect()
    };
    for service in ["ecr", "ecr-public"] {
        let operations = aws_operations(service)?;
        let mut known: Vec<String> =
            operations.keys().cloned().chain(texts(&classes["permissions"][service])).collect();
        let mut listed: Vec<String> =
            classes[service].as_object().into_iter().flatten().flat_map(|(_, c)| texts(c)).collect();
        known.sort();
        listed.sort();
        ensure!(known == listed, "{service}: AWS has {known:?}, the rule has {listed:?}");
        let named = |name: &String| {
            let members = operations.get(name).into_iter().flatten();
            members.into_iter().any(|member| member == "repositoryName" || member == "resourceArn")
        };
        let of_registry = texts(&classes[service]["registry-write"]);
        ensure!(!of_registry.iter().any(named), "{service}: one of {of_registry:?} names a repository");
        let of_repository = texts(&classes[service]["write"]).into_iter().filter(|name| operations.contains_key(name));
        ensure!(of_repository.into_iter().all(|name| named(&name)), "{service}: a write names no repository");
    }
    Ok(())
}

/// Kinds that a rule, a case or an example names.
fn named_kinds() -> Result<BTreeSet<String>> {
    let declared = rules()?.into_iter().flat_map(|rule| rule.facts).map(|need| need.kind);
    let documents = documents()?;
    let held = documents.iter().flat_map(|facts| facts.document["facts"].as_object().into_iter().flatten());
    Ok(declared.chain(held.map(|(kind, _)| kind.clone())).collect())
}

#[test]
fn what_was_read_by_eye_is_dated_needed_and_described_nowhere_else() -> Result<()> {
    let vendors = Vendors::shared()?;
    let named = named_kinds()?;
    let list = read_by_eye()?;
    let mut complaints = Vec::new();
    for listed in list.kinds.iter().chain(&list.additions) {
        let kind = &listed.kind;
        if listed.why.is_empty() || listed.places.is_empty() {
            complaints.push(format!("{kind}: why, and where it is documented?"));
        }
        if listed.places.iter().any(|place| place.place.is_empty() || place.fields.is_empty()) {
            complaints.push(format!("{kind}: a place has a name and fields"));
        }
        if !is_day(&listed.read) {
            complaints.push(format!("{kind}: {:?} is no day", listed.read));
        }
        if !named.contains(kind) {
            complaints.push(format!("{kind}: no rule, case or example names it; take it off the list"));
        }
    }
    // An addition that is described elsewhere is refused when it is added.
    for kind in list.kinds.iter().map(|listed| &listed.kind) {
        if vendors.openapi().described(kind.trim_start_matches("k8s.")).is_ok() {
            complaints.push(format!("{kind}: the API server describes it now; take it off the list"));
        }
    }
    complain(&complaints);
    Ok(())
}

/// `2026-11-24`.
fn is_day(text: &str) -> bool {
    let numbers: Vec<u32> = text.split('-').filter_map(|number| number.parse().ok()).collect();
    text.len() == 10 && matches!(numbers[..], [2026..2100, 1..=12, 1..=31])
}

const RIGHT: [(&str, &str); 16] = [
    ("aws.eks.clusters", "/logging/clusterLogging/*/types/*"),
    ("aws.ec2.instances", "/NetworkInterfaces/*/Ipv6Addresses/*/Ipv6Address"),
    ("k8s.pods.v1", "/spec/containers/*/image"),
    ("k8s.ec2nodeclasses.v1.karpenter.k8s.aws", "/spec/associatePublicIPAddress"),
    ("k8s.nodepools.v1.karpenter.sh", "/spec/template/spec/nodeClassRef/name"),
    ("k8s.ciliumnetworkpolicies.v2.cilium.io", "/specs/*/endpointSelector/matchLabels/*"),
    ("k8s.globalnetworkpolicies.v1.crd.projectcalico.org", "/spec/namespaceSelector"),
    ("k8s.networkpolicies.v1.crd.projectcalico.org", "/spec/tier"),
    ("k8s.adminnetworkpolicies.v1alpha1.policy.networking.k8s.io", "/spec/subject/namespaces/matchLabels"),
    ("k8s.adminnetworkpolicies.v1alpha1.policy.networking.k8s.io", "/spec/egress/*/to/*/networks/*"),
    ("k8s.applicationnetworkpolicies.v1alpha1.networking.k8s.aws", "/spec/podSelector/matchLabels/app"),
    ("k8s.nodeclasses.v1.eks.amazonaws.com", "/metadata/name"),
    ("k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io", "/config/authentication/x509/clientCAFile"),
    ("k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io", "/flags/read-only-port"),
    ("cfn.AWS::EFS::FileSystem", "/BackupPolicy/Status"),
    ("cfn.AWS::EFS::FileSystem", "/$identifier"),
];

const WRONG: [(&str, &str, &str); 14] = [
    ("aws.eks.clusters", "/logging/clusterLoging", r#"did you mean "clusterLogging"?"#),
    ("aws.eks.clusters", "/logging/clusterLogging/types", "its elements are named *"),
    ("aws.eks.clusters", "/$parent", "adds no `$parent`"),
    ("aws.eks.cluster", "/name", "the nearest is `aws.eks.clusters`"),
    ("k8s.pods.v1", "/spec/container/*/image", "the nearest is `containers`"),
    ("k8s.ec2nodeclasses.v1.karpenter.k8s.aws", "/spec/associatePublicIpAddress", "is `associatePublicIPAddress`"),
    ("k8s.ciliumnetworkpolicies.v2.cilium.io", "/spec/endpointselector", "the nearest is `endpointSelector`"),
    ("k8s.networkpolicies.v1.crd.projectcalico.org", "/spec/namespaceSelector", "has no field `namespaceSelector`"),
    ("k8s.clusternetworkpolicies.v1alpha1.networking.k8s.aws", "/spec/tiers", "the nearest is `tier`"),
    (
        "k8s.nodeclasses.v1.eks.amazonaws.com",
        "/spec/associatePublicIPAddress",
        "has no field `associatePublicIPAddress`",
    ),
    (
        "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io",
        "/config/readonlyPort",
        "the nearest is `readOnlyPort`",
    ),
    ("k8s.widgets.v1.example.com", "/spec", "no vendor describes k8s.widgets.v1.example.com"),
    ("cfn.AWS::EFS::FileSystem", "/BackupPolicy/State", "the nearest is `Status`"),
    ("cfn.AWS::EFS::FileSytem", "/Name", "the nearest is `AWS::EFS::FileSystem`"),
];

#[test]
fn wrong_paths_are_refused_with_the_nearest_name() -> Result<()> {
    let vendors = Vendors::shared()?;
    for (asked, answer) in RIGHT.iter().zip(vendors.paths(&RIGHT)?) {
        ensure!(answer.is_none(), "{asked:?}: {answer:?}");
    }
    let wrong = WRONG.map(|(kind, path, _)| (kind, path));
    for ((kind, path, why), answer) in WRONG.iter().zip(vendors.paths(&wrong)?) {
        ensure!(answer.as_ref().is_some_and(|it| it.contains(why)), "{kind} {path}: {answer:?}");
    }
    Ok(())
}

#[test]
fn wrong_items_are_refused_by_place() -> Result<()> {
    let name = |at: &str, why: &str| (at.to_owned(), What::Name, why.to_owned());
    let value = |at: &str, why: &str| (at.to_owned(), What::Value, why.to_owned());
    let table = [
        ("aws.eks.clusters", json!({"name": "a", "createdAt": 1.5, "connectorConfig": null}), vec![]),
        ("aws.eks.clusters", json!({"nam": "a"}), vec![name("/nam", r#"did you mean "name"?"#)]),
        ("aws.eks.clusters", json!({"$region": "a"}), vec![name("/$region", "adds no `$region`")]),
        ("aws.eks.clusters", json!({"createdAt": "2026-01-01"}), vec![value("/createdAt", "timestamp expected")]),
        ("aws.eks.clusters", json!({"status": "active"}), vec![value("/status", r#"did you mean "ACTIVE"?"#)]),
        (
            "aws.ec2.instances",
            json!({"LaunchTime": 1.5, "State": {"Code": "16", "name": "running"}, "Tags": {}, "PublicIpAddress": null}),
            vec![
                value("/LaunchTime", "timestamp expected"),
                value("/State/Code", "integer expected"),
                name("/State/name", r#"did you mean "Name"?"#),
                value("/Tags", "TagList is a list, not an object"),
                value("/PublicIpAddress", "string expected, not null"),
            ],
        ),
        ("k8s.nodes.v1", json!({"metadata": {"name": 1}}), vec![value("/metadata/name", "is string, not integer")]),
        ("k8s.nodes.v1", json!({"specs": {}}), vec![name("/specs", "the nearest is `spec`")]),
        (
            "k8s.clusternetworkpolicies.v1alpha1.networking.k8s.aws",
            json!({"metadata": {"name": "a"}, "spec": {"ingress": [{"action": "Allow"}]}}),
            vec![value("/spec/ingress/0/action", "is never \"Allow\"")],
        ),
        ("cfn.AWS::EFS::FileSystem", json!({"$identifier": "fs-1", "Encrypted": true}), vec![]),
        ("cfn.AWS::EFS::FileSystem", json!({"Encrypt": true}), vec![name("/Encrypt", "the nearest is `Encrypted`")]),
    ];
    let asked: Vec<(&str, &Value)> = table.iter().map(|(kind, item, _)| (*kind, item)).collect();
    for ((kind, item, expected), found) in table.iter().zip(Vendors::shared()?.items(&asked)?) {
        ensure!(agree(&found, expected), "{kind} {item}: {found:#?}");
    }
    Ok(())
}

fn agree(found: &[Misfit], expected: &[(String, What, String)]) -> bool {
    let mut found: Vec<&Misfit> = found.iter().collect();
    found.sort_by_key(|it| &it.at);
    let mut expected: Vec<&(String, What, String)> = expected.iter().collect();
    expected.sort_by_key(|(at, _, _)| at);
    let alike = |(it, (at, what, why)): (&&Misfit, &&(String, What, String))| {
        it.at == *at && it.what == *what && it.why.contains(why)
    };
    found.len() == expected.len() && found.iter().zip(&expected).all(alike)
}

const WRONG_COMMANDS: [(&str, &str); 25] = [
    ("aws", "a service and an operation must follow"),
    ("aws ek describe-cluster", r#"no service "ek""#),
    ("aws eks describe-clusters --name A", r#"did you mean "describe-cluster"?"#),
    ("aws eks describe-cluster --nam A", r#"did you mean "--name"?"#),
    ("aws eks describe-cluster", "--name is required"),
    ("aws eks describe-cluster --name A B", "takes one value"),
    ("aws eks describe-cluster --name A --query cluster.loging", r#"did you mean "logging"?"#),
    ("aws eks describe-cluster --name A --query 'cluster.['", "--query:"),
    ("aws eks create-nodegroup --cluster-name A --nodegroup-name B --subnets C --node-role D --version 1", "no option"),
    ("aws eks wait cluster-gone --name A", "waits for no"),
    ("aws ec2 modify-subnet-attribute --subnet-id A --no-map-public-ip-on-launch now", "takes no value"),
    ("aws logs put-retention-policy --log-group-name A --retention-in-days ten", "a whole number expected"),
    (r#"aws eks update-cluster-config --name A --logging '{"clusterLogging":[{"type":["api"]}]}'"#, r#"mean "types"?"#),
    (r#"aws eks update-cluster-config --name A --logging '{"clusterLogging":'"#, "--logging: "),
    ("kubectl gets pods", "unknown command \"gets\""),
    ("kubectl get pod,nods", "the nearest is `nodes`"),
    ("kubectl get", "a type of resource must follow"),
    ("kubectl delete networkpolicy/a netpol/b polici/c", "no resource is called `polici`"),
    ("kubectl get pods --all-namespace", "unknown flag: --all-namespace"),
    ("kubectl get nodes -o custom-columns=ID:.spec.providerId", "the nearest is `providerID`"),
    ("kubectl get nodes.karpenter.sh", "no resource is called"),
    (
        r#"kubectl patch ec2nodeclasses.karpenter.k8s.aws A --type merge -p '{"spec":{"public":false}}'"#,
        "no field `public`",
    ),
    (r#"kubectl patch pod A -p '{"spec"'"#, "the patch is no JSON"),
    ("kubectl rollout restat daemonsets/aws-node", "did you mean \"restart\"?"),
    ("kubectl rollout restart daemonsets/aws-node -n kube-system deploymint/x", "the nearest is `deployment`"),
];

const RIGHT_COMMANDS: [&str; 10] = [
    "aws eks create-nodegroup --cluster-name A --nodegroup-name B --subnets C D --node-role E --kubernetes-version 1.34",
    "aws eks update-kubeconfig --name A --region R",
    r#"aws eks update-addon --cluster-name A --addon-name B --configuration-values '{"enableNetworkPolicy":"true"}'"#,
    "aws eks wait cluster-active --name A",
    "aws ec2 describe-subnets --query 'Subnets[?MapPublicIpOnLaunch].[SubnetId,Tags[].Key]' --output text",
    "kubectl get po,svc -A -o wide",
    "kubectl get nodeclasses.eks.amazonaws.com,netpol -o yaml",
    "kubectl label namespaces A pod-security.kubernetes.io/enforce=baseline --overwrite",
    "kubectl auth can-i create pods --as system:anonymous",
    r#"kubectl patch nodeclasses.eks.amazonaws.com/A --type json -p '[{"op":"remove","path":"/spec/x"}]'"#,
];

#[test]
fn wrong_commands_are_refused() -> Result<()> {
    for (text, why) in WRONG_COMMANDS {
        let errors = errors(text)?;
        ensure!(errors.iter().any(|error| error.contains(why)), "{text}: {errors:?}");
    }
    for text in RIGHT_COMMANDS {
        let errors = errors(text)?;
        ensure!(errors.is_empty(), "{text}: {errors:?}");
    }
    Ok(())
}

fn errors(text: &str) -> Result<Vec<String>> {
    let words = commands(text).map_err(anyhow::Error::msg)?;
    ensure!(words.len() == 1, "{text} is one command");
    if words[0][0] == "aws" {
        return aws_commands(&words)?.pop().context("one command, one answer");
    }
    Vendors::shared()?.kubectl(&words[0])
}
