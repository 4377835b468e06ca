//! Rules that mean harm, written in the WebAssembly text format against the bare canonical ABI, so that no SDK is in
//! their way.

use anyhow::{Context, Result};
use eksamine_engine::{Engine, EngineError, LoadedRule};
use eksamine_pack::{Component, FetchedPack, PackInfo, RuleMeta};
use std::fmt::Write as _;

/// Where a guest's result area begins; static data lies behind it.
const AREA: usize = 1024;

/// The contract's status numbers.
#[derive(Debug, Clone, Copy)]
pub enum Says {
    /// `pass`
    Pass = 0,
    /// `fail`
    Fail = 1,
    /// `not-applicable`
    NotApplicable = 3,
}

/// A hostile rule: what it does before it answers, and what it answers.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Instructions, run first. `$about`, `$read` and `$write` are the host's functions; `$kind` is where the name of
    /// the declared kind lies, 16 bytes.
    pub does: String,
    /// Further fields of the module.
    pub module: String,
    /// Its status.
    pub says: Says,
    /// Subjects of findings, with their status and the pointer of their evidence.
    pub findings: Vec<(Says, &'static str, &'static str)>,
    /// `extra` of the verdict.
    pub extra: Option<&'static str>,
    /// Seconds that it lowers its own deadline to.
    pub deadline: Option<u64>,
}

impl Default for Guest {
    fn default() -> Self {
        Self {
            does: String::new(),
            module: String::new(),
            says: Says::Pass,
            findings: Vec::new(),
            extra: None,
            deadline: None,
        }
    }
}

/// The kind that hostile rules declare.
pub const KIND: &str = "aws.eks.clusters";

/// Metadata of every hostile rule.
pub fn meta() -> RuleMeta {
    meta_of(&Guest::default())
}

fn meta_of(guest: &Guest) -> RuleMeta {
    let limits = guest.deadline.map_or_else(String::new, |seconds| format!("[limits]\ndeadline = {seconds}\n"));
    let text = format!(
        "id = 'hostile'\ntitle = 'hostile'\nseverity = 'low'\nsince = '0.1.0'\ndescription = 'd'\nrationale = 'r'\n\
         audit = 'a'\nquestion = 'q?'\n[remediation]\ntext = 'x'\n\
         [[facts]]\nkind = '{KIND}'\nneed = 'required'\nfields = ['/name', '/logging']\n{limits}"
    );
    RuleMeta::from_toml("hostile", &text).expect("metadata")
}

impl Guest {
    /// The component, as third parties would ship it.
    pub fn component(&self) -> Result<Vec<u8>> {
        let mut core = wat::parse_str(self.text())?;
        let mut resolve = wit_parser::Resolve::default();
        let (package, _) = resolve.push_dir(crate::rules::root().join("wit"))?;
        let world = resolve.select_world(&[package], Some("rule"))?;
        let utf8 = wit_component::StringEncoding::UTF8;
        wit_component::embed_component_metadata(&mut core, &resolve, world, utf8, false)?;
        Ok(eksamine_packer::componentize(&meta_of(self), &core)?)
    }

    fn text(&self) -> String {
        let mut data = Data::default();
        let area = self.answer(&mut data);
        let mut text = String::from("(module\n");
        text.push_str("(import \"eksamine:rule/facts@0.1.0\" \"about\" (func $about (param i32 i32 i32)))\n");
        text.push_str("(import \"eksamine:rule/facts@0.1.0\" \"read\" (func $read (param i32 i32 i32 i32)))\n");
        text.push_str("(import \"eksamine:rule/log@0.1.0\" \"write\" (func $write (param i32 i32 i32)))\n");
        text.push_str("(memory (export \"memory\") 32)\n(global $heap (mut i32) (i32.const 1048576))\n");
        text.push_str(
            "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (local $at i32)\n\
             (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))\n\
             (global.set $heap (i32.add (local.get $at) (local.get 3)))\n\
             (if (i32.gt_u (global.get $heap) (i32.const 2000000)) (then (global.set $heap (i32.const 1048576))))\n\
             (local.get $at))\n",
        );
        text.push_str(&self.module);
        writeln!(text, "(data (i32.const 16) \"{KIND}\")").expect("a String takes all");
        writeln!(text, "(data (i32.const {AREA}) \"{}\")", escaped(&area)).expect("a String takes all");
        writeln!(text, "(data (i32.const {}) \"{}\")", Data::START, escaped(&data.0)).expect("a String takes all");
        writeln!(
            text,
            "(func $evaluate (export \"eksamine:rule/check@0.1.0#evaluate\") (result i32) (local $i i32)\n{}\n\
             (i32.const {AREA})))",
            self.does
        )
        .expect("a String takes all");
        text
    }

    /// `result<verdict, string>` in the canonical ABI's memory layout.
    fn answer(&self, data: &mut Data) -> Vec<u8> {
        let mut list = Vec::new();
        for (status, subject, at) in &self.findings {
            let evidence = [data.text(at).as_slice(), &[0; 12]].concat();
            let evidence = data.put(&evidence);
            list.extend_from_slice(&[*status as u8, 0, 0, 0]);
            list.extend(data.text(subject));
            list.extend(data.text("a message"));
            list.extend([evidence.to_le_bytes(), 1_u32.to_le_bytes()].concat());
            list.extend([0; 12]);
        }
        let findings = data.put(&list);
        let count = u32::try_from(self.findings.len()).expect("a few");
        let mut area = vec![0, 0, 0, 0, self.says as u8, 0, 0, 0];
        area.extend(data.text("a summary"));
        area.extend([findings.to_le_bytes(), count.to_le_bytes()].concat());
        match self.extra {
            None => area.extend([0; 12]),
            Some(extra) => {
                area.extend([1, 0, 0, 0]);
                area.extend(data.text(extra));
            }
        }
        area
    }
}

/// Static data of a guest.
#[derive(Default)]
struct Data(Vec<u8>);

impl Data {
    const START: usize = 4096;

    fn put(&mut self, bytes: &[u8]) -> u32 {
        while !self.0.len().is_multiple_of(4) {
            self.0.push(0);
        }
        let at = u32::try_from(Self::START + self.0.len()).expect("a few pages");
        self.0.extend(bytes);
        at
    }

    /// Pointer and length of a text.
    fn text(&mut self, text: &str) -> Vec<u8> {
        let at = self.put(text.as_bytes());
        let length = u32::try_from(text.len()).expect("short");
        [at.to_le_bytes(), length.to_le_bytes()].concat()
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("\\{b:02x}")).collect()
}

/// Loads a component as a pack of one rule.
pub fn load(engine: &Engine, wasm: Vec<u8>) -> Result<LoadedRule, EngineError> {
    load_as(engine, meta(), wasm)
}

impl Guest {
    /// The guest, loaded.
    pub fn load(&self, engine: &Engine) -> Result<LoadedRule> {
        Ok(load_as(engine, meta_of(self), self.component()?)?)
    }
}

fn load_as(engine: &Engine, meta: RuleMeta, wasm: Vec<u8>) -> Result<LoadedRule, EngineError> {
    let info =
        PackInfo { name: "h".into(), version: "1.0.0".into(), license: "MIT".into(), description: "hostile".into() };
    let pack = FetchedPack::assemble(info, vec![Component { meta, wasm }])?;
    let digest = pack.digest();
    Ok(engine.load(&pack.verify(&digest)?)?.remove(0))
}

/// A component with something added to its text, its metadata kept.
pub fn with_text(component: &[u8], added: &str) -> Result<Vec<u8>> {
    let text = wasmprinter::print_bytes(component)?;
    let end = text.rfind(')').context("a component's text ends with a parenthesis")?;
    Ok(wat::parse_str(format!("{}{added})", &text[..end]))?)
}
