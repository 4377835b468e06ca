//! The actions of ECR in classes: `actions.json`, which a test holds against AWS's own models.

use eksamine_facts::Tree;

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Reads images.
    Pull,
    /// Lets a pull-through cache fetch an image.
    CacheFill,
    /// Makes repositories.
    Create,
    /// Changes no image and no setting.
    LowRiskWrite,
    /// Changes repositories.
    Write,
    /// Changes the registry, by no repository's name.
    RegistryWrite,
}

/// An action with its service: `ecr:PutImage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) class: Class,
    pub(crate) service: &'static str,
    pub(crate) name: String,
}

const CLASSES: [(&str, Class); 6] = [
    ("pull", Class::Pull),
    ("cache-fill", Class::CacheFill),
    ("create", Class::Create),
    ("low-risk-write", Class::LowRiskWrite),
    ("write", Class::Write),
    ("registry-write", Class::RegistryWrite),
];

/// The private registries.
pub(crate) const ECR: &str = "ecr";
/// ECR Public.
pub(crate) const ECR_PUBLIC: &str = "ecr-public";

/// Everything but what only reads descriptions.
///
/// # Errors
/// The file is not as it should be.
pub(crate) fn all() -> Result<Vec<Action>, String> {
    let tree = Tree::parse(include_str!("actions.json")).map_err(|error| error.to_string())?;
    let mut actions = Vec::new();
    for service in [ECR, ECR_PUBLIC] {
        for (name, class) in CLASSES {
            let Some(Tree::Array(names)) = tree.at(&format!("/{service}/{name}")) else {
                return Err(format!("actions.json has no {name} of {service}"));
            };
            let names = names.iter().filter_map(Tree::as_text);
            actions.extend(names.map(|name| Action { class, service, name: format!("{service}:{name}") }));
        }
    }
    Ok(actions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read() {
        let actions = all().expect("classes");
        let of = |name: &str| actions.iter().find(|action| action.name == name).map(|action| action.class);
        assert_eq!(of("ecr:PutImage"), Some(Class::Write));
        assert_eq!(of("ecr-public:PutRegistryCatalogData"), Some(Class::RegistryWrite));
        assert_eq!(of("ecr:DescribeImages"), None);
    }
}
