//! Core module to component, with its metadata inside.

use crate::PackerError;
use eksamine_pack::{METADATA_SECTION, RuleMeta};
use std::borrow::Cow;
use wasm_encoder::{ComponentSection, CustomSection};

/// Makes the component of a core module that holds wit-bindgen's sections, and writes `rule.toml` into it.
///
/// # Errors
/// When the module is not built from the contract.
pub fn componentize(meta: &RuleMeta, core: &[u8]) -> Result<Vec<u8>, PackerError> {
    let bad = |e: String| PackerError::Component { rule: meta.id.clone(), reason: e };
    let mut encoder = wit_component::ComponentEncoder::default();
    encoder.validate(true).module(core).map_err(|e| bad(format!("{e:#}")))?;
    let mut component = encoder.encode().map_err(|e| bad(format!("{e:#}")))?;
    let text = meta.to_json()?;
    let section = CustomSection { name: Cow::Borrowed(METADATA_SECTION), data: Cow::Borrowed(text.as_bytes()) };
    section.append_to_component(&mut component);
    Ok(component)
}
