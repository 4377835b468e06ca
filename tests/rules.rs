//! Every case of every rule, through its component.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use eksamine_engine::{Engine, refusal};
use eksamine_results::Status;
use eksamine_tests::rules::{bless, cases, judge_one, judge_with, official, verdict_text};

/// All complaints at once: one run shows everything that is to be mended.
fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn every_case_ends_as_its_name_says() {
    let mut complaints = Vec::new();
    for rule in &official().1 {
        for case in cases(rule).expect("cases") {
            let result = match judge_one(rule, &case.facts, &case.params) {
                Ok(result) => result,
                Err(error) => {
                    complaints.push(format!("{}/{}: {error:#}", case.rule, case.name));
                    continue;
                }
            };
            let text = verdict_text(&result);
            if result.status != case.status {
                complaints.push(format!("{}/{}:\n{text}", case.rule, case.name));
            } else if let Err(error) = bless(&case.verdict, &text) {
                complaints.push(format!("{}/{}: {error:#}", case.rule, case.name));
            }
        }
    }
    complain(&complaints);
}

/// What a rule would say in the middle of a scan it says before.
#[test]
fn parameters_are_refused_where_the_rule_would_give_up() {
    let (engine, rules) = official();
    let mut refused = 0;
    for rule in rules {
        for case in cases(rule).expect("cases") {
            let cause = judge_one(rule, &case.facts, &case.params).expect("a result").cause;
            let words = cause.filter(|cause| cause.kind == "gave-up").map(|cause| cause.message);
            refused += usize::from(words.is_some());
            assert_eq!(refusal(engine, rule, &case.params), words, "{}/{}", case.rule, case.name);
        }
    }
    assert!(refused > 5, "{refused}");
}

/// wasmtime knows code by its address: what runs in its place in the executable can be loaded there once.
#[test]
fn the_pack_loads_again_in_the_same_process() {
    let engine = Engine::new().expect("the sandbox starts");
    let (_, again) = engine.official(|_| true).expect("the pack loads again");
    assert_eq!(again.len(), official().1.len());
    for (rule, first) in again.iter().zip(&official().1) {
        let case = cases(first).expect("cases").swap_remove(0);
        let answer = judge_with(&engine, rule, &case.facts, &case.params).expect("a result");
        let before = judge_one(first, &case.facts, &case.params).expect("a result");
        assert_eq!(verdict_text(&answer), verdict_text(&before), "{}", case.name);
    }
}

#[test]
fn every_rule_has_a_pass_a_fail_and_a_could_not_look_case() {
    let mut complaints = Vec::new();
    for rule in &official().1 {
        let cases = cases(rule).expect("cases");
        for status in [Status::Pass, Status::Fail, Status::Error] {
            if !cases.iter().any(|c| c.status == status) {
                complaints.push(format!("{} has no case that ends in {status}", rule.meta().id));
            }
        }
    }
    complain(&complaints);
}
