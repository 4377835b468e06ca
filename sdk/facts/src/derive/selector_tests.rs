use super::*;
use crate::Watch;

fn read(json: &str) -> Selector {
    label_selector(&serde_json::from_str(json).expect("JSON"), pods_own)
}

fn labels(json: &str) -> Known<Map<Label>> {
    serde_json::from_str(json).expect("JSON")
}

fn matches(selector: &str, pod: &str) -> Known<bool> {
    let pod = labels(pod);
    read(selector).matches(&|_, key| value_of(&pod, key))
}

#[test]
fn every_operator_and_the_empty_value() {
    let yes = |s: &str, p: &str| assert_eq!(matches(s, p), Known::value(true), "{s} {p}");
    let no = |s: &str, p: &str| assert_eq!(matches(s, p), Known::value(false), "{s} {p}");
    yes("{}", "null");
    yes("null", r#"{"a":"x"}"#);
    yes(r#"{"matchLabels":{"a":"x"}}"#, r#"{"a":"x","b":"y"}"#);
    no(r#"{"matchLabels":{"a":"x","b":"x"}}"#, r#"{"a":"x","b":"y"}"#);
    yes(r#"{"matchLabels":{"a":""}}"#, r#"{"a":""}"#);
    no(r#"{"matchLabels":{"a":""}}"#, "{}");
    let with = |operator: &str, values: &str| {
        format!(r#"{{"matchExpressions":[{{"key":"a","operator":"{operator}"{values}}}]}}"#)
    };
    yes(&with("In", r#","values":["x","y"]"#), r#"{"a":"y"}"#);
    no(&with("NotIn", r#","values":["x"]"#), r#"{"a":"x"}"#);
    yes(&with("NotIn", r#","values":["x"]"#), "{}");
    yes(&with("Exists", ""), r#"{"a":""}"#);
    no(&with("DoesNotExist", ""), r#"{"a":""}"#);
    yes(&with("DoesNotExist", ""), "{}");
}

#[test]
fn what_cannot_be_read_is_unknown_unless_another_part_decides() {
    let watch = Watch::start();
    let lost = |s: &str, p: &str| assert_eq!(matches(s, p).peek(), None, "{s} {p}");
    lost("[]", "{}");
    lost(r#"{"matchLabels":{"a":null}}"#, "{}");
    lost(r#"{"matchLabels":7}"#, "{}");
    lost(r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#, "{}");
    lost(r#"{"matchExpressions":[{"key":"a","operator":"Is","values":["x"]}]}"#, "{}");
    lost(r#"{"matchExpressions":[null]}"#, "{}");
    lost(r#"{"matchLabels":{"a":"x"}}"#, r#"{"a":null}"#);
    lost(r#"{"matchLabels":{"a":"x"}}"#, "7");
    assert_eq!(matches(r#"{"matchLabels":{"a":"x","b":"y"}}"#, r#"{"a":null,"b":"z"}"#), Known::value(false));
    assert_eq!(matches("{}", "7"), Known::value(true));
    assert_eq!(watch.asked(), 0, "joins charge nobody");
}

#[test]
fn within_a_namespace_its_labels_are_settled() {
    let namespace = labels(r#"{"team":"a"}"#);
    let look = |_: Whose, key: &str| value_of(&namespace, key);
    let team = |value: &str| Selector::Label(Whose::Namespace, "team".into(), Test::In(vec![value.into()]));
    let pod = Selector::Label(Whose::Pod, "app".into(), Test::Exists);
    assert_eq!(Selector::And(vec![team("a"), pod.clone()]).within(&look), pod);
    assert_eq!(Selector::And(vec![team("b"), pod.clone()]).within(&look), Selector::Never);
    assert_eq!(Selector::Or(vec![team("a"), pod.clone()]).within(&look), Selector::All);
    assert_eq!(Selector::Not(Box::new(team("b"))).within(&look), Selector::All);
    assert_eq!(Selector::And(vec![team("a"), team("a")]).within(&look).is_everything(), Known::value(true));
    assert_eq!(pod.is_everything(), Known::value(false));
    assert_eq!(Selector::Unclear("x".into()).is_everything(), Known::lost("x".into()));
}
