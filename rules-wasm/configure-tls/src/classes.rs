//! Which controller takes an Ingress or a Gateway.

use crate::nouns::gateway::{Gateway, GatewayClass};
use crate::nouns::ingress::{Ingress, IngressClass, IngressClassSpec, IngressSpec};
use eksamine_facts::derive::index::Index;
use eksamine_facts::{Noun, Text};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;

/// Controllers that make an Application Load Balancer for an Ingress: the AWS Load Balancer Controller, EKS Auto Mode.
const MAKE_ALB: [&str; 2] = ["ingress.k8s.aws/alb", "eks.amazonaws.com/alb"];
/// Controllers that make a load balancer of AWS's for a Gateway.
const MAKE_FOR_GATEWAYS: [&str; 2] = ["gateway.k8s.aws/alb", "gateway.k8s.aws/nlb"];

/// Who takes it.
#[derive(Debug, Clone)]
pub(crate) enum Taken<C> {
    /// A controller that makes it a load balancer of its own, by a class (an Ingress may name the controller without one).
    Aws(Option<C>),
    /// Another, which stands behind a load balancer that it shares.
    Other(String),
    /// Nobody that is named.
    Nobody,
}

/// The classes, read when they are asked for.
pub(crate) struct Classes<'a> {
    facts: &'a Facts<'a>,
    ingress: OnceCell<IngressClasses>,
    gateway: OnceCell<Index<Item<GatewayClass>>>,
}

struct IngressClasses {
    by_name: Index<Item<IngressClass>>,
    default: Known<Option<Item<IngressClass>>>,
}

impl<'a> Classes<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>) -> Self {
        Self { facts, ingress: OnceCell::new(), gateway: OnceCell::new() }
    }

    /// Who takes an Ingress. The field wins over the annotation, and either over the default class.
    pub(crate) fn of_ingress(&self, ingress: &Ingress) -> Result<Taken<Item<IngressClass>>, Unknown> {
        let bare = IngressSpec::default();
        let spec = ingress.spec.in_view()?.unwrap_or(&bare);
        if let Some(name) = spec.class.declared()? {
            return match self.ingress().by_name.find(name)? {
                Some(class) => taken_by(class),
                None => {
                    self.facts.complete::<IngressClass>()?;
                    Ok(Taken::Other(format!("class {name}, which does not exist")))
                }
            };
        }
        let annotations = ingress.metadata.get()?.annotations.declared()?;
        if let Some(name) = annotations.map(|a| a.class.declared()).transpose()?.flatten() {
            let alb = *name == *"alb";
            return Ok(if alb { Taken::Aws(None) } else { Taken::Other(format!("class {name}")) });
        }
        match self.ingress().default.get()? {
            Some(class) => taken_by(class),
            None => {
                self.facts.complete::<IngressClass>()?;
                Ok(Taken::Nobody)
            }
        }
    }

    /// Who takes a Gateway.
    pub(crate) fn of_gateway(&self, gateway: &Gateway) -> Result<Taken<Item<GatewayClass>>, Unknown> {
        let name = gateway.spec.get()?.class.get()?;
        let classes = self
            .gateway
            .get_or_init(|| indexed(self.facts, |class: &GatewayClass| class.metadata.get()?.name.get().cloned()));
        let Some(class) = classes.find(name)? else {
            self.facts.complete::<GatewayClass>()?;
            return Ok(Taken::Other(format!("class {name}, which does not exist")));
        };
        let controller = class.get()?.spec.get()?.controller.get()?;
        let ours = MAKE_FOR_GATEWAYS.contains(&controller.as_str());
        Ok(if ours { Taken::Aws(Some(class.clone())) } else { Taken::Other(controller.to_string()) })
    }

    fn ingress(&self) -> &IngressClasses {
        self.ingress.get_or_init(|| {
            let by_name = indexed(self.facts, |class: &IngressClass| class.metadata.get()?.name.get().cloned());
            IngressClasses { by_name, default: Known::derived(|| default(self.facts.items())) }
        })
    }
}

fn taken_by(class: &Item<IngressClass>) -> Result<Taken<Item<IngressClass>>, Unknown> {
    let spec: &IngressClassSpec = class.get()?.spec.get()?;
    let controller = spec.controller.get()?;
    let ours = MAKE_ALB.contains(&controller.as_str());
    Ok(if ours { Taken::Aws(Some(class.clone())) } else { Taken::Other(controller.to_string()) })
}

/// The class that is marked as the default.
fn default(classes: impl Iterator<Item = Item<IngressClass>>) -> Result<Option<Item<IngressClass>>, Unknown> {
    let mut found = None;
    for class in classes {
        let annotations = class.get()?.metadata.get()?.annotations.declared()?;
        let mark = annotations.map(|a| a.is_default.declared()).transpose()?.flatten();
        if mark.is_some_and(|mark| *mark == *"true") {
            found = Some(class);
        }
    }
    Ok(found)
}

/// Items by a name of theirs.
pub(crate) fn indexed<T: Noun>(facts: &Facts<'_>, id: impl Fn(&T) -> Result<Text, Unknown>) -> Index<Item<T>> {
    Index::new(facts.items::<T>().map(|item| (Known::derived(|| id(item.get()?)), item)))
}
