//! ConfigMaps of kube-system by name: a key that is not there is told from one that was not read.

use crate::core::ConfigMap;
use crate::derive::index::Index;
use crate::{Given, Known, Text, Unknown};

/// The kind, whose status is the place of a map that is not there.
const STATUS: &str = "/facts/k8s.configmaps.v1/status";
const NAMESPACE: &str = "kube-system";

/// A ConfigMap and its place.
type Placed<'m> = (&'m Known<ConfigMap>, String);

/// The ConfigMaps that were read.
#[derive(Debug)]
pub struct Settings<'m> {
    maps: Index<Placed<'m>>,
    whole: Known<()>,
}

/// What a key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its value; `None` when the map or the key is not there.
    pub value: Option<String>,
    /// Where to look.
    pub place: String,
}

impl<'m> Settings<'m> {
    /// Of ConfigMaps with their places; `whole` is known when all that were asked for have been read.
    pub fn new(maps: impl IntoIterator<Item = Placed<'m>>, whole: Known<()>) -> Self {
        let mut entries: Vec<(Known<Text>, Placed<'m>)> = Vec::new();
        for (map, place) in maps {
            let name = Known::derived(|| name_in_kube_system(map));
            if name.peek() != Some(&None) {
                let unnamed = || Unknown::because("a ConfigMap of another namespace");
                entries.push((Known::derived(|| name.get()?.clone().ok_or_else(unnamed)), (map, place)));
            }
        }
        Self { maps: Index::new(entries), whole }
    }

    /// What a key of a ConfigMap says.
    ///
    /// # Errors
    /// [`Unknown`] when the map was not read, or its data cannot be.
    pub fn value(&self, map: &str, key: &str) -> Result<Setting, Unknown> {
        let Some((found, place)) = self.maps.find(map)? else {
            self.whole.get()?;
            return Ok(Setting { value: None, place: STATUS.to_owned() });
        };
        let place = format!("{place}/data/{key}");
        let Some(data) = found.get()?.data.declared()? else { return Ok(Setting { value: None, place }) };
        let value = match data.entry(key).given()? {
            Given::Not | Given::Empty => None,
            Given::Value(value) => Some(value.as_str().to_owned()),
        };
        Ok(Setting { value, place })
    }
}

/// `None` of one in another namespace.
fn name_in_kube_system(map: &Known<ConfigMap>) -> Result<Option<Text>, Unknown> {
    let metadata = map.get()?.metadata.get()?;
    let is_there = *metadata.namespace.get()? == *NAMESPACE;
    Ok(if is_there { Some(metadata.name.get()?.clone()) } else { None })
}
