//! Whether a pod has credentials of an IAM role of its own, or keys that do not expire.
//!
//! Both ways of giving a pod a role end in variables of its containers, which EKS's webhook adds when the pod is created
//! (EKS user guide, "Configure Pods to use a Kubernetes service account", "Configure pods to access AWS services with
//! service accounts"): so it is the pod that is asked, and not its service account, which may have got its role later.

use super::logic::{all, any, both};
use crate::core::{Container, EnvVar, Pod, PodSpec};
use crate::eks::PodIdentityAssociation;
use crate::{Given, Known, List, Text, Unknown};
use std::collections::BTreeSet;

/// What the webhook adds for the annotation of a service account.
const WEB_IDENTITY: [&str; 2] = ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
/// What it adds for an association. The agent behind that address answers only while there is one.
const POD_IDENTITY: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// The variables in which SDKs look for a key first.
const KEYS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// The service accounts that have an EKS Pod Identity association.
#[derive(Debug, Default)]
pub struct Associations {
    accounts: BTreeSet<(Text, Text)>,
    doubt: Option<String>,
}

impl Associations {
    /// Adds one. Of one that cannot be read it is not known whose it is.
    pub fn add(&mut self, association: &Known<PodIdentityAssociation>) {
        let whose = Known::settled(|| {
            let association = association.get()?;
            Ok((association.namespace.get()?.clone(), association.service_account.get()?.clone()))
        });
        match whose {
            Ok(account) => drop(self.accounts.insert(account)),
            Err(why) => self.doubt(format!("the service account of an association: {why}")),
        }
    }

    /// Adds the doubt that remains when they could not be read as a whole. `whole` is `Facts::whole`.
    pub fn unless(&mut self, whole: &Known<()>) {
        if whole.peek().is_none() {
            self.doubt(whole.reason());
        }
    }

    /// Keeps the least reason, so that it does not depend on the order of items.
    fn doubt(&mut self, why: String) {
        match &self.doubt {
            Some(kept) if *kept <= why => {}
            _ => self.doubt = Some(why),
        }
    }

    /// Whether a service account has one.
    #[must_use]
    pub fn have(&self, namespace: &Text, account: &Text) -> Known<bool> {
        match &self.doubt {
            _ if self.accounts.contains(&(namespace.clone(), account.clone())) => Known::value(true),
            Some(why) => Known::lost(why.clone()),
            None => Known::value(false),
        }
    }
}

/// Whether every container of a pod has credentials of a role of the pod's own: one that lacks them falls back to the
/// role of the node. Containers that were added to look into the pod are not asked.
#[must_use]
pub fn has_own_role(pod: &Known<Pod>, associations: &Associations) -> Known<bool> {
    let associated = Known::derived(|| {
        let pod = pod.get()?;
        let Some(account) = pod.spec.get()?.service_account_name.declared()? else { return Ok(false) };
        associations.have(pod.metadata.get()?.namespace.get()?, account).get().copied()
    });
    Known::derived(|| {
        let spec = pod.get()?.spec.get()?;
        let init = spec.init_containers.declared()?.into_iter().flat_map(|list| list.iter());
        let each = spec.containers.get()?.iter().chain(init);
        let each = each.map(|container| {
            let web_identity = all(WEB_IDENTITY.map(|name| has(container, name)));
            any([web_identity, both(has(container, POD_IDENTITY), associated.clone())])
        });
        all(each).get().copied()
    })
}

/// Whether a container has a variable of that name.
fn has(container: &Known<Container>, name: &str) -> Known<bool> {
    let variables = Known::settled(|| container.get()?.env.declared());
    match variables {
        Err(why) => Known::lost(why),
        Ok(None) => Known::value(false),
        Ok(Some(list)) => any(list.iter().map(|v| Known::derived(|| Ok(*v.get()?.name.get()? == *name)))),
    }
}

/// A key of AWS's that does not expire, in the environment of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticKey {
    /// The container.
    pub container: String,
    /// The variable.
    pub variable: &'static str,
    /// Where its value comes from, in words: "a literal", "the Secret keys".
    pub source: String,
    /// Below the pod, where that stands. Never the value: facts do not hold it.
    pub place: String,
}

/// The static keys of a pod, and why there may be more.
#[must_use]
pub fn static_keys(pod: &Known<Pod>) -> (Vec<StaticKey>, Option<String>) {
    let (mut found, mut doubts) = (Vec::new(), Vec::new());
    let spec = match Known::settled(|| pod.get()?.spec.get()) {
        Ok(spec) => spec,
        Err(why) => return (found, Some(why)),
    };
    for (name, list) in lists(spec) {
        // A pod without containers does not exist; the other lists may be missing.
        let is_given = name == "containers";
        match Known::settled(|| if is_given { list.get().map(Some) } else { list.declared() }) {
            Err(why) => doubts.push(why),
            Ok(containers) => {
                for (index, container) in containers.into_iter().flat_map(|list| list.iter()).enumerate() {
                    of_container(container, &format!("/spec/{name}/{index}"), &mut found, &mut doubts);
                }
            }
        }
    }
    (found, doubts.into_iter().min())
}

fn lists(spec: &PodSpec) -> [(&'static str, &Known<List<Container>>); 3] {
    [
        ("containers", &spec.containers),
        ("initContainers", &spec.init_containers),
        ("ephemeralContainers", &spec.ephemeral_containers),
    ]
}

fn of_container(container: &Known<Container>, place: &str, found: &mut Vec<StaticKey>, doubts: &mut Vec<String>) {
    let variables = match Known::settled(|| container.get()?.env.declared()) {
        Ok(variables) => variables,
        // A view without the name of a container shows nothing of one without variables.
        Err(why) => return doubts.push(why),
    };
    let title = container.peek().and_then(|c| c.name.peek()).map_or("?", |name| name.as_str());
    for (index, variable) in variables.into_iter().flat_map(|list| list.iter()).enumerate() {
        let key = Known::settled(|| {
            let name = variable.get()?.name.get()?;
            let Some(key) = KEYS.into_iter().find(|key| *name == **key) else { return Ok(None) };
            Ok(source(variable.get()?)?.map(|(source, field)| (key, source, field)))
        });
        match key {
            Err(why) => doubts.push(why),
            Ok(None) => {}
            Ok(Some((variable, source, field))) => found.push(StaticKey {
                container: title.to_owned(),
                variable,
                source,
                place: format!("{place}/env/{index}/{field}"),
            }),
        }
    }
}

/// Where the value of a variable comes from, and what tells; `None` when it has none: that of an empty variable is "".
fn source(variable: &EnvVar) -> Result<Option<(String, &'static str)>, Unknown> {
    let from = match variable.value_from.given()? {
        Given::Not => return Ok(variable.value.declared()?.map(|_| ("a literal".to_owned(), "name"))),
        Given::Empty => return Ok(Some(("another source".to_owned(), "name"))),
        Given::Value(from) => from,
    };
    let kept =
        |kind: &str, keeper: &Known<crate::core::Keeper>| Some(format!("the {kind} {}", keeper.peek()?.name.peek()?));
    if let Some(text) = kept("Secret", &from.secret) {
        return Ok(Some((text, "valueFrom/secretKeyRef/name")));
    }
    let kept = kept("ConfigMap", &from.config_map).map(|text| (text, "valueFrom/configMapKeyRef/name"));
    Ok(Some(kept.unwrap_or_else(|| ("another source".to_owned(), "name"))))
}

#[cfg(test)]
#[path = "aws_role_tests.rs"]
mod tests;
