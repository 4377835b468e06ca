//! What a pack is: rule metadata (`rule.toml`), the pack manifest, digests, the OCI manifest that gives a pack its
//! identity. Pure: no network, no WebAssembly.

mod digest;
mod error;
mod manifest;
mod params;
mod rule;

pub use digest::Digest;
pub use error::PackError;
pub use manifest::{CONTRACT, Component, FetchedPack, PackInfo, PackManifest, PackedRule, VerifiedPack};
pub use params::{Param, Params};
pub use rule::{Absence, Control, FactNeed, Limits, METADATA_SECTION, Need, Remediation, RuleMeta, Severity};
