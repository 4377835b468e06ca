//! The examples of the IAM user guide, in our own names, and documents that its grammar does not allow.

use super::*;
use crate::Tree;

fn policy(name: &str, tree: &Tree<'_>, attached: Attached) -> Policy {
    let document = Document::parse(&tree.canonical(), attached).expect("a policy");
    Policy { name: name.to_owned(), document }
}

fn names(grant: &Grant<'_>) -> String {
    grant.by.iter().map(|at| at.statement.name()).collect::<Vec<_>>().join(", ")
}

fn said(access: &Access<'_>) -> String {
    match access {
        Access::Allowed(grant) => format!("allowed by {}", names(grant)),
        Access::Conditional(grant) if grant.hangs_on().is_empty() => format!("conditional by {}", names(grant)),
        Access::Conditional(grant) => format!("conditional on {} by {}", grant.hangs_on().join(", "), names(grant)),
        Access::Denied(Some(at)) => format!("denied by {}", at.statement.name()),
        Access::Denied(None) => "denied".to_owned(),
    }
}

fn elements<'t>(tree: Option<&'t Tree<'static>>) -> &'t [Tree<'static>] {
    match tree {
        Some(Tree::Array(elements)) => elements,
        _ => &[],
    }
}

#[test]
fn requests_are_decided_as_published() {
    let examples = Tree::parse(include_str!("../../../tests/iam/published.json")).expect("JSON");
    let mut wrong = Vec::new();
    for example in elements(Some(&examples)) {
        let text = |key| example.get(key).and_then(Tree::as_text).expect("text");
        assert!(text("source").starts_with("https://docs.aws.amazon.com/IAM/"), "{}", text("shows"));
        let of_identity = |tree| policy("its own", tree, Attached::ToIdentity);
        let identity: Vec<Policy> = elements(example.get("identity")).iter().map(of_identity).collect();
        let boundary = example.get("boundary").map(|tree| policy("the boundary", tree, Attached::ToIdentity));
        let resource = example.get("on_resource").map(|tree| policy("the resource's", tree, Attached::ToResource));
        let reach = if example.get("across").is_some() { Reach::AcrossAccounts } else { Reach::SameAccount };
        let (identity, boundary) = (&identity[..], boundary.as_ref());
        let of_resource = Policies { identity, boundary, resource: resource.as_ref(), registry: None, reach };
        // The policy of a registry has the same force.
        let of_registry = Policies { resource: None, registry: resource.as_ref(), ..of_resource };
        let caller = if text("caller") == "anyone" { Caller::Anyone } else { Caller::Principal(text("caller")) };
        let resources = Resources::with_variables(&[text("resource")], Side::Listed);
        let request = Request { caller, action: text("action"), resources: &resources };
        for policies in [of_resource, of_registry] {
            let found = said(&policies.decide(&request).expect("decided"));
            if found != text("expected") {
                wrong.push(format!(
                    "{}: {} on {}: {found}, not {}",
                    text("shows"),
                    text("action"),
                    text("resource"),
                    text("expected")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(elements(Some(&examples)).len() > 80);
}

#[test]
fn what_the_grammar_does_not_allow_is_not_read() {
    let examples = Tree::parse(include_str!("../../../tests/iam/malformed.json")).expect("JSON");
    for example in elements(Some(&examples)) {
        let text = |key| example.get(key).and_then(Tree::as_text).expect("text");
        let error = Document::parse(text("text"), Attached::ToIdentity).expect_err(text("shows")).to_string();
        assert!(error.contains(text("why")), "{}: {error}", text("shows"));
    }
}

#[test]
fn a_principal_must_be_said_where_the_resource_need_not() {
    let read = |text: &str| Document::parse(text, Attached::ToResource).map_err(|malformed| malformed.to_string());
    let document = read(r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}"#);
    assert_eq!(document.map(|d| d.statements[0].resources.clone()), Ok(Resources::all()));
    for (principal, why) in [
        ("", "neither Principal nor NotPrincipal"),
        (r#""Principal":"111122223333","#, "neither * nor an object"),
        (r#""Principal":{},"#, "neither * nor an object"),
        (r#""Principal":{"AWS":"eve"},"#, "eve is no principal"),
        (r#""Principal":{"User":"eve"},"#, "User is no kind of principal"),
        (r#""Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"#, "holds a wildcard"),
    ] {
        let error = read(&format!(r#"{{"Statement":[{{"Effect":"Allow",{principal}"Action":"*"}}]}}"#));
        assert!(error.as_ref().is_err_and(|error| error.contains(why)), "{principal}: {error:?}");
    }
}

#[test]
fn conditions_that_keep_others_out() {
    let condition = |operator: &str, values: &[&str]| Condition {
        operator: operator.to_owned(),
        key: "aws:PrincipalOrgID".to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    assert!(
        condition("StringEquals", &["o-1"]).confines() && condition("ForAnyValue:StringLike", &["o-1*"]).confines()
    );
    assert!(condition("ArnLike", &["arn:aws:iam::111122223333:*"]).tests("AWS:principalorgid"));
    for (operator, values) in [
        ("StringNotEquals", &["o-1"][..]),
        ("StringEqualsIfExists", &["o-1"]),
        ("ForAllValues:StringEquals", &["o-1"]),
        ("StringLike", &["o-1", "*"]),
        ("Null", &["true"]),
    ] {
        assert!(!condition(operator, values).confines(), "{operator}");
    }
}

#[test]
fn a_grant_of_which_denials_leave_something_names_what_is_left() {
    let read = |text| policy("p", &Tree::parse(text).expect("JSON"), Attached::ToIdentity);
    let identity = [read(
        r#"{"Statement":[{"Effect":"Allow","Action":"ecr:*","Resource":"*"},
            {"Effect":"Deny","Action":"ecr:Put*","Resource":"arn:aws:ecr:*:*:repository/prod/*"}]}"#,
    )];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let decide = |pattern| {
        let resources = Resources::matching(pattern);
        let caller = Caller::Principal("arn:aws:iam::111122223333:role/node");
        policies.decide(&Request { caller, action: "ecr:PutImage", resources: &resources }).expect("decided")
    };
    let Access::Allowed(grant) = decide("arn:aws:ecr:eu-west-1:111122223333:repository/?*") else { panic!("allowed") };
    assert!(grant.reaches.starts_with("arn:aws:ecr:eu-west-1:111122223333:repository/"), "{}", grant.reaches);
    assert_eq!(said(&decide("arn:aws:ecr:eu-west-1:111122223333:repository/prod/?*")), "denied by 2");
}
