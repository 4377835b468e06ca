//! Builds the rules of `rules-wasm/`, packs them and precompiles them for the target, so that a plain `cargo build`
//! gives a program with the official pack inside.

use anyhow::{Context, Result, anyhow};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/config.rs"]
mod config;

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let watched = [
        "rules-wasm",
        "sdk/facts",
        "sdk/rule",
        "wit",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "host/engine/src/config.rs",
    ];
    for path in watched {
        println!("cargo:rerun-if-changed={}", root.join(path).display());
    }
    let build = eksamine_packer::Build {
        workspace: root.clone(),
        target: root.join("target/guests"),
        cargo: env::var("CARGO")?.into(),
        profile: "guest".into(),
        cfg: Vec::new(),
    };
    let pack = eksamine_packer::build(&root.join("rules-wasm"), &build)?;
    let digest = pack.digest();
    let pack = pack.verify(&digest)?;

    fs::write(out.join("oci.json"), &pack.fetched().oci)?;
    fs::write(out.join("config.json"), &pack.fetched().config)?;
    let mut config = config::config(wasmtime::OptLevel::Speed);
    // An explicit target switches the detection of this machine's CPU off: the baseline runs everywhere.
    config.target(&env::var("TARGET")?).map_err(plain)?;
    let engine = wasmtime::Engine::new(&config).map_err(plain)?;
    let mut statics = format!("pub(crate) const DIGEST: &str = {:?};\n", digest.as_str());
    let mut table = String::from("pub(crate) static COMPONENTS: &[Embedded] = &[\n");
    for (packed, wasm) in pack.components() {
        let id = &packed.rule.id;
        let native = engine.precompile_component(wasm).map_err(plain).with_context(|| id.clone())?;
        write(&out, &format!("{id}.wasm"), wasm)?;
        write(&out, &format!("{id}.native"), &native)?;
        let pages = format!("NATIVE_{}", id.to_uppercase().replace('-', "_"));
        writeln!(statics, "static {pages}: Pages<[u8; {}]> = Pages(*include_bytes!(\"{id}.native\"));", native.len())?;
        writeln!(table, "    Embedded {{ id: {id:?}, wasm: include_bytes!(\"{id}.wasm\"), native: &{pages}.0 }},")?;
    }
    table.push_str("];\n");
    write(&out, "embedded.rs", (statics + &table).as_bytes())
}

fn write(out: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    fs::write(out.join(name), bytes).with_context(|| name.to_owned())
}

/// wasmtime's error is no `std::error::Error`.
fn plain(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}
