//! Rule folders to components, components to a pack. Used by the engine's build script, by the tests, and by rule
//! authors; runs cargo as a process and no WebAssembly.

mod cargo;
mod component;
mod error;

pub use cargo::{Build, WASM_TARGET, forget_outer_cargo};
pub use component::componentize;
pub use error::PackerError;

use eksamine_pack::{Component, FetchedPack, PackInfo, RuleMeta};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `dir` that hold a `rule.toml`, in the order of their names.
///
/// # Errors
/// When `dir` cannot be read.
pub fn rule_folders(dir: &Path) -> Result<Vec<PathBuf>, PackerError> {
    let unreadable = |source| PackerError::File { path: dir.to_owned(), source };
    let mut folders = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.join("rule.toml").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Reads a folder's `rule.toml`; the rule's id must be the folder's name.
///
/// # Errors
/// What is wrong with it, and where.
pub fn rule_meta(folder: &Path) -> Result<RuleMeta, PackerError> {
    let path = folder.join("rule.toml");
    let text = read_text(&path)?;
    let meta = RuleMeta::from_toml(&path.display().to_string(), &text)?;
    let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    if meta.id != name {
        return Err(PackerError::Folder { path, id: meta.id });
    }
    Ok(meta)
}

/// Builds every rule of `rules` (a folder with `pack.toml` and rule folders) and packs them.
///
/// # Errors
/// Whatever stands in the way, naming the rule or the command.
pub fn build(rules: &Path, build: &Build) -> Result<FetchedPack, PackerError> {
    let path = rules.join("pack.toml");
    let info: PackInfo =
        toml::from_str(&read_text(&path)?).map_err(|e| PackerError::PackToml { path, reason: e.to_string() })?;
    let metas = rule_folders(rules)?.iter().map(|f| rule_meta(f)).collect::<Result<Vec<_>, _>>()?;
    let modules = build.modules(&metas.iter().map(|m| m.id.as_str()).collect::<Vec<_>>())?;
    let mut components = Vec::new();
    for (meta, module) in metas.into_iter().zip(modules) {
        let core = fs::read(&module).map_err(|source| PackerError::File { path: module, source })?;
        components.push(Component { wasm: componentize(&meta, &core)?, meta });
    }
    Ok(FetchedPack::assemble(info, components)?)
}

fn read_text(path: &Path) -> Result<String, PackerError> {
    fs::read_to_string(path).map_err(|source| PackerError::File { path: path.to_owned(), source })
}
