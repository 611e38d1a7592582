//! Coverage: which rules of a flow were reached, and which outcomes of its PIN questions.

use ringbolt_core::flow::graph::{Graph, Place, RuleId};
use ringbolt_core::flow::{Flow, Owner, Step};
use ringbolt_core::outcome::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// The rules of a flow, and those that were reached.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    rules: BTreeMap<RuleId, Rule>,
    reached: BTreeSet<RuleId>,
}

/// A rule as people find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// The line of the flow file, from 1.
    pub line: usize,
    /// Its condition; `None` if it has none.
    pub when: Option<String>,
}

impl Coverage {
    /// Everything that a call can reach. What the flow leaves to the fallback counts, too: somebody should have heard it.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let graph = Graph::of(flow);
        let mut rules = BTreeMap::new();
        for edge in graph.edges.iter().filter(|edge| can_be_reached(flow, &edge.from, edge.outcome)) {
            let id = RuleId::of(edge);
            let rule = Rule { id: id.clone(), line: edge.at.line, when: edge.when.clone() };
            rules.entry(id).or_insert(rule);
        }
        Self { rules, reached: BTreeSet::new() }
    }

    /// Notes that a rule decided.
    pub fn reach(&mut self, rule: RuleId) {
        if self.rules.contains_key(&rule) {
            self.reached.insert(rule);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.rules.len()
    }

    /// How many were reached.
    #[must_use]
    pub fn count(&self) -> usize {
        self.reached.len()
    }

    /// Those that weren't reached, in the order of the flow file.
    #[must_use]
    pub fn unreached(&self) -> Vec<&Rule> {
        let mut rules: Vec<&Rule> = self.rules.values().filter(|rule| !self.reached.contains(&rule.id)).collect();
        rules.sort_by(|one, other| (one.line, &one.id).cmp(&(other.line, &other.id)));
        rules
    }

    /// The share that was reached, in percent, rounded down: 100 only if all were. A flow without rules has 100.
    #[must_use]
    pub fn percent(&self) -> usize {
        (self.count() * 100).checked_div(self.total()).unwrap_or(100)
    }
}

fn can_be_reached(flow: &Flow, from: &Place, outcome: Option<Outcome>) -> bool {
    match from {
        Place::AuthWebhook => true,
        // IVRs that stand in for virtual receptionists: only without a portal.
        Place::End(_) => false,
        Place::Ivr(name) => flow.ivrs.get(name).is_some_and(|ivr| {
            let shared = matches!(&ivr.step, Some(Step::VerifyPin(verify)) if matches!(verify.owner, Owner::Shared(_)));
            // Nobody is locked by a shared PIN, and nobody can be unknown.
            let never = shared && matches!(outcome, Some(Outcome::Locked | Outcome::Unknown));
            // Without a portal, no IVR needs an id.
            (ivr.id.is_some() || !flow.ivrs.are_in_portal()) && !never
        }),
    }
}
