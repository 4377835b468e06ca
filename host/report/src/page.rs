//! Lines of text for people: wrapped to a width, indented, styled. Whatever reaches a page is cleaned on the way.

use crate::clean::clean;
use anstyle::Style;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text of one style.
#[derive(Debug, Clone)]
pub struct Span<'a> {
    style: Style,
    text: Cow<'a, str>,
}

/// Text as it is.
pub fn plain<'a>(text: impl Into<Cow<'a, str>>) -> Span<'a> {
    styled(Style::new(), text)
}

/// Text to find at a glance.
pub fn bold<'a>(text: impl Into<Cow<'a, str>>) -> Span<'a> {
    styled(Style::new().bold(), text)
}

/// Text to read last.
pub fn dim<'a>(text: impl Into<Cow<'a, str>>) -> Span<'a> {
    styled(Style::new().dimmed(), text)
}

/// Text of a style.
pub fn styled<'a>(style: Style, text: impl Into<Cow<'a, str>>) -> Span<'a> {
    Span { style, text: text.into() }
}

/// A text being written.
#[derive(Debug)]
pub struct Page {
    out: String,
    width: usize,
}

impl Page {
    /// An empty page of so many columns.
    #[must_use]
    pub const fn new(width: usize) -> Self {
        Self { out: String::new(), width }
    }

    /// Writes a line at an indent; what does not fit goes on below it, two columns further in. Words are not broken, so
    /// that an ARN or a pointer can be copied whole.
    pub fn line(&mut self, indent: usize, spans: &[Span<'_>]) {
        self.hanging(indent, indent + 2, spans);
    }

    /// As [`Page::line`], going on at the column `hang`.
    pub fn hanging(&mut self, indent: usize, hang: usize, spans: &[Span<'_>]) {
        self.pad(indent);
        let (mut column, mut start, mut gap) = (indent, indent, 0);
        for span in spans {
            let text = clean(&span.text);
            let mut open = false;
            for (index, word) in text.split(' ').enumerate() {
                gap += usize::from(index > 0);
                if word.is_empty() {
                    continue;
                }
                let length = word.chars().count();
                // A word that follows the span before without a space belongs to it.
                if column > start && gap > 0 && column + gap + length > self.width {
                    self.close(span.style, &mut open);
                    self.out.push('\n');
                    self.pad(hang);
                    (column, start, gap) = (hang, hang, 0);
                }
                self.pad(gap);
                column += gap + length;
                gap = 0;
                self.open(span.style, &mut open);
                self.out.push_str(word);
            }
            self.close(span.style, &mut open);
        }
        self.out.push('\n');
    }

    /// Writes text of several lines, each wrapped on its own.
    pub fn paragraphs(&mut self, indent: usize, text: &str) {
        for line in text.trim().lines() {
            self.hanging(indent, indent, &[plain(line)]);
        }
    }

    /// Writes lines as they are, for commands and manifests that will be copied.
    pub fn verbatim(&mut self, indent: usize, text: &str) {
        for line in text.trim_matches('\n').lines() {
            self.pad(if line.is_empty() { 0 } else { indent });
            self.out.push_str(&clean(line));
            self.out.push('\n');
        }
    }

    /// An empty line, unless there is one already or nothing above.
    pub fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// What was written.
    #[must_use]
    pub fn into_text(self) -> String {
        self.out
    }

    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn open(&mut self, style: Style, open: &mut bool) {
        if !*open && !style.is_plain() {
            // Writing to a String cannot fail.
            let _ = write!(self.out, "{style}");
        }
        *open = true;
    }

    fn close(&mut self, style: Style, open: &mut bool) {
        if *open && !style.is_plain() {
            let _ = write!(self.out, "{style:#}");
        }
        *open = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_wrap_between_words_and_long_words_stay_whole() {
        let mut page = Page::new(20);
        page.line(2, &[plain("one two three four five")]);
        page.line(2, &[plain("a /facts/aws.eks.clusters/items/0 b")]);
        let expected = "  one two three four\n    five\n  a\n    /facts/aws.eks.clusters/items/0\n    b\n";
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn spans_join_without_losing_their_spaces() {
        let mut page = Page::new(80);
        page.line(0, &[plain("FAIL   "), plain("id"), plain(": title"), plain(" end")]);
        assert_eq!(page.into_text(), "FAIL   id: title end\n");
    }

    #[test]
    fn styles_close_before_a_line_ends() {
        let mut page = Page::new(6);
        page.line(0, &[bold("one two")]);
        let style = Style::new().bold();
        assert_eq!(page.into_text(), format!("{style}one{style:#}\n  {style}two{style:#}\n"));
    }
}
