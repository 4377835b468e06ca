//! The name that was probably meant.

/// How alike two names must be for one to be offered instead of the other.
const ALIKE: f64 = 0.75;

/// The valid name nearest to a wrong one.
pub(crate) fn nearest<'n>(wrong: &str, valid: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.to_lowercase().replace('_', "-");
    valid
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong, &name.to_lowercase().replace('_', "-")), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The same as a hint.
pub(crate) fn did_you_mean<'n>(wrong: &str, valid: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, valid).map(|name| format!("did you mean {name}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let names = ["audit-logging", "private-nodes"];
        assert_eq!(nearest("audit_logging", names), Some("audit-logging"));
        assert_eq!(nearest("auditloging", names), Some("audit-logging"));
        assert_eq!(nearest("privat-node", names), Some("private-nodes"));
        assert_eq!(nearest("xyz", names), None);
    }
}
