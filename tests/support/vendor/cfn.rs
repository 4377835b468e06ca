//! CloudFormation's schemas of resource types: what Cloud Control API answers with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::schema::nearest;
use crate::servers::artefact::Artefact;
use crate::servers::command::run;

const WHEEL: &str = include_str!("../../servers/cfn.txt");
/// The region that has all types.
const TYPES: &str = "providers/us-east-1.json";

/// Which resource an item is, in the words of Cloud Control API.
const IDENTIFIER: &str = "$identifier";

/// The schemas, read when they are asked for.
pub(super) struct CloudFormation {
    folder: PathBuf,
    /// By type name, the name of the schema's file.
    types: BTreeMap<String, String>,
}

impl CloudFormation {
    pub(super) fn find() -> Result<Self> {
        let installed = Artefact::new("cfn", "a download of 6 MB").of(WHEEL).once(install)?;
        let folder = schemas_in(&installed)?;
        let types = fs::read_to_string(folder.join(TYPES)).with_context(|| format!("reading {TYPES}"))?;
        Ok(Self { types: serde_json::from_str(&types)?, folder })
    }

    /// The schema of `AWS::EFS::FileSystem`; the inner error says that there is no such type.
    pub(super) fn schema(&self, type_name: &str) -> Result<Result<Value, String>> {
        let Some(file) = self.types.get(type_name) else {
            let known: Vec<&str> = self.types.keys().map(String::as_str).collect();
            let nearest = nearest(type_name, &known).unwrap_or_default();
            return Ok(Err(format!("CloudFormation has no type `{type_name}`; the nearest is `{nearest}`")));
        };
        let path = self.folder.join(format!("resources/{file}.json"));
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let mut schema: Value = serde_json::from_str(&text)?;
        // What gather writes beside the properties.
        schema["properties"][IDENTIFIER] = json!({ "type": "string" });
        Ok(Ok(schema))
    }
}

fn install(folder: &Path) -> Result<()> {
    let requirements = folder.join("cfn.txt");
    fs::write(&requirements, WHEEL)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    run(Command::new(folder.join("venv/bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r"])
        .arg(requirements))?;
    schemas_in(folder).map(|_| ())
}

fn schemas_in(folder: &Path) -> Result<PathBuf> {
    let pythons = folder.join("venv/lib");
    let entries = fs::read_dir(&pythons).with_context(|| format!("reading {}", pythons.display()))?;
    let mut found = entries.filter_map(Result::ok).map(|entry| entry.path().join("site-packages/cfnlint/data/schemas"));
    found.find(|path| path.join(TYPES).is_file()).with_context(|| format!("no schemas under {}", pythons.display()))
}
