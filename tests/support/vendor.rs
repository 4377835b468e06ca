//! What the vendors' own machine-readable descriptions say: the paths that rules declare and the items of cases are
//! checked against them.

mod aws;
mod by_eye;
mod cfn;
mod commands;
mod kubectl;
mod kubelet;
mod kubernetes;
mod schema;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use anyhow::{Context as _, Error, Result, anyhow};
use eksamine_facts::catalogue::Kind;
use serde_json::Value;

use crate::met::{Real, met};
use crate::servers::kube::{Kube, Options};
use aws::aws_items;
pub use aws::{aws_commands, aws_operations, aws_paths, catalogue_calls, row_calls};
pub use by_eye::read_by_eye;
use cfn::CloudFormation;
pub use commands::commands;
use kubectl::Kubectl;
pub use kubernetes::{OpenApi, kubernetes_path};
use schema::Described;
pub use schema::{Misfit, What};

/// A document of the API server that holds what `read-by-eye.toml` refers to.
const WITH_SELECTORS: &str = "apis/apps/v1";

/// Everything that describes kinds: botocore's models, an API server with the custom resources of other vendors,
/// CloudFormation's schemas, the kubelet's Go types, and the list of what a person read.
pub struct Vendors {
    openapi: OpenApi,
    kubectl: Kubectl,
    by_eye: BTreeMap<String, Value>,
    kubelet: Value,
}

impl Vendors {
    /// Once for all tests of this process.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Vendors, String>> = OnceLock::new();
        met(Real::ApiServer);
        let found = SHARED.get_or_init(|| Self::ask().map_err(|error| format!("{error:#}")));
        found.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn ask() -> Result<Self> {
        let kube = Kube::start(Options::default())?;
        kube.install_vendors_resources()?;
        let mut openapi = kube.openapi()?;
        let listed = read_by_eye()?;
        for addition in &listed.additions {
            for (path, field) in addition.fields()? {
                openapi.add(addition.kind.trim_start_matches("k8s."), path, &field).map_err(Error::msg)?;
            }
        }
        let kubectl = Kubectl::of(&kube, &openapi, &listed.kinds)?;
        let by_eye = listed.kinds.into_iter().map(|it| Ok((it.kind.clone(), it.schema()?))).collect::<Result<_>>()?;
        Ok(Self { openapi, kubectl, by_eye, kubelet: kubelet::item()? })
    }

    /// What the API server says, without the kinds that only a person read.
    pub fn openapi(&self) -> &OpenApi {
        &self.openapi
    }

    /// What is wrong with each of these paths of kinds; `None` when the vendor knows it.
    pub fn paths(&self, paths: &[(&str, &str)]) -> Result<Vec<Option<String>>> {
        let (aws, others) = by_family(paths);
        let asked: Vec<(&str, &str)> = aws.iter().map(|index| paths[*index]).collect();
        let mut answers = vec![None; paths.len()];
        for (index, answer) in aws.into_iter().zip(aws_paths(&asked)?) {
            answers[index] = answer;
        }
        for index in others {
            let (kind, path) = paths[index];
            answers[index] = match self.described(kind, |it| it.path(kind, path))? {
                Ok(found) => found.err(),
                Err(why) => Some(why),
            };
        }
        Ok(answers)
    }

    /// What in each of these items (of the kind beside it) its vendor could not have answered.
    pub fn items(&self, items: &[(&str, &Value)]) -> Result<Vec<Vec<Misfit>>> {
        let (aws, others) = by_family(items);
        let asked: Vec<(&str, &Value)> = aws.iter().map(|index| items[*index]).collect();
        let mut answers = vec![Vec::new(); items.len()];
        for (index, answer) in aws.into_iter().zip(aws_items(&asked)?) {
            answers[index] = answer;
        }
        for index in others {
            let (kind, item) = items[index];
            answers[index] = match self.described(kind, |it| it.misfits(item))? {
                Ok(found) => found,
                Err(why) => vec![Misfit { at: String::new(), what: What::Name, why }],
            };
        }
        Ok(answers)
    }

    /// What is wrong with a `kubectl` command, given as its words.
    pub fn kubectl(&self, words: &[String]) -> Result<Vec<String>> {
        let told = self.kubectl.read(words)?;
        let mut errors = told.errors;
        for (kind, patch) in &told.patches {
            let found = self.items(&[(kind, patch)])?.into_iter().flatten();
            errors.extend(found.map(|it| format!("the patch: {kind}{} {}", it.at, it.why)));
        }
        for (kind, path) in &told.paths {
            errors.extend(self.paths(&[(kind, path)])?.into_iter().flatten());
        }
        Ok(errors)
    }

    /// Looks at the description of a kind that is not AWS's own; the inner error says that there is none.
    fn described<T>(&self, kind: &str, look: impl FnOnce(Described<'_>) -> T) -> Result<Result<T, String>> {
        match Kind::find(kind) {
            Ok(Kind::CloudControl(cfn)) => {
                let schema = cloud_formation()?.schema(cfn.type_name)?;
                Ok(schema.map(|schema| look(Described { document: &schema, schema: &schema })))
            }
            Ok(_) if kind == kubelet::KIND => {
                Ok(Ok(look(Described { document: &self.kubelet, schema: &self.kubelet })))
            }
            Ok(_) => {
                let resource = kind.strip_prefix("k8s.").with_context(|| format!("{kind} is of no known family"))?;
                let by_eye = || {
                    let schema = self.by_eye.get(kind)?;
                    let document = self.openapi.document(WITH_SELECTORS)?;
                    Some(Described { document, schema })
                };
                let described = self.openapi.described(resource);
                let described = described.or_else(|why| by_eye().ok_or_else(|| nowhere(kind, &why)));
                Ok(described.map(look))
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

fn nowhere(kind: &str, why: &str) -> String {
    format!(
        "no vendor describes {kind}: {why}. If its vendor publishes a definition, name it in tests/servers/crds.txt; \
         else read the vendor's documentation and write down what it says in tests/vendors/read-by-eye.toml"
    )
}

/// Indices of what botocore knows, and of all else.
fn by_family<T>(asked: &[(&str, T)]) -> (Vec<usize>, Vec<usize>) {
    (0..asked.len()).partition(|index| asked[*index].0.starts_with("aws."))
}

fn cloud_formation() -> Result<&'static CloudFormation> {
    static FOUND: OnceLock<Result<CloudFormation, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| CloudFormation::find().map_err(|error| format!("{error:#}")));
    found.as_ref().map_err(|error| anyhow!("{error}"))
}
