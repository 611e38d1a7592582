//! What the flows of a realm must agree on.
//!
//! A lockout and an identifier form protect a caller, whichever flow answers. If two flows of one realm differed,
//! guesses could alternate between them and never meet a lock.

use crate::{
    identity::{FlowName, IdentifierForm, Realm},
    lockout::Lockout,
};
use std::{collections::HashMap, fmt, time::Duration};

/// What one flow says about its realm.
#[derive(Clone, Copy, Debug)]
pub struct RealmRules<'a> {
    /// The flow.
    pub flow: &'a FlowName,
    /// Whose PINs it verifies.
    pub realm: &'a Realm,
    /// How failures lock.
    pub lockout: &'a Lockout,
    /// Which spellings of an identifier are the same.
    pub identifier: IdentifierForm,
}

/// Two flows of one realm that disagree; prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RealmConflict {
    /// The realm.
    pub realm: Realm,
    /// The flow that came first.
    pub first: FlowName,
    /// The flow that disagrees with it.
    pub second: FlowName,
    /// What they disagree about.
    pub about: Disagreement,
}

/// What two flows of a realm disagree about, first flow first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// `lockout`.
    Lockout(Box<(Lockout, Lockout)>),
    /// `identifier`.
    Identifier(IdentifierForm, IdentifierForm),
}

/// Every disagreement between flows of one realm. Each flow is compared with the first flow of its realm.
#[must_use]
pub fn conflicts<'a>(flows: impl IntoIterator<Item = RealmRules<'a>>) -> Vec<RealmConflict> {
    let mut first_of: HashMap<&Realm, RealmRules<'a>> = HashMap::new();
    let mut found = Vec::new();
    for second in flows {
        let first = *first_of.entry(second.realm).or_insert(second);
        let mut report = |about| {
            let (realm, first, second) = (second.realm.clone(), first.flow.clone(), second.flow.clone());
            found.push(RealmConflict { realm, first, second, about });
        };
        if first.lockout != second.lockout {
            report(Disagreement::Lockout(Box::new((first.lockout.clone(), second.lockout.clone()))));
        }
        if first.identifier != second.identifier {
            report(Disagreement::Identifier(first.identifier, second.identifier));
        }
    }
    found
}

impl fmt::Display for RealmConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { realm, first, second, about } = self;
        write!(f, "the flows `{first}` and `{second}` share the realm `{realm}`, so they must have the same ")?;
        match about {
            Disagreement::Lockout(lockouts) => {
                let (a, b) = (written(&lockouts.0), written(&lockouts.1));
                write!(f, "`lockout`: `{first}` has {a}, `{second}` has {b}")
            }
            Disagreement::Identifier(a, b) => {
                write!(f, "`identifier`: `{first}` has {}, `{second}` has {}", a.as_str(), b.as_str())
            }
        }
    }
}

/// A lockout as a flow writes it.
fn written(lockout: &Lockout) -> String {
    let (attempts, suspend_after) = (lockout.attempts(), lockout.suspend_after());
    let (lock, longest) = (span(lockout.lock()), span(lockout.longest()));
    format!("{{ attempts: {attempts}, lock: {lock}, longest: {longest}, suspend_after: {suspend_after} }}")
}

fn span(span: Duration) -> String {
    match span.as_secs() {
        secs if secs.is_multiple_of(3600) => format!("{}h", secs / 3600),
        secs if secs.is_multiple_of(60) => format!("{}m", secs / 60),
        secs => format!("{secs}s"),
    }
}

impl std::error::Error for RealmConflict {}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    /// The conflicts of flows given as (name, realm, attempts, identifier).
    fn sentences(flows: &[(&str, &str, u32, IdentifierForm)]) -> Vec<String> {
        let flows: Vec<_> = flows
            .iter()
            .map(|(flow, realm, attempts, form)| {
                let lockout = Lockout::new(*attempts, minutes(30), minutes(90), 20).unwrap();
                (FlowName::parse(flow).unwrap(), Realm::parse(realm).unwrap(), lockout, *form)
            })
            .collect();
        let rules = flows.iter().map(|(flow, realm, lockout, identifier)| RealmRules {
            flow,
            realm,
            lockout,
            identifier: *identifier,
        });
        conflicts(rules).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn flows_that_agree_or_have_realms_of_their_own_do_not_conflict() {
        use IdentifierForm::{Digits, Text};
        assert!(sentences(&[]).is_empty());
        assert!(sentences(&[("day", "bank", 3, Text), ("night", "bank", 3, Text)]).is_empty());
        assert!(sentences(&[("day", "bank", 3, Text), ("depot", "depot", 5, Digits)]).is_empty());
    }

    #[test]
    fn a_conflict_names_both_flows_and_what_each_says() {
        use IdentifierForm::{Digits, Text};
        assert_eq!(
            sentences(&[("day", "bank", 3, Text), ("night", "bank", 5, Text), ("web", "bank", 3, Digits)]),
            [
                "the flows `day` and `night` share the realm `bank`, so they must have the same `lockout`: `day` has \
                 { attempts: 3, lock: 30m, longest: 90m, suspend_after: 20 }, `night` has \
                 { attempts: 5, lock: 30m, longest: 90m, suspend_after: 20 }",
                "the flows `day` and `web` share the realm `bank`, so they must have the same `identifier`: `day` has \
                 text, `web` has digits",
            ]
        );
    }

    #[test]
    fn both_disagreements_of_two_flows_are_reported() {
        use IdentifierForm::{Digits, Text};
        assert_eq!(sentences(&[("day", "bank", 3, Text), ("night", "bank", 5, Digits)]).len(), 2);
    }
}
