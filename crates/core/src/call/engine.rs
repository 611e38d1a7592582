//! The one engine: it decides what follows an IVR's results, whichever provider sent them.

use super::answer::{Answer, Next, Reason};
use super::error::{Undecidable, Why};
use super::judged::{of_attempt, within};
use super::plan::{PinAttempt, Plan};
use super::render::{self, unless_too_long};
use super::results::{Ended, Results};
use super::state::{Binding, CallState, Verified};
use crate::{
    ani::Ani,
    attempt::AuthOutcome,
    caller::Attributes,
    flow::{
        AfterPin, Flow, FlowAction, Ivr, Owner, Rules, Scope, Step, TakenRule, Template, VerifyPin, action::Action,
        graph::Place, hours::Closures,
    },
    identity::{CallerId, UserId},
    outcome::Outcome,
    pin::{Guess, PinKeys},
    text::spoken_text,
    time::EpochMs,
};
use std::sync::Arc;

/// An IVR's results, together with what they are judged by.
#[derive(Clone, Debug)]
pub struct Engine<'a> {
    flow: &'a Flow,
    results: &'a Results,
    keys: &'a PinKeys,
    closures: &'a Arc<Closures>,
    state: CallState,
    now: EpochMs,
}

/// What the fallback of a flow is after an IVR: a text if the IVR is set to read one.
#[must_use]
pub fn fallback(flow: &Flow, results: &Results) -> Answer {
    let ended = results.ended.ivr().and_then(|name| flow.ivrs.get(name));
    let next = match ended.and_then(|ivr| ivr.step.as_ref()) {
        Some(Step::Say(_)) => Next::Say(spoken_text(&flow.fallback.say).into_owned()),
        _ => Next::Action(flow.fallback.action.clone()),
    };
    Answer { next, outcome: Outcome::Fallback, state: None, reason: None, numbers_left_out: 0 }
}

impl<'a> Engine<'a> {
    /// Reads the call's state out of the results.
    #[must_use]
    pub fn new(
        flow: &'a Flow,
        results: &'a Results,
        keys: &'a PinKeys,
        closures: &'a Arc<Closures>,
        now: EpochMs,
    ) -> Self {
        let mut engine = Self { flow, results, keys, closures, state: CallState::default(), now };
        engine.state = CallState::read(results.state.as_deref(), engine.binding(), now);
        engine
    }

    fn binding(&self) -> Binding<'a> {
        let call_id = self.results.session_id.as_ref().map(|id| id.as_str());
        Binding { keys: self.keys, flow: &self.flow.name, call_id }
    }

    /// What the results ask for.
    ///
    /// # Errors
    /// [`Undecidable`]: the flow has nothing for these results, or a text failed.
    pub fn plan(&self) -> Result<Plan<'a>, Undecidable> {
        let (ivr, step) = self.step()?;
        if let Step::VerifyPin(verify) = step {
            return self.plan_verify(ivr, verify);
        }
        match &self.state.verified {
            Some(Verified { user, pins }) if step.speaks_of_caller() => {
                Ok(Plan::LookUp { caller: self.caller(user.clone()), pins: pins.clone() })
            }
            _ => self.answer_step(None).map(Plan::Answer),
        }
    }

    fn step(&self) -> Result<(&'a Ivr, &'a Step), Undecidable> {
        if self.flow.ivrs.iter().len() == 0 {
            return Err(Why::NoIvrs.anywhere());
        }
        let ivr = match &self.results.ended {
            Ended::Ivr(name) => self.flow.ivrs.get(name).ok_or(Why::NoIvrId.anywhere())?,
            Ended::Unknown(id) => {
                return Err(
                    Why::UnknownIvr { id: id.chars().filter(|c| !c.is_control()).take(20).collect() }.anywhere()
                );
            }
            Ended::Unsaid => return Err(Why::NoIvrId.anywhere()),
        };
        let step = ivr.step.as_ref().ok_or_else(|| Why::NoStep.at(&ivr.name, ivr.at.line))?;
        Ok((ivr, step))
    }

    fn plan_verify(&self, ivr: &'a Ivr, verify: &'a VerifyPin) -> Result<Plan<'a>, Undecidable> {
        let settled = |outcome| {
            let outcome = self.limited(outcome, self.tries());
            self.settle(ivr, verify, outcome, self.tries(), None).map(Plan::Answer)
        };
        // A webhook also comes when the caller hangs up: that is no attempt, and an answer to somebody who may still be
        // there costs nothing.
        if self.results.completed == Some(false) {
            return settled(Outcome::HungUp);
        }
        // The signed count says that no try is left: nobody's counter is touched any more.
        if self.tries() > self.flow.limits.attempts_per_call {
            return settled(Outcome::TooManyAttempts);
        }
        let scope = self.scope();
        let line = ivr.at.line;
        let failed = |error| Why::Template(error).at(&ivr.name, line);
        // What is too long to be read is a user whom nobody enrolled, and a PIN that is never right.
        let user = match &verify.owner {
            Owner::Shared(user) => Some(user.as_str().to_owned()),
            Owner::User(user) => unless_too_long(user.render(&scope)).map_err(failed)?,
        };
        let guess = match unless_too_long(verify.pin.render(&scope)).map_err(failed)?.map(zeroize::Zeroizing::new) {
            Some(pin) => Guess::keyed(&pin),
            None => Some(Guess::unreadable()),
        };
        let (false, Some(guess)) = (user.as_ref().is_some_and(|user| user.trim().is_empty()), guess) else {
            return settled(Outcome::Unanswered);
        };
        let user = match &verify.owner {
            Owner::Shared(user) => Some(user.clone()),
            Owner::User(_) => user.and_then(|user| UserId::parse(&user, self.flow.identifier).ok()),
        };
        let Some(user) = user else { return settled(Outcome::Unknown) };
        let ani = Ani::parse(self.results.ani.as_deref());
        Ok(Plan::Attempt(PinAttempt { ivr, verify, caller: self.caller(user), guess, ani, try_number: self.tries() }))
    }

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
            AuthOutcome::Verified { attributes, pins_version } => Some((attributes, pins_version)),
            _ => None,
        };
        let proof = proof.map(|(attributes, pins)| {
            let verified = Verified { user: attempt.caller.user.clone(), pins: pins.clone() };
            (verified, attributes)
        });
        self.settle(attempt.ivr, attempt.verify, self.limited(of_attempt(outcome), tries), tries, proof)
    }

    /// Answers an attempt from a calling number that is over its limit.
    ///
    /// # Errors
    /// [`Undecidable`]: no rule holds, or a text failed.
    pub fn answer_over_ani_limit(&self, attempt: &PinAttempt<'_>) -> Result<Answer, Undecidable> {
        self.settle(attempt.ivr, attempt.verify, Outcome::TooManyAttempts, attempt.try_number, None)
    }

    fn limited(&self, outcome: Outcome, tries: u32) -> Outcome {
        within(outcome, self.flow.limits.attempts_per_call, tries)
    }

    fn settle(
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
        let text = taken.then.render(scope).map_err(|error| Why::Template(error).at(&ivr.name, taken.at.line))?;
        Ok(Answer {
            next: Next::Say(spoken_text(&text).into_owned()),
            outcome: Outcome::Said,
            state: None,
            reason: Some(Reason::of(Place::Ivr(ivr.name.clone()), None, taken)),
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
        let rendered = render::action(action, scope).map_err(|why| why.at(&branch.ivr.name, taken.at.line))?;
        let state = match &rendered.action {
            Action::Ivr(_) => state.write(self.binding(), self.now),
            _ => None,
        };
        Ok(Answer {
            next: Next::Action(rendered.action),
            outcome,
            state,
            reason: Some(Reason::of(Place::Ivr(branch.ivr.name.clone()), branch.asked, taken)),
            numbers_left_out: rendered.numbers_left_out,
        })
    }

    /// The fallback, because the flow has no rule for this outcome.
    fn without_rule(&self, ivr: &Ivr, outcome: Outcome) -> Answer {
        let reason = Reason::none_for(Place::Ivr(ivr.name.clone()), Some(branch_of(outcome)), ivr.at.line);
        Answer { outcome, reason: Some(reason), ..fallback(self.flow, self.results) }
    }

    fn tries(&self) -> u32 {
        self.state.tries.saturating_add(1)
    }

    fn caller(&self, user: UserId) -> CallerId {
        CallerId { realm: self.flow.realm.clone(), user }
    }

    fn scope(&self) -> Scope {
        Scope::new(&self.flow.definitions, self.now, self.results.call_id())
            .with_closures(Arc::clone(self.closures))
            .with_call(self.results.call.clone())
            .with_source(self.results.source.clone())
            .with_answers(self.results.answers.clone())
            .with_pass(self.results.passed.iter())
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

pub(super) fn with_caller(scope: Scope, user: &UserId, attributes: &Attributes) -> Scope {
    let id = ("id".to_owned(), serde_json::Value::from(user.as_str()));
    scope.with_caller(attributes.clone().into_iter().chain([id]))
}
