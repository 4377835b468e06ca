//! Any resource type through Cloud Control: what there is, each one's properties, and nothing write-only.

use super::answer::{parse, replace};
use super::collect::Collector;
use super::failure::CallError;
use super::input::{self, Target, own};
use super::outcome::gap;
use crate::outcome::gathered;
use eksamine_facts::catalogue::{CLOUD_CONTROL, Call};
use eksamine_facts::redact::MARKER;
use eksamine_facts::{Availability, Gap, Gathered, Item, Tree, pointer};

/// Cloud Control knows a resource by it, whatever the type's own identifiers are called.
const IDENTIFIER: &str = "$identifier";

impl Collector<'_> {
    pub(super) async fn type_of_resource(&self) -> Gathered {
        // Without the schema we would not know what must not be shown, so nothing is read.
        let hidden = match self.write_only().await {
            Ok(paths) => paths,
            Err(gap) => return gathered(Vec::new(), vec![gap], false),
        };
        let mut found = self.chain(CLOUD_CONTROL.service, &[CLOUD_CONTROL.list, CLOUD_CONTROL.get], None).await;
        let mut items = Vec::new();
        for description in &found.results {
            match properties(description, &hidden) {
                Ok(item) => items.push(Item::new(&item, &["/$identifier"])),
                Err(gap) => found.gaps.push(gap),
            }
        }
        gathered(items, found.gaps, false)
    }

    /// The schema's `writeOnlyProperties`, as paths into an item.
    async fn write_only(&self) -> Result<Vec<String>, Gap> {
        let call = &CLOUD_CONTROL.describe_type;
        let failed = |error: &CallError| {
            let unread = Gap {
                subject: self.names.type_name.to_owned(),
                status: Availability::Error,
                reason: error.to_string(),
                permission: None,
            };
            gap(call, &Target::default(), 1, error).unwrap_or(unread)
        };
        let schema = self.schema(call).await.map_err(|error| failed(&error))?;
        let tree = Tree::parse(&schema).map_err(|error| failed(&CallError::Malformed(error.to_string())))?;
        let listed = match tree.get("writeOnlyProperties") {
            Some(Tree::Array(paths)) => paths.iter().filter_map(Tree::as_text).collect(),
            _ => Vec::new(),
        };
        Ok(listed.into_iter().filter_map(|path| path.strip_prefix("/properties")).map(str::to_owned).collect())
    }

    async fn schema(&self, call: &Call) -> Result<String, CallError> {
        let input = input::build(call, self.names, &Target::default(), None).map_err(CallError::Input)?;
        let body = self.aws.call(CLOUD_CONTROL.registry, call, &input).await?;
        let answer = parse(CLOUD_CONTROL.registry, call.operation, &body)?;
        let schema = answer.get("Schema").and_then(Tree::as_text);
        schema.map(str::to_owned).ok_or_else(|| CallError::Malformed("a type without a schema".to_owned()))
    }
}

/// The properties are JSON text inside the answer.
fn properties(description: &Tree<'_>, hidden: &[String]) -> Result<Tree<'static>, Gap> {
    let text = |name| description.get(name).and_then(Tree::as_text);
    let identifier = text("Identifier").unwrap_or_default().to_owned();
    let parsed = text("Properties").map(Tree::parse);
    let Some(Ok(Tree::Object(entries))) = parsed else {
        let reason = "the answer's Properties are no JSON object".to_owned();
        return Err(Gap { subject: identifier, status: Availability::Error, reason, permission: None });
    };
    let mut item = own(&Tree::Object(entries));
    for path in hidden {
        let tokens: Vec<_> = pointer::tokens(path).into_iter().flatten().collect();
        replace(&mut item, &tokens.iter().map(AsRef::as_ref).collect::<Vec<_>>(), MARKER);
    }
    item.set(IDENTIFIER, Tree::text(identifier));
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_write_only_leaves_a_marker() {
        let description = Tree::parse(
            r#"{"Identifier":"db","Properties":"{\"Name\":\"db\",\"Password\":\"s3cret\",\"Users\":[{\"Key\":\"k\"}],\"Size\":1.50}"}"#,
        )
        .expect("JSON");
        let hidden = ["/Password".to_owned(), "/Users/*/Key".to_owned(), "/Missing".to_owned()];
        let item = properties(&description, &hidden).expect("an item");
        assert_eq!(
            item.canonical(),
            r#"{"$identifier":"db","Name":"db","Password":"(redacted by eksamine)","Size":1.50,"Users":[{"Key":"(redacted by eksamine)"}]}"#
        );
    }
}
