//! Whether an outcome leads where the right PIN leads. What counts is the place, an IVR or a number: with other texts it
//! is the same place.

use super::super::mistake::{Mistake, Position};
use super::super::rules::Rules;
use super::super::{Destination, FlowAction, Scope, Step};
use super::reader::Reader;
use crate::dialogtech::action::{Action, FindMeTarget};
use crate::dialogtech::number::{BuildingBlockId, PhoneNumber, QuestionId};
use crate::time::EpochMs;
use std::collections::BTreeMap;

/// How the fallback is called in messages.
pub(super) const FALLBACK: &str = "the flow's fallback";

const HANGUP: &str = "hangup";

/// Where an action leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destined {
    /// To an IVR, at its beginning or at a question.
    Ivr(BuildingBlockId, Option<QuestionId>),
    /// Anywhere else, in words of our own.
    Elsewhere(String),
}

/// Outcomes that lead where the right PIN leads, until it is known whether the flow itself looks there who calls.
pub(super) struct Shared {
    at: Position,
    message: String,
    /// The IVRs; none where it is no IVR.
    ivrs: Option<Vec<BuildingBlockId>>,
}

impl Destined {
    pub(super) fn of_flow(r: &Reader, action: &FlowAction) -> Self {
        let definitions = r.vocabulary.definitions();
        Self::of(action, |destination| match destination {
            Destination::Fixed(number) => number.as_str().to_owned(),
            Destination::Template(template) => {
                let fixed = template.depends_on(&["flow"]).then(|| Scope::new(definitions, EpochMs(0), ""));
                let number = fixed.and_then(|scope| template.render(&scope).ok());
                let number = number.and_then(|text| PhoneNumber::parse(text.trim()).ok());
                number.map_or_else(|| template.source().trim().to_owned(), |number| number.as_str().to_owned())
            }
        })
    }

    pub(super) fn of<T, P, N>(action: &Action<T, P, N>, number: impl Fn(&N) -> String) -> Self {
        Self::Elsewhere(match action {
            Action::Ivr(ivr) => return Self::Ivr(ivr.id.clone(), ivr.question_id.clone()),
            Action::FindMe(findme) => match &findme.target {
                FindMeTarget::Id(id) => format!("findme {id}"),
                FindMeTarget::PhoneList(list) => list.numbers().iter().map(number).collect::<Vec<_>>().join("|"),
            },
            Action::VirtualReceptionist { id } => format!("vr {id}"),
            Action::Voicemail { id } => format!("voicemail {id}"),
            Action::Hangup => HANGUP.to_owned(),
            Action::Transfer { destination } => number(destination),
        })
    }

    /// Whether it is the same IVR, at whichever question.
    fn is_beside(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Ivr(one, _), Self::Ivr(two, _)) if one == two)
    }
}

/// Where the rules that some call can take lead.
pub(super) fn destinations<T>(rules: &Rules<T>, of: impl Fn(&T) -> Destined) -> Vec<Destined> {
    rules.in_reach().map(|rule| of(&rule.then)).collect()
}

/// Notes an outcome that leads where the right PIN leads: everywhere, or for some callers.
pub(super) fn keep_apart(r: &mut Reader, at: Position, name: &str, right: &[Destined], other: &[Destined]) {
    if right.iter().all(|place| other.contains(place)) {
        let message = if name == FALLBACK {
            format!("`verified` leads where {FALLBACK} leads, which would let an unverified caller through")
        } else {
            format!("{name} leads where `verified` leads: it would let an unverified caller through")
        };
        let ivr = |place: &Destined| if let Destined::Ivr(id, _) = place { Some(id.clone()) } else { None };
        r.shared.push(Shared { at, message, ivrs: right.iter().map(ivr).collect() });
        return;
    }
    // The end of a call lets nobody through; that a fallback rings people whom some verified callers reach as well is
    // common.
    let is_shared = |place: &&Destined| {
        let counts = match place {
            Destined::Ivr(..) => true,
            Destined::Elsewhere(place) => name != FALLBACK && place != HANGUP,
        };
        counts && other.iter().any(|other| other == *place || other.is_beside(place))
    };
    if let Some(place) = right.iter().find(is_shared) {
        let what = if matches!(place, Destined::Ivr(..)) { "an IVR" } else { "an action" };
        let message = format!("{name} and `verified` share {what}: make sure that it lets nobody through");
        r.findings.push(Mistake::warning(at, message));
    }
}

/// Tells what was noted, once all IVRs are read: an IVR after which the flow looks who calls lets nobody through.
pub(super) fn tell(r: &mut Reader, steps: &BTreeMap<BuildingBlockId, Step>) {
    for Shared { at, message, ivrs } in std::mem::take(&mut r.shared) {
        let looks = |id: &BuildingBlockId| steps.get(id).is_some_and(looks_who_calls);
        if ivrs.is_some_and(|ivrs| ivrs.iter().all(looks)) {
            let message = message.replace("it would let", "it may let").replace("which would let", "which may let");
            r.findings.push(Mistake::warning(at, message));
        } else {
            r.mistake(at, message);
        }
    }
}

fn looks_who_calls(step: &Step) -> bool {
    match step {
        Step::VerifyPin(_) => false,
        Step::Do(rules) => rules.conditions_mention("caller"),
        Step::Say(rules) => rules.conditions_mention("caller") || rules.iter().all(|rule| rule.then.mentions("caller")),
    }
}
