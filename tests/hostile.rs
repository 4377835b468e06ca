//! Rules that mean harm: each ends by its own named cause, and no other rule notices.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use eksamine_engine::{Engine, LoadedRule, Scan, judge, refusal};
use eksamine_facts::Document;
use eksamine_results::{RuleResult, Status};
use eksamine_tests::hostile::{Guest, KIND, Says, load, with_text};
use eksamine_tests::met::{Real, met};
use eksamine_tests::rules::{AS_OF, official, rule};

const FACTS: &str = r#"{"schema":"eksamine.facts/v1","collected_at":"2026-11-23T10:00:00Z","collector":{},
"scope":{"region":"eu-west-1"},"facts":{
"aws.eks.clusters":{"status":"complete","items":[{"arn":"arn:aws:eks:eu-west-1:111122223333:cluster/demo","name":"demo","status":"ACTIVE",
"logging":{"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","scheduler"],"enabled":true}]}}]},
"aws.logs.loggroups":{"status":"complete","items":[]}}}"#;

/// Runs the guest beside an honest rule, twice, and gives its result.
fn run_on(guest: &Guest, facts: &str) -> RuleResult {
    run_loaded(&guest.load(&official().0).expect("it loads"), facts)
}

fn run_component(wasm: Vec<u8>, facts: &str) -> RuleResult {
    run_loaded(&load(&official().0, wasm).expect("it loads"), facts)
}

fn run_loaded(hostile: &LoadedRule, facts: &str) -> RuleResult {
    met(Real::Component);
    let engine = &official().0;
    let honest = rule("audit-logging");
    let together = |with: bool| {
        let mut scan = Scan::default();
        scan.add(honest.clone(), honest.meta().defaults());
        if with {
            scan.add(hostile.clone(), hostile.meta().defaults());
        }
        let document = Document::read(facts.to_owned(), &scan.projection()).expect("facts");
        judge(engine, &scan, &document, AS_OF).results
    };
    let (alone, once, twice) = (together(false), together(true), together(true));
    let bytes = |result: &RuleResult| serde_json::to_string(result).expect("JSON");
    assert_eq!(bytes(&alone[0]), bytes(&once[0]), "the honest rule's result is untouched");
    assert_eq!(bytes(&once[1]), bytes(&twice[1]), "it ends the same way each time");
    once.into_iter().nth(1).expect("two results")
}

fn run(guest: &Guest) -> RuleResult {
    run_on(guest, FACTS)
}

fn does(code: &str) -> Guest {
    Guest { does: code.to_owned(), ..Guest::default() }
}

/// It looks at its facts, as honest rules do.
const LOOK: &str = "(call $about (i32.const 16) (i32.const 16) (i32.const 512))";

#[track_caller]
fn ends(guest: &Guest, kind: &str, words: &str) {
    let result = run(guest);
    let cause = result.cause.as_ref().unwrap_or_else(|| panic!("{kind}: no cause: {}", result.summary));
    assert_eq!((result.status, cause.kind.as_str()), (Status::Error, kind), "{}", cause.message);
    assert!(cause.message.contains(words), "{}", cause.message);
    assert!(result.reproducible);
}

#[test]
fn an_honest_guest_passes() {
    let result = run(&does(LOOK));
    assert_eq!((result.status, result.summary.as_str()), (Status::Pass, "a summary"));
}

#[test]
fn an_infinite_loop_runs_out_of_fuel() {
    ends(&does("(loop $l (br $l))"), "fuel", "out of fuel: the limit is 1000");
}

/// Whatever costs time costs fuel, calls or bytes as well, so only a rule that gives itself no time meets the clock.
#[test]
fn an_end_by_the_clock_says_that_it_is_not_reproducible() {
    let result = run(&Guest { deadline: Some(0), ..does(LOOK) });
    assert_eq!(result.cause.as_ref().map(|c| c.kind.as_str()), Some("deadline"), "{result:#?}");
    assert_eq!(result.cause.map(|c| c.message).as_deref(), Some("out of time: the limit is 0 s"));
    assert!(result.status == Status::Error && !result.reproducible);
    // Filling memory is one instruction, and counted by the byte.
    ends(
        &does("(loop $l (memory.fill (i32.const 0) (i32.const 0) (i32.const 2000000)) (br $l))"),
        "fuel",
        "out of fuel",
    );
}

#[test]
fn recursion_runs_out_of_stack() {
    ends(&does("(drop (call $evaluate))"), "stack", "the limit is 524288 bytes");
}

#[test]
fn a_memory_bomb_meets_the_sum_of_all_memories() {
    let grow = "(loop $l (drop (memory.grow (i32.const 16))) (br $l))";
    ends(&does(grow), "memory", "the limit is 67108864 bytes over all memories");
    // Each memory is below the limit; only their sum is not.
    let many = "(core module $bomb (memory 300))\n".to_owned() + &"(core instance (instantiate $bomb))\n".repeat(8);
    let result = run_component(with_text(&does(LOOK).component().expect("a component"), &many).expect("text"), FACTS);
    assert_eq!(result.cause.map(|c| c.kind).as_deref(), Some("memory"));
}

#[test]
fn a_table_bomb_meets_the_sum_of_all_tables() {
    let guest = Guest {
        module: "(table $t 1 funcref)\n".into(),
        ..does("(loop $l (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $l))")
    };
    ends(&guest, "table", "the limit is 100000 elements");
}

/// Writes a list length over the findings of the result area.
fn findings(pointer: u32, count: u32) -> String {
    format!("(i32.store (i32.const 1040) (i32.const {pointer})) (i32.store (i32.const 1044) (i32.const {count}))")
}

#[test]
fn a_list_of_a_gigabyte_is_refused_before_it_is_copied() {
    // It has no such memory: the pointer is checked before anything is read.
    ends(&does(&findings(4096, 26_000_000)), "trap", "out of bounds");
    // It has the memory, within its limit, and the answer is still too much.
    let grown = format!("(drop (memory.grow (i32.const 900))) {}", findings(65_536, 1_200_000));
    ends(&does(&grown), "crossing", "the limit is 8388608 bytes");
}

#[test]
fn strings_that_share_one_buffer_are_counted_each() {
    // 4,096 findings whose subjects are one and the same mebibyte: 4 GiB if they were copied.
    let alias = format!(
        "(drop (memory.grow (i32.const 64)))
         (loop $l
           (i32.store (i32.add (i32.const 2097156) (i32.mul (local.get $i) (i32.const 40))) (i32.const 65536))
           (i32.store (i32.add (i32.const 2097160) (i32.mul (local.get $i) (i32.const 40))) (i32.const 900000))
           (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
         {}",
        findings(2_097_152, 4_096)
    );
    ends(&does(&alias), "crossing", "too much data at once");
}

#[test]
fn text_that_is_no_text_is_refused() {
    ends(
        &does("(i32.store (i32.const 1032) (i32.const 700000)) (i32.store8 (i32.const 700000) (i32.const 255))"),
        "trap",
        "utf-8",
    );
}

#[test]
fn a_flood_of_log_or_calls_ends() {
    let log = "(loop $l (call $write (i32.const 1) (i32.const 65536) (i32.const 4000)) (br $l))";
    ends(&does(log), "log", "the limit is 65536 bytes");
    let nothing = "(loop $l (call $write (i32.const 1) (i32.const 65536) (i32.const 0)) (br $l))";
    ends(&does(nothing), "log", "the limit is 65536 bytes");
    let calls = format!("(loop $l {LOOK} (br $l))");
    ends(&does(&calls), "calls", "the limit is 1000000");
}

#[test]
fn reading_the_same_facts_for_ever_ends() {
    let read = "(loop $l (call $read (i32.const 16) (i32.const 16) (i32.const 0) (i32.const 512)) (br $l))";
    ends(&does(read), "served", "bytes served");
}

/// What a kind says of itself is served like its items, or a kind with many gaps would be a way around the count.
#[test]
fn asking_about_the_same_gaps_for_ever_ends() {
    let gap = r#"{"subject":"s","status":"denied","reason":"a long story"}"#;
    let gaps = vec![gap; 2_000].join(",");
    let facts = FACTS.replace(
        "\"aws.eks.clusters\":{\"status\":\"complete\"",
        &format!("\"aws.eks.clusters\":{{\"status\":\"partial\",\"gaps\":[{gaps}]"),
    );
    let result = run_on(&does(&format!("(loop $l {LOOK} (br $l))")), &facts);
    assert_eq!(result.cause.map(|c| c.kind).as_deref(), Some("served"));
}

#[test]
fn an_undeclared_fact_stops_the_rule() {
    let ask = "(call $about (i32.const 16) (i32.const 7) (i32.const 512))";
    ends(&does(ask), "undeclared-fact", "it asked for aws.eks, which its rule.toml does not declare");
}

#[test]
fn a_trap_is_a_result() {
    ends(&does("(unreachable)"), "trap", "unreachable");
}

/// The parameters are not to blame: it says the same with its defaults.
#[test]
fn giving_up_for_another_reason_refuses_no_parameters() {
    let error = "(i32.store8 (i32.const 1024) (i32.const 1))";
    let its_words = "(i32.store (i32.const 1028) (i32.const 16)) (i32.store (i32.const 1032) (i32.const 16))";
    let guest = does(&format!("{error} {its_words}"));
    ends(&guest, "gave-up", KIND);
    let (engine, _) = official();
    let rule = guest.load(engine).expect("it loads");
    assert_eq!(refusal(engine, &rule, &rule.meta().defaults()), None);
}

#[test]
fn garbage_answers_are_refused() {
    let contradiction = Guest { findings: vec![(Says::Fail, "s", "/scope")], ..does(LOOK) };
    ends(&contradiction, "bad-answer", "it answers pass and a finding of its own is worse");
    ends(&Guest { says: Says::Fail, ..does(LOOK) }, "bad-answer", "it answers fail without a finding that fails");
    ends(&Guest { findings: vec![(Says::Pass, "", "/scope")], ..does(LOOK) }, "bad-answer", "without a subject");
    ends(&Guest { extra: Some("[1]"), ..does(LOOK) }, "bad-answer", "extra is no JSON object");
}

#[test]
fn a_pass_without_looking_is_no_pass() {
    ends(&Guest::default(), "did-not-look", "without looking");
    ends(&Guest { says: Says::NotApplicable, ..Guest::default() }, "did-not-look", "without looking");
}

#[test]
fn evidence_outside_its_view_is_refused() {
    for place in [
        "/facts/aws.eks.clusters/items/0/arn",
        "/facts/aws.eks.clusters/items/0",
        "/facts/aws.eks.clusters/items",
        "/facts/aws.logs.loggroups/items/0/logGroupName",
        "/facts/aws.eks.clusters/items/0/name/../arn",
        "/collector",
        "",
        "scope",
    ] {
        let guest = Guest { findings: vec![(Says::Pass, "s", place)], ..does(LOOK) };
        if place.ends_with("../arn") {
            // Below a declared field, and nothing stands there: which is evidence too.
            assert!(run(&guest).findings[0].evidence[0].absent);
        } else {
            ends(&guest, "evidence-outside-view", place);
        }
    }
}

#[test]
fn the_host_quotes_what_stands_there() {
    let place = "/facts/aws.eks.clusters/items/0/name";
    let result = run(&Guest { findings: vec![(Says::Pass, "s", place)], ..does(LOOK) });
    let evidence = &result.findings[0].evidence[0];
    assert_eq!(evidence.observed.as_ref().map(|v| v.get()), Some("\"demo\""));
}

#[test]
fn a_lying_pass_over_a_denied_fact_is_an_error() {
    let denied = FACTS.replace(
        "\"aws.eks.clusters\":{\"status\":\"complete\"",
        "\"aws.eks.clusters\":{\"status\":\"denied\",\"permission\":\"eks:DescribeCluster\"",
    );
    for says in [Says::Pass, Says::NotApplicable] {
        let result = run_on(&Guest { says, ..does(LOOK) }, &denied);
        assert_eq!(result.status, Status::Error);
        assert_eq!(result.missing[0].permission.as_deref(), Some("eks:DescribeCluster"));
    }
}

#[test]
fn what_a_rule_may_not_import_is_refused_before_it_is_compiled() {
    let engine = Engine::new().expect("the sandbox");
    let refused = |text: &str| {
        let wasm = wat::parse_str(text).expect("text");
        load(&engine, wasm).err().expect("refused").to_string()
    };
    let sockets = refused("(component (import \"wasi:sockets/tcp@0.2.0\" (instance)))");
    assert!(sockets.contains("imports wasi:sockets/tcp@0.2.0"), "{sockets}");
    assert!(
        refused("(component (import \"eksamine:rule/facts@9.0.0\" (instance)))")
            .contains("imports eksamine:rule/facts@9")
    );
    assert!(refused("(component)").contains("custom section eksamine:rule: missing"));
    assert!(refused("(module)").contains("it is a core module"));
}

#[test]
fn native_code_in_a_pack_is_refused() {
    let (engine, _) = official();
    let native = [&b"\x7fELF\x02\x01\x01\xc8\x02"[..], &[0; 64]].concat();
    assert!(load(engine, native).is_err());
}
