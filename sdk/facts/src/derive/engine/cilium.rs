//! Cilium: its agent, by the ConfigMap `cilium-config` or by arguments, which win.

use super::arguments::{Argument, argument, boolean};
use super::settings::{Setting, Settings};
use super::{Standing, Told};
use crate::Unknown;
use crate::core::PodSpec;

const MAP: &str = "cilium-config";
const AGENT: &[&str] = &["cilium-agent"];
/// Whether policies of Kubernetes' own kind are enforced, as they are by default.
const KUBERNETES: &str = "enable-k8s-networkpolicy";

pub(super) fn told(name: &str, pod: &PodSpec, place: &str, settings: &Settings<'_>) -> Result<Told, Unknown> {
    let mut places = Vec::new();
    let by_argument = |name: &str| -> Result<Option<Setting>, Unknown> {
        let found = argument(pod, AGENT, name)?;
        Ok(found.map(|Argument { value, field }| Setting { value: Some(value), place: format!("{place}{field}") }))
    };
    let here = name.starts_with("kube-system/");
    let mut read = |key: &str| -> Result<Option<Setting>, Unknown> {
        let setting = match by_argument(key)? {
            None if here => Some(settings.value(MAP, key)?),
            found => found,
        };
        places.extend(setting.iter().map(|s| s.place.clone()));
        Ok(setting)
    };
    let Some(enforcement) = read("enable-policy")? else {
        let text = "has its settings in a namespace whose ConfigMaps are not read";
        return Ok(Told::of(Standing::Unclear(text.to_owned()), places));
    };
    let value = enforcement.value.map(|value| value.to_lowercase());
    let standing = match value.as_deref() {
        // "default" is what the agent takes when it is told nothing.
        None | Some("default" | "always") => match read(KUBERNETES)?.and_then(|s| s.value) {
            Some(value) => kubernetes(&value),
            None => Standing::Enforcing,
        },
        Some("never") => Standing::Off("is told never to enforce (enable-policy is never)".to_owned()),
        Some(other) => Standing::Unclear(format!("says {other:?} for enable-policy, which is none of its words")),
    };
    Ok(Told::of(standing, places))
}

fn kubernetes(value: &str) -> Standing {
    match boolean(value) {
        Some(true) => Standing::Enforcing,
        Some(false) => Standing::Unclear(format!(
            "enforces policies of its own kinds only, Kubernetes' NetworkPolicy not ({KUBERNETES} is {value})"
        )),
        None => Standing::Unclear(format!("says {value:?} for {KUBERNETES}, which is neither true nor false")),
    }
}
