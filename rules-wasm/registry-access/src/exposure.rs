//! Whom the policy of a repository, or of a registry, lets in from outside of the account.

use crate::actions::READS;
use crate::{Params, Severity};
use eksamine_facts::derive::iam::{
    Access, Caller, Condition, Document, Effect, Policies, Policy, Principal, Request, Resources, Side, Statement,
    account_of,
};
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// Condition keys that say who asks, or from where.
const WHO: [&str; 11] = [
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
];
/// Keys that anybody can satisfy.
const ANYBODYS: [&str; 9] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalIsAWSService",
    "aws:Referer",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSService",
];

/// Something that a policy lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exposure {
    pub(crate) severity: Severity,
    pub(crate) why: String,
}

/// A policy that is judged.
pub(crate) struct Judged<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) resources: &'a Resources,
    /// Twelve digits.
    pub(crate) account: &'a str,
    /// Actions that write.
    pub(crate) writes: &'a [&'a str],
}

/// Whom the conditions of a statement let through.
#[derive(PartialEq, Eq)]
enum Confined {
    /// Anybody.
    No,
    ToAccounts(BTreeSet<String>),
    ToOrganizations(BTreeSet<String>),
    /// By these keys.
    Otherwise(String),
}

impl Judged<'_> {
    /// Everything that it lets in and that is not allowed, in the order of the statements.
    pub(crate) fn exposures(&self, params: &Params) -> Result<Vec<Exposure>, Unknown> {
        let mut found = Vec::new();
        for statement in self.policy.document.statements.iter().filter(|one| one.effect == Effect::Allow) {
            let one = self.with_denials(statement);
            self.strangers(&one, statement, params, &mut found)?;
            self.accounts(&one, statement, params, &mut found)?;
        }
        Ok(found)
    }

    /// One statement that grants, with everything that takes away.
    fn with_denials(&self, statement: &Statement) -> Policy {
        let denials = self.policy.document.statements.iter().filter(|one| one.effect == Effect::Deny);
        let statements = [statement].into_iter().chain(denials).cloned().collect();
        Policy { name: self.policy.name.clone(), document: Document { statements } }
    }

    /// The first of these actions that a caller may do whatever its request brings, else the first that it may do in
    /// part.
    fn first<'p, 'n>(
        &self,
        policy: &'p Policy,
        caller: Caller<'_>,
        actions: &[&'n str],
    ) -> Result<Option<(&'n str, Access<'p>)>, Unknown> {
        let policies = Policies { resource: Some(policy), ..Policies::default() };
        let mut in_part = None;
        for &action in actions {
            let access = policies.decide(&Request { caller, action, resources: self.resources })?;
            match access {
                Access::Allowed(_) => return Ok(Some((action, access))),
                Access::Conditional(_) => in_part = in_part.or(Some((action, access))),
                Access::Denied(_) => {}
            }
        }
        Ok(in_part)
    }

    /// What is granted to everyone.
    fn strangers(
        &self,
        policy: &Policy,
        statement: &Statement,
        params: &Params,
        found: &mut Vec<Exposure>,
    ) -> Result<(), Unknown> {
        let writes = self.first(policy, Caller::Anyone, self.writes)?;
        let writes = writes.map(|(action, access)| (action, confined(statement, &access)));
        if let Some((action, confined)) = &writes {
            let does = format!("statement {} lets everyone do {action}", statement.name());
            let exposure = match confined {
                Confined::No => Some((Severity::Fail, does)),
                Confined::ToAccounts(accounts) => {
                    accounts
                        .iter()
                        .for_each(|account| found.extend(self.of_account(account, action, statement, params)));
                    None
                }
                Confined::ToOrganizations(organizations) => of_organizations(organizations, &does, params),
                Confined::Otherwise(keys) => Some((Severity::Manual, format!("{does}, as far as {keys} lets them"))),
            };
            found.extend(exposure.map(|(severity, why)| Exposure { severity, why }));
        }
        let Some((action, access)) = self.first(policy, Caller::Anyone, &READS)? else { return Ok(()) };
        let reads = confined(statement, &access);
        if writes.is_some_and(|(_, writes)| writes == Confined::No || writes == reads) {
            // Who may write may do worse than pull.
            return Ok(());
        }
        let does = format!("statement {} lets everyone pull ({action})", statement.name());
        match reads {
            Confined::No => found.push(Exposure { severity: params.public_read, why: does }),
            Confined::Otherwise(keys) => {
                found.push(Exposure { severity: Severity::Manual, why: format!("{does}, as far as {keys} lets them") });
            }
            // Who is known by account or organization may pull.
            Confined::ToAccounts(_) | Confined::ToOrganizations(_) => {}
        }
        Ok(())
    }

    /// What is granted to others by name.
    fn accounts(
        &self,
        policy: &Policy,
        statement: &Statement,
        params: &Params,
        found: &mut Vec<Exposure>,
    ) -> Result<(), Unknown> {
        // Whom a denial leaves out is let in by a statement that is about everyone.
        let left_out = policy.document.statements.iter().filter(|one| one.effect == Effect::Deny);
        let left_out = left_out.filter_map(|one| one.principals.as_ref()).filter(|one| one.side == Side::Others);
        let mut accounts: BTreeSet<&str> =
            left_out.flat_map(|one| one.named.iter().filter_map(Principal::account)).collect();
        let listed = statement.principals.as_ref().filter(|principals| principals.side == Side::Listed);
        for principal in listed.into_iter().flat_map(|principals| &principals.named) {
            match principal {
                Principal::Account(account) | Principal::Arn { account, .. } => {
                    accounts.insert(account.as_str());
                }
                Principal::Federated(provider) => {
                    if let Some(action) = self.writes.iter().find(|action| statement.is_about(action)) {
                        let why = format!("statement {} lets whom {provider} lets in do {action}", statement.name());
                        found.push(Exposure { severity: Severity::Manual, why });
                    }
                }
                // A service is no user, and the other two are nobody to ECR.
                Principal::Everyone | Principal::Service(_) | Principal::Canonical(_) | Principal::Gone(_) => {}
            }
        }
        for account in accounts {
            if let Some((action, _)) = self.first(policy, Caller::Account(account), self.writes)? {
                found.extend(self.of_account(account, action, statement, params));
            }
        }
        Ok(())
    }

    fn of_account(&self, account: &str, action: &str, statement: &Statement, params: &Params) -> Option<Exposure> {
        if account == self.account {
            return None;
        }
        let does = format!("statement {} lets account {account} do {action}", statement.name());
        let (severity, why) = match &params.allowed_accounts {
            Some(allowed) if allowed.iter().any(|one| one == account) => return None,
            Some(_) => (Severity::Fail, format!("{does}, and allowed_accounts does not name it")),
            None => (Severity::Manual, format!("{does}, and allowed_accounts says nothing")),
        };
        Some(Exposure { severity, why })
    }
}

fn of_organizations(named: &BTreeSet<String>, does: &str, params: &Params) -> Option<(Severity, String)> {
    let list = named.iter().cloned().collect::<Vec<_>>().join(", ");
    let does = format!("{does} that is of {list}");
    match &params.allowed_org_ids {
        Some(allowed) if named.iter().all(|one| allowed.contains(one)) => None,
        Some(_) => Some((Severity::Fail, format!("{does}, and allowed_org_ids does not name it"))),
        None => Some((Severity::Manual, format!("{does}, and allowed_org_ids says nothing"))),
    }
}

/// Whom the conditions let through, of a statement that is about everyone.
fn confined(statement: &Statement, access: &Access<'_>) -> Confined {
    let mut keys: BTreeSet<&str> = BTreeSet::new();
    if let Access::Conditional(grant) = access {
        // What a denial leaves is not worked out, but a condition that nearly everybody fails is a way past all of it.
        let denials = grant.unless.iter().map(|at| at.statement);
        let confining = denials.filter(|denial| denial.conditions.iter().all(leaves_few));
        keys.extend(confining.flat_map(Statement::hangs_on));
    }
    let mut organizations = None;
    for condition in &statement.conditions {
        match confines_to(condition) {
            Some(Confined::ToAccounts(accounts)) => return Confined::ToAccounts(accounts),
            Some(Confined::ToOrganizations(found)) => organizations = Some(found),
            Some(Confined::Otherwise(_)) => keys.extend([condition.key.as_str()]),
            Some(Confined::No) | None => {}
        }
    }
    if let Some(organizations) = organizations {
        return Confined::ToOrganizations(organizations);
    }
    if keys.is_empty() {
        return Confined::No;
    }
    Confined::Otherwise(keys.into_iter().collect::<Vec<_>>().join(", "))
}

/// Whom one condition lets through; `None`: anybody.
fn confines_to(condition: &Condition) -> Option<Confined> {
    let is = |keys: &[&str]| tests_any(condition, keys);
    let values = || condition.values.iter().map(String::as_str);
    let accounts = |of: fn(&str) -> Option<&str>| {
        let found: Option<BTreeSet<String>> = values().map(|value| of(value).map(str::to_owned)).collect();
        Some(found.map_or_else(|| Confined::Otherwise(String::new()), Confined::ToAccounts))
    };
    if is(&ANYBODYS) || says_no_who(condition) {
        return None;
    }
    if condition.operator.eq_ignore_ascii_case("Null") {
        // A key that must be missing lets in whoever is of none; one that must be there says nothing of whose.
        let is_missing = is(&WHO) && values().all(|value| value.eq_ignore_ascii_case("true"));
        return if is_missing { None } else { Some(Confined::Otherwise(String::new())) };
    }
    // It keeps out some, or nobody: all others are let through.
    if is_negated(condition) || is(&WHO) && !condition.confines() {
        return None;
    }
    if is(&["aws:SourceIp", "aws:VpcSourceIp"]) && values().any(is_half_the_world) {
        return None;
    }
    if !is(&WHO) {
        return Some(Confined::Otherwise(String::new()));
    }
    if is(&["aws:PrincipalAccount", "aws:SourceAccount"]) {
        return accounts(|value| Some(value).filter(|value| !value.contains(['*', '?'])));
    }
    if is(&["aws:PrincipalArn", "aws:SourceArn"]) {
        return accounts(account_of);
    }
    if is(&["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceOrgID", "aws:SourceOrgPaths"]) {
        let named: BTreeSet<String> = values().map(|v| v.split('/').next().unwrap_or_default().to_owned()).collect();
        // A pattern is of every organization that there is.
        let is_pattern = named.iter().any(|organization| organization.contains(['*', '?']));
        return if is_pattern { None } else { Some(Confined::ToOrganizations(named)) };
    }
    Some(Confined::Otherwise(String::new()))
}

/// Whether a denial under this condition leaves those that the condition names, not all but those.
fn leaves_few(condition: &Condition) -> bool {
    let is_null = condition.operator.eq_ignore_ascii_case("Null");
    let is_missing = is_null && condition.values.iter().all(|value| value.eq_ignore_ascii_case("true"));
    (is_negated(condition) || is_missing) && !tests_any(condition, &ANYBODYS) && !says_no_who(condition)
}

/// `StringNotEquals`, `NotIpAddress`, with or without `ForAnyValue:` before it.
fn is_negated(condition: &Condition) -> bool {
    condition.operator.to_ascii_lowercase().contains("not")
}

/// What is done to, and what is brought along, say nothing of who asks.
fn says_no_who(condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    ["aws:resourcetag/", "ecr:resourcetag/", "aws:requesttag/", "aws:tagkeys"].iter().any(|one| key.starts_with(one))
}

/// A network of all addresses, or of every other one.
fn is_half_the_world(network: &str) -> bool {
    network.ends_with("/0") || network.ends_with("/1")
}

fn tests_any(condition: &Condition, keys: &[&str]) -> bool {
    keys.iter().any(|key| condition.tests(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use eksamine_facts::derive::iam::Attached;

    const OWN: &str = "111122223333";

    fn params() -> Params {
        serde_json::from_str(
            r#"{"allowed_accounts":null,"allowed_org_ids":["o-good"],"allowed_pushers":null,
            "max_writers":null,"public_read":"fail","scope_repositories":"in-use","iam_user_writers":"manual"}"#,
        )
        .expect("parameters")
    }

    fn found(statements: &str) -> Vec<String> {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let document = Document::parse(&text, Attached::ToResource).expect("a policy");
        let policy = Policy { name: "p".to_owned(), document };
        let resources = Resources::matching("arn:aws:ecr:eu-west-1:111122223333:repository/web");
        let judged = Judged {
            policy: &policy,
            resources: &resources,
            account: OWN,
            writes: &["ecr:PutImage", "ecr:TagResource"],
        };
        let exposures = judged.exposures(&params()).expect("known");
        exposures.into_iter().map(|one| format!("{:?} {}", one.severity, one.why)).collect()
    }

    fn everyone(action: &str, condition: &str) -> Vec<String> {
        found(&format!(r#"{{"Effect":"Allow","Principal":"*","Action":"{action}"{condition}}}"#))
    }

    #[test]
    fn everyone_is_let_in_unless_a_condition_confines() {
        assert_eq!(everyone("ecr:*", ""), ["Fail statement 1 lets everyone do ecr:PutImage"]);
        assert_eq!(everyone("ecr:BatchGetImage", ""), ["Fail statement 1 lets everyone pull (ecr:BatchGetImage)"]);
        assert_eq!(everyone("ecr:DescribeImages", ""), [""; 0]);
        let near = everyone("ecr:BatchGetImage", r#","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#);
        assert_eq!(
            near,
            ["Manual statement 1 lets everyone pull (ecr:BatchGetImage), as far as aws:SourceIp lets them"]
        );
        let on = |operator: &str, key: &str, value: &str| {
            everyone("ecr:PutImage", &format!(r#","Condition":{{"{operator}":{{"{key}":"{value}"}}}}"#))
        };
        let open = ["Fail statement 1 lets everyone do ecr:PutImage"];
        assert_eq!(on("Bool", "aws:SecureTransport", "true"), open);
        assert_eq!(on("StringNotEquals", "aws:PrincipalOrgID", "o-good"), open);
        assert_eq!(on("StringEqualsIfExists", "aws:PrincipalOrgID", "o-good"), open);
        assert_eq!(on("StringLike", "aws:PrincipalOrgID", "*"), open);
        assert_eq!(on("StringLike", "aws:PrincipalOrgID", "o-*"), open);
        assert_eq!(on("Null", "aws:PrincipalOrgID", "true"), open);
        assert_eq!(on("IpAddress", "aws:SourceIp", "0.0.0.0/0"), open);
        assert_eq!(on("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"), open);
        assert_eq!(on("StringEquals", "aws:ResourceTag/team", "shop"), open);
        assert_eq!(on("StringEquals", "aws:PrincipalOrgID", "o-good"), [""; 0]);
        assert_eq!(on("StringEquals", "aws:principalorgid", "o-bad").len(), 1);
        assert_eq!(on("StringEquals", "aws:PrincipalAccount", OWN), [""; 0]);
        assert!(on("StringEquals", "aws:PrincipalAccount", "444455556666")[0].starts_with("Manual"));
        assert!(on("IpAddress", "aws:SourceIp", "10.0.0.0/8")[0].contains("as far as aws:SourceIp lets them"));
        assert!(on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ci")[0].starts_with("Manual"));
    }

    #[test]
    fn others_are_let_in_by_name() {
        let to = |principal: &str| {
            found(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"ecr:PutImage"}}"#))
        };
        assert!(to(r#"{"AWS":"444455556666"}"#)[0].starts_with("Manual statement 1 lets account 444455556666"));
        assert_eq!(to(r#"{"AWS":"arn:aws:iam::111122223333:role/ci"}"#), [""; 0]);
        assert_eq!(to(r#"{"Service":"lambda.amazonaws.com"}"#), [""; 0]);
        assert!(to(r#"{"Federated":"accounts.google.com"}"#)[0].starts_with("Manual"));
        let but_one = r#"{"Effect":"Allow","Principal":"*","Action":"ecr:PutImage"},
            {"Effect":"Deny","NotPrincipal":{"AWS":"444455556666"},"Action":"ecr:*"}"#;
        assert!(found(but_one)[0].starts_with("Manual statement 1 lets account 444455556666 do ecr:PutImage"));
    }

    #[test]
    fn what_is_taken_away_from_all_is_no_grant() {
        let allow = r#"{"Effect":"Allow","Principal":"*","Action":"ecr:*"}"#;
        let deny =
            |rest: &str| found(&format!(r#"{allow},{{"Effect":"Deny","Principal":"*","Action":"ecr:*"{rest}}}"#));
        assert_eq!(deny(""), [""; 0]);
        let unless = deny(r#","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-good"}}"#);
        assert_eq!(
            unless,
            ["Manual statement 1 lets everyone do ecr:PutImage, as far as aws:PrincipalOrgID lets them"]
        );
        let insecure = deny(r#","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#);
        assert_eq!(insecure, ["Fail statement 1 lets everyone do ecr:PutImage"]);
        let others_than_one = deny(r#","Condition":{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}"#);
        assert_eq!(others_than_one, insecure);
        let no_pushing = r#"{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage",
            "Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-good"}}}"#;
        let open = found(&format!("{allow},{no_pushing}"));
        assert!(open[0].starts_with("Fail statement 1 lets everyone do "), "{open:?}");
    }
}
