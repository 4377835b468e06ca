//! Commands of kubectl: verbs and flags by kubectl itself; names of resources, patches and columns by what an API server
//! serves.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::by_eye::ByEye;
use super::kubernetes::OpenApi;
use super::schema::nearest;
use crate::servers::artefact::Artefact;
use crate::servers::command::run;
use crate::servers::go::Go;
use crate::servers::kube::{Kube, User};

/// How many words of a command's arguments stand before its resources, for the commands that name any: TYPE[,TYPE…]
/// [NAME…] or TYPE/NAME… (Kubernetes documentation, kubectl reference).
const OF_RESOURCES: [(&[&str], usize); 20] = [
    (&["annotate"], 0),
    (&["auth", "can-i"], 1),
    (&["delete"], 0),
    (&["describe"], 0),
    (&["edit"], 0),
    (&["get"], 0),
    (&["label"], 0),
    (&["patch"], 0),
    (&["rollout", "history"], 0),
    (&["rollout", "pause"], 0),
    (&["rollout", "restart"], 0),
    (&["rollout", "resume"], 0),
    (&["rollout", "status"], 0),
    (&["rollout", "undo"], 0),
    (&["scale"], 0),
    (&["set", "env"], 0),
    (&["set", "image"], 0),
    (&["set", "resources"], 0),
    (&["set", "serviceaccount"], 0),
    (&["wait"], 0),
];

/// Commands whose arguments are no resources.
const OF_NONE: [&[&str]; 1] = [&["api-resources"]];

/// What kubectl itself makes of a command.
#[derive(Deserialize)]
struct Reading {
    error: String,
    #[serde(default)]
    command: Option<Vec<String>>,
    #[serde(default)]
    arguments: Option<Vec<String>>,
    #[serde(default)]
    flags: Option<BTreeMap<String, String>>,
}

/// kubectl's own command tree, compiled from its module: it reads commands and runs none.
fn reading(words: &[String]) -> Result<Reading> {
    let program = program()?;
    let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let asked = serde_json::to_string(words.get(1..).unwrap_or_default())?;
    child.stdin.take().context("a pipe")?.write_all(format!("{asked}\n").as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{} says {}", program.display(), output.status);
    serde_json::from_slice(&output.stdout).context("reading what kubectl says of a command")
}

fn program() -> Result<PathBuf> {
    const FLAGS: [&str; 5] = ["-buildvcs=false", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", "-s -w"];
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/kubectl");
    let go = Go::find()?;
    let artefact = Artefact::new("kubectl", "1 to 2 minutes").of_folder(&sources)?.of(&go.version).of(FLAGS.join(" "));
    let folder = artefact.once(|folder| {
        let mut build = go.command();
        build.current_dir(&sources).arg("build").args(FLAGS).arg("-o").arg(folder.join("kubectl")).arg(".");
        run(&mut build).map(drop)
    })?;
    Ok(folder.join("kubectl"))
}

/// Every name by which a resource can be asked for, with the kind that it is.
pub(super) struct Kubectl(BTreeMap<String, String>);

/// What a command says, as far as it can be read.
#[derive(Default)]
pub(super) struct Told {
    pub(super) errors: Vec<String>,
    /// Merge patches, with the kind that they change.
    pub(super) patches: Vec<(String, Value)>,
    /// Paths of columns, with the kind that they are read in.
    pub(super) paths: Vec<(String, String)>,
}

impl Kubectl {
    pub(super) fn of(kube: &Kube, openapi: &OpenApi, by_eye: &[ByEye]) -> Result<Self> {
        let mut names = BTreeMap::new();
        // A plain name is that of Kubernetes' own resource first.
        let (own, custom): (Vec<&str>, Vec<&str>) = openapi.group_versions().partition(|it| is_own(it));
        for group_version in own.into_iter().chain(custom) {
            let served = kube.get(&User::admin().token(), &format!("/{group_version}"))?.expect(200)?;
            for resource in served["resources"].as_array().into_iter().flatten() {
                let plural = resource["name"].as_str().unwrap_or_default();
                if !plural.contains('/') {
                    let short = resource["shortNames"].as_array().into_iter().flatten();
                    let others = short.chain([&resource["singularName"]]).filter_map(Value::as_str);
                    add(&mut names, plural, group_version, others);
                }
            }
        }
        for listed in by_eye {
            let mut words = listed.kind.trim_start_matches("k8s.").splitn(3, '.');
            let (plural, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let group_version = format!("apis/{}/{version}", words.next().unwrap_or_default());
            add(&mut names, plural, &group_version, std::iter::empty());
        }
        Ok(Self(names))
    }

    /// Reads `kubectl …`.
    pub(super) fn read(&self, words: &[String]) -> Result<Told> {
        let mut told = Told::default();
        let Reading { error, command, arguments, flags } = reading(words)?;
        let (command, arguments, flags) =
            (command.unwrap_or_default(), arguments.unwrap_or_default(), flags.unwrap_or_default());
        if !error.is_empty() {
            told.errors.push(error);
            return Ok(told);
        }
        if flags.contains_key("raw") || flags.contains_key("filename") || OF_NONE.iter().any(|path| command == *path) {
            return Ok(told);
        }
        let Some((_, before)) = OF_RESOURCES.iter().find(|(path, _)| command == *path) else {
            told.errors.push(format!("whether `{}` names resources stands nowhere in these tests", command.join(" ")));
            return Ok(told);
        };
        let plain: Vec<&str> = arguments.iter().skip(*before).map(String::as_str).collect();
        for kind in &self.kinds(&plain, &mut told.errors) {
            told.see_flags(kind, &flags);
        }
        Ok(told)
    }

    fn kinds(&self, plain: &[&str], errors: &mut Vec<String>) -> Vec<String> {
        let is_label = |word: &&&str| word.contains('=') || word.ends_with('-');
        let types: Vec<&str> = match plain.first().map(|first| first.contains('/')) {
            Some(true) => plain.iter().filter(|it| !is_label(it)).filter_map(|it| it.split('/').next()).collect(),
            _ => plain.iter().take(1).flat_map(|it| it.split(',')).collect(),
        };
        if types.is_empty() {
            errors.push("a type of resource must follow".to_owned());
        }
        let mut kinds = Vec::new();
        for name in types.into_iter().filter(|name| *name != "all") {
            match self.0.get(&name.to_lowercase()) {
                Some(kind) => kinds.push(kind.clone()),
                None => {
                    let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
                    let nearest = nearest(name, &known).unwrap_or_default();
                    errors.push(format!("no resource is called `{name}`; the nearest is `{nearest}`"));
                }
            }
        }
        kinds
    }
}

impl Told {
    fn see_flags(&mut self, kind: &str, flags: &BTreeMap<String, String>) {
        let value = |name: &str| flags.get(name).map(String::as_str);
        let is_merge = value("type").is_none_or(|it| it == "merge" || it == "strategic");
        if let Some(patch) = value("patch").filter(|_| is_merge) {
            match serde_json::from_str(patch) {
                Ok(patch) => self.patches.push((kind.to_owned(), patch)),
                Err(error) => self.errors.push(format!("the patch is no JSON: {error}")),
            }
        }
        let columns = value("output").and_then(|format| format.strip_prefix("custom-columns="));
        for column in columns.into_iter().flat_map(|columns| columns.split(',')) {
            let path = column.split_once(':').map_or("", |(_, path)| path).replace("[*]", ".*");
            // Filters and escaped dots are beyond a plain path.
            if path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".*".contains(&byte)) {
                self.paths.push((kind.to_owned(), path.replace('.', "/")));
            }
        }
    }
}

/// `api/v1`, `apis/apps/v1`, `apis/networking.k8s.io/v1`.
fn is_own(group_version: &str) -> bool {
    let group = group_version.split('/').nth(1).unwrap_or_default();
    !group.contains('.') || group.ends_with(".k8s.io")
}

fn add<'a>(
    names: &mut BTreeMap<String, String>,
    plural: &'a str,
    group_version: &str,
    others: impl Iterator<Item = &'a str>,
) {
    let mut place = group_version.rsplit('/');
    let version = place.next().unwrap_or_default();
    let group = place.next().filter(|group| *group != "api").unwrap_or_default();
    let dot = if group.is_empty() { "" } else { "." };
    let kind = format!("k8s.{plural}.{version}{dot}{group}");
    for name in others.chain([plural]).filter(|name| !name.is_empty()) {
        names.entry(name.to_owned()).or_insert_with(|| kind.clone());
        if group.is_empty() {
            continue;
        }
        names.entry(format!("{name}.{group}")).or_insert_with(|| kind.clone());
        names.entry(format!("{name}.{version}.{group}")).or_insert_with(|| kind.clone());
    }
}
