//! One line on stderr while facts are gathered; nothing where stderr is no terminal.

use eksamine_gather::{Progress, Source, Step};
use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Between two drawings: faster than this nobody reads.
const PAUSE: Duration = Duration::from_millis(80);

/// The line. It is wiped when this is dropped.
pub(crate) struct ProgressLine {
    state: Option<Mutex<State>>,
}

#[derive(Default)]
struct State {
    sources: BTreeMap<Source, (usize, usize)>,
    drawn: Option<Instant>,
}

impl ProgressLine {
    pub(crate) fn on_terminal() -> Self {
        Self { state: std::io::stderr().is_terminal().then(Mutex::default) }
    }
}

impl Progress for ProgressLine {
    fn step(&self, step: &Step<'_>) {
        let Some(Ok(mut state)) = self.state.as_ref().map(Mutex::lock) else { return };
        state.sources.insert(step.source, (step.done, step.of));
        if state.drawn.is_some_and(|drawn| drawn.elapsed() < PAUSE) {
            return;
        }
        state.drawn = Some(Instant::now());
        draw(&line(&state.sources, step));
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.state.is_some() {
            draw("");
        }
    }
}

fn line(sources: &BTreeMap<Source, (usize, usize)>, step: &Step<'_>) -> String {
    let counts: Vec<String> =
        sources.iter().map(|(source, (done, of))| format!("{} {done}/{of}", source.word())).collect();
    let items = if step.items > 0 { format!(" {}", step.items) } else { String::new() };
    format!("gathering {}  {:.1} s  {}{items}", counts.join(", "), step.elapsed.as_secs_f32(), step.kind)
}

/// Progress that cannot be shown is no reason to stop.
fn draw(text: &str) {
    drop(write!(std::io::stderr().lock(), "\r\u{1b}[2K{text}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_each_source() {
        let sources = BTreeMap::from([(Source::Aws, (2, 8)), (Source::Kubernetes, (0, 3))]);
        let elapsed = Duration::from_millis(1_250);
        let step = Step { source: Source::Aws, kind: "k8s.pods.v1", status: None, items: 500, done: 0, of: 3, elapsed };
        assert_eq!(line(&sources, &step), "gathering AWS 2/8, Kubernetes 0/3  1.2 s  k8s.pods.v1 500");
    }
}
