//! The decision: grants, limited by boundaries, less what is denied.

use super::document::{Document, Effect, Statement};
use super::glob::{self, Pattern};
use super::principal::{Caller, Fit, Principals};
use super::resources::{Resources, Side};
use crate::Unknown;
use std::collections::BTreeSet;
use std::fmt;

/// A document and what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// An ARN, the name of an inline policy, `the policy of repository shop`.
    pub name: String,
    /// What it says.
    pub document: Document,
}

/// Whether the resource is of the caller's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// It is: a grant on either side is enough.
    #[default]
    SameAccount,
    /// It is of another: both sides must grant.
    AcrossAccounts,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Who asks.
    pub caller: Caller<'r>,
    /// `ecr:PutImage`
    pub action: &'r str,
    /// Whether it may be done to *any* of these.
    pub resources: &'r Resources,
}

/// The policies that decide.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'p> {
    /// Of the caller: attached and inline ones.
    pub identity: &'p [Policy],
    /// The most that those can grant.
    pub boundary: Option<&'p Policy>,
    /// Of the resource.
    pub resource: Option<&'p Policy>,
    /// Of the registry that the resource is in, which has the same force.
    pub registry: Option<&'p Policy>,
    /// Where the resource is.
    pub reach: Reach,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access<'p> {
    /// At least one of the resources, whatever the request brings with it.
    Allowed(Grant<'p>),
    /// It hangs on something that only a request shows.
    Conditional(Grant<'p>),
    /// None of them: nothing grants it, or this statement takes it all away.
    Denied(Option<Place<'p>>),
}

/// A statement of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'p> {
    /// Whose statement it is.
    pub policy: &'p Policy,
    /// The statement.
    pub statement: &'p Statement,
}

/// What grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant<'p> {
    /// The statements that grant it, together: of the caller, of its boundary, of the resource.
    pub by: Vec<Place<'p>>,
    /// The statements that may take it away.
    pub unless: Vec<Place<'p>>,
    /// A resource that it reaches; one of many.
    pub reaches: String,
    /// Whether the resource's policy speaks of some of the callers only.
    pub fit: Fit,
}

impl Grant<'_> {
    /// Condition keys and policy variables that decide, sorted.
    #[must_use]
    pub fn hangs_on(&self) -> Vec<&str> {
        let keys: BTreeSet<&str> = self.by.iter().chain(&self.unless).flat_map(|at| at.statement.hangs_on()).collect();
        keys.into_iter().collect()
    }
}

impl fmt::Display for Grant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.by.iter().enumerate() {
            write!(f, "{}{place}", if index == 0 { "" } else { " and " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {} of {}", self.statement.name(), self.policy.name)
    }
}

/// Statements that grant together.
#[derive(Clone)]
struct Clause<'p> {
    by: Vec<Place<'p>>,
    fit: Fit,
}

/// A statement that takes away.
struct Denial<'p> {
    at: Place<'p>,
    fit: Fit,
}

impl<'p> Policies<'p> {
    /// Whether the request may be granted.
    ///
    /// # Errors
    /// [`Unknown`] when the patterns are too many to compare.
    pub fn decide(&self, request: &Request<'_>) -> Result<Access<'p>, Unknown> {
        let denials = self.denials(request);
        let (hard, soft): (Vec<_>, Vec<_>) = denials.iter().partition(|denial| denial.is_certain());
        let (mut conditional, mut denied) = (None, None);
        for clause in self.clauses(request) {
            let Some(reaches) = clause.reaches(request, &hard)? else {
                if denied.is_none() && clause.reaches(request, &[])?.is_some() {
                    let alone = |denial: &&&Denial<'_>| matches!(clause.reaches(request, &[denial]), Ok(None));
                    denied = hard.iter().find(alone).or(hard.first()).map(|denial| denial.at);
                }
                continue;
            };
            if clause.is_certain() {
                let both: Vec<_> = hard.iter().chain(&soft).copied().collect();
                if let Some(reaches) = clause.reaches(request, &both)? {
                    return Ok(Access::Allowed(clause.grant(Vec::new(), reaches)));
                }
            }
            let unless = soft.iter().map(|denial| denial.at).collect();
            conditional.get_or_insert_with(|| clause.grant(unless, reaches));
        }
        Ok(conditional.map_or(Access::Denied(denied), Access::Conditional))
    }

    /// Every way to a grant, in the order of the policies.
    fn clauses(&self, request: &Request<'_>) -> Vec<Clause<'p>> {
        let own = |policy: &'p Policy| {
            let statements = policy.document.about(Effect::Allow, request.action);
            statements.map(move |statement| Clause { by: vec![Place { policy, statement }], fit: Fit::ByName })
        };
        let limits: Option<Vec<Clause<'p>>> = self.boundary.map(|boundary| own(boundary).collect());
        let limited = |clause: Clause<'p>| match &limits {
            None => vec![clause],
            Some(limits) => limits.iter().map(|limit| clause.clone().and(limit)).collect(),
        };
        let identity: Vec<Clause<'p>> = self.identity.iter().flat_map(own).flat_map(limited).collect();
        let mut clauses = Vec::new();
        for (clause, fit) in self.of_resource(request) {
            let is_principal = matches!(request.caller, Caller::Principal(_));
            match (self.reach, fit) {
                // The policies of a whole account or a stranger are not ours to see.
                _ if !is_principal => clauses.push(clause),
                (Reach::AcrossAccounts, _) | (_, Fit::ByAccount) => {
                    clauses.extend(identity.iter().map(|own| own.clone().and(&clause)));
                }
                // "Resource-based policies that grant permissions to an IAM role ARN are limited by an implicit deny in
                // a permissions boundary"; to a user, a session or everyone they are not.
                (Reach::SameAccount, Fit::ByName) if is_role(request.caller) => clauses.extend(limited(clause)),
                (Reach::SameAccount, _) => clauses.push(clause),
            }
        }
        if self.reach == Reach::SameAccount {
            clauses.splice(0..0, identity);
        }
        clauses
    }

    /// What the policies of the resource and of its registry grant to the caller.
    fn of_resource(&self, request: &Request<'_>) -> Vec<(Clause<'p>, Fit)> {
        let of = |policy: &'p Policy| {
            let grants = policy.document.about(Effect::Allow, request.action);
            grants.filter_map(move |statement| {
                let fit = fit(statement.principals.as_ref(), request.caller);
                (fit != Fit::No).then(|| (Clause { by: vec![Place { policy, statement }], fit }, fit))
            })
        };
        self.resource.into_iter().chain(self.registry).flat_map(of).collect()
    }

    fn denials(&self, request: &Request<'_>) -> Vec<Denial<'p>> {
        let all = self.identity.iter().chain(self.boundary).chain(self.resource).chain(self.registry);
        let statements = all.flat_map(|policy| {
            policy.document.about(Effect::Deny, request.action).map(move |statement| Place { policy, statement })
        });
        let denials = statements.map(|at| Denial { at, fit: fit(at.statement.principals.as_ref(), request.caller) });
        denials.filter(|denial| denial.fit != Fit::No).collect()
    }
}

fn fit(principals: Option<&Principals>, caller: Caller<'_>) -> Fit {
    principals.map_or(Fit::ByName, |principals| principals.fit(caller))
}

fn is_role(caller: Caller<'_>) -> bool {
    matches!(caller, Caller::Principal(arn) if arn.contains(":role/"))
}

impl Denial<'_> {
    /// Whether it takes away whatever the request brings.
    fn is_certain(&self) -> bool {
        self.fit != Fit::Partly && self.at.statement.hangs_on().next().is_none()
    }
}

impl<'p> Clause<'p> {
    fn and(mut self, other: &Self) -> Self {
        self.by.extend(&other.by);
        self.fit = if other.fit == Fit::Partly { Fit::Partly } else { self.fit };
        self
    }

    fn is_certain(&self) -> bool {
        self.fit != Fit::Partly && self.by.iter().all(|at| at.statement.hangs_on().next().is_none())
    }

    fn grant(self, unless: Vec<Place<'p>>, reaches: String) -> Grant<'p> {
        Grant { by: self.by, unless, reaches, fit: self.fit }
    }

    /// One of the resources asked for that all of it grants and no denial takes away.
    fn reaches(&self, request: &Request<'_>, less: &[&Denial<'_>]) -> Result<Option<String>, Unknown> {
        let (mut all, mut none) = (Vec::new(), Vec::new());
        let grants = self.by.iter().map(|at| &at.statement.resources);
        for resources in grants.chain([request.resources]) {
            side(resources, &mut all, &mut none);
        }
        for denial in less {
            side(&denial.at.statement.resources, &mut none, &mut all);
        }
        // Nothing is kept back by the set of everything.
        all.retain(|patterns| !patterns.iter().any(Pattern::is_any));
        glob::witness(&all, &none).map_err(|_| {
            Unknown::because(format!(
                "the resources of {} are too intricate to compare",
                self.clone().grant(Vec::new(), String::new())
            ))
        })
    }
}

fn side<'s>(resources: &'s Resources, listed: &mut Vec<&'s [Pattern]>, others: &mut Vec<&'s [Pattern]>) {
    match resources.side {
        Side::Listed => listed.push(&resources.patterns),
        Side::Others => others.push(&resources.patterns),
    }
}
