//! Our statuses in every format's words: the one table. A format that says a status in words of its own has a column
//! here, so that no two places can disagree.

use anstyle::{AnsiColor, Style};
use eksamine_results::Status;

/// One status as the formats say it.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Text: the word that begins a line.
    pub heading: &'static str,
    /// Text: the colour of that word, which never says anything that the word does not.
    pub style: Style,
    /// What it means, in one line.
    pub meaning: &'static str,
}

/// The row of a status.
#[must_use]
pub const fn words(status: Status) -> Words {
    match status {
        Status::Fail => row("FAIL", AnsiColor::Red, "judged, and not as demanded"),
        Status::Error => row("ERROR", AnsiColor::Yellow, "could not be judged; never a pass"),
        Status::Manual => row("MANUAL", AnsiColor::Cyan, "a human must answer a question"),
        Status::Waived => row("WAIVED", AnsiColor::Blue, "failed, and the risk is accepted"),
        Status::Pass => row("PASS", AnsiColor::Green, "judged, and as demanded"),
        Status::NotApplicable => row("NOT-APPLICABLE", AnsiColor::White, "nothing here that the rule speaks about"),
    }
}

const fn row(heading: &'static str, colour: AnsiColor, meaning: &'static str) -> Words {
    Words { heading, style: colour.on_default().bold(), meaning }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_the_status_word() {
        for status in Status::ALL {
            assert_eq!(words(status).heading.to_lowercase(), status.word());
        }
    }
}
