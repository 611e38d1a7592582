//! What the rules after an IVR read, by the flow alone: whether the record of a visit is enough to judge them.

use super::visit::{Presence, Visit};
use ringbolt_core::flow::{Rules, Step};
use std::collections::BTreeSet;

/// The names that rules read.
#[derive(Debug, Default)]
pub(super) struct Reads {
    answers: Names,
    pass: Names,
    /// Whether they read the verified caller.
    pub(super) caller: bool,
}

#[derive(Debug, Default)]
struct Names {
    /// Whether they read it without saying which part.
    whole: bool,
    parts: BTreeSet<String>,
}

impl Reads {
    /// Of what follows an IVR. For a PIN question these are the rules of every outcome but `verified`.
    pub(super) fn of(step: &Step) -> Self {
        let templates = match step {
            Step::VerifyPin(verify) => verify.refusals().flat_map(Rules::templates).collect(),
            Step::Do(_) | Step::Say(_) => step.templates(),
        };
        let mut reads = Self::default();
        for template in templates {
            for (name, names) in [("answers", &mut reads.answers), ("pass", &mut reads.pass)] {
                names.whole |= template.mentions_whole(name);
                names.parts.extend(template.parts_of(name).map(str::to_owned));
            }
            reads.caller |= template.mentions("caller");
        }
        reads
    }

    /// Whether they read this answer.
    pub(super) fn answer(&self, name: &str) -> bool {
        self.answers.whole || self.answers.parts.contains(name)
    }

    /// Whether the record has all that they read. `passed` says whether pass-through data has a key.
    pub(super) fn presence(&self, visit: &Visit<'_>, passed: impl Fn(&str) -> bool) -> Presence {
        let answers = self.answers.parts.iter().map(|name| visit.answer(name));
        let pass = self.pass.parts.iter().map(|key| if passed(key) { Presence::Kept } else { Presence::Missing });
        let mut all: Vec<Presence> = answers.chain(pass).collect();
        if self.answers.whole && visit.has_redacted() {
            all.push(Presence::Redacted);
        }
        let worst = [Presence::Redacted, Presence::Missing].into_iter().find(|presence| all.contains(presence));
        worst.unwrap_or(Presence::Kept)
    }
}
