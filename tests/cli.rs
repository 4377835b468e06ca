//! The program from outside: what it prints, what it says about wrong input, how it ends.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use eksamine_results::{ScanResult, Status};
use eksamine_tests::program::{Ran, eksamine, eksamine_in, eksamine_reading, eksamine_with, program};
use eksamine_tests::rules::{bless, root};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Sessions with the example are judged at this instant, so that its facts are fresh.
const AS_OF: &str = "2026-11-23T12:00:00Z";
const EXAMPLE: &[&str] = &["scan", "--facts", "examples/facts.json", "--as-of", AS_OF];
/// Sessions are blessed for this rule alone: a new rule touches no file but its own.
const ONE_RULE: &[&str] = &["--rule", "audit-logging"];

fn snapshot(file: &str, text: &str) {
    bless(&root().join("tests/cli").join(file), text).unwrap_or_else(|error| panic!("{error:#}"));
}

/// A rule that changes gives the pack another digest, and a new one is one more that was left out: neither is any
/// business of these tests.
fn without_the_pack(text: &str) -> String {
    let mut out = String::new();
    let (mut before, mut left_out) = ("", false);
    for line in text.lines() {
        left_out = line.starts_with("weaker: rules-deselected") || left_out && line.starts_with("  ");
        let of_the_pack = line.starts_with("pack ") || before.starts_with("pack ") && line.starts_with("  ");
        match line.find("sha256:").filter(|_| of_the_pack) {
            _ if left_out => {}
            Some(at) => {
                writeln!(out, "{}sha256:…{}", &line[..at], line[at..].trim_start_matches(|c| c != ',')).unwrap()
            }
            None => writeln!(out, "{line}").unwrap(),
        }
        before = line;
    }
    out
}

fn session(text: &mut String, args: &[&str], ran: &Ran) {
    let quote = |arg: &&str| if arg.contains([' ', '"', '[']) { format!("'{arg}'") } else { (*arg).to_owned() };
    let command = args.iter().map(quote).collect::<Vec<_>>().join(" ");
    let output = format!("{}{}", without_the_pack(&ran.stdout), ran.stderr);
    writeln!(text, "```\n$ eksamine {command}\n{}\n[exit code {}]\n```\n", output.trim_end(), ran.code)
        .expect("a String takes all");
}

#[test]
fn the_example_reads_as_blessed() {
    let mut text = String::from("# The example cluster\n\n");
    for more in [&[][..], &["--verbose"], &["--param", "audit-logging.min_retention_days=365"]] {
        let args = [EXAMPLE, ONE_RULE, more].concat();
        session(&mut text, &args, &eksamine(&args));
    }
    snapshot("example.md", &text);
}

#[test]
fn every_rule_judges_the_example() {
    let rules: Value = serde_json::from_str(&eksamine(&["rules", "--format", "json"]).stdout).expect("JSON");
    let ran = eksamine(&[EXAMPLE, &["--format", "json"]].concat());
    let result: ScanResult = serde_json::from_str(&ran.stdout).expect("a scan result");
    let ids: Vec<&str> = rules.as_array().expect("an array").iter().filter_map(|r| r["id"].as_str()).collect();
    assert_eq!(result.results.iter().map(|r| r.rule.as_str()).collect::<Vec<_>>(), ids);
    assert!(result.weakenings.is_empty(), "{:?}", result.weakenings);
    assert_eq!(result.summary.values().map(|n| *n as usize).sum::<usize>(), ids.len());
}

#[test]
fn the_same_scan_gives_the_same_bytes_from_a_file_and_from_stdin() {
    let args = [EXAMPLE, &["--format", "json"]].concat();
    let first = eksamine(&args);
    assert_eq!(first, eksamine(&args));
    let facts = fs::read(root().join("examples/facts.json")).expect("the example");
    let stdin = ["scan", "--facts", "-", "--as-of", AS_OF, "--format", "json"];
    assert_eq!(first, eksamine_reading(&stdin, &facts));
    assert!(first.stdout.ends_with("}\n"));
    let pretty: Value = serde_json::from_str(&first.stdout).expect("JSON");
    let compact = eksamine(&[EXAMPLE, &["--format", "json-compact"]].concat()).stdout;
    assert_eq!(compact.lines().count(), 1);
    assert_eq!(pretty, serde_json::from_str::<Value>(&compact).expect("JSON"));
}

#[test]
fn results_and_facts_satisfy_the_printed_schemas() {
    let check = |of: &str, text: &str| {
        let schema: Value = serde_json::from_str(&eksamine(&["schema", of]).stdout).expect("a schema");
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        let value: Value = serde_json::from_str(text).expect("JSON");
        validator.iter_errors(&value).map(|e| format!("{of}: {e} at {}", e.instance_path())).collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    let result =
        eksamine(&[EXAMPLE, &["--format", "json", "--param", "audit-logging.require_log_group=true"]].concat());
    assert_eq!(check("results", &result.stdout), none);
    let facts = fs::read_to_string(root().join("examples/facts.json")).expect("the example");
    assert_eq!(check("facts", &facts), none);
    let manifest = eksamine_engine::official_manifest().expect("a manifest");
    assert_eq!(check("pack", &serde_json::to_string(&manifest).expect("JSON")), none);
    for packed in manifest.rules {
        assert_eq!(check("rule", &packed.rule.to_json().expect("JSON")), none);
    }
    // A schema that takes anything would prove nothing.
    let without_status = facts.replacen("\"status\":\"denied\"", "\"state\":\"denied\"", 1);
    assert_ne!(check("facts", &without_status), none);
    assert_ne!(check("results", &result.stdout.replace("\"as_of\"", "\"asof\"")), none);
}

#[test]
fn wrong_input_is_told_what_is_wrong_and_what_would_be_right() {
    let mut text = String::from("# What wrong input is told\n\n");
    for more in [
        &["--rule", "audit_loging"][..],
        &["--param", "audit-logging.requird_log_types=api"],
        &["--param", "audit-loging.required_log_types=api"],
        &["--param", "audit-logging.required_log_types=api,audits"],
        &["--param", "audit-logging.required_log_types=[\"api\""],
        &["--param", "audit-logging.require_log_group=maybe"],
        &["--param", "audit-logging.min_retention_days=0"],
        &["--param", "audit-logging.min_retention_days=99999999999999999999"],
        &["--param", "required_log_types=api"],
        &["--param", "fargate.untrusted_namespaces_regex=("],
        &["--param", "fargate.untrusted_pod_selector=a in b"],
        &["--param", "approved-registries.allowed_registries=@nope"],
        &["--param", "registry-access.max_writers=5000000000"],
        &["--param", "control-plane-access.allowed_cidrs=10.0.0.0/99"],
        &["--param", "audit-logging.require_log_group=true", "--param", "audit-logging.require_log_group=false"],
        &["--as-of", "yesterday"],
        &["--format", "jsn"],
        &["--rul", "audit-logging"],
        &["--output", "no/such/folder/report.txt"],
        &["--output", "examples/../examples/facts.json"],
    ] {
        let args = [&["scan", "--facts", "examples/facts.json"], more].concat();
        session(&mut text, &args, &eksamine(&args));
    }
    for args in [
        &["scan", "--facts", "no-such-file.json"][..],
        &["explain", "audit"],
        &["explain"],
        &["schema", "result"],
        &["scna"],
        &["permissions", "--cluster-arn", "arn:aws:iam::111122223333:role/scanner"],
        &["permissions", "--cluster", "shop", "--cluster-arn", "arn:aws:eks:eu-west-1:111122223333:cluster/prod"],
        &["permissions", "--format", "rbac", "--service-account", "a/b/c"],
        &["permissions", "--format", "rbac", "--group", ""],
    ] {
        session(&mut text, args, &eksamine(args));
    }
    snapshot("wrong-input.md", &text);
}

#[test]
fn wrong_facts_are_told_what_and_where() {
    let mut text = String::from("# What wrong facts are told\n\n");
    let head = r#"{"schema":"eksamine.facts/v1","collected_at":"2026-11-23T10:00:00Z","scope":{},"#;
    let kind = |kind: &str| format!(r#"{head}"facts":{{"k8s.pods.v1":{kind}}}}}"#);
    for facts in [
        String::new(),
        "[]".to_owned(),
        head.to_owned(),
        r#"{"schema":"eksamine.facts/v2"}"#.to_owned(),
        format!(r#"{head}"fact":{{}}}}"#),
        kind(r#"{"status":"fine","items":[]}"#),
        kind(r#"{"status":"complete"}"#),
        kind(r#"{"status":"complete","items":[{"a":1,"a":2}]}"#),
        kind(r#"{"status":"complete","items":[{"a":1},{"b":tru}]}"#),
        format!(r#"{head}"facts":{{}}}}"#).replace("11-23T", "11-31T"),
        kind(r#"{"status":"complete","items":[]}"#).replace("k8s.pods.v1", "aws.eks.cluster"),
        kind(r#"{"status":"partial","items":[],"gaps":[["a","denied","b"]]}"#),
        kind(r#"{"status":"complete","items":[{"a":1e400}]}"#),
    ] {
        let ran = eksamine_reading(&["scan", "--facts", "-"], facts.as_bytes());
        writeln!(text, "```\n{facts}\n```\n{}\n\nExit code {}.\n", ran.stderr.trim_end(), ran.code).expect("a String");
    }
    snapshot("wrong-facts.md", &text);
    let ran = eksamine_reading(&["scan", "--facts", "-"], b"{\"\xff\":1}");
    assert!(ran.stderr.contains("not UTF-8 at byte 2"), "{}", ran.stderr);
}

#[test]
fn exit_codes_are_those_of_the_table() {
    let cluster = |logging: &str, rest: &str| {
        format!(
            r#"{{"schema":"eksamine.facts/v1","collected_at":"2026-11-23T10:00:00Z","scope":{{}},"facts":{{
            "aws.eks.clusters":{{"status":"{logging}","items":[{rest}]}}}}}}"#
        )
    };
    let args = ["scan", "--facts", "-", "--rule", "audit-logging", "--as-of", AS_OF];
    let code = |facts: &str| eksamine_reading(&args, facts.as_bytes()).code;
    let item = |on: bool| {
        format!(
            r#"{{"arn":"a","name":"n","status":"ACTIVE","logging":{{"clusterLogging":[{{"enabled":{on},
            "types":["api","audit","authenticator","controllerManager","scheduler"]}}]}}}}"#
        )
    };
    assert_eq!(code(&cluster("complete", &item(true))), 0);
    assert_eq!(code(&cluster("complete", &item(false))), 1);
    assert_eq!(code(&cluster("denied", "")), 3);
    // A document that others wrote need not say what to grant.
    let denied = eksamine_reading(&args, cluster("denied", "").as_bytes()).stdout;
    assert!(denied.contains("next: grant eks:DescribeCluster"), "{denied}");
    // Asked of nobody: a human must look, which fails nothing.
    assert_eq!(code(&cluster("not-collected", "")), 0);
    assert_eq!(code("{}"), 4);
    assert_eq!(eksamine(&["scan", "--no-such-flag"]).code, 2);
    assert_eq!(eksamine(&["--version"]), Ran { code: 0, stdout: "eksamine 0.1.0\n".into(), stderr: String::new() });
}

#[test]
fn weakenings_stand_in_every_report() {
    let late = ["scan", "--facts", "examples/facts.json", "--as-of", "2026-12-01T00:00:00+01:00"];
    let params =
        ["--param", "audit-logging.required_log_types=audit", "--param", "audit-logging.min_retention_days=null"];
    let args = [&late[..], ONE_RULE, &params].concat();
    let text = eksamine(&args).stdout;
    let json = eksamine(&[&args[..], &["--format", "json"]].concat()).stdout;
    let result: ScanResult = serde_json::from_str(&json).expect("a scan result");
    assert_eq!(result.as_of, "2026-11-30T23:00:00Z");
    let kinds: Vec<&str> = result.weakenings.iter().map(|w| w.kind.as_str()).collect();
    // null is what min_retention_days is anyway.
    let expected = ["parameter-changed", "old-facts"];
    assert_eq!(kinds.iter().filter(|k| **k != "rules-deselected").copied().collect::<Vec<_>>(), expected);
    for weakening in &result.weakenings {
        assert!(text.contains(&format!("weaker: {}", weakening.kind)), "{text}");
    }
}

/// A folder with an `eksamine.toml` above it, and the example to scan.
fn configured(config: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("deep/er");
    fs::create_dir_all(&below).expect("folders");
    fs::write(folder.path().join("eksamine.toml"), config).expect("a file");
    (folder, below)
}

fn scan_in(folder: &Path, more: &[&str]) -> Ran {
    let facts = root().join("examples/facts.json");
    let args = ["scan", "--facts", facts.to_str().expect("text"), "--as-of", AS_OF, "--format", "json"];
    eksamine_in(folder, &[&args[..], more].concat())
}

fn scanned_in(folder: &Path, more: &[&str]) -> ScanResult {
    let ran = scan_in(folder, more);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr))
}

#[test]
fn a_file_found_upward_sets_parameters_and_the_command_line_goes_before_it() {
    let (_kept, folder) = configured("[params.audit-logging]\nmin_retention_days = 30\nrequire_log_group = true\n");
    let of = |result: &ScanResult, name: &str| {
        let audit = result.results.iter().find(|r| r.rule == "audit-logging").expect("the rule");
        audit.parameters[name].clone()
    };
    let result = scanned_in(&folder, &[]);
    assert_eq!((of(&result, "min_retention_days"), of(&result, "require_log_group")), (30.into(), true.into()));
    let changed: Vec<&str> = result.weakenings.iter().map(|w| w.subject.as_str()).collect();
    assert_eq!(changed, ["audit-logging.min_retention_days", "audit-logging.require_log_group"]);
    assert!(result.weakenings[0].detail.contains("eksamine.toml"), "{:?}", result.weakenings);
    let result = scanned_in(&folder, &["--param", "audit-logging.min_retention_days=365"]);
    assert_eq!(of(&result, "min_retention_days"), 365);
    assert!(result.weakenings[0].detail.ends_with("365 instead of null (--param)"), "{:?}", result.weakenings);
}

#[test]
fn results_do_not_say_where_files_lie() {
    let config = "profile = \"ours.toml\"\n[params.audit-logging]\nmin_retention_days = 30.0\n";
    let ours = "title = 'Ours'\ndescription = 'd'\n[params.private-nodes]\nipv6 = 'ignore'\n";
    let results = [(); 2].map(|()| {
        let (kept, folder) = configured(config);
        let file = kept.path().join("ours.toml");
        fs::write(&file, ours).expect("a file");
        let by_path = scan_in(&folder, &["--profile", file.to_str().expect("text")]);
        assert_eq!(scan_in(&folder, &[]), by_path);
        by_path
    });
    assert_eq!(results[0], results[1]);
    for from in ["30 instead of null (eksamine.toml)", "(profile ours.toml)"] {
        assert!(results[0].stdout.contains(from), "{}", results[0].stdout);
    }
}

#[test]
fn a_profile_that_chooses_nothing_is_told_what_there_is() {
    for chooses in ["rules = []", "[select]\nbenchmark = 'cis-ek'\nversion = '1.8'"] {
        let (kept, folder) = configured("");
        let file = kept.path().join("ours.toml");
        fs::write(&file, format!("title = 'Ours'\ndescription = 'd'\n{chooses}\n")).expect("a file");
        let ran = scan_in(&folder, &["--profile", file.to_str().expect("text")]);
        assert!(ran.code == 2 && ran.stderr.contains("cis-eks 1.8"), "{chooses}: {ran:?}");
    }
}

#[test]
fn a_dash_is_stdout_and_the_facts_are_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("facts.json");
    let facts = fs::read_to_string(root().join("examples/facts.json")).expect("the example");
    fs::write(&file, &facts).expect("a file");
    let scan = |output: &str| eksamine_in(folder.path(), &["scan", "--facts", "facts.json", "--output", output]);
    let ran = scan("./facts.json");
    assert!(ran.code == 2 && ran.stderr.contains("is the file of the facts"), "{ran:?}");
    assert_eq!(fs::read_to_string(&file).expect("the facts"), facts);
    assert!(scan("-").stdout.contains("17 rules"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn an_error_that_nobody_can_be_told_ends_as_any_other() {
    let full = fs::File::options().write(true).open("/dev/full").expect("a device that is always full");
    let mut command = std::process::Command::new(program());
    let status = command.args(["scan", "--facts", "no-such-file.json"]).stderr(full).status().expect("it runs");
    assert_eq!(status.code(), Some(4));
}

#[test]
fn a_profile_chooses_rules_and_parameters() {
    let (_kept, folder) = configured("profile = \"cis-eks-1.8\"\n");
    let all = scanned_in(&root(), &["--profile", "all"]);
    assert!(all.weakenings.is_empty(), "{:?}", all.weakenings);
    for result in [scanned_in(&folder, &[]), scanned_in(&root(), &["--profile", "cis-eks-1.8"])] {
        let demanded = |rule: &str| {
            let found = all.results.iter().find(|r| r.rule == rule).expect("a rule of the pack");
            found.controls.iter().any(|c| c.benchmark == "cis-eks" && c.versions.contains(&"1.8".to_owned()))
        };
        let chosen: Vec<&str> = result.results.iter().map(|r| r.rule.as_str()).collect();
        let expected: Vec<&str> = all.results.iter().map(|r| r.rule.as_str()).filter(|r| demanded(r)).collect();
        assert_eq!(chosen, expected);
    }
    let parity = scanned_in(&root(), &["--profile", "parity"]);
    let policies = "configure-network-policies-namespaces";
    let policies = parity.results.iter().find(|r| r.rule == policies).expect("the rule");
    assert_eq!(policies.parameters["coverage"], "any-policy");
    assert!(parity.weakenings.iter().any(|w| w.detail.contains("(profile parity)")), "{:?}", parity.weakenings);
    // A profile of one's own, beside the file that names it; one that is named on the command line goes before.
    let (kept, folder) = configured("profile = \"ours.toml\"\n");
    let ours =
        "title = 'Ours'\ndescription = 'd'\nrules = ['private-nodes']\n[params.private-nodes]\nipv6 = 'ignore'\n";
    fs::write(kept.path().join("ours.toml"), ours).expect("a file");
    let result = scanned_in(&folder, &[]);
    assert_eq!(result.results.iter().map(|r| r.rule.as_str()).collect::<Vec<_>>(), ["private-nodes"]);
    assert_eq!(result.results[0].parameters["ipv6"], "ignore");
    assert_eq!(scanned_in(&folder, &["--profile", "all"]).results.len(), all.results.len());
}

#[test]
fn every_profile_of_the_folder_is_known() {
    let files = fs::read_dir(root().join("profiles")).expect("profiles").flatten();
    let mut names: Vec<String> = files.map(|f| f.path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    for name in &names {
        assert_eq!(scan_in(&root(), &["--profile", name]).stderr, "", "{name}");
    }
    let listed = format!("profiles: {};", names.join(", "));
    assert!(scan_in(&root(), &["--profile", "no-such"]).stderr.contains(&listed), "{listed}");
}

#[test]
fn wrong_settings_are_told_where_they_stand() {
    let mut text = String::from("# What wrong settings are told\n\n");
    for config in [
        "profil = \"all\"\n",
        "profile = \"cis-eks-1.9\"\n",
        "[params.audit-loging]\nmin_retention_days = 30\n",
        "[params.audit-logging]\nmin_retention_day = 30\n",
        "[params.audit-logging]\nmin_retention_days = \"30\"\n",
        "[params.audit-logging]\nmin_retention_days = inf\n",
        "[params.audit-logging]\nmin_retention_days = 2026-01-01\n",
        "[params.audit-logging]\nrequired_log_types = [\"audits\"]\n",
        "[params\n",
    ] {
        let (kept, folder) = configured(config);
        let ran = scan_in(&folder, &[]);
        assert_eq!(ran.stdout, "");
        let stderr = ran.stderr.replace(kept.path().to_str().expect("text"), "");
        writeln!(text, "```\n{config}```\n{}\n\nExit code {}.\n", stderr.trim_end(), ran.code).expect("a String");
    }
    snapshot("wrong-settings.md", &text);
}

#[test]
fn shells_and_manuals_know_every_command() {
    let help = eksamine(&["--help"]).stdout;
    let (_, commands) = help.split_once("Commands:\n").expect("commands");
    let names = commands.lines().take_while(|l| !l.is_empty()).filter_map(|l| l.strip_prefix("  ")?.split(' ').next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "help").collect();
    assert!(names.len() >= 9, "{names:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = eksamine(&["completions", shell]);
        assert!(script.code == 0 && names.iter().all(|name| script.stdout.contains(name)), "{shell}");
    }
    for name in names {
        let page = eksamine(&["man", name]).stdout;
        assert!(page.contains(&format!(".TH eksamine-{name}")), "{page}");
    }
    assert!(eksamine(&["man"]).stdout.contains(".TH eksamine"));
    assert!(eksamine(&["man", "scann"]).stderr.contains("did you mean scan?"));
}

#[test]
fn colour_is_for_terminals_and_those_who_ask() {
    let escape = |ran: Ran| ran.stdout.contains('\u{1b}');
    assert!(!escape(eksamine(EXAMPLE)));
    assert!(!escape(eksamine_with(EXAMPLE, &[("NO_COLOR", "1")])));
    assert!(escape(eksamine(&[EXAMPLE, &["--color", "always"]].concat())));
    assert!(escape(eksamine_with(EXAMPLE, &[("CLICOLOR_FORCE", "1")])));
    assert!(!escape(eksamine_with(&[EXAMPLE, &["--color", "never"]].concat(), &[("CLICOLOR_FORCE", "1")])));
}

#[test]
fn a_report_goes_where_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.txt");
    let path = file.to_str().expect("text");
    let ran = eksamine(&[EXAMPLE, &["--output", path]].concat());
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!(fs::read_to_string(&file).expect("a report"), eksamine(EXAMPLE).stdout);
}

#[test]
fn help_is_the_reference() {
    let mut text = String::from("# Command line\n\n");
    for command in
        [&[][..], &["scan"], &["gather"], &["doctor"], &["permissions"], &["rules"], &["explain"], &["schema"]]
    {
        let args = [command, &["--help"]].concat();
        session(&mut text, &args, &eksamine(&args));
    }
    snapshot("help.md", &text);
}

#[test]
fn the_examples_are_canonical() {
    for example in ["examples/facts.json", "examples/hardened/facts.json", "examples/failing/facts.json"] {
        let text = fs::read_to_string(root().join(example)).expect("the example");
        let document = eksamine_facts::Tree::parse(&text).expect("JSON");
        assert!(format!("{}\n", document.canonical()) == text, "{example} is not as our own writer writes it");
        assert!(!text.contains("LS0tLS1CRUdJTiBQUklWQVRF"), "{example}: a private key");
    }
}

/// What the README shows: the same demands, met in everything and in nothing.
#[test]
fn one_cluster_passes_every_rule_and_one_fails_every_rule() {
    let mut text = String::from("# A cluster that meets every demand, and one that meets none\n\n");
    for (cluster, expected) in [("hardened", Status::Pass), ("failing", Status::Fail)] {
        let facts = format!("examples/{cluster}/facts.json");
        let args = ["scan", "--facts", &facts, "--profile", "examples/demands.toml", "--as-of", "2026-11-26T12:00:00Z"];
        let ran = eksamine(&[&args[..], &["--format", "json"]].concat());
        let result: ScanResult = serde_json::from_str(&ran.stdout).expect("a scan result");
        for result in &result.results {
            assert_eq!(result.status, expected, "{cluster}: {}: {}", result.rule, result.summary);
        }
        session(&mut text, &args, &eksamine(&args));
    }
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let (_, shown) = readme.split_once("$ cargo run -- scan --facts examples/hardened").expect("the hardened cluster");
    let shown = shown.split_once("```").expect("an end").0;
    for line in shown.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('$')) {
        assert!(text.lines().any(|printed| printed == line), "the README shows what is not printed: {line}");
    }
    snapshot("clusters.md", &text);
}
