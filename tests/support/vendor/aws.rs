//! Paths into AWS items, and the catalogue's own rows, checked against botocore's models.

use anyhow::{Context as _, Result};
use eksamine_facts::catalogue::{self, AwsKind, CLOUD_CONTROL, Call, Input, Protocol, Service, Value as From};
use serde_json::{Value, json};

use crate::servers::aws::models;

/// What is wrong with each of these paths (RFC 6901 with `*`, relative to one item of the kind);
/// `None` when AWS's model has it. What we add ourselves begins with `$`.
pub fn aws_paths(paths: &[(&str, &str)]) -> Result<Vec<Option<String>>> {
    let lines: Vec<Option<Value>> = paths.iter().map(|(kind, path)| line(kind, path)).collect::<Result<_>>()?;
    let asked: Vec<Value> = lines.iter().flatten().cloned().collect();
    let answers = models("paths", &asked)?;
    let mut answers = answers.lines();
    let mut next = |line: &Option<Value>| -> Result<Option<String>> {
        if line.is_none() {
            return Ok(None);
        }
        let answer: Value = serde_json::from_str(answers.next().context("too few answers")?)?;
        Ok(answer["error"].as_str().map(str::to_owned))
    };
    lines.iter().map(&mut next).collect()
}

/// `None` for what no model knows: `$region`.
fn line(kind: &str, path: &str) -> Result<Option<Value>> {
    let row = catalogue::aws(kind).with_context(|| format!("no kind {kind:?}"))?;
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let (calls, rest) = match row.parts.iter().find(|part| part.name == first) {
        Some(part) => (part.calls, path.trim_start_matches('/').trim_start_matches(first).trim_start_matches("/*")),
        None if first.starts_with('$') => return Ok(None),
        None => (row.ways[0], path),
    };
    let call = calls.last().with_context(|| format!("{kind} has no calls"))?;
    Ok(Some(json!({
        "service": row.service.name, "operation": call.operation, "results": call.results, "path": rest,
    })))
}

/// Every call that the catalogue makes, as the lines that `models.py` takes.
pub fn catalogue_calls() -> Vec<Value> {
    let mut lines: Vec<Value> = catalogue::AWS.iter().flat_map(row_calls).collect();
    let family = &CLOUD_CONTROL;
    for (service, call) in
        [(family.service, &family.list), (family.service, &family.get), (family.registry, &family.describe_type)]
    {
        lines.push(call_line("cfn", service, call, &[], &[]));
    }
    lines
}

/// The calls of one row.
pub fn row_calls(row: &AwsKind) -> Vec<Value> {
    let ways = row.ways.iter().flat_map(|way| {
        let last = way.len() - 1;
        way.iter().enumerate().map(move |(index, call)| (call, index == last))
    });
    let parts = row.parts.iter().flat_map(|part| part.calls).map(|call| (call, false));
    ways.chain(parts)
        .map(|(call, items)| {
            let (identity, redact) = if items { (row.identity, row.redact) } else { (&[][..], &[][..]) };
            call_line(row.kind, row.service, call, identity, redact)
        })
        .collect()
}

fn call_line(kind: &str, service: &Service, call: &Call, identity: &[&str], redact: &[&str]) -> Value {
    let (protocol, version, target) = match service.protocol {
        Protocol::Json { version, target } => ("json", Some(version), Some(target)),
        Protocol::RestJson => ("rest-json", None, None),
        Protocol::Query => ("query", None, None),
        Protocol::Ec2 => ("ec2", None, None),
    };
    let mut input = Vec::new();
    members("", call.input, &mut input);
    if service.protocol == Protocol::Ec2 {
        // `doctor` asks without effect.
        input.push("/DryRun".to_owned());
    }
    json!({
        "kind": kind, "service": service.name, "signing": service.signing, "endpoint": service.endpoint,
        "id": service.id, "protocol": protocol, "json_version": version, "target": target,
        "version": service.version, "operation": call.operation, "input": input,
        "http": call.http.as_ref().map(|http| json!({"method": http.method, "path": http.path})),
        "paging": call.paging.as_ref().map(|p| json!({
            "token": p.token, "next": p.next, "limit": p.limit.map(|(member, _)| member)})),
        "results": call.results, "identity": identity, "redact": redact,
        "failures": call.failures.as_ref().map(|f| json!({"at": f.at, "subject": f.subject, "code": f.code})),
        "not_found": call.not_found, "absent": call.absent, "actions": call.actions,
    })
}

/// The members of an input as pointers into its shape, `*` for elements of lists.
fn members(at: &str, input: &[Input], found: &mut Vec<String>) {
    for member in input {
        let here = format!("{at}/{}", member.member);
        found.push(here.clone());
        below(&here, &member.value, found);
    }
}

fn below(at: &str, value: &From, found: &mut Vec<String>) {
    match value {
        From::List(values) => values.iter().for_each(|value| below(&format!("{at}/*"), value, found)),
        From::Object(input) => members(at, input, found),
        From::Text(_) | From::True | From::Of(_) | From::Item(_) | From::Chunk => {}
    }
}
