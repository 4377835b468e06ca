//! `results.json`: the scan result as it is, the only lossless format.

use eksamine_results::ScanResult;

/// How the same JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One key a line. Quoted facts stay on one line, byte for byte as they were quoted.
    Pretty,
    /// One line.
    Compact,
}

/// The result as JSON text, ended by a newline.
///
/// # Errors
/// Never for a result that a scan made.
pub fn json(result: &ScanResult, layout: Layout) -> serde_json::Result<String> {
    let mut text = match layout {
        Layout::Pretty => serde_json::to_string_pretty(result)?,
        Layout::Compact => serde_json::to_string(result)?,
    };
    text.push('\n');
    Ok(text)
}
