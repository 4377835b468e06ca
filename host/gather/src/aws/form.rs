//! Inputs as forms: `Filter.1.Value.1=vpc-0` of EC2, `Names.member.1=x` of query services.

use super::request::escaped;
use super::xml::{Member, Table};
use eksamine_facts::Tree;
use eksamine_facts::catalogue::{Call, Service};
use std::collections::HashMap;

pub(super) fn encode(service: &Service, call: &Call, input: &Tree<'_>) -> Result<String, String> {
    let table = Table::get()?;
    let empty = HashMap::new();
    let members = table.input(service, call.operation).unwrap_or(&empty);
    let mut pairs =
        vec![("Action".to_owned(), call.operation.to_owned()), ("Version".to_owned(), service.version.to_owned())];
    structure("", members, input, &mut pairs)?;
    let encoded = pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    Ok(encoded.collect::<Vec<_>>().join("&"))
}

fn structure(
    prefix: &str,
    members: &HashMap<String, Member>,
    value: &Tree<'_>,
    pairs: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let Tree::Object(entries) = value else { return Err(format!("{prefix} is a structure")) };
    for (name, value) in entries {
        let member = members.get(name.as_ref()).ok_or_else(|| format!("the shape table has no input {name}"))?;
        one(&format!("{prefix}{}", member.name), member, value, pairs)?;
    }
    Ok(())
}

fn one(name: &str, member: &Member, value: &Tree<'_>, pairs: &mut Vec<(String, String)>) -> Result<(), String> {
    match value {
        Tree::Object(_) => structure(&format!("{name}."), &member.members, value, pairs),
        Tree::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let between = if member.list.is_empty() { String::new() } else { format!(".{}", member.list) };
                one(&format!("{name}{between}.{}", index + 1), member, element, pairs)?;
            }
            Ok(())
        }
        Tree::Text(text) => {
            pairs.push((name.to_owned(), text.to_string()));
            Ok(())
        }
        Tree::Token(token) => {
            pairs.push((name.to_owned(), token.to_string()));
            Ok(())
        }
    }
}
