//! All objects of a resource, page by page, as the server spells them.

use super::client::Kubernetes;
use super::discovery::{Served, read};
use super::failure::Failure;
use eksamine_facts::catalogue::KubernetesKind;
use eksamine_facts::{Availability, Gap, Gathered, Item, Tree, redact};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tokio::task::JoinHandle;

/// What tells objects apart.
const IDENTITY: &[&str] = &["/metadata/namespace", "/metadata/name"];

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: PageMeta,
    // No default: an answer without items is no list, and must not read as an empty one.
    #[serde(deserialize_with = "maybe_null")]
    items: Vec<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
struct PageMeta {
    #[serde(default, rename = "continue")]
    next: Option<String>,
}

/// Go writes an empty list as `null`, too.
fn maybe_null<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Box<RawValue>>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// One walk over the pages, as far as it came.
struct Walk {
    pages: Vec<JoinHandle<Result<Vec<Item>, String>>>,
    ended: Result<(), Failure>,
}

impl Kubernetes {
    /// Every object of this resource. `read_so_far` is told of each page.
    pub(super) async fn list(&self, kind: KubernetesKind<'_>, read_so_far: impl Fn(usize)) -> Gathered {
        let mut restarts = 0;
        loop {
            let walk = self.walk(&kind.path(), &read_so_far).await;
            let expired = walk.ended.as_ref().is_err_and(|failure| failure.code() == Some(410));
            // What an expired token goes on with is of another moment: objects may be missing or there twice.
            if expired && restarts < self.limits.restarts {
                restarts += 1;
                continue;
            }
            return self.conclude(kind, walk).await;
        }
    }

    async fn walk(&self, path: &str, read_so_far: &impl Fn(usize)) -> Walk {
        let (mut pages, mut token, mut count) = (Vec::new(), String::new(), 0);
        loop {
            let page = match self.page(path, &token).await {
                Ok(page) => page,
                Err(failure) => return Walk { pages, ended: Err(failure) },
            };
            count += page.items.len();
            read_so_far(count);
            // Rewriting a page takes as long as asking for the next one; they need not wait for each other.
            pages.push(tokio::task::spawn_blocking(move || page.items.iter().map(|raw| item(raw.get())).collect()));
            match page.metadata.next.filter(|next| !next.is_empty()) {
                None => return Walk { pages, ended: Ok(()) },
                Some(next) if next == token => {
                    let failure = Failure::Malformed("the same continue token again".to_owned());
                    return Walk { pages, ended: Err(failure) };
                }
                Some(next) => token = next,
            }
        }
    }

    async fn page(&self, path: &str, token: &str) -> Result<Page, Failure> {
        let mut query = format!("{path}?limit={}", self.limits.page);
        if !token.is_empty() {
            query = format!("{query}&continue={}", utf8_percent_encode(token, NON_ALPHANUMERIC));
        }
        read(&self.get(&query).await?)
    }

    async fn conclude(&self, kind: KubernetesKind<'_>, walk: Walk) -> Gathered {
        let (mut items, mut gaps, pages) = (Vec::new(), Vec::new(), walk.pages.len());
        for (index, page) in walk.pages.into_iter().enumerate() {
            match page.await.map_err(|error| error.to_string()).flatten() {
                Ok(found) => items.extend(found),
                Err(why) => gaps.push(unread(format!("page {} of {}", index + 1, kind.path()), why)),
            }
        }
        match walk.ended {
            Err(failure) if pages == 0 => return self.nothing(kind, &failure).await,
            Err(failure) => gaps.push(failure.gap(format!("{} after page {pages}", kind.path()), kind.permission())),
            Ok(()) => {}
        }
        let Some(first) = gaps.first() else { return Gathered::complete(items) };
        let (reason, permission) = (Some(first.reason.clone()), first.permission.clone());
        Gathered { status: Availability::Partial, reason, permission, items, gaps }
    }

    /// Nothing was read: because there is no such resource, or for another reason?
    pub(super) async fn nothing(&self, kind: KubernetesKind<'_>, failure: &Failure) -> Gathered {
        // Authorization comes before routing: 403 says nothing about whether the resource exists.
        if !matches!(failure.code(), Some(403 | 404)) {
            return failure.kind(kind.permission());
        }
        let asked = [kind.version, kind.group];
        match self.served(kind).await {
            Served::Yes => failure.kind(kind.permission()),
            Served::No => {
                let reason = format!("the API server does not serve {} of {}", kind.resource, group_version(asked));
                Gathered::missing(Availability::Absent, reason, None)
            }
            Served::As(versions) => {
                let served = versions.join(", ");
                let reason = format!("{} is served as {served}, not as {}", kind.resource, group_version(asked));
                Gathered::missing(Availability::Error, reason, None)
            }
            Served::Unknown(why) if failure.code() == Some(404) => why.kind(kind.permission()),
            Served::Unknown(_) => failure.kind(kind.permission()),
        }
    }
}

fn group_version([version, group]: [&str; 2]) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

fn unread(subject: String, reason: String) -> Gap {
    Gap { subject, status: Availability::Error, reason, permission: None }
}

/// An object as served, without what must not enter the facts.
pub(super) fn item(raw: &str) -> Result<Item, String> {
    let mut tree = Tree::parse(raw).map_err(|error| error.to_string())?;
    redact::kubernetes_object(&mut tree);
    Ok(Item::new(&tree, IDENTITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_not_an_answer_without_items() {
        let page = |text: &str| serde_json::from_str::<Page>(text).map(|page| page.items.len());
        assert!(page(r#"{"kind":"PodList"}"#).is_err());
        assert!(page(r#"{"items":null}"#).is_ok_and(|count| count == 0));
        assert!(page(r#"{"metadata":{"continue":""},"items":[{"a":1e2}]}"#).is_ok_and(|count| count == 1));
    }
}
