//! A document as one rule is served it, without a sandbox between: what the same rule, compiled natively, reads.

use anyhow::Result;
use eksamine_engine::LoadedRule;
use eksamine_facts::{Availability, Document, Fields, Gap, View};
use eksamine_rule::Source;
use std::collections::BTreeMap;

/// What the host would answer.
#[derive(Debug, Clone)]
pub struct Served {
    /// Parameters as JSON text.
    pub params: String,
    pub(crate) scope: String,
    pub(crate) collected_at: String,
    pub(crate) as_of: String,
    pub(crate) kinds: BTreeMap<String, Kind>,
}

/// A kind, cut down to the fields that the rule declares.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) status: Availability,
    pub(crate) reason: Option<String>,
    pub(crate) count: u32,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) view: View,
}

impl Served {
    /// To a rule with its default parameters.
    ///
    /// # Errors
    /// Never for a rule that was loaded.
    pub fn to(rule: &LoadedRule, document: &Document, as_of: &str) -> Result<Self> {
        let mut kinds = BTreeMap::new();
        for need in &rule.meta().facts {
            let fields = Fields::new(&need.fields).map_err(anyhow::Error::msg)?;
            let kind = document.kind(&need.kind).map(|kind| Kind {
                status: kind.status,
                reason: kind.reason.clone(),
                count: kind.count(),
                gaps: kind.gaps.clone(),
                view: kind.view(&fields),
            });
            kinds.insert(need.kind.clone(), kind.unwrap_or_else(Kind::none));
        }
        Ok(Self {
            params: serde_json::Value::Object(rule.meta().defaults()).to_string(),
            scope: document.scope_text().to_owned(),
            collected_at: document.collected_at.clone(),
            as_of: as_of.to_owned(),
            kinds,
        })
    }

    /// Bytes of facts, each counted once.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.kinds.values().map(|kind| kind.view.bytes()).sum()
    }
}

impl Kind {
    fn none() -> Self {
        Self { status: Availability::NotCollected, reason: None, count: 0, gaps: Vec::new(), view: View::empty() }
    }
}

impl Source for Served {
    fn params(&self) -> String {
        self.params.clone()
    }
    fn scope(&self) -> String {
        self.scope.clone()
    }
    fn collected_at(&self) -> String {
        self.collected_at.clone()
    }
    fn as_of(&self) -> String {
        self.as_of.clone()
    }
    fn about(&self, kind: &str) -> (Availability, Option<String>, u32, Vec<Gap>) {
        let kind = self.kinds.get(kind).cloned().unwrap_or_else(Kind::none);
        (kind.status, kind.reason, kind.count, kind.gaps)
    }
    fn read(&self, kind: &str, start: u32) -> (u32, String) {
        // A rule in the sandbox is told what is wrong, and the two answers are compared.
        self.kinds.get(kind).and_then(|kind| kind.view.read(start).ok()).unwrap_or_else(|| (0, "[]".to_owned()))
    }
}
