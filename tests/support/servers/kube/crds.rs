//! The custom resources of other vendors, as their own manifests define them, served by the real API server.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Kube, User};
use crate::servers::artefact::Artefact;
use crate::servers::command::describe;
use crate::servers::go::Go;

const MODULES: &str = include_str!("../../../servers/crds.txt");
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// The server publishes what it was given in the background.
const PUBLISHED: Duration = Duration::from_secs(60);

/// A line of `crds.txt`.
struct Module<'a> {
    path: &'a str,
    version: &'a str,
    sum: &'a str,
    folder: &'a str,
}

impl Kube {
    /// Installs every custom resource of `crds.txt` and waits until the server's OpenAPI describes them.
    pub fn install_vendors_resources(&self) -> Result<()> {
        let mut expected = BTreeSet::new();
        for document in manifests()? {
            let answer = self.create_yaml(DEFINITIONS, &document)?;
            let name = answer["metadata"]["name"].as_str().unwrap_or_default();
            let spec = &answer["spec"];
            let group = spec["group"].as_str().with_context(|| format!("{name} has no group"))?;
            let versions = spec["versions"].as_array().with_context(|| format!("{name} has no versions"))?;
            for version in versions.iter().filter(|version| version["served"] == json!(true)) {
                let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                expected.insert(format!("{}.{}.{group}", word(&spec["names"]["plural"]), word(&version["name"])));
            }
        }
        self.await_descriptions(&expected)
    }

    fn await_descriptions(&self, expected: &BTreeSet<String>) -> Result<()> {
        let until = Instant::now() + PUBLISHED;
        loop {
            let openapi = self.openapi()?;
            let undescribed = expected.iter().find_map(|resource| openapi.described(resource).err());
            let Some(undescribed) = undescribed else { return Ok(()) };
            ensure!(Instant::now() < until, "after {PUBLISHED:?} the server's OpenAPI still lacks {undescribed}");
            sleep(Duration::from_millis(250));
        }
    }

    fn create_yaml(&self, path: &str, document: &str) -> Result<Value> {
        self.post_as(&User::admin().token(), path, "application/yaml", document)?.expect(201).with_context(|| {
            format!("creating in {path}:\n{}", document.lines().take(12).collect::<Vec<_>>().join("\n"))
        })
    }
}

/// One YAML document for each definition.
fn manifests() -> Result<Vec<String>> {
    let folder = Artefact::new("crds", "a download of 50 MB of Go modules").of(MODULES).once(|made| {
        let go = Go::find()?;
        modules()?
            .iter()
            .enumerate()
            .try_for_each(|(index, module)| download(&go, module, &made.join(index.to_string())))
    })?;
    let mut documents = Vec::new();
    for (index, module) in modules()?.iter().enumerate() {
        let before = documents.len();
        for file in sorted(&folder.join(index.to_string()))? {
            let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let definitions = text.split("\n---\n").filter(|it| it.contains("\nkind: CustomResourceDefinition"));
            documents.extend(definitions.map(str::to_owned));
        }
        ensure!(documents.len() > before, "{} has no definitions in {}", module.path, module.folder);
    }
    Ok(documents)
}

fn modules() -> Result<Vec<Module<'static>>> {
    let lines = MODULES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [path, version, sum, folder] => Ok(Module { path, version, sum, folder }),
            _ => bail!("tests/servers/crds.txt: {line:?} is not a module, version, checksum and folder"),
        })
        .collect()
}

/// The manifests of one module. Go's checksum is compared with ours, whatever the user's settings say of Go's own
/// database of checksums.
fn download(go: &Go, module: &Module<'_>, into: &Path) -> Result<()> {
    fs::create_dir(into)?;
    let mut command = go.command();
    command.args(["mod", "download", "-json"]).arg(format!("{}@{}", module.path, module.version));
    // Else a go.mod above would be the module in which it works.
    command.current_dir(std::env::temp_dir()).env("GO111MODULE", "on").env("GOFLAGS", "-mod=mod").env("GOSUMDB", "off");
    let output = command.output().with_context(|| format!("cannot run `{}`", describe(&command)))?;
    let told: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        format!("`{}` failed ({}): {}", describe(&command), output.status, String::from_utf8_lossy(&output.stderr))
    })?;
    if let Some(error) = told["Error"].as_str() {
        bail!("`{}`: {error}", describe(&command));
    }
    ensure!(
        told["Sum"] == module.sum,
        "{} {} has the checksum {}, not {}",
        module.path,
        module.version,
        told["Sum"],
        module.sum
    );
    let source = Path::new(told["Dir"].as_str().context("Go does not say where the module is")?).join(module.folder);
    for file in sorted(&source)? {
        // Bytes only: Go's cache is read-only, and so would a copied file be.
        let name = file.file_name().context("a file has a name")?;
        fs::write(into.join(name), fs::read(&file)?)?;
    }
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    Ok(files)
}
