//! The custom resources of other vendors, as their own manifests define them, served by the real API server.

use std::collections::BTreeSet;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{Kube, User};
use crate::servers::artefact::Artefact;
use crate::servers::go::Go;
use crate::servers::modules::{modules, sorted};

const MODULES: &str = include_str!("../../../servers/crds.txt");
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// The server publishes what it was given in the background.
const PUBLISHED: Duration = Duration::from_secs(60);

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
        let modules = modules(MODULES)?;
        let mut numbered = modules.iter().enumerate();
        numbered.try_for_each(|(index, module)| module.download(&go, "yaml", &made.join(index.to_string())))
    })?;
    let mut documents = Vec::new();
    for (index, module) in modules(MODULES)?.iter().enumerate() {
        let before = documents.len();
        for file in sorted(&folder.join(index.to_string()), "yaml")? {
            let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let definitions = text.split("\n---\n").filter(|it| it.contains("\nkind: CustomResourceDefinition"));
            documents.extend(definitions.map(str::to_owned));
        }
        ensure!(documents.len() > before, "{} has no definitions in {}", module.path, module.folder);
    }
    Ok(documents)
}
