//! The official pack, which the build script put into the program: as WebAssembly, which is its identity, and as
//! native code for this target.

use crate::EngineError;
use crate::load::{Engine, LoadedRule};
use eksamine_pack::{Digest, PackError, PackManifest};
use eksamine_results::PackRef;
use wasmtime::component::Component;

pub(crate) struct Embedded {
    pub(crate) id: &'static str,
    pub(crate) wasm: &'static [u8],
    pub(crate) native: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

static CONFIG: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/config.json"));

pub(crate) fn load(engine: &Engine) -> Result<(PackRef, Vec<LoadedRule>), EngineError> {
    let digest = Digest::try_from(DIGEST.to_owned())?;
    let manifest: PackManifest = serde_json::from_slice(CONFIG).map_err(|e| PackError::Manifest(e.to_string()))?;
    let mut rules = Vec::new();
    for packed in manifest.rules {
        let embedded = COMPONENTS.iter().find(|c| c.id == packed.rule.id);
        let embedded = embedded.ok_or_else(|| PackError::Manifest(format!("{} is not built in", packed.rule.id)))?;
        rules.push(match native(engine, embedded.native) {
            Ok(component) => engine.link(packed.rule, &digest, &component)?,
            // A cross build, or a CPU that the native code does not fit: the same bytes, compiled here.
            Err(_) => engine.load_component(&packed, &digest, embedded.wasm)?,
        });
    }
    let info = manifest.pack;
    Ok((PackRef { name: info.name, version: info.version, digest, signers: vec!["built into eksamine".into()] }, rules))
}

#[expect(unsafe_code, reason = "native code of our own build script, inside our own executable; packs never carry any")]
fn native(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: the bytes were made by `Engine::precompile_component` of this very wasmtime in our build script and have
    // been part of the executable since.
    unsafe { Component::deserialize(&engine.wasmtime, bytes) }
}
