//! Answers: the first rule that holds, with its texts filled in and the state that travels on.

use super::super::answer::{Answer, Next, Reason};
use super::super::error::{Undecidable, Why};
use super::super::judged::of_attempt;
use super::super::plan::PinAttempt;
use super::super::render;
use super::super::state::{CallState, Verified};
use super::{Engine, fallback, with_caller};
use crate::attempt::AuthOutcome;
use crate::caller::Attributes;
use crate::flow::action::Action;
use crate::flow::graph::Place;
use crate::flow::{AfterPin, FlowAction, Ivr, Rules, Scope, Step, TakenRule, Template, VerifyPin};
use crate::outcome::Outcome;
use crate::text::spoken_text;

impl Engine<'_> {
    /// Answers an IVR without a PIN question. `caller` has the attributes of the verified caller whom [`Plan::LookUp`]
    /// named, if they are still active, not locked, and have the same PINs; anybody else counts as not verified.
    ///
    /// # Errors
    /// [`Undecidable`]: no rule holds, or a text failed.
    pub fn answer_step(&self, caller: Option<&Attributes>) -> Result<Answer, Undecidable> {
        let (ivr, step) = self.step()?;
        let (scope, state) = match (&self.state.verified, caller) {
            (Some(verified), Some(attributes)) => {
                (with_caller(self.scope(), &verified.user, attributes), self.state.clone())
            }
            // A proof that has ended is not carried on.
            (Some(_), None) if step.speaks_of_caller() => {
                (self.scope(), CallState { verified: None, ..self.state.clone() })
            }
            _ => (self.scope(), self.state.clone()),
        };
        match step {
            Step::Say(rules) => {
                let taken = self.taken(ivr, rules, &scope)?.ok_or_else(|| Why::NoRule.at(&ivr.name, ivr.at.line))?;
                self.say(ivr, &taken, &scope)
            }
            Step::Do(rules) => {
                let taken = self.taken(ivr, rules, &scope)?.ok_or_else(|| Why::NoRule.at(&ivr.name, ivr.at.line))?;
                self.act(Branch { ivr, asked: None }, &taken, taken.then, Outcome::Answered, &scope, &state)
            }
            Step::VerifyPin(_) => Err(Why::NoStep.at(&ivr.name, ivr.at.line)),
        }
    }

    /// Answers an attempt. `call_tries` is how many tries the database has counted for this call, this one included;
    /// `None` if it counted none, because the provider sent no id of the call.
    ///
    /// # Errors
    /// [`Undecidable`]: no rule holds, or a text failed.
    pub fn answer_attempt(
        &self,
        attempt: &PinAttempt<'_>,
        outcome: &AuthOutcome,
        call_tries: Option<u32>,
    ) -> Result<Answer, Undecidable> {
        // The signed count can't be edited, but an older one could be sent again: the higher count holds.
        let tries = call_tries.unwrap_or_default().max(attempt.try_number);
        let proof = match outcome {
            AuthOutcome::Verified { attributes, pins_version, .. } => Some((attributes, pins_version)),
            _ => None,
        };
        let proof = proof.map(|(attributes, pins)| {
            let verified = Verified { user: attempt.caller.user.clone(), pins: pins.clone() };
            (verified, attributes)
        });
        self.settle(attempt.ivr, attempt.verify, self.limited(of_attempt(outcome), tries), tries, proof)
    }

    /// Answers an attempt that is not made, because the calling number or the call has no tries left. `tries` is how many
    /// the call has made, this one included.
    ///
    /// # Errors
    /// [`Undecidable`]: no rule holds, or a text failed.
    pub fn answer_without_attempt(&self, attempt: &PinAttempt<'_>, tries: u32) -> Result<Answer, Undecidable> {
        self.settle(attempt.ivr, attempt.verify, Outcome::TooManyAttempts, tries, None)
    }

    pub(super) fn settle(
        &self,
        ivr: &Ivr,
        verify: &VerifyPin,
        outcome: Outcome,
        tries: u32,
        proof: Option<(Verified, &Attributes)>,
    ) -> Result<Answer, Undecidable> {
        if let (Outcome::Verified, Some((verified, attributes))) = (outcome, proof) {
            return self.let_through(ivr, &verify.verified, tries, verified, attributes);
        }
        let rules = match outcome {
            Outcome::Wrong => Some(&verify.wrong),
            Outcome::Unknown => Some(verify.on_unknown()),
            Outcome::Unanswered | Outcome::HungUp => Some(verify.on_unanswered()),
            Outcome::Locked | Outcome::Suspended => verify.on_locked(),
            _ => verify.too_many_attempts.as_ref(),
        };
        let (scope, state) = (self.scope(), CallState { tries, verified: None });
        let taken = match rules {
            Some(rules) => self.taken(ivr, rules, &scope)?,
            None => None,
        };
        match taken {
            Some(taken) => {
                let branch = Branch { ivr, asked: Some(branch_of(outcome)) };
                self.act(branch, &taken, taken.then, outcome, &scope, &state)
            }
            None => Ok(self.without_rule(ivr, outcome)),
        }
    }

    fn let_through(
        &self,
        ivr: &Ivr,
        rules: &Rules<AfterPin>,
        tries: u32,
        verified: Verified,
        attributes: &Attributes,
    ) -> Result<Answer, Undecidable> {
        let scope = with_caller(self.scope(), &verified.user, attributes);
        let Some(taken) = self.taken(ivr, rules, &scope)? else {
            return Ok(self.without_rule(ivr, Outcome::Verified));
        };
        let AfterPin { action, verified: stays } = taken.then;
        let (outcome, verified) =
            if *stays { (Outcome::Verified, Some(verified)) } else { (Outcome::TurnedAway, None) };
        self.act(
            Branch { ivr, asked: Some(Outcome::Verified) },
            &taken,
            action,
            outcome,
            &scope,
            &CallState { tries, verified },
        )
    }

    fn taken<'r, T>(
        &self,
        ivr: &Ivr,
        rules: &'r Rules<T>,
        scope: &Scope,
    ) -> Result<Option<TakenRule<'r, T>>, Undecidable> {
        rules.first(scope).map_err(|error| Why::Template(error).at(&ivr.name, ivr.at.line))
    }

    fn say(&self, ivr: &Ivr, taken: &TakenRule<'_, Template>, scope: &Scope) -> Result<Answer, Undecidable> {
        let reason = Reason::of(Place::Ivr(ivr.name.clone()), None, taken);
        let text = taken.then.render(scope).map_err(|error| Why::Template(error).in_rule(&ivr.name, &reason))?;
        Ok(Answer {
            next: Next::Say(spoken_text(&text).into_owned()),
            outcome: Outcome::Said,
            state: None,
            reason: Some(reason),
            numbers_left_out: 0,
        })
    }

    fn act<T>(
        &self,
        branch: Branch<'_>,
        taken: &TakenRule<'_, T>,
        action: &FlowAction,
        outcome: Outcome,
        scope: &Scope,
        state: &CallState,
    ) -> Result<Answer, Undecidable> {
        let reason = Reason::of(Place::Ivr(branch.ivr.name.clone()), branch.asked, taken);
        let rendered = render::action(action, scope).map_err(|why| why.in_rule(&branch.ivr.name, &reason))?;
        let state = match &rendered.action {
            Action::Ivr(_) => state.write(self.binding(), self.now),
            _ => None,
        };
        Ok(Answer {
            next: Next::Action(rendered.action),
            outcome,
            state,
            reason: Some(reason),
            numbers_left_out: rendered.numbers_left_out,
        })
    }

    /// The fallback, because the flow has no rule for this outcome.
    fn without_rule(&self, ivr: &Ivr, outcome: Outcome) -> Answer {
        let reason = Reason::none_for(Place::Ivr(ivr.name.clone()), Some(branch_of(outcome)), ivr.at.line);
        Answer { outcome, reason: Some(reason), ..fallback(self.flow, self.results) }
    }
}

/// The part of an IVR's step whose rules decide: those of an outcome, if the IVR asks for a PIN.
#[derive(Clone, Copy)]
struct Branch<'f> {
    ivr: &'f Ivr,
    asked: Option<Outcome>,
}

/// The outcome under whose rules another outcome is answered.
fn branch_of(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Suspended => Outcome::Locked,
        Outcome::HungUp => Outcome::Unanswered,
        Outcome::TurnedAway => Outcome::Verified,
        outcome => outcome,
    }
}
