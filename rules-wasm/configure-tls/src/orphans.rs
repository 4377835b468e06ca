//! Load balancers that carry the cluster's tag and serve none of its objects: told, not judged.

use crate::balancers::Found;
use crate::classic::named;
use crate::nouns::Service;
use crate::nouns::gateway::Gateway;
use crate::nouns::ingress::Ingress;
use crate::world::World;
use eksamine_facts::derive::load_balancers::tagged_for;
use eksamine_facts::ec2::Tag;
use eksamine_facts::elb::ClassicTags;
use eksamine_facts::elbv2::LoadBalancerTags;
use eksamine_facts::{List, Noun, Text};
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

pub(crate) fn judge(world: &World<'_>, tally: &mut Tally) {
    let scope = Known::derived(|| world.facts.scope());
    let cluster = scope.peek().and_then(|scope| scope.cluster.clone());
    let (Some(cluster), Some(serving)) = (cluster, serving(world)) else { return };
    let current = world.facts.items::<LoadBalancerTags>();
    let current = current.map(|item| told(&cluster, &item, |it| (&it.load_balancer, &it.tags)));
    let classic = world.facts.items::<ClassicTags>();
    let classic = classic.map(|item| told(&cluster, &item, |it| (&it.load_balancer, &it.tags)));
    for (balancer, outcome) in current.flatten().filter(|(arn, _)| !serving.contains(arn)) {
        tally.judge(Subject::of(balancer.to_string()), || Ok(outcome));
    }
    for (balancer, outcome) in classic.flatten().filter(|(name, _)| !serving.contains(name)) {
        tally.judge(named(world, &balancer), || Ok(outcome));
    }
}

/// ARNs and names of the load balancers that serve objects; `None` when one more may.
fn serving(world: &World<'_>) -> Option<BTreeSet<Text>> {
    let whole = [world.facts.whole::<Service>(), world.facts.whole::<Ingress>(), world.facts.whole::<Gateway>()];
    if whole.iter().any(|whole| whole.peek().is_none()) {
        return None;
    }
    let mut serving = BTreeSet::new();
    for object in &world.objects.all {
        for host in &object.addresses.peek()?.hosts {
            let name = match Known::derived(|| world.balancers.find(&host.name)).peek()? {
                Some(Found::Current(number)) => world.balancers.current().items[*number].known().peek()?.arn.peek()?,
                Some(Found::Classic(number)) => world.balancers.classic().items[*number].known().peek()?.name.peek()?,
                None => continue,
            };
            serving.insert(name.clone());
        }
    }
    Some(serving)
}

/// A load balancer with the cluster's tag, and what is said of it. Tags that cannot be read say nothing.
fn told<T: Noun>(
    cluster: &str,
    item: &Item<T>,
    fields: impl Fn(&T) -> (&Known<Text>, &Known<List<Tag>>),
) -> Option<(Text, Outcome)> {
    let tagged = Known::derived(|| {
        let (balancer, tags) = fields(item.get()?);
        let tags = tags.get()?;
        let Some(key) = tagged_for(tags, cluster)? else { return Ok(None) };
        let is_it = |tag: &Known<Tag>| tag.peek().and_then(|tag| tag.key.peek()) == Some(key);
        let index = tags.iter().position(is_it).unwrap_or_default();
        Ok(Some((balancer.get()?.clone(), key.clone(), item.at(&format!("/Tags/{index}/Key")))))
    });
    let (balancer, key, place) = tagged.peek()?.as_ref()?;
    let name = balancer.split_once(":loadbalancer/").map_or(balancer.as_str(), |(_, name)| name);
    let text = format!(
        "load balancer {name} has the tag {key} of this cluster and serves no Service, Ingress or Gateway: left over?"
    );
    Some((balancer.clone(), not_applicable(text).at(place)))
}
