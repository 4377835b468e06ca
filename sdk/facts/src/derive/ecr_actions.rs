//! The actions of ECR in classes: `ecr_actions.json`, which a test holds against AWS's own models.

use crate::Tree;

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
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
pub struct Action {
    /// What it does.
    pub class: Class,
    /// `ecr` or `ecr-public`
    pub service: &'static str,
    /// With its service.
    pub name: String,
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
pub const ECR: &str = "ecr";
/// ECR Public.
pub const ECR_PUBLIC: &str = "ecr-public";

/// Everything but what only reads descriptions.
///
/// # Errors
/// The file is not as it should be.
pub fn all() -> Result<Vec<Action>, String> {
    let tree = Tree::parse(include_str!("ecr_actions.json")).map_err(|error| error.to_string())?;
    let mut actions = Vec::new();
    for service in [ECR, ECR_PUBLIC] {
        for (name, class) in CLASSES {
            let Some(Tree::Array(names)) = tree.at(&format!("/{service}/{name}")) else {
                return Err(format!("ecr_actions.json has no {name} of {service}"));
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
