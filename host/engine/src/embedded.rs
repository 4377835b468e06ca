//! The official pack, which the build script put into the program: as WebAssembly, which is its identity, and as
//! native code for this target.

use crate::EngineError;
use crate::in_place::{self, Pages};
use crate::load::{Engine, LoadedRule};
use eksamine_pack::{Digest, PackError, PackManifest};
use eksamine_results::PackRef;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the pages of the executable have been loaded.
static LOADED: AtomicBool = AtomicBool::new(false);

pub(crate) struct Embedded {
    pub(crate) id: &'static str,
    pub(crate) wasm: &'static [u8],
    pub(crate) native: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

static CONFIG: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/config.json"));

/// What the pack inside this program holds. Nothing is loaded to know it.
///
/// # Errors
/// Never for a pack that the build script made.
pub fn official_manifest() -> Result<PackManifest, EngineError> {
    Ok(serde_json::from_slice(CONFIG).map_err(|e| PackError::Manifest(e.to_string()))?)
}

pub(crate) fn load(engine: &Engine, wanted: impl Fn(&str) -> bool) -> Result<(PackRef, Vec<LoadedRule>), EngineError> {
    let digest = Digest::try_from(DIGEST.to_owned())?;
    let manifest = official_manifest()?;
    let is_first = !LOADED.swap(true, Ordering::Relaxed);
    let mut rules = Vec::new();
    for packed in manifest.rules.into_iter().filter(|packed| wanted(&packed.rule.id)) {
        let embedded = COMPONENTS.iter().find(|c| c.id == packed.rule.id);
        let embedded = embedded.ok_or_else(|| PackError::Manifest(format!("{} is not built in", packed.rule.id)))?;
        rules.push(match in_place::load(&engine.wasmtime, embedded.native, is_first) {
            Ok(component) => engine.link(packed.rule, &digest, &component)?,
            // A cross build, or a CPU that the native code does not fit: the same bytes, compiled here.
            Err(_) => engine.load_component(&packed, &digest, embedded.wasm)?,
        });
    }
    let info = manifest.pack;
    Ok((PackRef { name: info.name, version: info.version, digest, signers: vec!["built into eksamine".into()] }, rules))
}
