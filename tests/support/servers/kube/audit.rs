//! The audit log: who asked for what, and whether it was allowed.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// One request. What a request does not have (a list has no name) is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub user: String,
    pub verb: String,
    pub uri: String,
    pub group: String,
    pub version: String,
    pub resource: String,
    pub subresource: String,
    pub namespace: String,
    pub name: String,
    pub code: u16,
    /// RBAC's answer. A request without valid credentials (401) never came so far.
    pub allowed: bool,
}

pub(super) fn read(log: &Path) -> Result<Vec<AuditEntry>> {
    let text = match fs::read_to_string(log) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(), // nobody asked yet
        text => text.with_context(|| format!("reading {}", log.display()))?,
    };
    // The server writes before it answers, but a line of somebody else's request may be half there.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for line in whole.lines() {
        let event: Value = serde_json::from_str(line).with_context(|| format!("reading the audit line {line}"))?;
        // What may take long (proxies, watches) is written at its start too, which is the one line
        // that is surely there once the client has read the answer.
        if seen.insert(event["auditID"].to_string()) {
            entries.push(entry(&event)?);
        }
    }
    Ok(entries)
}

fn entry(event: &Value) -> Result<AuditEntry> {
    let at = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = event.pointer("/responseStatus/code").and_then(Value::as_u64).unwrap_or_default();
    Ok(AuditEntry {
        user: at("/user/username"),
        verb: at("/verb"),
        uri: at("/requestURI"),
        group: at("/objectRef/apiGroup"),
        version: at("/objectRef/apiVersion"),
        resource: at("/objectRef/resource"),
        subresource: at("/objectRef/subresource"),
        namespace: at("/objectRef/namespace"),
        name: at("/objectRef/name"),
        code: u16::try_from(code)?,
        allowed: at("/annotations/authorization.k8s.io~1decision") == "allow",
    })
}
