//! The properties that hold for every rule with no work for its author, and the proof that they catch a rule which
//! reads "could not look" as "nothing there".

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use eksamine_engine::{Engine, LoadedRule};
use eksamine_packer::Build;
use eksamine_tests::properties::{ChangedFields, Subject};
use eksamine_tests::rules::{cases, official, root};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Runs one property over every official rule; all complaints at once.
fn hold(property: impl Fn(&Subject<'_>) -> Vec<String>) {
    let (engine, rules) = official();
    let mut complaints = Vec::new();
    for rule in rules {
        let cases = cases(rule).expect("cases");
        let found = property(&Subject { engine, rule, cases: &cases });
        complaints.extend(found.into_iter().map(|c| format!("{}: {c}", rule.meta().id)));
    }
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn deny_one() {
    hold(|subject| subject.deny_one());
}

/// Changing the fields of every case of every rule takes long: once for the two that ask.
fn hold_when_fields_change(property: impl Fn(&ChangedFields) -> &Vec<String>) {
    static ALL: OnceLock<BTreeMap<String, ChangedFields>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let (engine, rules) = official();
        let of = |rule: &LoadedRule| {
            let cases = cases(rule).expect("cases");
            (rule.meta().id.clone(), Subject { engine, rule, cases: &cases }.changed_fields())
        };
        rules.iter().map(of).collect()
    });
    hold(|subject| property(&all[&subject.rule.meta().id]).clone());
}

#[test]
fn field_drop() {
    hold_when_fields_change(|changed| &changed.dropped);
}

#[test]
fn declared_but_useless() {
    hold_when_fields_change(|changed| &changed.useless);
}

#[test]
fn empty_document() {
    hold(|subject| subject.empty_document());
}

#[test]
fn shuffle() {
    hold(|subject| subject.shuffle());
}

#[test]
fn twice() {
    hold(|subject| subject.twice());
}

#[test]
fn projection_neutral() {
    hold(|subject| subject.projection_neutral());
}

/// The SDK built with `cfg(eksamine_mutant)` reads every unknown field as an empty value. Each official rule, built on
/// it, must be caught by *field-drop* over the cases it has anyway.
#[test]
fn a_seeded_mutant_of_every_rule_is_caught() {
    let build = Build {
        workspace: root().canonicalize().expect("the project's root"),
        target: root().join("target/mutants"),
        cargo: env!("CARGO").into(),
        profile: "mutant".into(),
        cfg: vec!["eksamine_mutant".into()],
    };
    let pack = eksamine_packer::build(&root().join("rules-wasm"), &build).expect("the mutants build");
    let digest = pack.digest();
    let engine = Engine::new().expect("the sandbox starts");
    let mutants = engine.load(&pack.verify(&digest).expect("a pack")).expect("the mutants load");
    let (_, rules) = official();
    assert_eq!(mutants.len(), rules.len());
    let is_caught = |rule: &&LoadedRule| {
        let cases = cases(rule).expect("cases");
        Subject { engine: &engine, rule, cases: &cases }.caught().is_some()
    };
    let uncaught: Vec<&str> = mutants.iter().filter(|rule| !is_caught(rule)).map(|rule| &*rule.meta().id).collect();
    assert!(uncaught.is_empty(), "mutants that read unknown as empty are not caught: {uncaught:?}");
}
