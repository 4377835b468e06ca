//! The table: one row for each figure, beside what it was held against and what was aimed at.

use crate::folder;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::fs;

/// Rows of one bench.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Table(Vec<Row>);

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    what: String,
    ours: String,
    against: String,
    ratio: String,
    target: String,
}

impl Table {
    /// Times of ours and of another, in seconds; `target` is the largest ratio that is good.
    pub fn ratio(&mut self, what: &str, ours: f64, against: (&str, f64), target: Option<f64>) {
        let ratio = ours / against.1;
        self.0.push(Row {
            what: what.to_owned(),
            ours: time(ours),
            against: format!("{} {}", against.0, time(against.1)),
            ratio: format!("{ratio:.2}×"),
            target: target.map_or_else(String::new, |most| verdict(ratio <= most, &format!("≤ {most}×"))),
        });
    }

    /// Bytes, and how many are good.
    pub fn bytes(&mut self, what: &str, ours: u64, target: u64) {
        let target = verdict(ours <= target, &format!("≤ {}", megabytes(target)));
        self.figure(what, &megabytes(ours), &target);
    }

    /// Bytes of ours and of another; `target` is the largest ratio that is good.
    pub fn share(&mut self, what: &str, ours: u64, against: (&str, u64), target: f64) {
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let ratio = ours as f64 / against.1 as f64;
        self.0.push(Row {
            what: what.to_owned(),
            ours: megabytes(ours),
            against: format!("{} {}", against.0, megabytes(against.1)),
            ratio: format!("{ratio:.2}×"),
            target: verdict(ratio <= target, &format!("≤ {target}×")),
        });
    }

    /// A figure that stands by itself.
    pub fn figure(&mut self, what: &str, ours: &str, target: &str) {
        let text = str::to_owned;
        let (against, ratio) = (String::new(), String::new());
        self.0.push(Row { what: text(what), ours: text(ours), against, ratio, target: text(target) });
    }

    /// Leaves the rows for the bench `table`.
    pub(crate) fn keep(&self, bench: &str) -> Result<()> {
        Ok(fs::write(folder()?.join(format!("{bench}.rows.json")), serde_json::to_string(self)?)?)
    }

    /// All rows that benches have left, in the order of their names.
    ///
    /// # Errors
    /// Rows that cannot be read.
    pub fn of_all() -> Result<Self> {
        let mut paths: Vec<_> = fs::read_dir(folder()?)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        paths.retain(|path| path.to_string_lossy().ends_with(".rows.json"));
        paths.sort();
        let mut all = Self::default();
        for path in paths {
            let rows: Self =
                serde_json::from_str(&fs::read_to_string(&path)?).with_context(|| path.display().to_string())?;
            all.0.extend(rows.0);
        }
        Ok(all)
    }

    /// As Markdown, which is what `benches/README.md` holds.
    #[expect(clippy::print_stdout, reason = "the result of a bench")]
    pub fn print(&self) {
        println!("\n| what | ours | against | ratio | target |\n|---|---:|---:|---:|---|");
        for Row { what, ours, against, ratio, target } in &self.0 {
            println!("| {what} | {ours} | {against} | {ratio} | {target} |");
        }
    }
}

fn verdict(met: bool, target: &str) -> String {
    format!("{target} {}", if met { "met" } else { "**missed**" })
}

/// Seconds in the unit that reads best.
#[must_use]
pub fn time(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds >= *unit).unwrap_or((1e-9, "ns"));
    let figure = seconds / unit;
    let digits = if figure < 10.0 { 2 } else { 1 };
    format!("{figure:.digits$} {name}")
}

/// Bytes in millions.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let millions = bytes as f64 / 1e6;
    format!("{millions:.1} MB")
}
