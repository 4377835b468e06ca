//! Commands of kubectl against what an API server serves: verbs, options, names of resources, patches and columns.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

use super::by_eye::ByEye;
use super::kubernetes::OpenApi;
use super::schema::nearest;
use crate::servers::kube::{Kube, User};

/// What the words after a verb are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    /// TYPE[,TYPE…] [NAME…] or TYPE/NAME…
    Resources,
    /// Another verb, then resources: `rollout status`, `set image`, `auth can-i`.
    VerbAndResources,
    /// Names of one known type, or files, or nothing.
    Names,
}

/// Kubernetes documentation, kubectl reference.
const VERBS: [(&str, Follows); 24] = [
    ("annotate", Follows::Resources),
    ("api-resources", Follows::Names),
    ("apply", Follows::Names),
    ("auth", Follows::VerbAndResources),
    ("cordon", Follows::Names),
    ("create", Follows::Names),
    ("debug", Follows::Names),
    ("delete", Follows::Resources),
    ("describe", Follows::Resources),
    ("diff", Follows::Names),
    ("drain", Follows::Names),
    ("edit", Follows::Resources),
    ("exec", Follows::Names),
    ("get", Follows::Resources),
    ("label", Follows::Resources),
    ("logs", Follows::Names),
    ("patch", Follows::Resources),
    ("replace", Follows::Names),
    ("rollout", Follows::VerbAndResources),
    ("scale", Follows::Resources),
    ("set", Follows::VerbAndResources),
    ("uncordon", Follows::Names),
    ("version", Follows::Names),
    ("wait", Follows::Resources),
];

/// Options that a value follows.
const VALUED: [&str; 22] = [
    "--as",
    "--container",
    "--context",
    "--field-selector",
    "--filename",
    "--for",
    "--kubeconfig",
    "--namespace",
    "--output",
    "--patch",
    "--raw",
    "--replicas",
    "--selector",
    "--sort-by",
    "--subresource",
    "--timeout",
    "--type",
    "-c",
    "-f",
    "-l",
    "-n",
    "-o",
];
const SWITCHES: [&str; 12] = [
    "--all",
    "--all-namespaces",
    "--dry-run",
    "--force",
    "--ignore-daemonsets",
    "--ignore-not-found",
    "--list",
    "--no-headers",
    "--overwrite",
    "--server-side",
    "--show-labels",
    "-A",
];

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
    pub(super) fn read(&self, words: &[String]) -> Told {
        let mut told = Told::default();
        let (plain, options) = split(words, &mut told.errors);
        let verb = plain.first().copied().unwrap_or_default();
        let Some((_, follows)) = VERBS.iter().find(|(known, _)| *known == verb) else {
            let known = VERBS.map(|(verb, _)| verb);
            let nearest = nearest(verb, &known).unwrap_or_default();
            told.errors.push(format!("no verb of kubectl's that we know is `{verb}`; the nearest is `{nearest}`"));
            return told;
        };
        if *follows == Follows::Names || options.contains_key("--raw") || options.contains_key("-f") {
            return told;
        }
        let verbs = match follows {
            // `auth can-i get pods`
            Follows::VerbAndResources if verb == "auth" => 3,
            Follows::VerbAndResources => 2,
            _ => 1,
        };
        let kinds = self.kinds(plain.get(verbs..).unwrap_or_default(), &mut told.errors);
        for kind in &kinds {
            told.see_options(kind, &options);
        }
        told
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
    fn see_options(&mut self, kind: &str, options: &BTreeMap<&str, &str>) {
        let value = |long: &str, short: &str| options.get(long).or_else(|| options.get(short)).copied();
        let is_merge = value("--type", "").is_none_or(|it| it == "merge" || it == "strategic");
        if let Some(patch) = value("--patch", "-p").filter(|_| is_merge) {
            match serde_json::from_str(patch) {
                Ok(patch) => self.patches.push((kind.to_owned(), patch)),
                Err(error) => self.errors.push(format!("the patch is no JSON: {error}")),
            }
        }
        let columns = value("--output", "-o").and_then(|format| format.strip_prefix("custom-columns="));
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

/// The words that belong to no option, and the options with their values.
fn split<'a>(words: &'a [String], errors: &mut Vec<String>) -> (Vec<&'a str>, BTreeMap<&'a str, &'a str>) {
    let (mut plain, mut options) = (Vec::new(), BTreeMap::new());
    let mut rest = words.iter().map(String::as_str).skip(1);
    while let Some(word) = rest.next() {
        if word == "--" {
            break;
        }
        if !word.starts_with('-') {
            plain.push(word);
            continue;
        }
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        // `-p` is the patch; of `logs` it is a switch, which no text of ours uses.
        let valued = VALUED.contains(&name) || name == "-p";
        if !valued && !SWITCHES.contains(&name) {
            let known: Vec<&str> = VALUED.into_iter().chain(SWITCHES).collect();
            let nearest = nearest(name, &known).unwrap_or_default();
            errors.push(format!("no option that we know is `{name}`; the nearest is `{nearest}`"));
        }
        let value = if valued { value.or_else(|| rest.next()) } else { value };
        options.insert(name, value.unwrap_or_default());
    }
    (plain, options)
}
