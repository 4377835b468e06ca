//! The server's binary, compiled on first use.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow};

use crate::servers::artefact::Artefact;
use crate::servers::command::run;
use crate::servers::go::Go;

/// -dwarf=false: 11 % less CPU. Any other set of flags (go vet, go test, no -trimpath) compiles
/// 2,110 packages again.
const FLAGS: [&str; 3] = ["-buildvcs=false", "-trimpath", "-gcflags=all=-dwarf=false"];
const VERSION: &str = "k8s.io/component-base/version";

/// Asked for by every server that starts: the sources are hashed once per process.
pub(super) fn path() -> Result<PathBuf> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    PATH.get_or_init(|| find_or_build().map_err(|error| format!("{error:#}"))).clone().map_err(|error| anyhow!(error))
}

fn find_or_build() -> Result<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/kube");
    let go = Go::find()?;
    let module = fs::read_to_string(sources.join("go.mod")).context("reading the go.mod of tests/servers/kube")?;
    let stamp = stamp(&module)?;
    let folder = Artefact::new("kube", "4 to 7 minutes, unless Go's build cache has most of it")
        .of_folder(&sources)?
        .of(&go.version)
        .of(FLAGS.join(" "))
        .of(&stamp)
        .once(|folder| {
            let mut build = go.command();
            build.current_dir(&sources).arg("build").args(FLAGS).arg("-o").arg(folder.join("kube"));
            run(build.args(["-ldflags", &stamp, "."])).map(|_| ())
        })?;
    Ok(folder.join("kube"))
}

/// Linker flags that tell the server its version, as EKS spells it. Without them `/version` says
/// `v0.0.0-master+$Format:%H$`, which no parser of versions takes.
fn stamp(module: &str) -> Result<String> {
    let version = module.lines().find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes "));
    let version = version.context("go.mod does not require k8s.io/kubernetes")?;
    let minor = version.split('.').nth(1).context("k8s.io/kubernetes has no minor version")?;
    let values = [
        ("gitVersion", format!("{version}-eks-1234567")),
        ("gitMajor", "1".to_owned()),
        ("gitMinor", format!("{minor}+")),
        ("gitTreeState", "clean".to_owned()),
        ("gitCommit", "0".repeat(40)),
        ("buildDate", "2026-01-01T00:00:00Z".to_owned()),
    ];
    let flags = values.map(|(name, value)| format!("-X {VERSION}.{name}={value}"));
    Ok(format!("-s -w {}", flags.join(" ")))
}
