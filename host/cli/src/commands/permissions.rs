//! `eksamine permissions`: the least that must be granted, derived from what the rules declare.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::live::WaysInArgs;
use crate::output::{Color, Output, say};
use crate::selection::SelectionArgs;
use eksamine_gather::Permissions;
use eksamine_gather::permissions::{Grant, Subject, why};
use eksamine_report::{Page, bold, dim};
use regex_lite::Regex;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Say for every line which kind and rule needs it. An IAM policy takes no comments: its reasons go to stderr.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    selection: SelectionArgs,
    /// ARN of the cluster, to restrict the IAM policy to it.
    #[arg(long, value_name = "ARN")]
    cluster_arn: Option<String>,
    /// Group that the RBAC roles are bound to.
    #[arg(long, value_name = "NAME", conflicts_with = "service_account")]
    group: Option<String>,
    /// Service account that the RBAC roles are bound to, for a scan inside the cluster.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    service_account: Option<String>,
    #[command(flatten)]
    ways_in: WaysInArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: each permission with its reasons.
    Text,
    /// An IAM policy (JSON).
    Iam,
    /// Roles and bindings (YAML for kubectl apply).
    Rbac,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let plan = args.ways_in.plan(&args.selection.chosen()?.needs())?;
    if let Some(arn) = &args.cluster_arn {
        check_arn(arn, args.ways_in.cluster.as_deref())?;
    }
    let named = args.ways_in.cluster.is_some() || args.cluster_arn.is_some();
    let permissions = Permissions::of(&plan, &args.ways_in.way_in()?, named);
    let output = Output::stdout(color);
    let text = match args.format {
        Format::Text => list(&permissions, output.width()),
        Format::Iam => permissions.iam_policy(args.cluster_arn.as_deref()),
        Format::Rbac => permissions.rbac_manifests(&subject(args)?, args.why),
    };
    output.write(&text)?;
    if args.why && args.format == Format::Iam {
        for grant in permissions.iam_grants() {
            say(format_args!("{}: {}", grant.permission, why(&grant.needed_by)));
        }
    }
    Ok(ExitCode::Ok)
}

fn subject(args: &Args) -> Result<Subject, CliError> {
    match (&args.group, &args.service_account) {
        (Some(group), _) if group.is_empty() || group.contains(char::is_control) => {
            Err(CliError::usage(format!("--group {group:?} is no name of a group")))
        }
        (Some(group), _) => Ok(Subject::Group(group.clone())),
        (None, None) => Ok(Subject::default()),
        (None, Some(account)) => match account.split_once('/') {
            Some((namespace, name)) if is_name(namespace)? && is_name(name)? => {
                Ok(Subject::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
            }
            _ => Err(CliError::usage(format!("--service-account {account:?} is not NAMESPACE/NAME"))
                .hint("for example --service-account eksamine/scanner")),
        },
    }
}

/// As Kubernetes names objects: letters in lower case, digits, `-` and `.`.
fn is_name(text: &str) -> Result<bool, CliError> {
    Ok(Regex::new("^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$").map_err(CliError::bug)?.is_match(text))
}

/// What restricts a policy must be a cluster, and the one that is meant: whoever applies it trusts it.
fn check_arn(arn: &str, cluster: Option<&str>) -> Result<(), CliError> {
    // Names: `CreateCluster` in EKS's own model.
    let pattern = "^arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/([0-9A-Za-z][A-Za-z0-9_-]*)$";
    let parts = Regex::new(pattern).map_err(CliError::bug)?.captures(arn);
    match (parts.and_then(|parts| parts.get(1)), cluster) {
        (None, _) => Err(CliError::usage(format!("--cluster-arn {arn:?} is no ARN of an EKS cluster"))
            .hint("for example arn:aws:eks:eu-west-1:111122223333:cluster/prod")),
        (Some(name), Some(cluster)) if name.as_str() != cluster => {
            Err(CliError::usage(format!("--cluster {cluster} and --cluster-arn {arn} are two clusters")))
        }
        _ => Ok(()),
    }
}

fn list(permissions: &Permissions, width: usize) -> String {
    let mut page = Page::new(width);
    for (title, grants) in [("IAM actions", permissions.iam_grants()), ("Kubernetes (RBAC)", permissions.rbac_grants())]
    {
        page.gap();
        page.line(0, &[bold(title)]);
        if grants.is_empty() {
            page.line(2, &[dim("none")]);
        }
        for Grant { permission, needed_by } in grants {
            page.line(2, &[bold(permission), dim(format!("  {}", why(&needed_by)))]);
        }
    }
    page.gap();
    page.line(0, &[dim("--format iam and --format rbac print what can be applied")]);
    page.into_text()
}
