//! From bytes to a rule that can run. Nothing is compiled before its structure has been looked at.

use crate::bindings::{Rule, RulePre};
use crate::config::config;
use crate::host::Host;
use crate::{EngineError, embedded, in_place};
use eksamine_pack::{Digest, METADATA_SECTION, PackedRule, RuleMeta, VerifiedPack};
use eksamine_results::PackRef;
use std::time::Duration;
use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{OptLevel, Precompiled};

/// How often the epoch advances; the deadline is counted in these.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// Bytes of a component.
const COMPONENT: u64 = 64 << 20;
/// Bytes of one function's body: what makes compiling slow.
const FUNCTION: u64 = 2 << 20;

/// The sandbox. One for a process.
pub struct Engine {
    pub(crate) wasmtime: wasmtime::Engine,
    linker: Linker<Host>,
}

/// A rule ready to run.
#[derive(Clone)]
pub struct LoadedRule {
    pub(crate) meta: RuleMeta,
    pub(crate) pack: Digest,
    pub(crate) pre: RulePre<Host>,
}

impl LoadedRule {
    /// Its metadata.
    #[must_use]
    pub const fn meta(&self) -> &RuleMeta {
        &self.meta
    }
}

impl LoadedRule {
    /// The same rule, shown whole items instead of its declared fields: its answer must not change (the property
    /// *projection-neutral*).
    #[must_use]
    pub fn with_whole_items(&self) -> Self {
        let mut rule = self.clone();
        rule.meta.facts.iter_mut().for_each(|need| need.fields = vec![String::new()]);
        rule
    }
}

impl Engine {
    /// Sets the sandbox up and starts the clock that ends rules which run for ever.
    ///
    /// # Errors
    /// When this machine cannot run it.
    pub fn new() -> Result<Self, EngineError> {
        let mut config = config(OptLevel::None);
        in_place::allow(&mut config);
        let wasmtime = wasmtime::Engine::new(&config).map_err(sandbox)?;
        let mut linker = Linker::new(&wasmtime);
        Rule::add_to_linker::<Host, HasSelf<Host>>(&mut linker, |host| host).map_err(sandbox)?;
        let clock = wasmtime.weak();
        std::thread::Builder::new()
            .name("deadline".into())
            .spawn(move || {
                while let Some(engine) = clock.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(TICK);
                }
            })
            .map_err(|e| EngineError::Sandbox(e.to_string()))?;
        Ok(Self { wasmtime, linker })
    }

    /// The pack inside this program, and those of its rules whose ids are wanted, in the order of these.
    ///
    /// # Errors
    /// When one neither loads as native code nor compiles.
    pub fn official(&self, wanted: impl Fn(&str) -> bool) -> Result<(PackRef, Vec<LoadedRule>), EngineError> {
        embedded::load(self, wanted)
    }

    /// The rules of a pack, each checked, then compiled.
    ///
    /// # Errors
    /// The first rule that is refused, and why.
    pub fn load(&self, pack: &VerifiedPack) -> Result<Vec<LoadedRule>, EngineError> {
        pack.components().map(|(rule, wasm)| self.load_component(rule, pack.digest(), wasm)).collect()
    }

    pub(crate) fn load_component(
        &self,
        rule: &PackedRule,
        pack: &Digest,
        wasm: &[u8],
    ) -> Result<LoadedRule, EngineError> {
        let id = &rule.rule.id;
        rule.check_section(inspect(id, wasm)?)?;
        let component = Component::new(&self.wasmtime, wasm).map_err(|e| invalid(id, &e))?;
        self.link(rule.rule.clone(), pack, &component)
    }

    pub(crate) fn link(&self, meta: RuleMeta, pack: &Digest, component: &Component) -> Result<LoadedRule, EngineError> {
        let link = || RulePre::new(self.linker.instantiate_pre(component)?);
        let pre = link().map_err(|e| invalid(&meta.id, &e))?;
        Ok(LoadedRule { meta, pack: pack.clone(), pre })
    }
}

/// Checks size, features and imports without compiling; gives the metadata section.
fn inspect<'a>(rule: &str, wasm: &'a [u8]) -> Result<Option<&'a [u8]>, EngineError> {
    let too_big = |what, found, limit| EngineError::TooBig { rule: rule.to_owned(), what, found, limit };
    if wasm.len() as u64 > COMPONENT {
        return Err(too_big("the component", wasm.len() as u64, COMPONENT));
    }
    let bad = |reason: String| EngineError::Invalid { rule: rule.to_owned(), reason };
    if wasmtime::Engine::detect_precompiled(wasm)
        .is_some_and(|p| matches!(p, Precompiled::Component | Precompiled::Module))
    {
        return Err(bad("it is native code, which no pack may carry".into()));
    }
    Validator::new_with_features(WasmFeatures::default()).validate_all(wasm).map_err(|e| bad(e.to_string()))?;
    let mut section = None;
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(|e| bad(e.to_string()))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(bad("it is a core module; `wasm-tools component new` makes a component of it".into()));
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CodeSectionEntry(body) if bytes_of(&body) > FUNCTION => {
                return Err(too_big("a function", bytes_of(&body), FUNCTION));
            }
            Payload::CustomSection(custom) if depth == 0 && custom.name() == METADATA_SECTION => {
                section = Some(custom.data());
            }
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let name = import.map_err(|e| bad(e.to_string()))?.name.name;
                    if !is_contract(name) {
                        return Err(EngineError::Import { rule: rule.to_owned(), import: name.to_owned() });
                    }
                }
            }
            _ => {}
        }
    }
    Ok(section)
}

fn is_contract(import: &str) -> bool {
    import.split_once('@').is_some_and(|(name, version)| {
        let interface = name.strip_prefix("eksamine:rule/").unwrap_or_default();
        ["types", "context", "facts", "log"].contains(&interface) && version.starts_with("0.1.")
    })
}

pub(crate) fn sandbox(error: wasmtime::Error) -> EngineError {
    EngineError::Sandbox(format!("{error:#}"))
}

fn invalid(rule: &str, error: &wasmtime::Error) -> EngineError {
    EngineError::Invalid { rule: rule.to_owned(), reason: format!("{error:#}") }
}

fn bytes_of(body: &wasmparser::FunctionBody<'_>) -> u64 {
    let range = body.range();
    range.end - range.start
}
