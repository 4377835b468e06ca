//! How servers begin and end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use anyhow::{Context as _, Result, ensure};
use eksamine_tests::servers::kube::{Kube, Options, World};

use super::{eventually, page_sizes};

#[test]
fn ten_thousand_pods_are_there_at_start() -> Result<()> {
    let kube = Kube::start_with(Options::default(), &World::pods(10_000))?;
    ensure!(page_sizes(&kube, "/api/v1/pods", 500)? == [500; 20]);
    ensure!(page_sizes(&kube, "/api/v1/namespaces/load-3/pods", 500)? == [500, 500]);
    Ok(())
}

#[test]
fn a_server_that_cannot_start_says_why() -> Result<()> {
    let failed = Kube::start(Options { flags: vec!["--no-such-flag".to_owned()], ..Options::default() });
    let error = failed.err().map(|error| format!("{error:#}")).unwrap_or_default();
    ensure!(error.contains("--no-such-flag`: not ready") && error.contains("unknown flag: --no-such-flag"), "{error}");
    Ok(())
}

#[test]
fn a_killed_test_leaves_nothing_behind() -> Result<()> {
    const VICTIM: &str = "EKSAMINE_TESTS_VICTIM";
    if env::var_os(VICTIM).is_some() {
        let kube = Kube::start(Options::default())?;
        writeln!(std::io::stdout(), "\nstarted {} {}", kube.server(), kube.ca().display())?;
        loop {
            thread::sleep(Duration::from_secs(1));
        }
    }
    let mut command = Command::new(env::current_exe()?);
    command.args(["--exact", "lifecycle::a_killed_test_leaves_nothing_behind", "--nocapture"]).env(VICTIM, "1");
    let mut victim = command.stdout(Stdio::piped()).spawn()?;
    let lines = BufReader::new(victim.stdout.take().context("no stdout")?).lines();
    let started = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("started ")?.to_owned()));
    victim.kill()?;
    victim.wait()?;
    let started = started.context("the server did not start")?;
    let (server, ca) = started.split_once(' ').context("no authority")?;
    let address = server.trim_start_matches("https://");
    let folder = Path::new(ca).parent().context("no folder")?;
    eventually("the folder is gone", || Ok(!folder.exists()))?;
    eventually("the port is closed", || Ok(TcpStream::connect(address).is_err()))
}
