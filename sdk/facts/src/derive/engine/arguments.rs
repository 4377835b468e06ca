//! What a container is told by its arguments, as Go programs read them.

use crate::core::{Container, PodSpec};
use crate::{Known, Text, Unknown};

/// An argument that was found.
pub(super) struct Argument {
    /// What it says; of one without a value, `true`.
    pub(super) value: String,
    /// Where it stands, from the DaemonSet.
    pub(super) field: String,
}

const CONTAINERS: &str = "/spec/template/spec/containers";

/// The first container that has one of these names, with its number.
pub(super) fn container<'p>(pod: &'p PodSpec, names: &[&str]) -> Result<Option<(usize, &'p Container)>, Unknown> {
    for (number, container) in pod.containers.get()?.iter().enumerate() {
        let container = container.get()?;
        if names.contains(&container.name.get()?.as_str()) {
            return Ok(Some((number, container)));
        }
    }
    Ok(None)
}

/// What the argument `--name` says in that container. The last one wins.
pub(super) fn argument(pod: &PodSpec, containers: &[&str], name: &str) -> Result<Option<Argument>, Unknown> {
    let Some((number, container)) = container(pod, containers)? else { return Ok(None) };
    let Some(args) = container.args.declared()? else { return Ok(None) };
    let mut found = None;
    for (index, arg) in args.iter().enumerate() {
        if let Some(value) = value_of(arg, name)? {
            found = Some(Argument { value, field: format!("{CONTAINERS}/{number}/args/{index}") });
        }
    }
    Ok(found)
}

fn value_of(arg: &Known<Text>, name: &str) -> Result<Option<String>, Unknown> {
    let Some(rest) = arg.get()?.strip_prefix("--").and_then(|arg| arg.strip_prefix(name)) else { return Ok(None) };
    match rest.strip_prefix('=') {
        Some(value) => Ok(Some(value.to_owned())),
        None => Ok(rest.is_empty().then(|| "true".to_owned())),
    }
}

/// What an argument that has to be true or false says.
pub(super) fn is_true(name: &str, value: &str) -> Result<bool, Unknown> {
    let neither = || Unknown::because(format!("--{name} says {value:?}, which is neither true nor false"));
    boolean(value).ok_or_else(neither)
}

/// As Go's `strconv.ParseBool`, which reads flags, and settings for viper.
pub(super) fn boolean(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
