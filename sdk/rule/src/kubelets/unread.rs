//! Nodes whose kubelet was not read: what else speaks for them.

use super::{Alike, Sampling, World};
use crate::{Evidence, Facts, Item, Outcome, Status, aside, manual, pass};
use eksamine_facts::derive::index::Index;
use eksamine_facts::derive::kubelet::{Group, Inferred, Stock, group, infer};
use eksamine_facts::ec2::LaunchTemplateVersion;
use eksamine_facts::eks::Nodegroup;
use eksamine_facts::kubelet::KubeletConfiguration;
use eksamine_facts::{Availability, Known, Noun as _, Unknown};
use std::collections::BTreeMap;

/// What node groups start their nodes from.
pub(super) struct Makers {
    nodegroups: Vec<Item<Nodegroup>>,
    by_name: Index<Known<Nodegroup>>,
    all_nodegroups: Known<()>,
    template_items: Vec<Item<LaunchTemplateVersion>>,
    templates: Vec<Known<LaunchTemplateVersion>>,
    all_templates: Known<()>,
}

impl Makers {
    fn read(facts: &Facts<'_>) -> Self {
        let nodegroups: Vec<Item<Nodegroup>> = facts.items().collect();
        let named = |item: &Item<Nodegroup>| Known::derived(|| item.get()?.name.get().cloned());
        let by_name = Index::new(nodegroups.iter().map(|item| (named(item), item.known().clone())));
        let template_items: Vec<Item<LaunchTemplateVersion>> = facts.items().collect();
        let templates = template_items.iter().map(|item| item.known().clone()).collect();
        let (all_nodegroups, all_templates) = (facts.whole::<Nodegroup>(), facts.whole::<LaunchTemplateVersion>());
        Self { nodegroups, by_name, all_nodegroups, template_items, templates, all_templates }
    }

    /// Where to see what a node was started from.
    fn places(&self, stock: &Stock) -> Vec<String> {
        let group = self
            .nodegroups
            .iter()
            .find(|item| Known::derived(|| Ok(*item.get()?.name.get()? == stock.nodegroup)).peek() == Some(&true));
        let template = stock.template.as_ref().and_then(|(id, version)| {
            let is_it = |item: &&Item<LaunchTemplateVersion>| {
                let is_it = Known::derived(|| {
                    let found = item.get()?;
                    Ok(found.template_id.get()? == id && found.number.get()?.to_string() == **version)
                });
                is_it.peek() == Some(&true)
            };
            self.template_items.iter().find(is_it)
        });
        let of_group = |item: &Item<Nodegroup>| ["/amiType", "/releaseVersion", "/launchTemplate"].map(|f| item.at(f));
        let of_group = group.into_iter().flat_map(of_group);
        of_group.chain(template.map(|item| item.at("/LaunchTemplateData/UserData"))).collect()
    }
}

impl World<'_> {
    fn alike(&self) -> &Alike {
        self.alike.get_or_init(|| {
            let of_node: Vec<Known<Option<Group>>> =
                self.nodes.iter().map(|item| Known::derived(|| group(item.get()?))).collect();
            let mut samples = BTreeMap::new();
            for (item, group) in self.nodes.iter().zip(&of_node) {
                let Some(Some(group)) = group.peek() else { continue };
                let sample: &mut super::Sample = samples.entry(group.clone()).or_default();
                sample.nodes += 1;
                let name = super::name(item);
                let Some(read) = name.peek().and_then(|name| self.by_node.get(name)) else { continue };
                sample.asked += 1;
                sample.read.extend(read);
                let passes = Known::derived(|| Ok(self.judge_read("", read)?.status() == Status::Pass));
                sample.bad |= passes.peek() != Some(&true);
            }
            Alike { of_node, samples }
        })
    }

    /// By the kubelets of nodes that were made alike, where that is allowed.
    pub(super) fn judge_alike(&self, whose: &str, node: usize) -> Result<Outcome, Unknown> {
        if self.trust.sampling == Sampling::Off {
            return self.judge_inferred(whose, node);
        }
        let alike = self.alike();
        let Some(group) = alike.of_node[node].get()? else {
            return self.judge_inferred(whose, node);
        };
        match alike.samples.get(group) {
            Some(sample) if sample.asked > 0 && !sample.bad => {
                self.coverage.count_alike();
                let (asked, all) = (sample.asked, sample.nodes);
                let text = format!("{whose} was not read; {asked} of {all} nodes that were made alike were: {group}");
                let read = sample.read.iter().take(3).map(|index| self.kubelets[*index].at("/source"));
                let places = [self.nodes[node].at("/status/nodeInfo/osImage")].into_iter().chain(read);
                Ok(places.fold(pass(text), Outcome::at))
            }
            _ => self.judge_inferred(whose, node),
        }
    }

    fn makers(&self) -> &Makers {
        self.makers.get_or_init(|| Makers::read(self.facts))
    }

    fn inferred(&self, node: usize) -> Result<Inferred, Unknown> {
        let makers = self.makers();
        let groups = (&makers.by_name, &makers.all_nodegroups);
        infer(self.nodes[node].get()?, groups, (&makers.templates, &makers.all_templates))
    }

    /// By the defaults of the image, where that is allowed.
    fn judge_inferred(&self, whose: &str, node: usize) -> Result<Outcome, Unknown> {
        if !self.trust.accept_inferred {
            return self.judge_lack(whose, node, "");
        }
        let why = match self.inferred(node)? {
            Inferred::Nothing(why) => why,
            Inferred::Stock(stock) => match self.demand.infer(&stock) {
                Ok(text) => {
                    self.coverage.count_inferred();
                    let text = format!("{whose} was not read; inferred: {text}");
                    return Ok(self.makers().places(&stock).into_iter().fold(pass(text), Outcome::at));
                }
                Err(why) => why,
            },
        };
        self.judge_lack(whose, node, &format!(", and nothing can be inferred: {why}"))
    }

    /// Nothing speaks for it.
    fn judge_lack(&self, whose: &str, node: usize, more: &str) -> Result<Outcome, Unknown> {
        let name = super::name(&self.nodes[node]);
        let status = self.facts.availability::<KubeletConfiguration>();
        let gaps = self.facts.gaps::<KubeletConfiguration>();
        let gap = gaps.iter().find(|gap| name.peek().is_some_and(|name| *name == *gap.subject));
        let why = match (status, gap) {
            (Availability::NotCollected, _) => {
                return Ok(not_collected(format!(
                    "{whose}: its kubelet was not asked, which takes --kubelets or --tier 2{more}"
                )));
            }
            (_, Some(gap)) => format!("{} ({})", gap.reason, gap.status),
            (Availability::Complete | Availability::Partial, None) => "the facts hold nothing of it".to_owned(),
            (_, None) => self.lack(),
        };
        Err(Unknown::because(format!("the kubelet of {whose} was not read: {why}{more}")))
    }

    /// Nodes none of which was read, for one and the same reason.
    pub(super) fn judge_unread(&self, nodes: &[usize]) -> Result<Outcome, Unknown> {
        let whose = match nodes {
            [node] => format!("the kubelet of {}", self.whose(*node)),
            all => format!("the kubelets of {} nodes", all.len()),
        };
        match self.facts.availability::<KubeletConfiguration>() {
            Availability::NotCollected => {
                let verb = if nodes.len() == 1 { "was" } else { "were" };
                Ok(not_collected(format!("{whose} {verb} not asked, which takes --kubelets or --tier 2"))
                    .with(aside(|| Ok(self.hints(nodes)))))
            }
            _ => Err(Unknown::because(format!("{whose} could not be asked: {}", self.lack()))),
        }
    }

    /// Why kubelets were not read.
    fn lack(&self) -> String {
        let (kind, status) = (KubeletConfiguration::KIND, self.facts.availability::<KubeletConfiguration>());
        match self.facts.reason::<KubeletConfiguration>() {
            Some(reason) => format!("{kind} is {status} ({reason})"),
            None => format!("{kind} is {status}"),
        }
    }

    /// What could be inferred, for the reader.
    fn hints(&self, nodes: &[usize]) -> Vec<Evidence> {
        let mut by_group = BTreeMap::new();
        for node in nodes {
            let inferred = Known::derived(|| self.inferred(*node));
            let Some(Inferred::Stock(stock)) = inferred.peek() else { continue };
            if let Ok(text) = self.demand.infer(stock) {
                by_group.entry(stock.nodegroup.clone()).or_insert_with(|| (stock.clone(), text));
            }
        }
        let hint = |(stock, text): (Stock, String)| {
            let place = self.makers().places(&stock).into_iter().next()?;
            Some(Evidence::at(place).noting(format!("{text}; accept_inferred takes that for an answer")))
        };
        by_group.into_values().filter_map(hint).collect()
    }
}

fn not_collected(text: String) -> Outcome {
    manual(text).at(format!("/facts/{}/status", KubeletConfiguration::KIND))
}
