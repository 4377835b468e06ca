use super::*;

fn part(spec: &str) -> Part {
    let policy: Known<NetworkPolicy> = serde_json::from_str(&format!(r#"{{"spec":{{{spec}}}}}"#)).expect("JSON");
    Known::settled(|| policy.get()?.parts()).expect("readable").remove(0)
}

#[test]
fn the_directions_a_policy_isolates() {
    use Effect::{DeniesAll, Isolates, Opens, Untouched};
    for (spec, expected) in [
        (r#""podSelector":{}"#, [Some(DeniesAll), Some(Untouched)]),
        (r#""policyTypes":["Ingress","Egress"]"#, [Some(DeniesAll), Some(DeniesAll)]),
        (r#""policyTypes":["Egress"],"ingress":[{}]"#, [Some(Untouched), Some(DeniesAll)]),
        (r#""egress":[{}]"#, [Some(DeniesAll), Some(Opens)]),
        (r#""ingress":null,"policyTypes":[]"#, [Some(DeniesAll), Some(Untouched)]),
        (r#""ingress":[{"from":[],"ports":null}]"#, [Some(Opens), Some(Untouched)]),
        (r#""ingress":[{"ports":[{"port":80}]}]"#, [Some(Isolates), Some(Untouched)]),
        (r#""ingress":[{"from":[{"podSelector":{}}]}]"#, [Some(Isolates), Some(Untouched)]),
        (r#""ingress":[7,{}]"#, [Some(Opens), Some(Untouched)]),
        (r#""ingress":[7]"#, [None, Some(Untouched)]),
        (r#""ingress":[{"from":"x"}]"#, [None, Some(Untouched)]),
        (r#""ingress":[{"from":[null]}]"#, [None, Some(Untouched)]),
        (r#""ingress":"x""#, [None, Some(Untouched)]),
        (r#""policyTypes":["Ingress",null]"#, [None, None]),
    ] {
        let part = part(spec);
        assert_eq!([part.ingress.peek().copied(), part.egress.peek().copied()], expected, "{spec}");
    }
}

#[test]
fn a_policy_of_aws_that_does_not_say_its_types_affects_what_it_has_rules_for() {
    let effects = |spec: &str| {
        let policy: Known<ApplicationNetworkPolicy> =
            serde_json::from_str(&format!(r#"{{"spec":{{{spec}}}}}"#)).expect("JSON");
        let part = Known::settled(|| policy.get()?.parts()).expect("readable").remove(0);
        [part.ingress.peek().copied(), part.egress.peek().copied()]
    };
    use Effect::{DeniesAll, Isolates, Untouched};
    assert_eq!(effects(r#""podSelector":{}"#), [Some(Untouched), Some(Untouched)]);
    assert_eq!(effects(r#""egress":[{"ports":[{"port":53}]}]"#), [Some(Untouched), Some(Isolates)]);
    assert_eq!(effects(r#""policyTypes":["Ingress"]"#), [Some(DeniesAll), Some(Untouched)]);
}

#[test]
fn a_spec_of_which_the_view_shows_nothing_says_nothing() {
    let part = part("");
    assert_eq!((part.pods, part.ingress.peek()), (Selector::All, Some(&Effect::DeniesAll)));
    let missing: Known<NetworkPolicy> = serde_json::from_str(r#"{"metadata":{"name":"x"}}"#).expect("JSON");
    assert!(Known::settled(|| missing.get()?.parts()).is_err());
}

#[test]
fn families_of_address_blocks() {
    let from = |cidr: &str| part(&format!(r#""ingress":[{{"from":[{{"ipBlock":{{"cidr":"{cidr}"}}}}]}}]"#)).blocks;
    assert_eq!((from("10.0.0.0/8"), from("2001:db8::/32")), ((true, false), (false, true)));
}

#[test]
fn what_has_no_readable_namespace_may_be_anywhere() {
    let mut policies = Policies::default();
    let mut read = |json: &str| policies.read::<NetworkPolicy>(&serde_json::from_str(json).expect("JSON"), "/x");
    read(r#"{"metadata":{"name":"a","namespace":"web"},"spec":{"podSelector":{"matchLabels":{"app":"x"}}}}"#);
    read(r#"{"metadata":{"name":"b","namespace":""},"spec":{"podSelector":{}}}"#);
    read(r#"{"metadata":{"name":"c","namespace":"web"},"spec":7}"#);
    policies.unless::<NetworkPolicy>(&Known::value(()));
    policies.unless::<ApplicationNetworkPolicy>(&Known::lost("it is denied".into()));
    let titles = |list: &[Policy]| list.iter().map(|p| p.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&policies.here["web"]), ["NetworkPolicy a", "NetworkPolicy c"]);
    assert_eq!(titles(&policies.anywhere), ["NetworkPolicy b", "ApplicationNetworkPolicy"]);
    assert_eq!(policies.anywhere[0].lost.as_deref(), Some("NetworkPolicy b: namespace is empty"));
    let why = policies.here["web"][1].part.ingress.reason();
    assert_eq!(why, "NetworkPolicy c: spec is a number, which it should not be");
    assert_eq!(policies.pod_keys(), ["app"]);
}
