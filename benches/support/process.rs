//! Child processes: how long they take, and how much memory at most.

use crate::measure::cpu_of_children;
use anyhow::{Context as _, Result, ensure};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of all processors, in hundredths.
    pub cpu: f64,
    /// The most memory that was resident at once, in bytes; mapped files count.
    pub peak: u64,
}

/// Exit codes of a scan that judged: no failure, a failure, something that could not be judged. Python's is 0.
const JUDGED: [i32; 3] = [0, 1, 3];

/// Seconds from start to end; nothing is looked at on the way.
///
/// # Errors
/// When it does not start or ends otherwise than a scan.
pub fn wall(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let mut child = silent(command).spawn().with_context(|| format!("{command:?}"))?;
    end(command, &mut child)?;
    Ok(start.elapsed().as_secs_f64())
}

/// The same with processor time and memory, which is asked for every other millisecond.
///
/// # Errors
/// As [`wall`], and where memory cannot be read.
pub fn measured(command: &mut Command) -> Result<Took> {
    let before = cpu_of_children()?;
    let start = Instant::now();
    let mut child = silent(command).spawn().with_context(|| format!("{command:?}"))?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let watch = std::thread::spawn(move || {
        let mut peak = 0;
        // The line is gone when the process has ended.
        while let Some(now) = std::fs::read_to_string(&status).ok().as_deref().and_then(high_water) {
            peak = peak.max(now);
            std::thread::sleep(Duration::from_millis(2));
        }
        peak
    });
    end(command, &mut child)?;
    let wall = start.elapsed().as_secs_f64();
    let peak = watch.join().ok().filter(|peak| *peak > 0).context("no memory was seen in /proc")?;
    Ok(Took { wall, cpu: cpu_of_children()? - before, peak })
}

fn silent(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null())
}

fn end(command: &Command, child: &mut Child) -> Result<()> {
    let status = child.wait()?;
    ensure!(status.code().is_some_and(|code| JUDGED.contains(&code)), "{command:?}: {status}");
    Ok(())
}

/// `VmHWM` in bytes.
fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}
