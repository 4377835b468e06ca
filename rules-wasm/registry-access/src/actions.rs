//! The actions that are asked about.

use eksamine_facts::derive::ecr_actions::{self, Class, ECR};

/// Hand out the content of images.
pub(crate) const READS: [&str; 2] = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/// Writes, by what they are done to.
pub(crate) struct Writes {
    /// To a repository.
    pub(crate) repository: Vec<String>,
    /// To a repository, and change no image and no setting: nobody's but the account's.
    pub(crate) low_risk: Vec<String>,
    /// To the registry, by no repository's name.
    pub(crate) registry: Vec<String>,
    /// Make or fill repositories, which the policy of a registry grants.
    pub(crate) making: Vec<String>,
}

impl Writes {
    /// # Errors
    /// The classes of actions are not as they should be.
    pub(crate) fn read() -> Result<Self, String> {
        let all = ecr_actions::all()?;
        let of = |classes: &[Class]| -> Vec<String> {
            let own = all.iter().filter(|action| action.service == ECR && classes.contains(&action.class));
            let mut names: Vec<String> = own.map(|action| action.name.clone()).collect();
            // The best known one comes first, where several are granted.
            names.sort_by_key(|name| name != "ecr:PutImage");
            names
        };
        Ok(Self {
            repository: of(&[Class::Write]),
            low_risk: of(&[Class::LowRiskWrite]),
            registry: of(&[Class::RegistryWrite]),
            making: of(&[Class::Create, Class::CacheFill]),
        })
    }

    /// What the policy of a repository must not give away.
    pub(crate) fn of_repository(&self) -> impl Iterator<Item = &str> {
        self.repository.iter().chain(&self.low_risk).map(String::as_str)
    }

    /// What the policy of a registry must not give away.
    pub(crate) fn of_registry(&self) -> impl Iterator<Item = &str> {
        self.of_repository().chain(self.making.iter().chain(&self.registry).map(String::as_str))
    }
}
