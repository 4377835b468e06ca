//! Who a statement of a resource's policy is about, and whether a caller is among them.

use super::resources::Side;

/// One principal that a statement names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// `*`: everyone, anonymous callers included.
    Everyone,
    /// An account, as its number or the ARN of its root: whoever its own policies let.
    Account(String),
    /// A user, a role or a session.
    Arn {
        /// As it stands there.
        arn: String,
        /// Twelve digits.
        account: String,
    },
    /// An AWS service.
    Service(String),
    /// Whoever an identity provider lets in.
    Federated(String),
    /// An account of S3 by its canonical user id.
    Canonical(String),
    /// The id of a user or a role that is no more: nobody.
    Gone(String),
}

/// The principals of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// Those that stand there.
    pub named: Vec<Principal>,
    /// Whether they are meant or all others are.
    pub side: Side,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller<'a> {
    /// Somebody of whom nothing is known.
    Anyone,
    /// Some user or role of this account, which its own policies let: only what is granted to all of them counts as
    /// unconditional.
    Account(&'a str),
    /// A user or a role, by its ARN; a role stands for all of its sessions.
    Principal(&'a str),
    /// An AWS service, such as `lambda.amazonaws.com`.
    Service(&'a str),
}

/// How a statement speaks of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Not at all.
    No,
    /// Of some of those that the caller stands for: one session of a role, one role of an account.
    Partly,
    /// By its account, which leaves it to the account's own policies.
    ByAccount,
    /// By name.
    ByName,
    /// As of everyone.
    AsEveryone,
}

impl Principals {
    /// How these speak of a caller.
    #[must_use]
    pub fn fit(&self, caller: Caller<'_>) -> Fit {
        let named = self.named.iter().map(|principal| principal.fit(caller)).max().unwrap_or(Fit::No);
        match (self.side, named) {
            (Side::Listed, fit) => fit,
            // "We strongly recommend that you explicitly include the ARN for a user's account": without it, whether the
            // caller is left out hangs on the service.
            (Side::Others, Fit::ByName) if self.names_account_of(caller) => Fit::No,
            (Side::Others, Fit::ByName | Fit::Partly) => Fit::Partly,
            (Side::Others, Fit::AsEveryone) => Fit::No,
            (Side::Others, Fit::No | Fit::ByAccount) => Fit::AsEveryone,
        }
    }

    fn names_account_of(&self, caller: Caller<'_>) -> bool {
        let account = match caller {
            Caller::Principal(arn) => account_of(arn),
            Caller::Account(_) | Caller::Service(_) | Caller::Anyone => return true,
        };
        self.named.iter().any(|principal| matches!(principal, Principal::Account(own) if Some(own.as_str()) == account))
    }
}

impl Principal {
    /// One text under `AWS` of a principal.
    pub(super) fn of_aws(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Everyone);
        }
        if is_account(text) {
            return Ok(Self::Account(text.to_owned()));
        }
        if text.contains(['*', '?']) {
            return Err(format!("the principal {text} holds a wildcard, which principals cannot"));
        }
        let Some(account) = account_of(text) else {
            let id = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            return if id { Ok(Self::Gone(text.to_owned())) } else { Err(format!("{text} is no principal")) };
        };
        Ok(match text.ends_with(":root") {
            true => Self::Account(account.to_owned()),
            false => Self::Arn { arn: text.to_owned(), account: account.to_owned() },
        })
    }

    /// The account that it is of.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Account(account) | Self::Arn { account, .. } => Some(account),
            _ => None,
        }
    }

    fn fit(&self, caller: Caller<'_>) -> Fit {
        match (self, caller) {
            (Self::Everyone, _) => Fit::AsEveryone,
            (Self::Account(own), Caller::Account(account)) if own == account => Fit::ByName,
            (Self::Arn { account: own, .. }, Caller::Account(account)) if own == account => Fit::Partly,
            (Self::Account(own), Caller::Principal(arn)) if account_of(arn) == Some(own) => Fit::ByAccount,
            (Self::Arn { arn: own, .. }, Caller::Principal(arn)) if own == arn => Fit::ByName,
            (Self::Arn { arn: own, .. }, Caller::Principal(arn)) if is_session_of(own, arn) => Fit::Partly,
            (Self::Service(own), Caller::Service(service)) if own == service => Fit::ByName,
            _ => Fit::No,
        }
    }
}

/// The account in an ARN.
#[must_use]
pub fn account_of(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    is_account(account).then_some(account)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `arn:aws:sts::111122223333:assumed-role/NAME/SESSION` is one of the role `arn:aws:iam::111122223333:role/PATH/NAME`.
fn is_session_of(session: &str, role: &str) -> bool {
    let of = || Some((session.split_once(":assumed-role/")?.1.split('/').next()?, role.split_once(":role/")?.1));
    account_of(session) == account_of(role)
        && of().is_some_and(|(name, path)| !name.is_empty() && path.rsplit('/').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: Caller<'_> = Caller::Principal("arn:aws:iam::111122223333:role/teams/node");

    fn fit(side: Side, named: &[&str], caller: Caller<'_>) -> Fit {
        let named = named.iter().map(|text| Principal::of_aws(text).expect("a principal")).collect();
        Principals { named, side }.fit(caller)
    }

    #[test]
    fn a_role_is_meant_by_name_account_session_or_as_everyone() {
        let of = |text| fit(Side::Listed, &[text], ROLE);
        assert_eq!(of("arn:aws:iam::111122223333:role/teams/node"), Fit::ByName);
        assert_eq!(of("arn:aws:iam::111122223333:root"), Fit::ByAccount);
        assert_eq!(of("111122223333"), Fit::ByAccount);
        assert_eq!(of("*"), Fit::AsEveryone);
        assert_eq!(of("arn:aws:sts::111122223333:assumed-role/node/i-0abc"), Fit::Partly);
        for other in [
            "arn:aws:iam::111122223333:role/node",
            "444455556666",
            "arn:aws:sts::444455556666:assumed-role/node/i-0abc",
            "AROAEXAMPLE1234567890",
        ] {
            assert_eq!(of(other), Fit::No, "{other}");
        }
    }

    #[test]
    fn all_others_are_those_not_named() {
        let (role, root) = ("arn:aws:iam::111122223333:role/teams/node", "111122223333");
        assert_eq!(fit(Side::Others, &[role, root], ROLE), Fit::No);
        assert_eq!(fit(Side::Others, &[role], ROLE), Fit::Partly, "the account is not named");
        assert_eq!(fit(Side::Others, &[root], ROLE), Fit::AsEveryone);
        assert_eq!(fit(Side::Others, &["444455556666"], ROLE), Fit::AsEveryone);
        assert_eq!(fit(Side::Others, &["*"], ROLE), Fit::No);
        assert_eq!(fit(Side::Others, &[role], Caller::Anyone), Fit::AsEveryone);
    }

    #[test]
    fn an_account_and_a_service() {
        let account = Caller::Account("111122223333");
        assert_eq!(fit(Side::Listed, &["111122223333"], account), Fit::ByName);
        assert_eq!(fit(Side::Listed, &["arn:aws-cn:iam::111122223333:user/eve"], account), Fit::Partly);
        assert_eq!(fit(Side::Listed, &["444455556666"], account), Fit::No);
        let named = vec![Principal::Service("lambda.amazonaws.com".to_owned())];
        let service = Principals { named, side: Side::Listed };
        assert_eq!(service.fit(Caller::Service("lambda.amazonaws.com")), Fit::ByName);
        assert_eq!(service.fit(ROLE), Fit::No);
    }

    #[test]
    fn what_is_no_principal_is_not_read_as_one() {
        for text in ["arn:aws:iam::111122223333:role/*", "node", "arn:aws:iam::1:root", ""] {
            assert!(Principal::of_aws(text).is_err(), "{text}");
        }
    }
}
