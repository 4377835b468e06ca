//! What one object asks of its load balancer: an Ingress by annotations and the parameters of its class, a Gateway by
//! listeners and its LoadBalancerConfiguration.

use crate::classes::{Taken, indexed};
use crate::hosts::{Forwards, forwards};
use crate::nouns::ParametersReference;
use crate::nouns::gateway::{Gateway, GatewayClass, LoadBalancerConfiguration};
use crate::nouns::ingress::{AutoModeParams, ControllerParams, Ingress, IngressAnnotations, IngressClass};
use crate::objects::Object;
use crate::params::Facing;
use crate::plan::{Plan, Wants};
use crate::words::list;
use crate::world::World;
use eksamine_facts::derive::load_balancers::hostname;
use eksamine_facts::{Noun, Text};
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What an Ingress asks for by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asks {
    /// What tells that it shares a load balancer with others.
    pub(crate) shares: Vec<String>,
    pub(crate) facing: Option<Facing>,
    /// Plain requests are answered with a redirect, whichever Ingress of the group they are for.
    pub(crate) redirects: bool,
    pub(crate) plain: BTreeSet<i64>,
    /// Ports of HTTP on which annotations say what is done.
    pub(crate) by_annotation: BTreeSet<i64>,
    pub(crate) tls: BTreeSet<i64>,
    pub(crate) places: Vec<String>,
}

/// What the parameters of a class say for all its Ingresses.
#[derive(Debug, Default)]
struct OfClass {
    certificates: bool,
    group: Option<Text>,
    scheme: Option<Text>,
    redirects: bool,
}

impl Asks {
    /// `None` for an Ingress that no controller of AWS's takes.
    pub(crate) fn of(world: &World<'_>, object: &Object, item: &Item<Ingress>) -> Result<Option<Self>, Unknown> {
        let ingress = item.get()?;
        let of_class = match world.classes.of_ingress(ingress)? {
            Taken::Aws(Some(class)) => of_class(world.facts, class.get()?)?,
            Taken::Aws(None) => OfClass::default(),
            Taken::Other(_) | Taken::Nobody => return Ok(None),
        };
        let bare = IngressAnnotations::default();
        let own = ingress.metadata.get()?.annotations.declared()?.unwrap_or(&bare);
        // The parameters of the class win.
        let scheme = of_class.scheme.as_ref().or(own.scheme.declared()?);
        let group = of_class.group.as_ref().or(own.group.declared()?);
        let created = own.create_certificate.declared()?.is_some_and(|it| *it == *"true");
        let certificates = of_class.certificates || own.certificate_arn.declared()?.is_some() || created;
        let mut asks = Self {
            shares: object.addresses.get()?.hosts.iter().map(|host| format!("host {}", hostname(&host.name))).collect(),
            facing: scheme.map(Facing::of).transpose()?,
            redirects: of_class.redirects || own.ssl_redirect.declared()?.is_some(),
            places: places(item),
            ..Self::default()
        };
        asks.shares.extend(group.map(|group| format!("group {group}")));
        for (protocol, port) in listen_ports(own.listen_ports.declared()?, certificates)? {
            match (protocol.as_str(), forwards(ingress)?) {
                ("HTTPS", _) => drop(asks.tls.insert(port)),
                ("HTTP", Forwards::Some) => drop(asks.plain.insert(port)),
                ("HTTP", Forwards::ByAnnotation) => drop(asks.by_annotation.insert(port)),
                ("HTTP", Forwards::None) => {}
                (other, _) => return Err(Unknown::because(format!("listen-ports: {other} is no protocol"))),
            }
        }
        Ok(Some(asks))
    }
}

fn places(item: &Item<Ingress>) -> Vec<String> {
    ["listen-ports", "certificate-arn", "scheme"]
        .map(|name| item.at(&format!("/metadata/annotations/alb.ingress.kubernetes.io~1{name}")))
        .to_vec()
}

/// Without the annotation: "defaults to `[{"HTTP": 80}]` or `[{"HTTPS": 443}]` depending on whether `certificate-arn` is
/// specified" (AWS Load Balancer Controller, Ingress annotations, listen-ports).
fn listen_ports(text: Option<&Text>, certificates: bool) -> Result<Vec<(String, i64)>, Unknown> {
    let Some(text) = text else {
        let (protocol, port) = if certificates { ("HTTPS", 443) } else { ("HTTP", 80) };
        return Ok(vec![(protocol.to_owned(), port)]);
    };
    let entries: Vec<BTreeMap<String, i64>> =
        serde_json::from_str(text).map_err(|_| Unknown::because(format!("listen-ports cannot be read: {text}")))?;
    Ok(entries.into_iter().flatten().collect())
}

fn of_class(facts: &Facts<'_>, class: &IngressClass) -> Result<OfClass, Unknown> {
    let Some(reference) = class.spec.get()?.parameters.declared()? else { return Ok(OfClass::default()) };
    match reference.api_group.declared()?.map(Text::as_str) {
        Some("elbv2.k8s.aws") => {
            let name = |params: &ControllerParams| params.metadata.get()?.name.get().cloned();
            let Some(item) = named(facts, reference, name)? else { return Ok(OfClass::default()) };
            let Some(spec) = item.get()?.spec.in_view()? else { return Ok(OfClass::default()) };
            Ok(OfClass {
                certificates: spec.certificates.declared()?.is_some(),
                group: spec.group.declared()?.map(|group| group.name.get().cloned()).transpose()?,
                scheme: spec.scheme.declared()?.cloned(),
                redirects: spec.ssl_redirect.declared()?.is_some(),
            })
        }
        Some("eks.amazonaws.com") => {
            let name = |params: &AutoModeParams| params.metadata.get()?.name.get().cloned();
            let Some(item) = named(facts, reference, name)? else { return Ok(OfClass::default()) };
            let Some(spec) = item.get()?.spec.in_view()? else { return Ok(OfClass::default()) };
            Ok(OfClass {
                certificates: spec.certificates.declared()?.is_some(),
                group: spec.group.declared()?.map(|group| group.name.get().cloned()).transpose()?,
                scheme: spec.scheme.declared()?.cloned(),
                redirects: false,
            })
        }
        _ => Ok(OfClass::default()),
    }
}

/// The parameters of that name; `None` when they do not exist.
fn named<T: Noun + Clone>(
    facts: &Facts<'_>,
    reference: &ParametersReference,
    name: impl Fn(&T) -> Result<Text, Unknown>,
) -> Result<Option<Item<T>>, Unknown> {
    let found = indexed(facts, name).find(reference.name.get()?)?.cloned();
    if found.is_none() {
        facts.complete::<T>()?;
    }
    Ok(found)
}

/// What a Gateway asks of its own load balancer.
pub(crate) fn of_gateway(facts: &Facts<'_>, item: &Item<Gateway>, class: &GatewayClass) -> Result<Plan, Unknown> {
    let gateway = item.get()?;
    let (mut protocols, mut lines, mut places) = (BTreeSet::new(), Vec::new(), Vec::new());
    for (index, listener) in gateway.spec.get()?.listeners.get()?.iter().enumerate() {
        let listener = listener.get()?;
        let protocol = listener.protocol.get()?;
        protocols.insert(protocol.as_str());
        lines.push(format!("{protocol} on port {}", listener.port.get()?));
        places.push(item.at(&format!("/spec/listeners/{index}/protocol")));
    }
    let wants = if protocols.iter().all(|protocol| ["HTTPS", "TLS"].contains(protocol)) {
        Wants::Tls
    } else if protocols.iter().all(|protocol| ["HTTP", "HTTPS", "TLS"].contains(protocol)) {
        // A route may redirect it.
        Wants::SomeHttp
    } else {
        Wants::Stream
    };
    let facing = facing(facts, gateway, class)?;
    Ok(Plan { facing, wants, text: list(lines), places })
}

/// "By default, the GatewayClass configuration takes precedence" (AWS Load Balancer Controller, Customization). Without
/// any word a load balancer is internal.
fn facing(facts: &Facts<'_>, gateway: &Gateway, class: &GatewayClass) -> Result<Facing, Unknown> {
    let infrastructure = gateway.spec.get()?.infrastructure.declared()?;
    let own = match infrastructure.map(|it| it.parameters.declared()).transpose()?.flatten() {
        Some(reference) => configuration(facts, reference, gateway.metadata.get()?.namespace.get()?)?,
        None => None,
    };
    let of_class = match class.spec.get()?.parameters.declared()? {
        Some(reference) => configuration(facts, reference, reference.namespace.get()?)?,
        None => None,
    };
    let gateway_first = of_class.as_ref().is_some_and(|it| it.gateway_first);
    let schemes = [own.and_then(|it| it.scheme), of_class.and_then(|it| it.scheme)];
    let [own, of_class] = &schemes;
    let scheme = if gateway_first { own.as_ref().or(of_class.as_ref()) } else { of_class.as_ref().or(own.as_ref()) };
    scheme.map_or(Ok(Facing::Internal), Facing::of)
}

struct Configuration {
    scheme: Option<Text>,
    gateway_first: bool,
}

fn configuration(
    facts: &Facts<'_>,
    reference: &ParametersReference,
    namespace: &Text,
) -> Result<Option<Configuration>, Unknown> {
    if *reference.group.get()? != *"gateway.k8s.aws" {
        return Ok(None);
    }
    let full = |configuration: &LoadBalancerConfiguration| {
        let metadata = configuration.metadata.get()?;
        Ok(Text::new(format!("{}/{}", metadata.namespace.get()?, metadata.name.get()?)))
    };
    let name = format!("{namespace}/{}", reference.name.get()?);
    let all = indexed(facts, full);
    let Some(item) = all.find(&name)? else {
        facts.complete::<LoadBalancerConfiguration>()?;
        return Ok(None);
    };
    let Some(spec) = item.get()?.spec.in_view()? else {
        return Ok(Some(Configuration { scheme: None, gateway_first: false }));
    };
    let gateway_first = spec.merging_mode.declared()?.is_some_and(|mode| *mode == *"prefer-gateway");
    Ok(Some(Configuration { scheme: spec.scheme.declared()?.cloned(), gateway_first }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_default_by_certificate_and_are_json() {
        let read = |text: &str| listen_ports(Some(&Text::new(text)), false).ok();
        let is = |ports: &[(&str, i64)]| Some(ports.iter().map(|(p, n)| ((*p).to_owned(), *n)).collect::<Vec<_>>());
        assert_eq!(read(r#"[{"HTTP": 80}, {"HTTPS": 443}]"#), is(&[("HTTP", 80), ("HTTPS", 443)]));
        assert_eq!(listen_ports(None, false).ok(), is(&[("HTTP", 80)]));
        assert_eq!(listen_ports(None, true).ok(), is(&[("HTTPS", 443)]));
        assert_eq!((read("80"), read(r#"[{"HTTP": "80"}]"#)), (None, None));
    }
}
