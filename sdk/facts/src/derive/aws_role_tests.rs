//! Tests of the identity of pods in AWS.

use super::*;

const IRSA: &str = r#"{"name":"AWS_ROLE_ARN","value":"*"},{"name":"AWS_WEB_IDENTITY_TOKEN_FILE","value":"*"}"#;
const AGENT: &str = r#"{"name":"AWS_CONTAINER_CREDENTIALS_FULL_URI","value":"*"}"#;

fn associations(items: &[&str]) -> Associations {
    let mut all = Associations::default();
    items.iter().for_each(|item| all.add(&serde_json::from_str(item).expect("JSON")));
    all
}

fn pod(spec: &str) -> Known<Pod> {
    let pod = format!(r#"{{"metadata":{{"namespace":"shop","name":"web"}},"spec":{spec}}}"#);
    serde_json::from_str(&pod).expect("JSON")
}

fn containers(env: &[&str]) -> Known<Pod> {
    let each: Vec<String> = env.iter().map(|env| format!(r#"{{"name":"c","env":[{env}]}}"#)).collect();
    pod(&format!(r#"{{"serviceAccountName":"web","containers":[{}]}}"#, each.join(",")))
}

#[test]
fn a_role_of_its_own_is_what_every_container_has() {
    let all = associations(&[r#"{"namespace":"shop","serviceAccount":"web"}"#]);
    let of = |env: &[&str]| has_own_role(&containers(env), &all);
    let (yes, no) = (Known::value(true), Known::value(false));
    assert_eq!((of(&[IRSA]), of(&[AGENT]), of(&[IRSA, AGENT])), (yes.clone(), yes.clone(), yes));
    assert_eq!(of(&[IRSA, r#"{"name":"A","value":"*"}"#]), no);
    assert_eq!(of(&[r#"{"name":"AWS_ROLE_ARN","value":"*"}"#]), no);
    assert_eq!(has_own_role(&pod(r#"{"serviceAccountName":"web","containers":[{"name":"c"}]}"#), &all), no);
    let init = format!(r#"{{"containers":[{{"env":[{IRSA}]}}],"initContainers":[{{"name":"i"}}]}}"#);
    assert_eq!(has_own_role(&pod(&init), &all), no);
}

#[test]
fn the_agent_answers_only_for_an_association() {
    let of = |all: &Associations| has_own_role(&containers(&[AGENT]), all);
    assert_eq!(of(&associations(&[r#"{"namespace":"ops","serviceAccount":"web"}"#])), Known::value(false));
    let lost = associations(&[r#"{"namespace":"shop"}"#]);
    assert_eq!(of(&lost).reason(), "the service account of an association: serviceAccount is missing");
    let mut denied = Associations::default();
    denied.unless(&Known::derived(|| Err(Unknown::because("denied"))));
    assert_eq!(of(&denied).reason(), "denied");
    // Nobody asks for one where the annotation of the service account is at work.
    assert_eq!(has_own_role(&containers(&[IRSA]), &denied), Known::value(true));
    let mirror = format!(r#"{{"containers":[{{"env":[{AGENT}]}}]}}"#);
    assert_eq!(has_own_role(&pod(&mirror), &denied), Known::value(false));
}

#[test]
fn what_cannot_be_read_is_not_known() {
    let none = Associations::default();
    for odd in [
        r#"{"containers":[{"env":7}]}"#,
        r#"{"containers":[{"env":[{"name":7}]}]}"#,
        r#"{"initContainers":[{"name":"i","env":[]}]}"#,
        "7",
    ] {
        assert!(has_own_role(&pod(odd), &none).peek().is_none(), "{odd}");
    }
    // One container decides whatever the others are.
    let some = r#"{"containers":[{"env":7},{"name":"c"}]}"#;
    assert_eq!(has_own_role(&pod(some), &none), Known::value(false));
}

#[test]
fn keys_are_told_by_their_names_and_never_by_their_values() {
    let env = r#"{"name":"AWS_ACCESS_KEY_ID","value":"*"},
        {"name":"AWS_SECRET_ACCESS_KEY","valueFrom":{"secretKeyRef":{"name":"keys","key":"k"}}}"#;
    let (found, doubt) = static_keys(&containers(&[r#"{"name":"A"}"#, env]));
    let told: Vec<_> = found.iter().map(|k| (k.variable, k.source.as_str(), k.place.as_str())).collect();
    assert_eq!(
        told,
        [
            ("AWS_ACCESS_KEY_ID", "a literal", "/spec/containers/1/env/0/name"),
            ("AWS_SECRET_ACCESS_KEY", "the Secret keys", "/spec/containers/1/env/1/valueFrom/secretKeyRef/name"),
        ]
    );
    assert_eq!((found[0].container.as_str(), doubt), ("c", None));
}

#[test]
fn every_container_is_looked_into_and_an_empty_variable_is_no_key() {
    let of = |spec: &str| static_keys(&pod(spec));
    for list in ["initContainers", "ephemeralContainers"] {
        let spec = format!(
            r#"{{"containers":[{{"name":"c"}}],"{list}":[{{"name":"x","env":[{{"name":"AWS_ACCESS_KEY_ID","valueFrom":{{}}}}]}}]}}"#
        );
        let (found, doubt) = of(&spec);
        assert_eq!((found[0].source.as_str(), found.len(), doubt), ("another source", 1, None), "{list}");
    }
    for none in [r#"{"name":"AWS_ACCESS_KEY_ID"}"#, r#"{"name":"AWS_ACCESS_KEY_ID","value":""}"#] {
        assert_eq!(static_keys(&containers(&[none])), (Vec::new(), None), "{none}");
    }
    let (found, doubt) = of(r#"{"containers":[{"env":[{"name":7},{"name":"AWS_ACCESS_KEY_ID","value":"*"}]}]}"#);
    assert_eq!((found.len(), doubt.as_deref()), (1, Some("name is a number, which it should not be")));
    assert_eq!(of("7"), (Vec::new(), Some("spec is a number, which it should not be".into())));
}
