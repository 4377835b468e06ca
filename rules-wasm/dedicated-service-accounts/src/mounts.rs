//! Which pods get the token of the default service account of their namespace.

use crate::doubts::least;
use eksamine_facts::Text;
use eksamine_facts::core::Pod;
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// By namespace.
#[derive(Default)]
pub(crate) struct Mounts {
    here: BTreeMap<Text, Here>,
    /// Why a pod may be in any namespace.
    astray: Option<String>,
}

#[derive(Default)]
struct Here {
    /// Pods that ask for it, whatever the service account says.
    asking: Getting,
    /// Pods that take what it says.
    following: Getting,
    doubt: Option<String>,
}

/// How many pods, and where the least of them says so.
#[derive(Debug, Default, Clone)]
pub(crate) struct Getting {
    pub(crate) pods: usize,
    /// Its name, and the place.
    pub(crate) example: Option<(String, String)>,
}

impl Getting {
    pub(crate) fn add(&mut self, name: &str, place: String) {
        self.pods += 1;
        if self.example.as_ref().is_none_or(|(least, _)| *name < **least) {
            self.example = Some((name.to_owned(), place));
        }
    }
}

impl Mounts {
    /// Adds a pod that has not finished, or may not have.
    pub(crate) fn add(&mut self, item: &Item<Pod>, name: &str, namespace: &Known<Text>, finished: &Known<bool>) {
        let account = Known::derived(|| Ok(item.get()?.spec.get()?.service_account_name.declared()?.cloned()));
        let asks = Known::derived(|| Ok(item.get()?.spec.get()?.automount_service_account_token.declared()?.copied()));
        let is_other = account.peek().is_some_and(|account| account.as_deref() != Some("default"));
        if is_other || asks.peek() == Some(&Some(false)) {
            return;
        }
        let Some(namespace) = namespace.peek() else {
            return least(&mut self.astray, format!("the namespace of a pod: {}", namespace.reason()));
        };
        let here = self.here.entry(namespace.clone()).or_default();
        let lost = [finished.peek().is_none(), account.peek().is_none(), asks.peek().is_none()];
        let why = [finished.reason(), account.reason(), asks.reason()];
        if let Some((_, why)) = lost.into_iter().zip(why).find(|(lost, _)| *lost) {
            return least(&mut here.doubt, format!("pod {name}: {why}"));
        }
        match asks.peek() {
            Some(Some(_)) => here.asking.add(name, item.at("/spec/automountServiceAccountToken")),
            _ => here.following.add(name, item.at("/spec/serviceAccountName")),
        }
    }

    /// Pods that get the token: of those that ask for it, and of all where the service account gives it.
    ///
    /// # Errors
    /// [`Unknown`] when none is known to, and one may.
    pub(crate) fn of(&self, namespace: &Text, given: bool) -> Result<Getting, Unknown> {
        let none = Here::default();
        let here = self.here.get(namespace).unwrap_or(&none);
        let mut getting = here.asking.clone();
        if given {
            getting.pods += here.following.pods;
            getting.example = getting.example.or_else(|| here.following.example.clone());
        }
        match here.doubt.as_ref().or(self.astray.as_ref()) {
            Some(why) if getting.pods == 0 && !given => Err(Unknown::because(why.clone())),
            _ => Ok(getting),
        }
    }
}
