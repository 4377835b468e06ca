//! The report that a person reads on a terminal: what needs work first, each claim with what was seen and where.

mod closing;
mod header;
mod rule;

use crate::mapping::words;
use crate::page::{Page, plain, styled};
use eksamine_results::{RuleResult, ScanResult, Status};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What needs work in full, the rest in a line.
    Short,
    /// Every rule with every finding.
    Full,
}

/// The report as text with ANSI styles, wrapped to `width` columns.
#[must_use]
pub fn text(result: &ScanResult, width: usize, detail: Detail) -> String {
    let mut page = Page::new(width);
    header::write(&mut page, result, detail);
    for status in Status::ALL {
        let mut group: Vec<&RuleResult> = result.results.iter().filter(|r| r.status == status).collect();
        group.sort_by_key(|r| std::cmp::Reverse(r.severity));
        if group.is_empty() {
            continue;
        }
        let folded = matches!(status, Status::Pass | Status::NotApplicable) && detail == Detail::Short;
        page.gap();
        if folded {
            fold(&mut page, status, &group);
        } else {
            for rule in group {
                rule::write(&mut page, rule, detail);
                page.gap();
            }
        }
    }
    closing::write(&mut page, result);
    page.into_text()
}

/// One line for all; what does not apply says why, since "nothing there" must be seen to be true.
fn fold(page: &mut Page, status: Status, group: &[&RuleResult]) {
    let words = words(status);
    let names: Vec<String> = group
        .iter()
        .map(|r| if status == Status::Pass { r.rule.clone() } else { format!("{} ({})", r.rule, r.summary) })
        .collect();
    page.hanging(0, 7, &[styled(words.style, words.heading), plain(format!("   {}", names.join(", ")))]);
}
