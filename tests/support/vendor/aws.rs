//! Paths into AWS items, whole items, commands of the AWS CLI, and the catalogue's own rows, checked against botocore's
//! models.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use eksamine_facts::catalogue::{self, Adds, AwsKind, CLOUD_CONTROL, Call, Input, Protocol, Service, Value as From};
use serde_json::{Value, json};

use super::schema::{Misfit, What, nearest};
use crate::servers::aws::models;

/// What is wrong with each of these paths (RFC 6901 with `*`, relative to one item of the kind);
/// `None` when AWS's model has it, or when the catalogue's row adds it under a name that begins with `$`.
pub fn aws_paths(paths: &[(&str, &str)]) -> Result<Vec<Option<String>>> {
    let mut lines = Vec::new();
    let mut answers: Vec<Option<String>> = vec![None; paths.len()];
    for (index, (kind, path)) in paths.iter().enumerate() {
        match row(kind).and_then(|row| path_line(row, path)) {
            Ok(Some(line)) => lines.push((index, line)),
            Ok(None) => {}
            Err(why) => answers[index] = Some(why),
        }
    }
    let asked: Vec<Value> = lines.iter().map(|(_, line)| line.clone()).collect();
    for ((index, _), answer) in lines.iter().zip(ask("paths", &asked)?) {
        answers[*index] = answer["error"].as_str().map(str::to_owned);
    }
    Ok(answers)
}

/// What in each of these items (of the kind beside it) AWS could not have answered.
pub(super) fn aws_items(items: &[(&str, &Value)]) -> Result<Vec<Vec<Misfit>>> {
    let mut lines = Vec::new();
    let mut answers: Vec<Vec<Misfit>> = vec![Vec::new(); items.len()];
    for (index, (kind, item)) in items.iter().enumerate() {
        match row(kind) {
            Ok(row) => item_lines(row, item, &mut |at, line| lines.push((index, at, line)), &mut answers[index]),
            Err(why) => answers[index].push(Misfit { at: String::new(), what: What::Name, why }),
        }
    }
    let asked: Vec<Value> = lines.iter().map(|(_, _, line)| line.clone()).collect();
    for ((index, at, _), answer) in lines.iter().zip(ask("items", &asked)?) {
        for misfit in answer["misfits"].as_array().into_iter().flatten() {
            let word = |key: &str| misfit[key].as_str().unwrap_or_default();
            let what = if word("what") == "name" { What::Name } else { What::Value };
            answers[*index].push(Misfit { at: format!("{at}{}", word("at")), what, why: word("why").to_owned() });
        }
    }
    Ok(answers)
}

/// What is wrong with each of these `aws` commands, given as their words.
pub fn aws_commands(commands: &[Vec<String>]) -> Result<Vec<Vec<String>>> {
    let lines: Vec<Value> = commands.iter().map(|words| json!({ "words": words })).collect();
    let answers = ask("commands", &lines)?;
    answers.into_iter().map(|answer| Ok(serde_json::from_value(answer["errors"].clone())?)).collect()
}

/// The operations of an AWS service, each with the members of its input.
pub fn aws_operations(service: &str) -> Result<BTreeMap<String, Vec<String>>> {
    let answers = ask("operations", &[json!({ "service": service })])?;
    Ok(serde_json::from_value(answers[0]["operations"].clone())?)
}

fn ask(command: &str, lines: &[Value]) -> Result<Vec<Value>> {
    let answers: Vec<Value> = models(command, lines)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(answers.len() == lines.len(), "{} answers to {} questions", answers.len(), lines.len());
    Ok(answers)
}

fn row(kind: &str) -> Result<&'static AwsKind, String> {
    let known: Vec<&str> = catalogue::AWS.iter().map(|row| row.kind).collect();
    let nearest = nearest(kind, &known).unwrap_or_default();
    catalogue::aws(kind).ok_or_else(|| format!("the catalogue has no row `{kind}`; the nearest is `{nearest}`"))
}

/// `None` for what no model knows and the row adds: `$region`.
fn path_line(row: &AwsKind, path: &str) -> Result<Option<Value>, String> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if let Some(part) = row.parts.iter().find(|part| part.name == first) {
        let rest = path.trim_start_matches('/').trim_start_matches(first).trim_start_matches("/*");
        let own = rest.trim_start_matches('/');
        return match own.starts_with('$') {
            true => adds_of(part.calls).contains(&own).then_some(None).ok_or_else(|| unknown(row, own)),
            false => Ok(Some(line(row, part.calls, rest))),
        };
    }
    if first.starts_with('$') {
        return adds(row).contains(&first).then_some(None).ok_or_else(|| unknown(row, first));
    }
    Ok(Some(line(row, row.ways[0], path)))
}

/// An item without what the row adds, and then each result of its parts.
fn item_lines(row: &AwsKind, item: &Value, ask: &mut dyn FnMut(String, Value), found: &mut Vec<Misfit>) {
    let mut own = item.clone();
    for (name, value) in item.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with('$')) {
        if let Some(fields) = own.as_object_mut() {
            fields.remove(name);
        }
        if let Some(part) = row.parts.iter().find(|part| part.name == name) {
            for (index, result) in value.as_array().into_iter().flatten().enumerate() {
                let mut line = line(row, part.calls, "");
                line["item"] = result.clone();
                for name in adds_of(part.calls) {
                    line["item"].as_object_mut().map(|fields| fields.remove(name));
                }
                ask(format!("/{name}/{index}"), line);
            }
        } else if !adds(row).contains(&name.as_str()) {
            found.push(Misfit { at: format!("/{name}"), what: What::Name, why: unknown(row, name) });
        }
    }
    let mut line = line(row, row.ways[0], "");
    line["item"] = own;
    ask(String::new(), line);
}

/// Where the results of these calls stand in an answer, and a path from there.
fn line(row: &AwsKind, calls: &[Call], path: &str) -> Value {
    let call = &calls[calls.len() - 1];
    json!({ "service": row.service.name, "operation": call.operation, "results": call.results, "path": path })
}

fn adds(row: &AwsKind) -> Vec<&'static str> {
    row.ways.iter().flat_map(|way| adds_of(way)).collect()
}

/// What the last of these calls adds to its results.
fn adds_of(calls: &[Call]) -> Vec<&'static str> {
    let added = calls.last().into_iter().flat_map(|call| call.adds);
    added
        .map(|adds| match adds {
            Adds::Region => "$region",
            Adds::Account => "$account",
            Adds::Parent(_) => "$parent",
        })
        .collect()
}

fn unknown(row: &AwsKind, name: &str) -> String {
    let parts = row.parts.iter().map(|part| part.name);
    let known: Vec<&str> = adds(row).into_iter().chain(parts).collect();
    match nearest(name, &known) {
        Some(nearest) => format!("the catalogue's row of {} adds no `{name}`; the nearest is `{nearest}`", row.kind),
        None => format!("the catalogue's row of {} adds no `{name}`, nor anything else", row.kind),
    }
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
            // What the row adds stands in no model; what it does not add is left for the model to refuse.
            let added = adds_of(std::slice::from_ref(call));
            let is_added = |at: &str| at.strip_prefix('/').is_some_and(|name| added.contains(&name));
            let identity: Vec<&str> = identity.iter().copied().filter(|at| !is_added(at)).collect();
            call_line(row.kind, row.service, call, &identity, redact)
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
        From::Text(_) | From::True | From::Of(_) | From::Item(_) | From::Chunk | From::ChunkOf(_) => {}
    }
}
