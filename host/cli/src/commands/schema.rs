//! `eksamine schema`: the JSON Schemas of our files, derived from the types that read and write them.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::output::{Color, Output};
use crate::settings::{Config, Profile};
use eksamine_facts::catalogue::AWS;
use eksamine_facts::schema::FactsDocument;
use eksamine_pack::{PackManifest, RuleMeta};
use eksamine_results::ScanResult;
use schemars::{Schema, schema_for};
use serde_json::{Map, Value, json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which file.
    #[arg(value_enum)]
    of: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum File {
    /// The facts document, eksamine.facts/v1.
    Facts,
    /// The scan result, eksamine.results/v1.
    Results,
    /// rule.toml.
    Rule,
    /// The pack manifest, eksamine.pack/v1.
    Pack,
    /// eksamine.toml.
    Config,
    /// A profile.
    Profile,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let schema = match args.of {
        File::Facts => with_kinds(schema_for!(FactsDocument)),
        File::Results => schema_for!(ScanResult),
        File::Rule => schema_for!(RuleMeta),
        File::Pack => schema_for!(PackManifest),
        File::Config => schema_for!(Config),
        File::Profile => schema_for!(Profile),
    };
    Output::stdout(color).write(&format!("{:#}\n", schema.as_value()))?;
    Ok(ExitCode::Ok)
}

/// Names the kinds of the catalogue, so that an editor offers them. Others are as valid: any resource that a rule of
/// someone's own reads.
fn with_kinds(mut schema: Schema) -> Schema {
    let row = |row: &eksamine_facts::catalogue::AwsKind| {
        (row.kind.to_owned(), json!({"$ref": "#/$defs/Facts", "description": row.doc}))
    };
    let kinds: Map<String, Value> = AWS.iter().map(row).collect();
    if let Some(Value::Object(facts)) = schema.pointer_mut("/properties/facts") {
        facts.insert("properties".to_owned(), Value::Object(kinds));
    }
    schema
}
