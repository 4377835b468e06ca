//! `eksamine`: is this cluster configured as our rules demand, and how do you know?

mod args;
mod commands;
mod error;
mod exit;
mod facts_file;
mod instant;
mod live;
mod nearest;
mod output;
mod params;
mod progress;
mod selection;
mod settings;
mod weakenings;

fn main() -> std::process::ExitCode {
    exit::guard(|| args::parse().and_then(commands::run)).into()
}
