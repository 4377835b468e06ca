//! Where the pods of a DaemonSet go (Kubernetes documentation, Assigning Pods to Nodes, Taints and Tolerations,
//! DaemonSet).

use crate::core::PodSpec;
use crate::core::Requirement;
use crate::nodes::{Node, Taint};
use crate::scheduling::{NodeSelectorTerm, Toleration};
use crate::{Given, Known, Label, List, Unknown};

/// Taints of passing conditions, which every pod of a DaemonSet puts up with or outlasts (DaemonSet, Taints and
/// tolerations).
const TOLERATED: [&str; 7] = [
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/unschedulable",
    "node.kubernetes.io/network-unavailable",
];

/// A node, or one that is to be expected.
#[derive(Debug, Clone, Copy)]
pub enum Site<'n> {
    /// A node of the cluster.
    Node(&'n Node),
    /// One with these labels and no taints, which the cluster may get at any time.
    Expected(&'static [(&'static str, &'static str)]),
}

impl Site<'_> {
    /// A label's value.
    fn label(&self, key: &str) -> Result<Option<String>, Unknown> {
        match self {
            Self::Expected(labels) => Ok(labels.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned())),
            Self::Node(node) => {
                let Some(labels) = node.metadata.get()?.labels.declared()? else { return Ok(None) };
                Ok(match labels.entry(key).given()? {
                    Given::Not => None,
                    Given::Empty => Some(String::new()),
                    Given::Value(value) => Some(value.to_string()),
                })
            }
        }
    }

    fn name(&self) -> Result<&str, Unknown> {
        match self {
            Self::Node(node) => Ok(node.metadata.get()?.name.get()?),
            Self::Expected(_) => Err(Unknown::because("the name of a node that is not there yet is not known")),
        }
    }

    fn taints(&self) -> Result<&[Known<Taint>], Unknown> {
        match self {
            Self::Node(node) => match node.spec.get()?.taints.declared()? {
                Some(taints) => Ok(taints),
                None => Ok(&[]),
            },
            Self::Expected(_) => Ok(&[]),
        }
    }
}

/// Whether the pods of a DaemonSet go to a node.
///
/// # Errors
/// [`Unknown`] when a condition or what it asks of the node is not known.
pub fn goes_to(pod: &PodSpec, site: &Site<'_>) -> Result<bool, Unknown> {
    Ok(is_selected(pod, site)? && fits_affinity(pod, site)? && is_tolerated(pod, site)?)
}

fn is_selected(pod: &PodSpec, site: &Site<'_>) -> Result<bool, Unknown> {
    let Some(wanted) = pod.node_selector.declared()? else { return Ok(true) };
    for (key, value) in wanted.iter() {
        if site.label(key)?.as_deref() != Some(value.get()?.as_str()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fits_affinity(pod: &PodSpec, site: &Site<'_>) -> Result<bool, Unknown> {
    let Some(affinity) = pod.affinity.declared()? else { return Ok(true) };
    let Some(affinity) = affinity.node_affinity.declared()? else { return Ok(true) };
    let Some(required) = affinity.required.declared()? else { return Ok(true) };
    for term in required.terms.get()?.iter() {
        if fits_term(term, site)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fits_term(term: &Known<NodeSelectorTerm>, site: &Site<'_>) -> Result<bool, Unknown> {
    // "A null or empty node selector term matches no objects."
    let Some(term) = term.declared()? else { return Ok(false) };
    let label = |key: &str| site.label(key);
    let field = |key: &str| match key {
        "metadata.name" => site.name().map(|name| Some(name.to_owned())),
        _ => Err(Unknown::because(format!("{key} is no field that selects nodes"))),
    };
    let expressions = term.match_expressions.declared()?;
    let fields = term.match_fields.declared()?;
    if expressions.is_none() && fields.is_none() {
        return Ok(false);
    }
    for (list, look) in [(expressions, &label as Look<'_>), (fields, &field as Look<'_>)] {
        for requirement in list.into_iter().flat_map(|l| l.iter()) {
            let requirement = requirement.get()?;
            if !is_met(requirement, look(requirement.key.get()?)?)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

type Look<'l> = &'l dyn Fn(&str) -> Result<Option<String>, Unknown>;

fn is_met(requirement: &Requirement, found: Option<String>) -> Result<bool, Unknown> {
    let among = |values: &List<Label>| -> Result<bool, Unknown> {
        let values = values.all_known()?;
        Ok(found.as_deref().is_some_and(|found| values.iter().any(|v| v.as_str() == found)))
    };
    match requirement.operator.get()?.as_str() {
        "In" => among(requirement.values.get()?),
        "NotIn" => Ok(!among(requirement.values.get()?)?),
        "Exists" => Ok(found.is_some()),
        "DoesNotExist" => Ok(found.is_none()),
        "Gt" => Ok(compared(requirement, found.as_deref())?.is_some_and(|(found, bound)| found > bound)),
        "Lt" => Ok(compared(requirement, found.as_deref())?.is_some_and(|(found, bound)| found < bound)),
        other => Err(Unknown::because(format!("{other} is no operator that selects nodes"))),
    }
}

/// A label that is no number meets neither.
fn compared(requirement: &Requirement, found: Option<&str>) -> Result<Option<(i64, i64)>, Unknown> {
    let values = requirement.values.get()?.all_known()?;
    let [bound] = values[..] else { return Err(Unknown::because("Gt and Lt take one value")) };
    let bound: i64 =
        bound.as_str().parse().map_err(|_| Unknown::because(format!("{:?} is no number", bound.as_str())))?;
    Ok(found.and_then(|found| found.parse().ok()).map(|found| (found, bound)))
}

fn is_tolerated(pod: &PodSpec, site: &Site<'_>) -> Result<bool, Unknown> {
    let tolerations: &[Known<Toleration>] = match pod.tolerations.declared()? {
        Some(tolerations) => tolerations,
        None => &[],
    };
    for taint in site.taints()? {
        let taint = taint.get()?;
        let key = taint.key.get()?;
        let keeps_away = *taint.effect.get()? != *"PreferNoSchedule" && !TOLERATED.contains(&key.as_str());
        if keeps_away && !puts_up_with(tolerations, taint)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn puts_up_with(tolerations: &[Known<Toleration>], taint: &Taint) -> Result<bool, Unknown> {
    for toleration in tolerations {
        // `{}` says Equal, without a key: it fits nothing.
        let Some(toleration) = toleration.declared()? else { continue };
        let effect = toleration.effect.declared()?;
        if effect.is_some_and(|effect| taint.effect.peek() != Some(effect)) {
            continue;
        }
        let key = toleration.key.declared()?;
        let fits = match toleration.operator.declared()?.map(|o| o.as_str()) {
            Some("Exists") => key.is_none() || key == taint.key.peek(),
            None | Some("Equal") => {
                key == taint.key.peek() && toleration.value.declared()? == taint.value.declared()?
            }
            Some(other) => return Err(Unknown::because(format!("{other} is no operator of a toleration"))),
        };
        if fits {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(pod: &str, node: &str) -> Result<bool, String> {
        let pod: Known<PodSpec> = serde_json::from_str(pod).expect("JSON");
        let node: Known<Node> = serde_json::from_str(node).expect("JSON");
        let (pod, node) = (pod.get().expect("a pod"), node.get().expect("a node"));
        goes_to(pod, &Site::Node(node)).map_err(|unknown| unknown.to_string())
    }

    fn labelled(pod: &str, labels: &str) -> Result<bool, String> {
        goes(pod, &format!(r#"{{"metadata":{{"name":"n","labels":{labels}}},"spec":{{"providerID":"aws:///a/i-1"}}}}"#))
    }

    fn tainted(pod: &str, taints: &str) -> Result<bool, String> {
        goes(pod, &format!(r#"{{"metadata":{{"name":"n"}},"spec":{{"providerID":"aws:///a/i-1","taints":{taints}}}}}"#))
    }

    fn affine(terms: &str) -> String {
        format!(
            r#"{{"affinity":{{"nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":{{"nodeSelectorTerms":{terms}}}}}}}}}"#
        )
    }

    #[test]
    fn without_conditions_every_node_will_do() {
        assert_eq!(labelled(r#"{"tolerations":[]}"#, "{}"), Ok(true));
        assert_eq!(labelled(r#"{"affinity":{"podAntiAffinity":{}}}"#, "{}"), Ok(true));
    }

    #[test]
    fn the_selector_asks_for_all_its_labels() {
        let pod = r#"{"nodeSelector":{"a":"1","b":""}}"#;
        assert_eq!(labelled(pod, r#"{"a":"1","b":""}"#), Ok(true));
        assert_eq!(labelled(pod, r#"{"a":"1"}"#), Ok(false));
        assert_eq!(labelled(pod, r#"{"a":"2","b":""}"#), Ok(false));
        assert!(labelled(pod, r#"{"a":7}"#).is_err());
    }

    #[test]
    fn terms_are_alternatives_and_requirements_are_not() {
        let own = affine(
            r#"[{"matchExpressions":[{"key":"os","operator":"In","values":["linux"]},{"key":"type","operator":"NotIn","values":["auto","hybrid"]}]}]"#,
        );
        assert_eq!(labelled(&own, r#"{"os":"linux"}"#), Ok(true));
        assert_eq!(labelled(&own, r#"{"os":"linux","type":"hybrid"}"#), Ok(false));
        assert_eq!(labelled(&own, r#"{"type":"ec2"}"#), Ok(false));
        let either = affine(
            r#"[{"matchExpressions":[{"key":"a","operator":"Exists"}]},{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]"#,
        );
        assert_eq!(labelled(&either, "{}"), Ok(true));
        assert_eq!(labelled(&affine("[{}]"), r#"{"a":"1"}"#), Ok(false));
        assert_eq!(labelled(&affine(r#"[{"matchExpressions":[]}]"#), "{}"), Ok(false));
        let without = affine(r#"[{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}]"#);
        assert_eq!((labelled(&without, "{}"), labelled(&without, r#"{"a":""}"#)), (Ok(true), Ok(false)));
        assert!(labelled(&affine(r#"[{"matchExpressions":[{"key":"a","operator":"Is"}]}]"#), "{}").is_err());
        assert!(labelled(&affine("[]"), "{}").is_err());
    }

    #[test]
    fn numbers_are_compared() {
        let more = affine(r#"[{"matchExpressions":[{"key":"cpu","operator":"Gt","values":["4"]}]}]"#);
        assert_eq!((labelled(&more, r#"{"cpu":"8"}"#), labelled(&more, r#"{"cpu":"4"}"#)), (Ok(true), Ok(false)));
        assert_eq!((labelled(&more, r#"{"cpu":"x"}"#), labelled(&more, "{}")), (Ok(false), Ok(false)));
        let less = affine(r#"[{"matchExpressions":[{"key":"cpu","operator":"Lt","values":["4"]}]}]"#);
        assert_eq!((labelled(&less, r#"{"cpu":"2"}"#), labelled(&less, r#"{"cpu":"4"}"#)), (Ok(true), Ok(false)));
        assert!(labelled(&affine(r#"[{"matchExpressions":[{"key":"cpu","operator":"Lt"}]}]"#), "{}").is_err());
    }

    #[test]
    fn taints_keep_away_who_does_not_put_up_with_them() {
        let gpu = r#"[{"key":"gpu","value":"a","effect":"NoSchedule"}]"#;
        let with = |toleration: &str| tainted(&format!(r#"{{"tolerations":[{toleration}]}}"#), gpu);
        assert_eq!(tainted(r#"{"tolerations":[]}"#, gpu), Ok(false));
        for fitting in [
            r#"{"operator":"Exists"}"#,
            r#"{"key":"gpu","operator":"Exists"}"#,
            r#"{"key":"gpu","value":"a"}"#,
            r#"{"key":"gpu","operator":"Equal","value":"a","effect":"NoSchedule"}"#,
        ] {
            assert_eq!(with(fitting), Ok(true), "{fitting}");
        }
        for other in [
            "{}",
            r#"{"key":"gpu"}"#,
            r#"{"key":"gpu","value":"b"}"#,
            r#"{"operator":"Exists","effect":"NoExecute"}"#,
            r#"{"key":"cpu","operator":"Exists"}"#,
        ] {
            assert_eq!(with(other), Ok(false), "{other}");
        }
        assert!(with(r#"{"operator":"Like"}"#).is_err());
        assert_eq!(tainted("{\"tolerations\":[]}", r#"[{"key":"gpu","effect":"PreferNoSchedule"}]"#), Ok(true));
        let own = r#"[{"key":"node.kubernetes.io/not-ready","effect":"NoExecute"}]"#;
        assert_eq!(tainted("{\"tolerations\":[]}", own), Ok(true));
        assert!(tainted("{\"tolerations\":[]}", r#"[{"key":"gpu"}]"#).is_err());
    }

    #[test]
    fn a_node_that_is_to_come_has_no_name_and_no_taints() {
        let pod: Known<PodSpec> = serde_json::from_str(r#"{"nodeSelector":{"os":"linux"}}"#).expect("JSON");
        let pod = pod.get().expect("a pod");
        assert_eq!(goes_to(pod, &Site::Expected(&[("os", "linux")])), Ok(true));
        assert_eq!(goes_to(pod, &Site::Expected(&[])), Ok(false));
    }
}
