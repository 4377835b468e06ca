//! Which pods a Fargate profile takes, and whether it works (EKS user guide, "Define which Pods use AWS Fargate when
//! launched").

use super::logic::{all, any};
use crate::eks::{FargateProfile, FargateSelector};
use crate::{Known, Label, Map, Text, Unknown};

/// The label that EKS puts on the pods that it runs on Fargate: the name of their profile. A pod may also carry it from
/// the start, to choose among the profiles that take it.
pub const PROFILE_LABEL: &str = "eks.amazonaws.com/fargate-profile";

/// Whether `pattern` covers all that `text` stands for. In both, `*` is any number of characters and `?` is one; a text
/// without them stands for itself.
#[must_use]
pub fn covers(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // The last `*`, and where its part of the text ends: there it can be made longer.
    let (mut at, mut seen, mut star) = (0, 0, None::<(usize, usize)>);
    while seen < text.len() {
        match (pattern.get(at), text[seen]) {
            (Some(b'*'), _) => {
                star = Some((at, seen));
                at += 1;
            }
            // Only `*` covers `*`: one character is fewer than any number.
            (Some(b'?'), one) if one != b'*' => (at, seen) = (at + 1, seen + 1),
            (Some(same), one) if *same == one && one != b'*' => (at, seen) = (at + 1, seen + 1),
            _ => match &mut star {
                Some((begin, end)) => {
                    *end += 1;
                    (at, seen) = (*begin + 1, *end);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}

/// Whether a profile takes a pod of that namespace with these labels.
#[must_use]
pub fn takes(profile: &FargateProfile, namespace: &Known<Text>, labels: &Known<Map<Label>>) -> Known<bool> {
    any_selector(profile, |selector| {
        let pod_labels = entries(labels)?;
        let asked = entries(&selector.labels)?.into_iter().map(|(key, value)| {
            any(pod_labels
                .iter()
                .filter(|(own, _)| covers(key, own))
                .map(|(_, own)| Known::derived(|| Ok(covers(value.get()?.as_str(), own.get()?.as_str())))))
        });
        let namespace = Known::derived(|| Ok(covers(selector.namespace.get()?, namespace.get()?)));
        all(asked.chain([namespace])).get().copied()
    })
}

/// Whether a profile takes every pod of the namespaces that a pattern stands for, if it has these labels at least.
#[must_use]
pub fn takes_all(profile: &FargateProfile, namespaces: &str, labels: &[(String, String)]) -> Known<bool> {
    any_selector(profile, |selector| {
        if !covers(selector.namespace.get()?, namespaces) {
            return Ok(false);
        }
        for (key, value) in entries(&selector.labels)? {
            let value = value.get()?.as_str();
            if !labels.iter().any(|(own, is)| covers(key, own) && covers(value, is)) {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

fn any_selector(profile: &FargateProfile, asks: impl Fn(&FargateSelector) -> Result<bool, Unknown>) -> Known<bool> {
    let selectors = Known::settled(|| Ok(profile.selectors.declared()?.map_or(&[][..], |list| &**list)));
    match selectors {
        Ok(list) => any(list.iter().map(|selector| Known::derived(|| asks(selector.get()?)))),
        Err(why) => Known::lost(why),
    }
}

type Entries<'l> = Vec<(&'l str, &'l Known<Label>)>;

fn entries(labels: &Known<Map<Label>>) -> Result<Entries<'_>, Unknown> {
    Ok(labels.declared()?.into_iter().flat_map(Map::iter).collect())
}

/// What keeps a profile from starting pods; `None` when nothing does.
///
/// # Errors
/// [`Unknown`] when its status or its health cannot be read.
pub fn ailment(profile: &FargateProfile) -> Result<Option<String>, Unknown> {
    let status = profile.status.get()?;
    let mut issues = Vec::new();
    if let Some(health) = profile.health.declared()? {
        for issue in health.issues.declared()?.into_iter().flat_map(|list| list.iter()) {
            // That there is an issue decides; which one, is for the reader.
            let code = issue.peek().and_then(|issue| issue.code.peek());
            issues.push(code.map_or("an issue without a code", |code| code.as_str()));
        }
    }
    let status = (*status != *"ACTIVE").then(|| format!("its status is {status}"));
    let issues = (!issues.is_empty()).then(|| format!("it reports {}", issues.join(", ")));
    Ok(match (status, issues) {
        (Some(status), Some(issues)) => Some(format!("{status} and {issues}")),
        (status, issues) => status.or(issues),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ObjectMeta;

    fn profile(json: &str) -> FargateProfile {
        let known: Known<FargateProfile> = serde_json::from_str(json).expect("JSON");
        known.get().expect("a profile").clone()
    }

    fn takes_pod(profile: &FargateProfile, metadata: &str) -> Known<bool> {
        let pod: Known<ObjectMeta> = serde_json::from_str(metadata).expect("JSON");
        let pod = pod.get().expect("metadata");
        takes(profile, &pod.namespace, &pod.labels)
    }

    #[test]
    fn wildcards_are_those_of_the_user_guide() {
        for (pattern, text) in [
            ("prod*", "prod"),
            ("prod*", "prod-metrics"),
            ("value?", "valuea"),
            ("*dev", "dev"),
            ("*dev", "my-devdev"),
            ("frontend*?", "frontend-a"),
            ("a*b*c", "a-b-b-c"),
            ("*", ""),
            ("", ""),
            // Patterns that stand for less.
            ("prod*", "prod-*"),
            ("*", "*"),
            ("*", "a?*"),
            ("a?", "a?"),
            ("a*", "a?b*"),
        ] {
            assert!(covers(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("prod", "prod-metrics"),
            ("value?", "value"),
            ("value?", "value-a"),
            ("frontend*?", "frontend"),
            ("prod-*", "prod*"),
            ("a?", "a*"),
            ("ab", "a?"),
            ("a*c", "a*"),
            ("", "a"),
            ("prod.*", "prod-a"),
        ] {
            assert!(!covers(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_selector_asks_for_its_namespace_and_all_of_its_labels() {
        let one = profile(r#"{"selectors":[{"namespace":"team-*","labels":{"trust":"un*","tier?":"x"}}]}"#);
        let takes = |p: &str| takes_pod(&one, p);
        let (yes, no) = (Known::value(true), Known::value(false));
        assert_eq!(takes(r#"{"namespace":"team-a","labels":{"trust":"untrusted","tier1":"x","more":"y"}}"#), yes);
        assert_eq!(takes(r#"{"namespace":"team-a","labels":{"trust":"untrusted","tier":"x"}}"#), no);
        assert_eq!(takes(r#"{"namespace":"web","labels":{"trust":"untrusted","tier1":"x"}}"#), no);
        assert_eq!(takes(r#"{"namespace":"team-a"}"#), no);
        assert!(takes(r#"{"namespace":"team-a","labels":{"trust":7,"tier1":"x"}}"#).peek().is_none());
        assert!(takes(r#"{"labels":{"trust":"untrusted","tier1":"x"}}"#).peek().is_none());
        // Whatever the namespace is, it lacks a label.
        assert_eq!(takes(r#"{"labels":{"trust":"untrusted"}}"#), no);
    }

    #[test]
    fn one_selector_is_enough_and_none_takes_nothing() {
        let several = profile(r#"{"selectors":[{"labels":{"a":"b"}},{"namespace":"web"}]}"#);
        assert_eq!(takes_pod(&several, r#"{"namespace":"web","labels":{"a":"b"}}"#), Known::value(true));
        assert!(takes_pod(&several, r#"{"namespace":"shop","labels":{"a":"b"}}"#).peek().is_none());
        assert_eq!(takes_pod(&profile(r#"{"status":"ACTIVE"}"#), r#"{"namespace":"web"}"#), Known::value(false));
        assert!(takes_pod(&profile(r#"{"selectors":7}"#), r#"{"namespace":"web"}"#).peek().is_none());
    }

    #[test]
    fn what_takes_all_demands_no_more_than_all_have() {
        let labelled = profile(r#"{"selectors":[{"namespace":"*","labels":{"trust":"un*"}}]}"#);
        let labels = [("trust".to_owned(), "untrusted".to_owned())];
        assert_eq!(takes_all(&labelled, "*", &labels), Known::value(true));
        assert_eq!(takes_all(&labelled, "web", &[]), Known::value(false));
        let narrow = profile(r#"{"selectors":[{"namespace":"team-*"}]}"#);
        assert_eq!(takes_all(&narrow, "team-a*", &[]), Known::value(true));
        assert_eq!(takes_all(&narrow, "*", &labels), Known::value(false));
    }

    #[test]
    fn a_profile_works_that_is_active_and_reports_nothing() {
        let ailing = |json: &str| ailment(&profile(json));
        assert_eq!(ailing(r#"{"status":"ACTIVE"}"#), Ok(None));
        assert_eq!(ailing(r#"{"status":"ACTIVE","health":{"issues":[]}}"#), Ok(None));
        assert_eq!(ailing(r#"{"status":"CREATE_FAILED"}"#), Ok(Some("its status is CREATE_FAILED".into())));
        let issues = r#"{"status":"DELETING","health":{"issues":[{"code":"AccessDenied"},{"message":"m"}]}}"#;
        let text = "its status is DELETING and it reports AccessDenied, an issue without a code";
        assert_eq!(ailing(issues), Ok(Some(text.into())));
        assert!(ailing(r#"{"health":{"issues":[]}}"#).is_err());
        assert!(ailing(r#"{"status":"ACTIVE","health":{"issues":"none"}}"#).is_err());
    }
}
