//! The scan result, `eksamine.results/v1`: the only lossless output, and what every report is made from.

mod status;

pub use status::Status;

use eksamine_pack::{Control, Digest, Params, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The schema of this file.
pub const SCHEMA: &str = "eksamine.results/v1";

/// One scan of one cluster. Same facts, packs, parameters and `as_of`: same bytes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanResult {
    /// `eksamine.results/v1`
    pub schema: String,
    /// The facts document's `scope`, as it stands there.
    #[schemars(with = "BTreeMap<String, String>")]
    pub scope: Box<RawValue>,
    /// The instant that ages and expiries were measured against (RFC 3339, UTC).
    pub as_of: String,
    /// Name and version of the program.
    pub engine: String,
    /// What was judged.
    pub facts: FactsRef,
    /// Where the rules came from.
    pub packs: Vec<PackRef>,
    /// How many rules ended so.
    pub summary: BTreeMap<Status, u32>,
    /// Everything that makes this scan weaker than the defaults.
    pub weakenings: Vec<Weakening>,
    /// One for each selected rule, in the order of their ids.
    pub results: Vec<RuleResult>,
}

/// How many of these ended how; a status that none has counts zero.
#[must_use]
pub fn summarise(results: &[RuleResult]) -> BTreeMap<Status, u32> {
    let mut summary: BTreeMap<Status, u32> = Status::ALL.into_iter().map(|status| (status, 0)).collect();
    for result in results {
        *summary.entry(result.status).or_default() += 1;
    }
    summary
}

/// The facts document that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactsRef {
    /// Of the bytes read.
    pub digest: Digest,
    /// When they were taken (RFC 3339, UTC).
    pub collected_at: String,
}

/// A pack that took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its identity: the digest of its OCI manifest.
    pub digest: Digest,
    /// Who vouches for it; the pack built into the program is vouched for by the program.
    pub signers: Vec<String>,
}

/// Something that makes a scan weaker than the defaults.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weakening {
    /// What sort: `rules-deselected`, `parameter-changed`, `tier-lowered`, `lack-excused`, `old-facts`, `later-facts`,
    /// `other-cluster`, `server-not-verified`, `kubelet-files`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// One sentence.
    pub detail: String,
}

/// What one rule said, and what the host made of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleResult {
    /// Rule id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// How bad a failure is.
    pub severity: Severity,
    /// How it ended.
    pub status: Status,
    /// Why it ended as `error`, when the cause is not a missing fact alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// One sentence; for `manual` the question to answer.
    pub summary: String,
    /// Digest of the pack that holds the rule.
    pub pack: Digest,
    /// All parameters with their values.
    pub parameters: Params,
    /// Benchmark demands that the rule answers.
    pub controls: Vec<Control>,
    /// What was judged, in the rule's order.
    pub findings: Vec<Finding>,
    /// Facts that the rule needed and did not get.
    pub missing: Vec<Missing>,
    /// `false` when the wall clock, not a counted limit, ended the rule.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub reproducible: bool,
    /// Totals where findings were left out, and whatever else the rule says about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub extra: Option<Box<RawValue>>,
}

const fn yes() -> bool {
    true
}

/// Why a rule ended as `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// One word a program can act on: `trap`, `fuel`, `memory`, `deadline`, `unknown-fields`, …
    pub kind: String,
    /// One sentence, with the limit and its value where there is one.
    pub message: String,
}

/// One thing judged.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// How.
    pub status: Status,
    /// An ARN, or `k8s:<group>/<version>/<kind>/<namespace>/<name>`.
    pub subject: String,
    /// One sentence.
    pub message: String,
    /// What the host read at the places that the rule named.
    pub evidence: Vec<Evidence>,
    /// Whatever else the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub extra: Option<Box<RawValue>>,
}

/// A place in the facts and what stands there.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// RFC 6901 pointer into the facts document.
    pub at: String,
    /// The JSON value there; left out when nothing is there or it was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub observed: Option<Box<RawValue>>,
    /// `true` when nothing is there, which is evidence too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// Present when the value was longer than 4 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// The rule's remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The beginning of a long value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The first 4 KiB of its canonical JSON text.
    pub begins: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Digest of the whole.
    pub digest: Digest,
}

/// A fact that the rule needed and did not get.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// Fact kind.
    pub fact: String,
    /// `denied`, `partial`, `absent`, `error`, `not-collected`.
    pub status: String,
    /// The source's own words.
    pub reason: String,
    /// What to grant, or the option that would let eksamine look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}
