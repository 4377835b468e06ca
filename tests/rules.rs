//! Every case of every rule, through its component.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use eksamine_results::Status;
use eksamine_tests::rules::{bless, cases, judge_one, official, verdict_text};

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
