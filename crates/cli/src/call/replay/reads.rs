//! What the rules after an IVR read, by the flow alone: whether the record of a visit is enough to judge them.

use super::visit::{Presence, Visit};
use ringbolt_core::flow::{Destination, FlowAction, Rules, Step, Template, VerifyPin};
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
        let mut reads = Self::default();
        match step {
            Step::Do(rules) => reads.actions(rules),
            Step::Say(rules) => reads.rules(rules, |text| vec![text]),
            Step::VerifyPin(verify) => reads.outcomes(verify),
        }
        reads
    }

    fn outcomes(&mut self, verify: &VerifyPin) {
        let VerifyPin { wrong, too_many_attempts, locked, unknown, unanswered, .. } = verify;
        self.actions(wrong);
        [too_many_attempts, locked, unknown, unanswered].into_iter().flatten().for_each(|rules| self.actions(rules));
    }

    fn actions(&mut self, rules: &Rules<FlowAction>) {
        self.rules(rules, |action| Destination::templates(action).collect());
    }

    fn rules<'r, T>(&mut self, rules: &'r Rules<T>, texts: impl Fn(&'r T) -> Vec<&'r Template>) {
        for rule in rules.iter() {
            for (name, names) in [("answers", &mut self.answers), ("pass", &mut self.pass)] {
                if let Some(condition) = &rule.when {
                    names.whole |= condition.mentions_whole(name);
                    names.parts.extend(condition.parts_of(name).map(str::to_owned));
                }
                for text in texts(&rule.then) {
                    names.whole |= text.mentions_whole(name);
                    names.parts.extend(text.parts_of(name).map(str::to_owned));
                }
            }
            self.caller |= rule.when.as_ref().is_some_and(|condition| condition.mentions("caller"));
            self.caller |= texts(&rule.then).into_iter().any(|text| text.mentions("caller"));
        }
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
