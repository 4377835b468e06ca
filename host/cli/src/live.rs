//! Live facts: the ways in as the command line names them, one gathering, the document it leaves.

use crate::error::CliError;
use crate::instant;
use crate::progress::ProgressLine;
use eksamine_gather::ways_in::{AwsOptions, Options, WayIn, WaysIn, open};
use eksamine_gather::{Files, GatherError, Gathering, Kubelets, Plan, gather};
use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Which cluster, and how to reach it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Ways in")]
pub(crate) struct WaysInArgs {
    /// Name of the EKS cluster; the region's only one when not named.
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,
    /// AWS region.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// AWS profile.
    #[arg(long, value_name = "PROFILE")]
    aws_profile: Option<String>,
    /// Role to assume first.
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Kubeconfig to reach the API server with, instead of a token from AWS credentials.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig; its current one when not named.
    #[arg(long, value_name = "CONTEXT")]
    context: Option<String>,
    /// How to reach the API server; found out when not named.
    #[arg(long, value_enum, value_name = "WAY")]
    way_in: Option<Way>,
    /// How much is read: 0 describe calls, 1 also pods and policy documents, 2 also everybody in the
    /// account with their policies, states and scans of images that run, and kubelet configurations.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(crate) tier: u8,
    /// How kubelets are asked, whatever the tier: proxy (nodes/proxy, which --tier 2 takes too), direct (nodes/configz,
    /// each at its node's address), or a file of what node agents printed.
    #[arg(long, value_name = "proxy|direct|FILE")]
    kubelets: Option<String>,
}

/// How the API server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Way {
    /// The endpoint that EKS names, with a token from AWS credentials.
    Native,
    /// A context of a kubeconfig.
    Kubeconfig,
    /// The service account of the pod that eksamine runs in.
    InCluster,
}

impl WaysInArgs {
    pub(crate) fn way_in(&self) -> Result<WayIn, CliError> {
        let names_kubeconfig = self.kubeconfig.is_some() || self.context.is_some();
        match self.way_in {
            Some(Way::Native | Way::InCluster) if names_kubeconfig => {
                Err(CliError::usage("--kubeconfig and --context belong to --way-in kubeconfig"))
            }
            Some(Way::Native) => Ok(WayIn::Native),
            Some(Way::InCluster) => Ok(WayIn::InCluster),
            None if !names_kubeconfig => Ok(WayIn::Automatic),
            Some(Way::Kubeconfig) | None => {
                Ok(WayIn::Kubeconfig { file: self.kubeconfig.clone(), context: self.context.clone() })
            }
        }
    }

    pub(crate) fn options(&self) -> Result<Options, CliError> {
        let aws = AwsOptions {
            profile: self.aws_profile.clone(),
            region: self.region.clone(),
            role_arn: self.role_arn.clone(),
            ..AwsOptions::default()
        };
        let (cluster, way_in) = (self.cluster.clone(), self.way_in()?);
        Ok(Options { aws, cluster, way_in, ..Options::default() })
    }

    /// What rules need within the tier.
    pub(crate) fn plan(&self, needs: &[(String, String)]) -> Result<Plan, CliError> {
        let needs = needs.iter().map(|(rule, kind)| (rule.as_str(), kind.as_str()));
        Plan::with_kubelets(needs, self.tier, self.kubelets()?).map_err(CliError::from)
    }

    fn kubelets(&self) -> Result<Option<Kubelets>, CliError> {
        Ok(match self.kubelets.as_deref() {
            None => None,
            Some("proxy") => Some(Kubelets::Proxy),
            Some("direct") => Some(Kubelets::Direct),
            Some(file) => Some(Kubelets::Files(Files::read(Path::new(file))?)),
        })
    }
}

/// A document that was gathered.
pub(crate) struct Facts {
    /// Its bytes.
    pub(crate) document: String,
    /// A file name that tells it from others.
    pub(crate) name: PathBuf,
}

/// Gathers what `needs` ask for.
pub(crate) fn facts(args: &WaysInArgs, needs: &[(String, String)]) -> Result<Facts, CliError> {
    let (plan, options) = (args.plan(needs)?, args.options()?);
    let collected_at = instant::now()?;
    let line = ProgressLine::on_terminal();
    let gathered: Result<(WaysIn, Gathering), GatherError> = wait_for(async {
        let ways_in = open(&plan, &options).await?;
        let gathering = gather(&plan, &ways_in, &collected_at.to_string(), &line).await;
        Ok((ways_in, gathering))
    })?;
    drop(line);
    let (ways_in, gathering) = gathered?;
    let cluster = ways_in.scope.cluster.as_deref().unwrap_or("cluster");
    let cluster: String = cluster.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let time: String = collected_at.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    Ok(Facts { document: gathering.document, name: format!("facts-{cluster}-{time}.json").into() })
}

/// Runs what must wait for the network. Judging never does, so that only live commands pay for this.
pub(crate) fn wait_for<T>(work: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::bug)?;
    Ok(runtime.block_on(work))
}

/// Writes a new file and gives it its name at the end, so that nobody maps half a document. Facts tell an attacker where
/// to go: nobody else may read them.
pub(crate) fn write(path: &Path, document: &str) -> Result<(), CliError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}", std::process::id()));
    let try_write = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&unfinished)?.write_all(document.as_bytes())?;
        fs::rename(&unfinished, path)
    };
    try_write().map_err(|e| {
        // The file may never have come to be.
        drop(fs::remove_file(&unfinished));
        CliError::cannot_scan(format!("cannot write facts to {}: {e}", path.display()))
    })
}

impl From<GatherError> for CliError {
    fn from(error: GatherError) -> Self {
        match error {
            GatherError::Kind { .. } => Self::usage(error.to_string()),
            GatherError::Kubelets { .. } => Self::usage(format!("--kubelets: {error}"))
                .hint("proxy, direct, or a file of lines that `eksamine kubelet` printed on each node"),
            GatherError::WayIn(_) => Self::cannot_scan(error.to_string())
                .hint("eksamine doctor says which way in works and which permissions are missing")
                .hint("eksamine scan --facts FILE judges facts gathered elsewhere, without credentials"),
        }
    }
}
