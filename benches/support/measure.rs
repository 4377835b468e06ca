//! Times: runs in turn, so that whatever else the machine does falls on all of them alike, and medians.

use anyhow::{Context as _, Result};
use std::time::Instant;

/// One of the things that are run in turn; gives the seconds it took.
pub type Run<'r> = &'r mut dyn FnMut() -> Result<f64>;

/// Runs everything once to warm up, then `times` times in turn; the median of each.
///
/// # Errors
/// The first that a run says.
pub fn in_turn<const N: usize>(times: usize, mut runs: [Run<'_>; N]) -> Result<[f64; N]> {
    let mut samples = [const { Vec::new() }; N];
    for run in &mut runs {
        run()?;
    }
    for _ in 0..times {
        for (run, samples) in runs.iter_mut().zip(&mut samples) {
            samples.push(run()?);
        }
    }
    Ok(samples.map(|samples| median(&samples)))
}

/// The seconds of one run.
///
/// # Errors
/// What it says.
pub fn seconds<T>(act: impl FnOnce() -> Result<T>) -> Result<f64> {
    let start = Instant::now();
    let kept = std::hint::black_box(act()?);
    let taken = start.elapsed().as_secs_f64();
    drop(kept);
    Ok(taken)
}

/// The seconds of one of `times` runs that follow each other: for what is too short to be timed by itself.
///
/// # Errors
/// What a run says.
pub fn seconds_each<T>(times: u32, mut act: impl FnMut() -> Result<T>) -> Result<f64> {
    let start = Instant::now();
    for _ in 0..times {
        std::hint::black_box(act()?);
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(times))
}

/// The middle one; of an even number the upper of both.
#[must_use]
pub fn median(samples: &[f64]) -> f64 {
    let mut samples = samples.to_vec();
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Processor time of the children that have ended, in seconds: what `cutime` and `cstime` of `/proc/self/stat` say.
///
/// # Errors
/// Where there is no such file.
pub fn cpu_of_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("processor time is read from Linux's /proc")?;
    // The second field is a name in parentheses and may hold spaces.
    let (_, fields) = stat.rsplit_once(") ").context("/proc/self/stat has no name")?;
    let ticks = fields.split(' ').skip(13).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    // Linux counts them in hundredths of a second for every program, whatever the kernel's own tick.
    Ok(ticks / 100.0)
}
