//! Building the graph of a flow.

use super::super::action::{Action, ExitTo, Taken};
use super::super::mistake::Position;
use super::super::{
    AfterPin, Condition, Destination, Fallback, Flow, Ivr, IvrName, Ivrs, Reply, Rules, Scope, Step, VerifyPin,
    WixAnswers,
};
use super::{Edge, End, Graph, Place};
use crate::flow::Definitions;
use crate::number::PhoneNumber;
use crate::outcome::Outcome;
use crate::time::EpochMs;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The outcomes for a caller who keys nothing: silence uses up the call's tries.
const OF_SILENCE: [Outcome; 2] = [Outcome::Unanswered, Outcome::TooManyAttempts];

/// What an edge leads to.
#[derive(Clone)]
struct Target {
    to: Place,
    unless_answered: bool,
    in_silence: bool,
    verified: bool,
    is_fallback: bool,
}

/// Where an edge comes from.
#[derive(Clone, Copy)]
struct Origin<'a> {
    from: &'a Place,
    outcome: Option<Outcome>,
}

impl Target {
    fn always(to: Place) -> Self {
        Self { to, unless_answered: false, in_silence: true, verified: false, is_fallback: false }
    }
}

impl Graph {
    /// The graph of a flow.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let mut graph = Self::default();
        if let Some(wix) = &flow.wix_answers {
            graph.wix_answers(wix, &flow.fallback.wix_answers);
        }
        if flow.ivrs.iter().len() > 0 {
            graph.ivrs(&flow.ivrs, &flow.fallback, &flow.definitions);
            graph.receptionists(flow);
        }
        graph.find_entries(flow.starts.as_ref());
        graph
    }

    fn ivrs(&mut self, ivrs: &Ivrs, fallback: &Fallback, definitions: &Arc<Definitions>) {
        let of_fallback = |number: &PhoneNumber| number.as_str().to_owned();
        let fallback = targets(&fallback.action, ivrs, of_fallback);
        let action = |action: &_| targets(action, ivrs, |number| number_in_words(number, definitions));
        self.fallback.extend(fallback.iter().map(|target| target.to.clone()));
        for ivr in ivrs.iter() {
            let Some(step) = &ivr.step else { continue };
            let from = Place::Ivr(ivr.name.clone());
            self.places.push(from.clone());
            let origin = Origin { from: &from, outcome: None };
            match step {
                Step::Say(rules) => {
                    let read = [Target::always(Place::End(End::Say))];
                    self.rules(origin, rules, &read, |_| read.to_vec());
                }
                Step::Do(rules) => self.rules(origin, rules, &fallback, action),
                Step::VerifyPin(verify) => {
                    self.asks_for_pin.push(ivr.name.clone());
                    let verified = Origin { outcome: Some(Outcome::Verified), ..origin };
                    self.rules(verified, &verify.verified, &fallback, |after: &AfterPin| {
                        let proved = |target| Target { verified: after.verified, ..target };
                        action(&after.action).into_iter().map(proved).collect()
                    });
                    for (outcome, rules) in other_outcomes(verify) {
                        let origin = Origin { outcome: Some(outcome), ..origin };
                        match rules {
                            Some(rules) => self.rules(origin, rules, &fallback, action),
                            None => self.fallback_after(origin, &fallback, OF_SILENCE.contains(&outcome), None, ivr.at),
                        }
                    }
                }
            }
        }
    }

    /// Without a portal, IVRs stand in for virtual receptionists.
    fn receptionists(&mut self, flow: &Flow) {
        for (id, name) in &flow.twiml.virtual_receptionists {
            let from = Place::End(End::VirtualReceptionist(id.clone()));
            let led_to = self.edges.iter().any(|edge| edge.to == from) || self.fallback.contains(&from);
            if let Some(ivr) = flow.ivrs.get(name).filter(|_| led_to) {
                let to = place_of(ivr);
                let when = Some("without a portal".to_owned());
                self.edge(Origin { from: &from, outcome: None }, Target::always(to), None, when, ivr.at);
            }
        }
    }

    fn wix_answers(&mut self, wix: &WixAnswers, fallback: &Reply) {
        let from = Place::AuthWebhook;
        self.places.push(from.clone());
        let target = |reply: &Reply| {
            Target::always(Place::End(match reply {
                Reply::Redirect(guid) => {
                    End::WixIvr(wix.name_of(guid).map_or_else(|| guid.canonical(), |name| name.to_string()))
                }
                Reply::Disconnect => End::HangUp,
            }))
        };
        let fallback = [target(fallback)];
        self.fallback.extend(fallback.iter().map(|target| target.to.clone()));
        let outcomes = [
            (Outcome::Verified, &wix.success),
            (Outcome::Wrong, &wix.failure),
            (Outcome::Locked, &wix.locked),
            (Outcome::Unknown, &wix.unknown),
            (Outcome::Banned, &wix.banned),
        ];
        for (outcome, rules) in outcomes {
            let origin = Origin { from: &from, outcome: Some(outcome) };
            let verified = outcome == Outcome::Verified;
            self.rules(origin, rules, &fallback, |reply| vec![Target { verified, ..target(reply) }]);
        }
    }

    fn rules<T>(
        &mut self,
        origin: Origin<'_>,
        rules: &Rules<T>,
        fallback: &[Target],
        targets: impl Fn(&T) -> Vec<Target>,
    ) {
        let alternatives = rules.iter().len() > 1;
        let otherwise = || alternatives.then(|| "otherwise".to_owned());
        let mut silence_continues = origin.outcome.is_none_or(|outcome| OF_SILENCE.contains(&outcome));
        let mut last = Position::default();
        for (number, rule) in rules.in_reach() {
            let of_silence = rule.when.as_ref().map_or(Some(true), Condition::of_silence);
            let in_silence = silence_continues && of_silence != Some(false);
            silence_continues &= of_silence != Some(true);
            let when = rule.when.as_ref().map(|condition| condition.source().trim().to_owned()).or_else(otherwise);
            for target in targets(&rule.then) {
                let in_silence = in_silence && target.in_silence;
                let target = Target { in_silence, ..target };
                self.edge(origin, target, alternatives.then_some(number), when.clone(), rule.at);
            }
            last = rule.at;
        }
        if !rules.is_exhaustive() {
            self.fallback_after(origin, fallback, silence_continues, Some("no rule holds"), last);
        }
    }

    fn fallback_after(
        &mut self,
        origin: Origin<'_>,
        fallback: &[Target],
        in_silence: bool,
        when: Option<&str>,
        at: Position,
    ) {
        for target in fallback {
            let in_silence = in_silence && target.in_silence;
            let target = Target { in_silence, is_fallback: true, ..target.clone() };
            self.edge(origin, target, None, when.map(str::to_owned), at);
        }
    }

    fn edge(&mut self, origin: Origin<'_>, target: Target, rule: Option<usize>, when: Option<String>, at: Position) {
        let Target { to, unless_answered, in_silence, verified, is_fallback } = target;
        let (from, outcome) = (origin.from.clone(), origin.outcome);
        self.edges.push(Edge { from, to, outcome, rule, is_fallback, when, at, unless_answered, in_silence, verified });
    }

    fn find_entries(&mut self, starts: Option<&Rules<IvrName>>) {
        let started: BTreeSet<&IvrName> = starts.into_iter().flat_map(Rules::iter).map(|rule| &rule.then).collect();
        let led_to: BTreeSet<&Place> =
            self.edges.iter().filter(|edge| edge.from != edge.to).map(|edge| &edge.to).collect();
        let is_entry = |place: &&Place| match place {
            Place::Ivr(name) => started.contains(name) || !led_to.contains(place),
            Place::AuthWebhook | Place::End(_) => true,
        };
        self.entries = self.places.iter().filter(is_entry).cloned().collect();
    }
}

/// Every outcome of a PIN question other than a right PIN; `None` leads to the fallback.
fn other_outcomes(verify: &VerifyPin) -> [(Outcome, Option<&Rules<super::super::FlowAction>>); 5] {
    [
        (Outcome::Wrong, Some(&verify.wrong)),
        (Outcome::TooManyAttempts, verify.too_many_attempts.as_ref()),
        (Outcome::Locked, verify.on_locked()),
        (Outcome::Unknown, Some(verify.on_unknown())),
        (Outcome::Unanswered, Some(verify.on_unanswered())),
    ]
}

/// A number as a drawing names it: the number itself, or the template that gives it.
fn number_in_words(destination: &Destination, definitions: &Arc<Definitions>) -> String {
    let template = match destination {
        Destination::Fixed(number) => return number.as_str().to_owned(),
        Destination::Template(template) => template,
    };
    // Out of constants alone it is always the same number, in whatever words.
    let fixed = template.depends_on(&["flow"]).then(|| Scope::new(definitions, EpochMs(0), ""));
    let number = fixed.and_then(|scope| template.render(&scope).ok());
    let number = number.and_then(|text| PhoneNumber::parse(text.trim()).ok());
    number.map_or_else(|| template.source().trim().to_owned(), |number| number.as_str().to_owned())
}

/// The place of an IVR: an end if the portal decides what follows.
fn place_of(ivr: &Ivr) -> Place {
    match ivr.step {
        Some(_) => Place::Ivr(ivr.name.clone()),
        None => Place::End(End::PortalIvr(ivr.name.clone())),
    }
}

/// Where an action leads.
fn targets<T, N>(action: &Action<T, N>, ivrs: &Ivrs, number: impl Fn(&N) -> String) -> Vec<Target> {
    let exits = action.exits();
    let has_other_exit = exits.len() > 1;
    let target = |exit: super::super::action::Exit<'_, N>| {
        let to = match exit.to {
            ExitTo::Ivr(name) => ivrs.get(name).map_or_else(|| Place::Ivr(name.clone()), place_of),
            ExitTo::Ring(numbers) => Place::End(End::FindMe(numbers.iter().map(&number).collect())),
            ExitTo::PortalFindMe(id) => Place::End(End::FindMe(vec![format!("FindMe {id}")])),
            ExitTo::VirtualReceptionist(id) => Place::End(End::VirtualReceptionist(id.clone())),
            ExitTo::Voicemail(id) => Place::End(End::Voicemail(id.clone())),
            ExitTo::Transfer(to) => Place::End(End::Transfer(number(to))),
            ExitTo::HangUp => Place::End(End::HangUp),
        };
        let answered = exit.taken == Taken::IfAnswered;
        Target {
            unless_answered: exit.taken == Taken::IfNobodyAnswers,
            in_silence: !(answered && has_other_exit),
            ..Target::always(to)
        }
    };
    exits.into_iter().map(target).collect()
}
