//! The VPC CNI: an agent on each node, by an argument of `aws-node`, and a controller in the control plane, by a
//! ConfigMap. It takes both. In Auto Mode the agent is built into the nodes.

use super::arguments::{Argument, argument, container, is_true};
use super::settings::{Setting, Settings};
use super::{Engine, Ground, Product, Standing, Told};
use crate::core::PodSpec;
use crate::{Known, Text, Unknown};

const MAP: &str = "amazon-vpc-cni";
const CONTROLLER: &str = "enable-network-policy-controller";
/// The name in the manifests, and the one that the user guide speaks of.
const AGENT: &[&str] = &["aws-eks-nodeagent", "aws-network-policy-agent"];
const ARGUMENT: &str = "enable-network-policy";
const MODE: &str = "NETWORK_POLICY_ENFORCING_MODE";
/// "Version 1.14 or later of the Amazon VPC CNI plugin."
const LEAST: (u32, u32) = (1, 14);

/// The controller reads nothing but this word.
fn is_on(controller: &Setting) -> bool {
    controller.value.as_deref() == Some("true")
}

/// What the ConfigMap says, in words.
fn says(controller: &Setting) -> String {
    match &controller.value {
        Some(value) => format!("{CONTROLLER} of the ConfigMap kube-system/{MAP} is {value:?}"),
        None => format!("the ConfigMap kube-system/{MAP} does not say {CONTROLLER}"),
    }
}

pub(super) fn told(pod: &PodSpec, place: &str, settings: &Settings<'_>) -> Result<Told, Unknown> {
    let agent = container(pod, AGENT)?;
    let found = argument(pod, AGENT, ARGUMENT)?;
    let on = match &found {
        Some(found) => is_true(ARGUMENT, &found.value)?,
        None => false,
    };
    let shown = match (&found, agent) {
        (Some(Argument { field, .. }), _) => field.clone(),
        (None, Some((number, _))) => format!("/spec/template/spec/containers/{number}/args"),
        (None, None) => "/spec/template/spec/containers/0/name".to_owned(),
    };
    let agent = match (&found, agent) {
        (Some(found), _) => format!("its node agent says --{ARGUMENT}={}", found.value),
        (None, Some(_)) => format!("its node agent is without --{ARGUMENT}"),
        (None, None) => "it has no container aws-eks-nodeagent".to_owned(),
    };
    let tag = match container(pod, &["aws-node"])? {
        Some((_, container)) => tag(container.image.get()?),
        None => None,
    };
    let mode = Some(Known::derived(|| mode(pod, place)));
    let mut places = vec![format!("{place}{shown}")];
    let controller = Known::derived(|| settings.value(MAP, CONTROLLER));
    if !on && controller.peek().is_none() {
        // Without its agent it enforces nothing, whatever the map says.
        let standing = Standing::Off(format!("does not enforce: {agent}"));
        return Ok(Told { standing, places, version: tag, mode });
    }
    let controller = controller.get()?;
    let standing = match (on, is_on(controller)) {
        (true, true) => match tag.as_deref().and_then(numbers) {
            Some(version) if version < LEAST => {
                Standing::Off(format!("is older than {}.{}, the first that enforces anything", LEAST.0, LEAST.1))
            }
            _ => Standing::Enforcing,
        },
        (false, false) => Standing::Off(format!("does not enforce: {agent}, and {}", says(controller))),
        (true, false) => Standing::Half(format!("is on by half: {agent}, but {}", says(controller))),
        (false, true) => Standing::Half(format!("is on by half: {}, but {agent}", says(controller))),
    };
    places.push(controller.place.clone());
    Ok(Told { standing, places, version: tag, mode })
}

/// What `aws-node` says of new pods: open until their policies are set up, which is the default, or shut.
fn mode(pod: &PodSpec, place: &str) -> Result<Setting, Unknown> {
    let Some((number, container)) = container(pod, &["aws-node"])? else {
        return Err(Unknown::because("aws-node has no container of its name"));
    };
    let env = format!("{place}/spec/template/spec/containers/{number}/env");
    for (index, variable) in container.env.declared()?.into_iter().flat_map(|list| list.iter()).enumerate() {
        let variable = variable.get()?;
        if *variable.name.get()? == *MODE {
            let unset = |_| Unknown::because(format!("{MODE} of aws-node comes from elsewhere"));
            let value = Some(variable.value.get().map_err(unset)?.to_string());
            return Ok(Setting { value, place: format!("{env}/{index}/value") });
        }
    }
    Ok(Setting { value: None, place: format!("{place}/metadata/name") })
}

/// The engine of Auto Mode's nodes, where the cluster has such nodes or may get them.
pub(super) fn auto_mode(settings: &Settings<'_>, ground: &Ground<'_>) -> Result<Option<Engine>, Unknown> {
    let reach = ground.of_auto_mode();
    if reach.is_empty() {
        return Ok(None);
    }
    let controller = settings.value(MAP, CONTROLLER)?;
    let standing = if is_on(&controller) {
        Standing::Enforcing
    } else {
        Standing::Off(format!("does not enforce: {}", says(&controller)))
    };
    let (name, places) = ("Auto Mode".to_owned(), vec![controller.place]);
    Ok(Some(Engine { product: Product::AutoMode, name, standing, places, reach, version: None, mode: None }))
}

/// `v1.19.2-eksbuild.1` of `602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19.2-eksbuild.1`.
fn tag(image: &Text) -> Option<String> {
    let image = image.split('@').next()?;
    let (_, tag) = image.rsplit('/').next()?.split_once(':')?;
    numbers(tag).map(|_| tag.to_owned())
}

/// `(1, 19)` of `v1.19.2`, and of `5.10.0-1160.el7`.
pub(super) fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v').unwrap_or(version).split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
