//! The program against a cluster in AWS, as someone with an EKS cluster runs it: what is printed to be granted is granted,
//! then scanned, then taken away piece by piece.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use anyhow::{Context as _, Result, ensure};
use eksamine_engine::official_manifest;
use eksamine_facts::catalogue::{Kind, KubernetesKind, Verb};
use eksamine_pack::{Need, RuleMeta};
use eksamine_results::{Missing, RuleResult, ScanResult, Status};
use eksamine_tests::live::{Live, READERS, REGION};
use eksamine_tests::program::{Ran, eksamine, eksamine_with};
use eksamine_tests::rules::root;
use eksamine_tests::servers::kube::{User, apply_manifests};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Everything that can be read, judged by what the owners of the example clusters demand.
const WHOLE: &[&str] = &["--tier", "2", "--profile", "examples/demands.toml"];
/// What a scan reads that was asked for nothing.
const PLAIN: &[&str] = &[];

/// Runs the program with the keys to the live world and nothing else.
fn run(live: &Live, args: &[&str]) -> Ran {
    let variables = live.world.environment();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let natively = ["--region", REGION, "--cluster", &live.cluster, "--way-in", "native"];
    eksamine_with(&[args, &natively].concat(), &variables)
}

fn printed_roles(args: &[&str]) -> String {
    let asked = ["permissions", "--format", "rbac", "--group", READERS, "--way-in", "native"];
    let ran = eksamine(&[&asked, args].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.stdout
}

/// Of someone who names the cluster, and so need not list them.
fn printed_actions(args: &[&str]) -> BTreeSet<String> {
    let asked = ["permissions", "--format", "iam", "--way-in", "native", "--cluster", "any"];
    let ran = eksamine(&[&asked, args].concat());
    let policy: Value = serde_json::from_str(&ran.stdout).expect("an IAM policy is JSON");
    let statements = policy["Statement"].as_array().expect("statements");
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().expect("actions"));
    actions.map(|action| action.as_str().expect("text").to_owned()).collect()
}

/// A scan that leaves its document in a folder of its own.
struct Scanned {
    folder: TempDir,
    ran: Ran,
    result: ScanResult,
}

impl Scanned {
    fn facts(&self) -> std::path::PathBuf {
        self.folder.path().join("facts.json")
    }
}

fn scan(live: &Live, args: &[&str]) -> Result<Scanned> {
    let folder = tempfile::tempdir()?;
    let facts = folder.path().join("facts.json");
    let asked = ["scan", "--format", "json", "--facts-output", facts.to_str().context("text")?];
    let ran = run(live, &[&asked, args].concat());
    let result = serde_json::from_str(&ran.stdout).with_context(|| format!("{}\n{}", ran.stdout, ran.stderr))?;
    Ok(Scanned { folder, ran, result })
}

#[test]
fn what_is_printed_to_be_granted_is_enough() -> Result<()> {
    let live = Live::hardened(&printed_roles(WHOLE))?;
    live.world.control(&json!({"allow": printed_actions(WHOLE)}))?;
    let scanned = scan(&live, WHOLE)?;
    passes(&scanned)?;
    let written = format!("facts written to {}\n", scanned.facts().display());
    ensure!(scanned.ran.stderr == written, "quiet where there is no terminal: {}", scanned.ran.stderr);
    as_in_the_example(&scanned.facts())
}

/// What AWS has told of the cluster is what the example holds, to the last field.
fn as_in_the_example(facts: &Path) -> Result<()> {
    let read = |file: &Path| -> Result<Value> { Ok(serde_json::from_slice(&std::fs::read(file)?)?) };
    let (gathered, example) = (read(facts)?, read(&root().join("examples/hardened/facts.json"))?);
    let kinds = example["facts"].as_object().context("facts by kind")?;
    for (kind, expected) in kinds.iter().filter(|(kind, _)| kind.starts_with("aws.")) {
        // The endpoint, and the keys of who asks, are this test's.
        let is_ours = matches!(kind.as_str(), "aws.eks.clusters" | "aws.sts.calleridentities");
        let items = &gathered["facts"][kind]["items"];
        ensure!(is_ours || *items == expected["items"], "{kind}: {items:#}\nand in the example {expected:#}");
    }
    Ok(())
}

#[test]
fn what_is_printed_to_be_granted_is_all_used() -> Result<()> {
    for args in [PLAIN, WHOLE] {
        let live = Live::start(&printed_roles(args))?;
        let actions = printed_actions(args);
        live.world.control(&json!({"allow": actions}))?;
        let scanned = scan(&live, args)?;
        for result in &scanned.result.results {
            // No kubelets stand behind these nodes.
            let lacks = result.missing.iter().filter(|missing| !missing.fact.starts_with("k8s.kubeletconfigurations."));
            ensure!(lacks.into_iter().all(by_choice), "{result:#?}");
        }
        let mut recorded: BTreeSet<String> = live.world.log()?.into_iter().map(|call| call.action).collect();
        // Needs no permission.
        ensure!(recorded.remove("sts:GetCallerIdentity"));
        ensure!(recorded == actions, "recorded {recorded:#?}\nprinted {actions:#?}");
    }
    Ok(())
}

#[test]
fn a_scan_judges_the_document_that_it_wrote() -> Result<()> {
    let live = Live::hardened(&printed_roles(PLAIN))?;
    let scanned = scan(&live, PLAIN)?;
    ensure!(scanned.result.weakenings.is_empty(), "{:?}", scanned.result.weakenings);
    let (facts, as_of) = (scanned.facts(), scanned.result.as_of.clone());
    private(&facts)?;
    let facts = facts.to_str().context("text")?;
    let replayed = eksamine(&["scan", "--format", "json", "--facts", facts, "--as-of", &as_of]);
    ensure!(replayed.stdout == scanned.ran.stdout, "{}\nand live\n{}", replayed.stdout, scanned.ran.stdout);
    // The same by two commands.
    let gathered = scanned.folder.path().join("gathered.json");
    let ran = run(&live, &["gather", "--output", gathered.to_str().context("text")?]);
    ensure!(ran.code == 0 && ran.stdout.is_empty(), "{ran:?}");
    let of =
        |path: &Path| -> Result<Value> { Ok(serde_json::from_slice::<Value>(&std::fs::read(path)?)?["facts"].take()) };
    ensure!(of(&gathered)? == of(Path::new(facts))?, "gather and scan read the same");
    Ok(())
}

/// Facts tell where to go: nobody else may read them.
#[cfg(unix)]
fn private(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file)?.permissions().mode() & 0o777;
    ensure!(mode == 0o600, "{mode:o}");
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<()> {
    Ok(())
}

fn rules() -> Vec<RuleMeta> {
    official_manifest().expect("a manifest").rules.into_iter().map(|packed| packed.rule).collect()
}

/// Whether gathering the kind takes the permission, itself or through a kind that it needs.
fn takes(kind: &str, permission: &str) -> bool {
    let kind = Kind::find(kind).expect("rules declare kinds");
    // Several IAM actions are several permissions; ConfigMaps by name are one.
    let own = kind.permission() == permission || kind.permission().split(", ").any(|one| one == permission);
    own || kind.needs().into_iter().any(|need| takes(need, permission))
}

/// Not read because nobody asked for its tier.
fn by_choice(missing: &Missing) -> bool {
    missing.status == "not-collected"
}

/// Every rule against what it said when everything was granted.
fn hold(permission: &str, scanned: &Scanned, whole: &Scanned) -> Result<()> {
    for ((rule, result), whole) in rules().iter().zip(&scanned.result.results).zip(&whole.result.results) {
        let as_ever = result.status == whole.status;
        let lacks = |need: Need| rule.facts.iter().any(|f| f.need == need && takes(&f.kind, permission));
        let named = result.missing.iter().any(|missing| missing.permission.as_deref() == Some(permission));
        let context = || format!("without {permission}: {}: {result:#?}", rule.id);
        // A failure that is proven stands, whatever else could not be read.
        let proven = whole.status == Status::Fail && result.status == Status::Fail;
        if lacks(Need::Required) {
            ensure!((result.status == Status::Error || proven) && named, "{}", context());
        } else if lacks(Need::Conditional) {
            ensure!(if named { result.status == Status::Error || proven } else { as_ever }, "{}", context());
        } else {
            ensure!(as_ever && result.missing == whole.missing, "{}", context());
        }
    }
    Ok(())
}

#[test]
fn an_aws_action_that_is_missing_is_named_by_exactly_the_rules_that_need_it() -> Result<()> {
    // What a hardened cluster has nothing of, such as capabilities, is asked for in the other one.
    let mut actions = printed_actions(WHOLE);
    // Without it there is no endpoint, which a test of its own is about.
    actions.remove("eks:DescribeCluster");
    let mut told = BTreeSet::new();
    for is_hardened in [true, false] {
        let live = if is_hardened { Live::hardened } else { Live::start }(&printed_roles(WHOLE))?;
        let whole = scan(&live, WHOLE)?;
        if is_hardened {
            passes(&whole)?;
        }
        let asked: BTreeSet<String> = live.world.log()?.into_iter().map(|call| call.action).collect();
        for action in actions.intersection(&asked) {
            live.world.control(&json!({"deny": [action]}))?;
            let scanned = scan(&live, WHOLE)?;
            hold(action, &scanned, &whole)?;
            let errors = scanned.result.results.iter().any(|result| result.status == Status::Error);
            told.extend((is_hardened && errors).then(|| action.clone()));
        }
        actions.retain(|action| !asked.contains(action));
    }
    ensure!(actions.is_empty(), "never asked for: {actions:?}");
    // Conditional facts of rules that did not look tell nothing; most actions must.
    ensure!(told.contains("ec2:DescribeInstances") && told.contains("eks:ListNodegroups"), "{told:?}");
    Ok(())
}

/// So that what a rule says when something is taken away is not hidden behind a failure.
fn passes(scanned: &Scanned) -> Result<()> {
    for result in &scanned.result.results {
        ensure!(result.status == Status::Pass && result.missing.is_empty(), "{result:#?}");
    }
    Ok(())
}

#[test]
fn a_resource_that_may_not_be_listed_is_named_by_exactly_the_rules_that_need_it() -> Result<()> {
    let roles = printed_roles(WHOLE);
    let live = Live::hardened(&roles)?;
    // What is not served cannot be kept from anybody.
    live.kube.install_vendors_resources()?;
    let whole = scan(&live, WHOLE)?;
    passes(&whole)?;
    let kinds: BTreeSet<String> = rules().iter().flat_map(|r| &r.facts).map(|f| f.kind.clone()).collect();
    let mut denied = 0;
    for name in kinds {
        let Kind::Kubernetes(kind) = Kind::find(&name)? else { continue };
        if status(&whole, &name)? == "absent" {
            // The server serves no such thing, and says so to whoever may ask.
            continue;
        }
        let access = Access::to(kind);
        apply_manifests(&live.kube, &without(&roles, access.role_line, access.group)?)?;
        access.await_answer(&live, false)?;
        let scanned = scan(&live, WHOLE)?;
        ensure!(status(&scanned, &name)? == "denied", "{name}: {}", status(&scanned, &name)?);
        hold(&kind.permission(), &scanned, &whole)?;
        apply_manifests(&live.kube, &roles)?;
        access.await_answer(&live, true)?;
        denied += 1;
    }
    ensure!(denied > 30, "{denied} kinds of resources");
    Ok(())
}

/// What a role lets its holder do with a kind.
struct Access<'a> {
    role_line: &'a str,
    group: &'a str,
    asked: Value,
}

impl<'a> Access<'a> {
    fn to(kind: KubernetesKind<'a>) -> Self {
        let KubernetesKind { resource, group, .. } = kind;
        match kind.verb() {
            Verb::List => {
                let asked = json!({"verb": "list", "group": group, "resource": resource});
                Self { role_line: resource, group, asked }
            }
            Verb::GetNamed { namespace, names } => {
                let asked = json!({"verb": "get", "group": group, "resource": resource, "namespace": namespace,
                    "name": names[0]});
                Self { role_line: resource, group, asked }
            }
            Verb::GetOfNodes => {
                let asked = json!({"verb": "get", "group": "", "resource": "nodes", "subresource": "proxy"});
                Self { role_line: "nodes/proxy", group: "", asked }
            }
        }
    }

    /// The API server hears of a changed role a moment later.
    fn await_answer(&self, live: &Live, allowed: bool) -> Result<()> {
        let spec = json!({"user": "scanner", "groups": [READERS], "resourceAttributes": self.asked});
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            let place = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
            let answer = live.kube.create(place, &json!({"spec": spec}))?;
            if answer["status"]["allowed"] == json!(allowed) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        anyhow::bail!("{} never becomes {allowed}", self.asked)
    }
}

fn status(scanned: &Scanned, kind: &str) -> Result<String> {
    let document: Value = serde_json::from_slice(&std::fs::read(scanned.facts())?)?;
    Ok(document["facts"][kind]["status"].as_str().context("no such kind")?.to_owned())
}

/// The printed roles with another resource in the place of this one.
fn without(roles: &str, resource: &str, group: &str) -> Result<String> {
    let (group, resource) = (format!("  - {group:?}"), format!("  - {resource}"));
    let (mut within, mut replaced, mut lines) = (false, 0, Vec::new());
    for (before, line) in std::iter::once("").chain(roles.lines()).zip(roles.lines()) {
        if before == "- apiGroups:" {
            within = line == group;
        }
        let gone = within && line == resource;
        replaced += usize::from(gone);
        lines.push(if gone { "  - nothings" } else { line });
    }
    ensure!(replaced == 1, "{resource} stands {replaced} times under {group} in\n{roles}");
    Ok(lines.join("\n") + "\n")
}

#[test]
fn without_the_cluster_everything_is_an_error_and_nothing_passes() -> Result<()> {
    let live = Live::hardened(&printed_roles(WHOLE))?;
    live.world.control(&json!({"deny": ["eks:DescribeCluster"]}))?;
    let scanned = scan(&live, WHOLE)?;
    for RuleResult { rule, status, missing, .. } in &scanned.result.results {
        let named = missing.iter().any(|m| m.permission.as_deref() == Some("eks:DescribeCluster"));
        ensure!(*status == Status::Error && named, "{rule}: {status} {missing:#?}");
    }
    ensure!(scanned.ran.code == 3);
    Ok(())
}

#[test]
fn a_kubeconfig_alone_judges_what_it_can_and_asks_for_the_rest() -> Result<()> {
    let live = Live::hardened(&printed_roles(PLAIN))?;
    let folder = tempfile::tempdir()?;
    let facts = folder.path().join("facts.json");
    let file = live.kube.kubeconfig(&User::admin().token())?;
    let args = [
        "scan",
        "--format",
        "json",
        "--facts-output",
        facts.to_str().context("text")?,
        "--kubeconfig",
        file.to_str().context("text")?,
    ];
    let ran = eksamine_with(&args, &[("AWS_EC2_METADATA_DISABLED", "true")]);
    let result: ScanResult = serde_json::from_str(&ran.stdout).with_context(|| ran.stderr.clone())?;
    for result in &result.results {
        let needs_aws = rules().iter().any(|r| {
            r.id == result.rule && r.facts.iter().any(|f| f.need == Need::Required && f.kind.starts_with("aws."))
        });
        // A failure that Kubernetes alone proves stands.
        let asks = matches!(result.status, Status::Manual | Status::Fail);
        ensure!(if needs_aws { asks } else { result.status != Status::Error }, "{result:#?}");
    }
    ensure!(result.weakenings.iter().any(|weakening| weakening.kind == "aws-not-read"), "{:?}", result.weakenings);
    Ok(())
}

#[test]
fn doctor_says_before_a_scan_what_a_scan_would_lack() -> Result<()> {
    let live = Live::hardened(&printed_roles(PLAIN))?;
    let ran = run(&live, &["doctor"]);
    ensure!(ran.code == 0 && ran.stdout.contains("a scan would see everything"), "{}", ran.stdout);
    live.world.control(&json!({"deny": ["ec2:DescribeSubnets"]}))?;
    let ran = run(&live, &["doctor"]);
    ensure!(ran.code == 3 && ran.stdout.contains("missing  ec2:DescribeSubnets"), "{}", ran.stdout);
    ensure!(ran.stdout.contains("private-nodes") && ran.stdout.contains("permissions missing: 1;"), "{}", ran.stdout);
    // Nothing was read to find out.
    ensure!(!ran.stdout.contains("10.0.0"), "{}", ran.stdout);
    Ok(())
}
