//! `eksamine permissions`: the least that must be granted, derived from what the rules declare.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::live::WaysInArgs;
use crate::output::{Color, Output};
use crate::selection::SelectionArgs;
use eksamine_gather::Permissions;
use eksamine_gather::permissions::{Grant, Subject, why};
use eksamine_report::{Page, bold, dim};

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
            anstream::eprintln!("{}: {}", grant.permission, why(&grant.needed_by));
        }
    }
    Ok(ExitCode::Ok)
}

fn subject(args: &Args) -> Result<Subject, CliError> {
    match (&args.group, &args.service_account) {
        (Some(group), _) => Ok(Subject::Group(group.clone())),
        (None, None) => Ok(Subject::default()),
        (None, Some(account)) => match account.split_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
                Ok(Subject::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
            }
            _ => Err(CliError::usage(format!("--service-account {account:?} is not NAMESPACE/NAME"))),
        },
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
