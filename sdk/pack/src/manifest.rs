//! The pack manifest, and the OCI image manifest whose digest is the pack's identity.

use crate::rule::{METADATA_SECTION, canonical};
use crate::{Digest, PackError, RuleMeta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// The contract that components of this pack speak.
pub const CONTRACT: &str = "eksamine:rule@0.1.0";

const PACK_SCHEMA: &str = "eksamine.pack/v1";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const PACK_TYPE: &str = "application/vnd.eksamine.pack.v1";
const CONFIG_TYPE: &str = "application/vnd.eksamine.pack.config.v1+json";
const LAYER_TYPE: &str = "application/wasm";

/// `pack.toml`: what a pack is called. It holds no list of rules; the folders are the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackInfo {
    /// `eksamine/baseline`
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// SPDX expression.
    pub license: String,
    /// One line.
    pub description: String,
}

/// The config blob of a pack: everything about its rules that can be known without running them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackManifest {
    /// `eksamine.pack/v1`
    pub schema: String,
    /// Contract of all components.
    pub contract: String,
    /// Name, version, licence.
    pub pack: PackInfo,
    /// In the order of their ids.
    pub rules: Vec<PackedRule>,
}

/// A rule of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackedRule {
    /// Digest of its component.
    pub component: Digest,
    /// Bytes of its component.
    pub size: u64,
    /// Its metadata; the component's custom section holds the same.
    pub rule: RuleMeta,
}

/// One built rule.
#[derive(Debug, Clone)]
pub struct Component {
    /// Metadata from `rule.toml`.
    pub meta: RuleMeta,
    /// The component, custom section included.
    pub wasm: Vec<u8>,
}

/// A pack as it came, nothing believed yet.
#[derive(Debug, Clone)]
pub struct FetchedPack {
    /// OCI image manifest, the very bytes.
    pub oci: Vec<u8>,
    /// Pack manifest, the very bytes.
    pub config: Vec<u8>,
    /// Components by digest.
    pub components: BTreeMap<Digest, Vec<u8>>,
}

/// A pack whose every byte hangs together from the digest of its OCI manifest down.
#[derive(Debug, Clone)]
pub struct VerifiedPack {
    digest: Digest,
    manifest: PackManifest,
    fetched: FetchedPack,
}

impl FetchedPack {
    /// Puts built rules together. Same rules, same bytes.
    ///
    /// # Errors
    /// Two rules of one id.
    pub fn assemble(info: PackInfo, mut rules: Vec<Component>) -> Result<Self, PackError> {
        let bad = |e: serde_json::Error| PackError::Manifest(e.to_string());
        rules.sort_by(|a, b| a.meta.id.cmp(&b.meta.id));
        if let Some(pair) = rules.windows(2).find(|w| w[0].meta.id == w[1].meta.id) {
            return Err(PackError::Manifest(format!("two rules have the id {:?}", pair[0].meta.id)));
        }
        let packed: Vec<PackedRule> = rules
            .iter()
            .map(|r| PackedRule { component: Digest::of(&r.wasm), size: r.wasm.len() as u64, rule: r.meta.clone() })
            .collect();
        let layers: Vec<_> = packed
            .iter()
            .map(|p| {
                json!({"mediaType": LAYER_TYPE, "digest": p.component, "size": p.size,
                    "annotations": {"org.opencontainers.image.title": format!("{}.wasm", p.rule.id)}})
            })
            .collect();
        let annotations = json!({"org.opencontainers.image.title": info.name,
            "org.opencontainers.image.version": info.version, "org.opencontainers.image.licenses": info.license,
            "org.opencontainers.image.description": info.description});
        let manifest =
            PackManifest { schema: PACK_SCHEMA.into(), contract: CONTRACT.into(), pack: info, rules: packed };
        let config = canonical(&manifest).map_err(bad)?.into_bytes();
        let oci = json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "artifactType": PACK_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": Digest::of(&config), "size": config.len()},
            "layers": layers, "annotations": annotations});
        let components = rules.into_iter().map(|r| (Digest::of(&r.wasm), r.wasm)).collect();
        Ok(Self { oci: canonical(&oci).map_err(bad)?.into_bytes(), config, components })
    }

    /// The pack's identity.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.oci)
    }

    /// Checks every byte against `expected`, the digest of the OCI manifest.
    ///
    /// # Errors
    /// Any part that is missing, is something else, or says something else than its neighbour.
    pub fn verify(self, expected: &Digest) -> Result<VerifiedPack, PackError> {
        let digest = self.digest();
        same("the OCI manifest", &digest, expected)?;
        let bad = |e: serde_json::Error| PackError::Manifest(e.to_string());
        let oci: OciManifest = serde_json::from_slice(&self.oci).map_err(bad)?;
        same("the pack manifest", &Digest::of(&self.config), &oci.config.digest)?;
        let manifest: PackManifest = serde_json::from_slice(&self.config).map_err(bad)?;
        if manifest.schema != PACK_SCHEMA || manifest.contract != CONTRACT {
            let (schema, contract) = (&manifest.schema, &manifest.contract);
            let text = format!("{schema} for {contract}; this program reads {PACK_SCHEMA} for {CONTRACT}");
            return Err(PackError::Manifest(text));
        }
        let layers: Vec<&Digest> = oci.layers.iter().map(|l| &l.digest).collect();
        let named: Vec<&Digest> = manifest.rules.iter().map(|r| &r.component).collect();
        if layers != named {
            return Err(PackError::Manifest("the layers are not the components that the manifest names".into()));
        }
        for rule in &manifest.rules {
            let what = format!("component {}", rule.rule.id);
            let wasm = self.components.get(&rule.component);
            let wasm = wasm.ok_or_else(|| PackError::Manifest(format!("{what} is not in the pack")))?;
            same(&what, &Digest::of(wasm), &rule.component)?;
        }
        Ok(VerifiedPack { digest, manifest, fetched: self })
    }
}

fn same(what: &str, found: &Digest, expected: &Digest) -> Result<(), PackError> {
    if found == expected {
        return Ok(());
    }
    Err(PackError::Mismatch { what: what.to_owned(), found: found.clone(), expected: expected.clone() })
}

impl VerifiedPack {
    /// The pack's identity.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What it holds.
    #[must_use]
    pub const fn manifest(&self) -> &PackManifest {
        &self.manifest
    }

    /// Its bytes as they came.
    #[must_use]
    pub const fn fetched(&self) -> &FetchedPack {
        &self.fetched
    }

    /// Each rule with the bytes of its component.
    pub fn components(&self) -> impl Iterator<Item = (&PackedRule, &[u8])> {
        // `verify` has seen each of them.
        self.manifest.rules.iter().filter_map(|r| Some((r, self.fetched.components.get(&r.component)?.as_slice())))
    }
}

#[derive(Deserialize)]
struct OciManifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Digest,
}

impl PackedRule {
    /// The component's own words must be the manifest's.
    ///
    /// # Errors
    /// When the section is missing or says something else.
    pub fn check_section(&self, section: Option<&[u8]>) -> Result<(), PackError> {
        let place = format!("{}: custom section {METADATA_SECTION}", self.rule.id);
        let drift = |reason: &str| PackError::Metadata { place: place.clone(), reason: reason.into() };
        let section = section.ok_or_else(|| drift("missing"))?;
        let own = RuleMeta::from_json(&place, section)?;
        if own == self.rule { Ok(()) } else { Err(drift("says something else than the pack manifest")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> FetchedPack {
        let toml = "id='a-rule'\ntitle='t'\nseverity='low'\nsince='0.1.0'\ndescription='d'\nrationale='r'\naudit='a'\nquestion='q?'\n\
            [remediation]\ntext='x'\n[[facts]]\nkind='aws.eks.clusters'\nneed='required'\nfields=['/name']\n";
        let meta = RuleMeta::from_toml("a-rule/rule.toml", toml).expect("metadata");
        let info =
            PackInfo { name: "n".into(), version: "1.0.0".into(), license: "MIT".into(), description: "d".into() };
        FetchedPack::assemble(info, vec![Component { meta, wasm: b"wasm".to_vec() }]).expect("a pack")
    }

    #[test]
    fn every_byte_hangs_on_the_digest() {
        let good = pack();
        let digest = good.digest();
        assert_eq!(pack().oci, good.oci);
        assert!(good.clone().verify(&digest).is_ok());
        let refused = |change: fn(&mut FetchedPack)| {
            let mut pack = good.clone();
            change(&mut pack);
            pack.verify(&digest).expect_err("refused").to_string()
        };
        assert!(refused(|p| p.oci.push(b' ')).starts_with("the OCI manifest has digest"));
        assert!(refused(|p| p.config.push(b' ')).starts_with("the pack manifest has digest"));
        assert!(
            refused(|p| p.components.values_mut().for_each(|w| w.push(0))).starts_with("component a-rule has digest")
        );
        assert!(refused(|p| p.components.clear()).ends_with("component a-rule is not in the pack"));
    }

    #[test]
    fn drift_between_section_and_manifest_is_refused() {
        let pack = pack();
        let digest = pack.digest();
        let pack = pack.verify(&digest).expect("verified");
        let rule = &pack.manifest().rules[0];
        let own = rule.rule.to_json().expect("JSON");
        assert!(rule.check_section(Some(own.as_bytes())).is_ok());
        assert!(rule.check_section(None).is_err());
        assert!(rule.check_section(Some(own.replace("\"low\"", "\"high\"").as_bytes())).is_err());
    }
}
