//! The rules of the house, as tests.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use eksamine_tests::rules::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The arrows: what each crate may use of ours. A rule may use what its authors outside may.
const ARROWS: &[(&str, &[&str])] = &[
    ("eksamine-facts", &[]),
    ("eksamine-rule", &["facts"]),
    ("eksamine-pack", &[]),
    ("eksamine-packer", &["pack"]),
    ("eksamine-gather", &["facts", "results"]),
    ("eksamine-results", &["pack"]),
    ("eksamine-engine", &["facts", "pack", "results"]),
    ("eksamine-report", &["pack", "results"]),
    ("eksamine", &["engine", "facts", "gather", "pack", "report", "results"]),
    ("eksamine-tests", &["engine", "facts", "gather", "pack", "packer", "report", "results", "rule"]),
    ("eksamine-benches", &["engine", "facts", "gather", "pack", "packer", "results", "rule", "tests"]),
];

/// What a build script may use besides.
const BUILD_ARROWS: &[(&str, &[&str])] = &[("eksamine-engine", &["packer"])];

/// Crates that only these may name. Tests meet the real servers with clients of their own.
const ALONE: &[(&str, &[&str])] = &[
    ("aws-", &["eksamine-gather", "eksamine-tests"]),
    ("kube", &["eksamine-gather", "eksamine-tests"]),
    ("k8s-openapi", &["eksamine-gather", "eksamine-tests"]),
    ("tokio", &["eksamine", "eksamine-benches", "eksamine-gather", "eksamine-tests"]),
    // The benches switch the engine's settings off and on, which nobody else may.
    ("wasmtime", &["eksamine-benches", "eksamine-engine"]),
    ("wit-bindgen", &["eksamine-rule"]),
    ("wit-component", &["eksamine-packer", "eksamine-tests"]),
    ("clap", &["eksamine"]),
    ("anyhow", &["eksamine", "eksamine-benches", "eksamine-engine", "eksamine-packer", "eksamine-tests"]),
];

/// Lines of a source file.
const LONGEST_FILE: usize = 500;

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().expect("cargo metadata")
}

fn is_rule(package: &Package) -> bool {
    package.manifest_path.as_str().contains("/rules-wasm/")
}

/// All complaints at once: one run shows everything that is to be mended.
fn complain(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn crates_use_each_other_along_the_arrows() {
    let mut complaints = Vec::new();
    for package in &metadata().packages {
        let row = |table: &[(&str, &'static [&'static str])]| {
            table.iter().find(|(name, _)| *name == package.name.as_str()).map(|(_, uses)| *uses)
        };
        let allowed = if is_rule(package) { Some(&["facts", "rule"][..]) } else { row(ARROWS) };
        let Some(allowed) = allowed else {
            complaints.push(format!("{} has no row in ARROWS", package.name));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|d| d.path.is_some()) {
            // The benches call rules natively, to hold their sandbox against that.
            if package.name.as_str() == "eksamine-benches" && dependency.name.starts_with("rule-") {
                continue;
            }
            let name = dependency.name.strip_prefix("eksamine-").unwrap_or(&dependency.name);
            let build = dependency.kind == DependencyKind::Build;
            let of_build = build && row(BUILD_ARROWS).is_some_and(|uses| uses.contains(&name));
            if !allowed.contains(&name) && !of_build {
                complaints.push(format!("{} must not use {}", package.name, dependency.name));
            }
        }
    }
    complain(complaints);
}

#[test]
fn only_their_keepers_name_the_big_dependencies() {
    let mut complaints = Vec::new();
    for package in &metadata().packages {
        for dependency in &package.dependencies {
            let is = |(name, _): &&(&str, &[&str])| {
                dependency.name == *name || name.ends_with('-') && dependency.name.starts_with(name)
            };
            let keepers = ALONE.iter().find(is).map(|(_, keepers)| *keepers);
            if keepers.is_some_and(|keepers| !keepers.contains(&package.name.as_str())) {
                complaints.push(format!("{} must not name {}", package.name, dependency.name));
            }
        }
    }
    complain(complaints);
}

#[test]
fn a_rule_is_its_folder() {
    let mut complaints = Vec::new();
    for package in metadata().packages.iter().filter(|p| is_rule(p)) {
        let folder = package.manifest_path.parent().expect("a folder");
        let name = folder.file_name().unwrap_or_default();
        if package.name.as_str() != format!("rule-{name}") {
            complaints.push(format!("{folder}: the package is called {}, not rule-{name}", package.name));
        }
        let toml = fs::read_to_string(folder.join("rule.toml")).unwrap_or_default();
        if !toml.lines().any(|line| line.trim() == format!("id = {name:?}")) {
            complaints.push(format!("{folder}/rule.toml: id is not {name:?}"));
        }
    }
    complain(complaints);
}

#[test]
fn every_rule_is_measured() {
    let text = |file: &str| fs::read_to_string(root().join(file)).expect("a file of the benches");
    let (dependencies, calls) = (text("benches/Cargo.toml"), text("benches/rule.rs"));
    let mut complaints = Vec::new();
    for package in metadata().packages.iter().filter(|p| is_rule(p)) {
        let name = package.name.trim_start_matches("rule-");
        if !dependencies.contains(&format!("\nrule-{name} = ")) || !calls.contains(&format!("{name:?} => call(")) {
            complaints.push(format!("{name} is not called by benches/rule.rs, or no dependency of it"));
        }
    }
    complain(complaints);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let packages = metadata().packages;
    let lints = |p: &&Package| {
        fs::read_to_string(&p.manifest_path).is_ok_and(|toml| toml.contains("[lints]\nworkspace = true"))
    };
    let complaints = packages.iter().filter(|p| !lints(p)).map(|p| format!("{} sets its own lints", p.name));
    complain(complaints.collect());
}

#[test]
fn every_dependency_says_why() {
    let toml = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let (_, table) = toml.split_once("[workspace.dependencies]").expect("the table");
    let lines: Vec<&str> = table.lines().take_while(|line| !line.starts_with('[')).collect();
    let mut complaints = Vec::new();
    for pair in lines.windows(2) {
        let is_dependency = pair[1].contains(" = ") && !pair[1].starts_with('#') && !pair[1].contains("path = ");
        if is_dependency && !pair[0].starts_with("# why: ") {
            complaints.push(format!("Cargo.toml: {}: a line above it says `# why: …`", pair[1]));
        }
    }
    complain(complaints);
}

#[test]
fn files_stay_short() {
    let mut complaints = Vec::new();
    for path in files(&["rs", "py", "go"]) {
        let lines = fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        if lines > LONGEST_FILE {
            complaints.push(format!("{}: {lines} lines; split it by noun (at most {LONGEST_FILE})", path.display()));
        }
    }
    complain(complaints);
}

#[test]
fn every_test_file_runs() {
    let toml = fs::read_to_string(root().join("tests/Cargo.toml")).expect("tests/Cargo.toml");
    let mut complaints = Vec::new();
    for entry in fs::read_dir(root().join("tests")).expect("tests").flatten() {
        let name = entry.file_name().into_string().expect("text");
        let path = if entry.path().join("main.rs").is_file() { format!("{name}/main.rs") } else { name };
        if path.ends_with(".rs") && !toml.contains(&format!("path = \"{path}\"")) {
            complaints.push(format!("tests/{path} is not declared in tests/Cargo.toml"));
        }
    }
    complain(complaints);
}

#[test]
fn paths_named_in_documents_exist() {
    let mut complaints = Vec::new();
    for path in files(&["md"]) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new(""));
        for name in named_paths(&text) {
            if !root().join(&name).exists() && !folder.join(&name).exists() {
                complaints.push(format!("{}: {name} does not exist", path.display()));
            }
        }
    }
    complain(complaints);
}

/// What looks like a path of ours: in backquotes with a slash or a known ending, or the target of a relative link.
fn named_paths(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // Sessions and listings in fences name files of the reader's.
    let prose: String = text.split("```").step_by(2).collect();
    for quoted in prose.split('`').skip(1).step_by(2) {
        let plain = quoted.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b));
        let first = quoted.split('/').next().unwrap_or_default();
        let ours = [".rs", ".toml", ".wit"].iter().any(|end| quoted.ends_with(end)) && quoted.contains('/');
        if plain && (ours || quoted.contains('/') && !first.is_empty() && root().join(first).exists()) {
            names.insert(quoted.to_owned());
        }
    }
    for link in prose.split("](").skip(1) {
        let target = link.split([')', '#']).next().unwrap_or_default();
        if !target.is_empty() && !target.contains(':') {
            names.insert(target.to_owned());
        }
    }
    names
}

#[test]
fn the_text_is_finished_and_names_no_workplace() {
    // Spelt in halves, or this file would complain about itself.
    let words = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X:"],
        ["for", " now"],
        ["/wo", "rk/"],
        ["/ho", "me/"],
        ["/ro", "ot/"],
        ["un", "implemented!("],
    ]
    .map(|halves| halves.concat());
    let mut complaints = Vec::new();
    for path in files(&["rs", "md", "toml", "wit", "py", "go", "sh", "json"]) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                complaints.push(format!("{}:{}: {word:?}", path.display(), index + 1));
            }
        }
    }
    complain(complaints);
}

#[test]
fn promises_name_the_tests_that_hold_them() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let (_, promises) = text.split_once("## Invariants").expect("a chapter about invariants");
    let promises = promises.split("\n## ").next().unwrap_or_default();
    let rows: Vec<&str> = promises.lines().filter(|line| line.starts_with("| ") && line.contains(". ")).collect();
    let untested =
        rows.iter().filter(|row| !row.contains("`tests/") && !row.contains("`sdk/") && !row.contains("`host/"));
    complain(untested.map(|row| format!("ARCHITECTURE.md: no test holds {row}")).collect());
    assert_eq!(rows.len(), 11, "eleven promises");
}

/// Files of ours with one of these endings, everything built left out.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap_or_default());
            if path.is_dir() && !["target", ".git", "node_modules"].contains(&name.as_str()) {
                folders.push(path);
            } else if endings.iter().any(|end| name.ends_with(&format!(".{end}"))) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
