//! What AWS answers in the account that a facts document was gathered from: gathering, backwards. The catalogue says
//! which operation gave the items of a kind, and where they stood in its answers.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::catalogue::{AWS, AwsKind, Call, Each, Part, Value as From};
use serde_json::{Map, Value, json};

/// The answers, as a world of the AWS endpoint spells them.
pub(super) fn answers(facts: &Value) -> Result<Vec<Value>> {
    let mut answers = Answers::default();
    for row in AWS {
        let Some(found) = facts.get(row.kind).filter(|found| found["status"] == "complete") else { continue };
        answers.of_kind(row, found["items"].as_array().context("a kind has items")?).context(row.kind)?;
    }
    Ok(answers.entries)
}

#[derive(Default)]
struct Answers {
    entries: Vec<Value>,
}

impl Answers {
    fn of_kind(&mut self, row: &AwsKind, items: &[Value]) -> Result<()> {
        let service = row.service.name;
        // All ways lead to items of one form, and ask the same operation for them.
        if let Some([before @ .., last]) = row.ways.first() {
            self.of_list(service, before, last, items)?;
            self.of_last(service, last, items)?;
        }
        for part in row.parts {
            for item in items {
                self.of_part(service, part, item)?;
            }
        }
        Ok(())
    }

    /// The call that told which things there are.
    fn of_list(&mut self, service: &str, before: &[Call], last: &Call, items: &[Value]) -> Result<()> {
        let [list] = before else {
            ensure!(before.is_empty(), "no kind of the document has a way of more than two calls");
            return Ok(());
        };
        let member = member_of(last).context("a call is made for something")?;
        let named: Vec<Value> = items.iter().map(|item| item[member].clone()).collect();
        self.answer(service, list, None, json!({}), standing_at(list.results, named));
        Ok(())
    }

    /// The call whose results are the items.
    fn of_last(&mut self, service: &str, last: &Call, items: &[Value]) -> Result<()> {
        let mut asked: BTreeMap<(Option<String>, String), (Value, Vec<Value>)> = BTreeMap::new();
        for item in items {
            let region = item["$region"].as_str().map(str::to_owned);
            let params = params(last, Some(item));
            let (_, told) = asked.entry((region, params.to_string())).or_insert((params, Vec::new()));
            told.push(without_ours(item, service)?);
        }
        let is_list = last.results.contains('*');
        if items.is_empty() && is_list {
            self.answer(service, last, None, params(last, None), standing_at(last.results, Vec::new()));
        }
        for ((region, _), (params, told)) in asked {
            ensure!(is_list || told.len() == 1, "{} tells one thing at a time: {told:?}", last.operation);
            self.answer(service, last, region.as_deref(), params, standing_at(last.results, told));
        }
        if let Some(code) = last.not_found.first() {
            let error = json!({"code": code, "status": 400, "message": "There is no such thing."});
            self.entries.push(json!({"service": service, "operation": last.operation, "error": error}));
        }
        Ok(())
    }

    /// The calls that completed an item.
    fn of_part(&mut self, service: &str, part: &Part, item: &Value) -> Result<()> {
        let told = item[part.name].as_array().with_context(|| format!("{item} has no {}", part.name))?;
        let own: Vec<Value> = told.iter().map(|one| without_ours(one, service)).collect::<Result<_>>()?;
        let [first, rest @ ..] = part.calls else { return Ok(()) };
        let of_item = |call: &Call| {
            let members = call.input.iter().filter(|input| !matches!(input.value, From::Text(_)));
            let members = members.filter(|input| item.get(input.member).is_some());
            Value::Object(members.map(|input| (input.member.to_owned(), item[input.member].clone())).collect())
        };
        if rest.is_empty() {
            self.answer(service, first, None, of_item(first), standing_at(first.results, own));
            return Ok(());
        }
        if part.name == "$inline" {
            let names = own.iter().map(|one| one["PolicyName"].clone()).collect();
            self.answer(service, first, None, of_item(first), standing_at(first.results, names));
            for one in own {
                let params = json!({"RoleName": item["RoleName"], "PolicyName": one["PolicyName"]});
                self.answer(service, &rest[0], None, params, one);
            }
            return Ok(());
        }
        // Managed policies: by a list or by the item itself, then the policy, then its version that counts.
        let arns: Vec<&Value> = told.iter().map(|one| &one["$parent"]).collect();
        if let [_policy, _version] = rest {
            let listed = arns.iter().map(|arn| json!({"PolicyArn": arn, "PolicyName": name_of(arn)})).collect();
            self.answer(service, first, None, of_item(first), standing_at(first.results, listed));
        }
        let [.., policy, version] = part.calls else { return Ok(()) };
        for (arn, one) in arns.into_iter().zip(own) {
            let about = json!({"Arn": arn, "PolicyName": name_of(arn), "DefaultVersionId": one["VersionId"]});
            let params = json!({"PolicyArn": arn, "VersionId": one["VersionId"]});
            self.answer(service, policy, None, json!({"PolicyArn": arn}), standing_at(policy.results, vec![about]));
            self.answer(service, version, None, params, standing_at(version.results, vec![one]));
        }
        Ok(())
    }

    fn answer(&mut self, service: &str, call: &Call, region: Option<&str>, params: Value, answer: Value) {
        let region = region.unwrap_or("*");
        self.entries.push(json!({
            "service": service, "operation": call.operation, "region": region, "params": params, "answer": answer,
        }));
    }
}

/// The member that says which thing a call is made for.
fn member_of(call: &Call) -> Option<&'static str> {
    call.input.iter().find(|input| matches!(input.value, From::Of(""))).map(|input| input.member)
}

/// What the request said, as far as it is always the same or an item knows it. What AWS selects by itself is left to the
/// endpoint.
fn params(call: &Call, item: Option<&Value>) -> Value {
    let is_for_one = matches!(call.each, Each::Value(_) | Each::AnyOf(_) | Each::Element);
    let item = item.filter(|_| is_for_one);
    let mut params = Map::new();
    for input in call.input {
        let value = match input.value {
            From::Of("") => item.and_then(|item| item.get("$parent").or_else(|| item.get(input.member))).cloned(),
            From::Of(pointer) => item.and_then(|item| item.pointer(pointer)).cloned(),
            ref value => same(value),
        };
        params.extend(value.map(|value| (input.member.to_owned(), value)));
    }
    Value::Object(params)
}

/// A value that every request has.
fn same(value: &From) -> Option<Value> {
    match value {
        From::Text(text) if !text.contains('{') => Some(json!(text)),
        From::List(values) => values.iter().map(same).collect(),
        _ => None,
    }
}

/// An answer with these results where they stand: `/Reservations/*/Instances/*`.
fn standing_at(results: &str, mut told: Vec<Value>) -> Value {
    let mut steps: Vec<&str> = results.split('/').skip(1).collect();
    let mut answer = match steps.iter().rposition(|step| *step == "*") {
        Some(last) => {
            let below = steps.split_off(last);
            told.into_iter().map(|one| below[1..].iter().rev().fold(one, |inner, step| json!({*step: inner}))).collect()
        }
        None => told.pop().unwrap_or(json!({})),
    };
    for step in steps.into_iter().rev() {
        answer = if step == "*" { json!([answer]) } else { json!({step: answer}) };
    }
    answer
}

/// The item without what eksamine wrote beside it, spelt as on the wire: IAM escapes its documents.
fn without_ours(item: &Value, service: &str) -> Result<Value> {
    let mut own = item.as_object().context("an item is an object")?.clone();
    own.retain(|name, _| !name.starts_with('$'));
    let mut own = Value::Object(own);
    if service == "iam" {
        escape(&mut own);
    }
    Ok(own)
}

fn escape(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(escape),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name.ends_with("Document") => *text = escaped(text),
                    _ => escape(value),
                }
            }
        }
        _ => {}
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let of = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(of).collect()
}

fn name_of(arn: &Value) -> Option<&str> {
    arn.as_str()?.rsplit('/').next()
}
