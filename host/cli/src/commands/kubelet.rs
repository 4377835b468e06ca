//! `eksamine kubelet`: what a node agent runs, where neither the node proxy nor the kubelet itself may be asked.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::output::{Color, Output};
use eksamine_gather::node_agent;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the node's files are mounted: its /proc, and the folders of the kubelet's configuration.
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// Name of the node.
    #[arg(long, value_name = "NAME")]
    node: String,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let line = node_agent::kubelet(&args.root, &args.node).map_err(|error| {
        CliError::cannot_scan(error.to_string()).hint("examples/node-agent.yaml mounts what is needed, read-only")
    })?;
    Output::stdout(color).write(&format!("{line}\n"))?;
    Ok(ExitCode::Ok)
}
