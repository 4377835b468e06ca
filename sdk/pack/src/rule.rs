//! `rule.toml`: all metadata of a rule. It is data, so that nobody runs a rule to learn what it may do.

use crate::{PackError, Param, Params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Custom section of a component that carries its metadata as JSON.
pub const METADATA_SECTION: &str = "eksamine:rule";

/// How bad a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Should be mended.
    Medium,
    /// Must be mended.
    High,
    /// Must be mended at once.
    Critical,
}

impl Severity {
    /// As written in `rule.toml`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What a missing fact does to a rule's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Not complete: never `pass` or `not-applicable`.
    Required,
    /// As required, once the rule has looked at it.
    Conditional,
    /// Adds evidence; never changes the status.
    Supporting,
}

/// A kind that a rule reads, and which fields of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactNeed {
    /// Fact kind, as `eksamine explain --fact` knows it.
    pub kind: String,
    /// What its lack does.
    pub need: Need,
    /// Sensitivity tier: 0 describe calls, 1 policy documents and pods, 2 opt-in.
    #[serde(default)]
    pub tier: u8,
    /// Parameters that make a conditional kind decisive: while none of them is set (`null` and `false` are not), its lack
    /// changes nothing, and what it shows is evidence or a failure. `name=value` asks for that value of a parameter that
    /// is text. Empty: it is decisive whenever the rule looks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// Whether a conditional kind is decisive only once the rule has asked how much there is of it: what is there may be
    /// read, and fail, before anything hangs on what is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// A boolean parameter that excuses the lack of a conditional kind when it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// JSON Pointers into an item; `*` is every element or value; a path takes its subtree.
    pub fields: Vec<String>,
    /// Fields whose absence says something.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<Absence>,
}

/// What it means that a field is missing, null or empty: the vendor's words, with their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// One of the kind's fields, or a place below one.
    pub path: String,
    /// What the absence means.
    pub means: String,
    /// Who says so.
    pub source: String,
}

/// A numbered demand of a benchmark that the rule answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// `cis-eks`, `nist-800-53`, `pci-dss`, …
    pub benchmark: String,
    /// Editions that carry it under this id; empty when the benchmark has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// The number.
    pub id: String,
}

/// How to mend a failure, by tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Remediation {
    /// What to do, in words.
    pub text: String,
    /// `aws` commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws: Option<String>,
    /// `kubectl` commands or manifests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubectl: Option<String>,
    /// Terraform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terraform: Option<String>,
}

/// Limits that a rule lowers for itself; it cannot raise any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of linear memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Fuel before any fact is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuel: Option<u64>,
    /// Seconds of wall clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<u64>,
}

/// Everything there is to know about a rule without running it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleMeta {
    /// Kebab-case; the folder's name. The XCCDF name is the same with `_`.
    pub id: String,
    /// One line.
    pub title: String,
    /// How bad a failure is.
    pub severity: Severity,
    /// Version of the pack that first held the rule.
    pub since: String,
    /// What is judged.
    pub description: String,
    /// Why it matters.
    pub rationale: String,
    /// How to look by hand, with the vendor's own commands.
    pub audit: String,
    /// What a human must answer when the facts cannot decide.
    pub question: String,
    /// Further identifiers, such as `CCE-87445-3`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<String>,
    /// How to mend a failure.
    pub remediation: Remediation,
    /// What the rule reads.
    pub facts: Vec<FactNeed>,
    /// Tunables: each a JSON Schema with `description` and `default`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Param>,
    /// Benchmarks that ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Control>,
    /// Lower limits.
    #[serde(default)]
    pub limits: Limits,
}

impl RuleMeta {
    /// Reads `rule.toml`.
    ///
    /// # Errors
    /// Anything missing, misspelt or contradictory, naming `place` and the key.
    pub fn from_toml(place: &str, text: &str) -> Result<Self, PackError> {
        let bad = |reason: String| PackError::Metadata { place: place.to_owned(), reason };
        let meta: Self = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
        meta.check().map_err(bad)?;
        Ok(meta)
    }

    /// Reads the JSON of the custom section or the manifest.
    ///
    /// # Errors
    /// As [`RuleMeta::from_toml`].
    pub fn from_json(place: &str, text: &[u8]) -> Result<Self, PackError> {
        let bad = |reason: String| PackError::Metadata { place: place.to_owned(), reason };
        let meta: Self = serde_json::from_slice(text).map_err(|e| bad(e.to_string()))?;
        meta.check().map_err(bad)?;
        Ok(meta)
    }

    /// Canonical JSON: what the custom section holds.
    ///
    /// # Errors
    /// Never for metadata that was read.
    pub fn to_json(&self) -> Result<String, PackError> {
        canonical(self).map_err(|e| PackError::Metadata { place: self.id.clone(), reason: e.to_string() })
    }

    /// The XCCDF name: `audit_logging`.
    #[must_use]
    pub fn xccdf_name(&self) -> String {
        self.id.replace('-', "_")
    }

    /// Every parameter with its default.
    #[must_use]
    pub fn defaults(&self) -> Params {
        self.params.iter().map(|(name, param)| (name.clone(), param.default.clone())).collect()
    }

    /// What the rule declares about a kind.
    #[must_use]
    pub fn fact(&self, kind: &str) -> Option<&FactNeed> {
        self.facts.iter().find(|f| f.kind == kind)
    }

    fn check(&self) -> Result<(), String> {
        check_id(&self.id)?;
        for (name, text) in [
            ("title", &self.title),
            ("description", &self.description),
            ("rationale", &self.rationale),
            ("audit", &self.audit),
            ("question", &self.question),
            ("remediation.text", &self.remediation.text),
        ] {
            if text.trim().is_empty() {
                return Err(format!("{name} is empty"));
            }
        }
        if self.facts.is_empty() {
            return Err("no [[facts]]: a rule without facts cannot judge".into());
        }
        for (index, fact) in self.facts.iter().enumerate() {
            if self.facts[..index].iter().any(|f| f.kind == fact.kind) {
                return Err(format!("[[facts]] names {} twice", fact.kind));
            }
            fact.check(&self.params)?;
        }
        self.params.iter().try_for_each(|(name, param)| param.check(name))
    }
}

fn check_id(id: &str) -> Result<(), String> {
    let kebab = id.split('-').all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        && id.starts_with(|c: char| c.is_ascii_lowercase());
    if kebab { Ok(()) } else { Err(format!("id {id:?} is not kebab-case (audit-logging)")) }
}

impl FactNeed {
    /// Whether its lack matters under these parameters, once the rule has looked at it.
    #[must_use]
    pub fn is_decisive(&self, params: &Params) -> bool {
        let holds = |when: &str| match when.split_once('=') {
            Some((name, value)) => params.get(name).and_then(Value::as_str) == Some(value),
            None => params.get(when).is_some_and(|v| !matches!(v, Value::Null | Value::Bool(false))),
        };
        self.need != Need::Supporting && (self.when.is_empty() || self.when.iter().any(|when| holds(when)))
    }

    fn check(&self, params: &BTreeMap<String, Param>) -> Result<(), String> {
        let kind = &self.kind;
        if self.tier > 2 {
            return Err(format!("{kind}: tier {}; there are 0, 1 and 2", self.tier));
        }
        if self.fields.is_empty() {
            return Err(format!("{kind}: no fields; a path of \"\" takes the whole item"));
        }
        for path in self.fields.iter().chain(self.absent.iter().map(|a| &a.path)) {
            if !path.is_empty() && !path.starts_with('/') {
                return Err(format!("{kind}: {path:?} is no JSON Pointer (it begins with /)"));
            }
        }
        // A field, what lies in one, or what holds one.
        let below = |path: &str, above: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'));
        let is_of = |path: &str, field: &str| path == field || below(path, field) || below(field, path);
        let covered = |a: &Absence| self.fields.iter().any(|field| is_of(&a.path, field));
        if let Some(stray) = self.absent.iter().find(|a| !covered(a)) {
            return Err(format!("{kind}: [[facts.absent]] {:?} has nothing to do with any of the fields", stray.path));
        }
        if !self.when.is_empty() && self.need != Need::Conditional {
            return Err(format!("{kind}: when belongs to a conditional kind"));
        }
        if self.asked && self.need != Need::Conditional {
            return Err(format!("{kind}: asked belongs to a conditional kind"));
        }
        let parameter = |when: &str| when.split_once('=').map_or(when, |(name, _)| name).to_owned();
        if let Some(stray) = self.when.iter().find(|when| !params.contains_key(&parameter(when))) {
            return Err(format!("{kind}: when = {stray:?} names no parameter"));
        }
        match &self.unless {
            None => Ok(()),
            Some(_) if self.need != Need::Conditional => Err(format!("{kind}: unless belongs to a conditional kind")),
            Some(name) if params.get(name).is_some_and(Param::is_boolean) => Ok(()),
            Some(name) => Err(format!("{kind}: unless = {name:?} names no boolean parameter")),
        }
    }
}

/// Keys sorted, no white space. Going through a map sorts them.
pub(crate) fn canonical(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&serde_json::to_value(value)?)
}
