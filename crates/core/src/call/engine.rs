//! The one engine: it decides what follows an IVR's results, whichever provider sent them.

mod answering;

use super::answer::{Answer, Next};
use super::error::{Undecidable, Why};
use super::judged::within;
use super::plan::{PinAttempt, Plan};
use super::render::unless_too_long;
use super::results::{Ended, Results};
use super::state::{Binding, CallState, Verified};
use crate::{
    ani::Ani,
    caller::Attributes,
    flow::{Flow, Ivr, Owner, Scope, Step, VerifyPin, hours::Closures},
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
                Ok(Plan::LookUp { caller: self.caller(user.clone()), pins: pins.clone(), tries: self.state.tries })
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
        let (caller, try_number) = (self.caller(user), self.tries());
        Ok(Plan::Attempt(PinAttempt { ivr, verify, caller, guess, ani, try_number }))
    }

    fn limited(&self, outcome: Outcome, tries: u32) -> Outcome {
        within(outcome, self.flow.limits.attempts_per_call, tries)
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

pub(super) fn with_caller(scope: Scope, user: &UserId, attributes: &Attributes) -> Scope {
    let id = ("id".to_owned(), serde_json::Value::from(user.as_str()));
    scope.with_caller(attributes.clone().into_iter().chain([id]))
}
