//! What the next-action webhook does with an IVR's results, and what it answers.

use super::{
    action::Action,
    call_state::{Binding, CallState},
    document::to_xml,
    fixed::{fixed_document, mentions_caller},
    pass_through::{PASS_THROUGH_LIMIT_BYTES, PassThrough},
    pin_outcome::PinOutcome,
    request::IvrResults,
};
use crate::{
    ani::Ani,
    attempt::AuthOutcome,
    caller::{Attributes, CallerItem, Status},
    flow::{self, Flow, FlowAction, Scope, Step, Template, TemplateError, VerifyPin},
    identity::{CallerId, UserId},
    pin::{Guess, PinKeys},
    text::spoken_text,
    time::EpochMs,
};

/// An IVR's results, together with what they are judged by.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    flow: &'a Flow,
    results: &'a IvrResults,
    keys: &'a PinKeys,
    state: CallState,
    now: EpochMs,
}

/// What the results ask for.
#[derive(Clone, Debug)]
pub enum Plan<'f> {
    /// The answer is known.
    Answer(NextAnswer),
    /// The answer speaks of a caller who was verified earlier in the call.
    Lookup {
        /// Who it is.
        caller: CallerId,
        /// What then to render.
        step: &'f Step,
    },
    /// A PIN has to be verified.
    Attempt(PinAttempt<'f>),
}

/// A PIN to verify.
#[derive(Clone, Debug)]
pub struct PinAttempt<'f> {
    /// What the flow says.
    pub verify: &'f VerifyPin,
    /// Whose PIN.
    pub caller: CallerId,
    /// The PIN, or not.
    pub guess: Guess,
    /// Where the call comes from.
    pub ani: Ani,
    /// Which try of the call this is, from 1, by the signed pass-through data.
    pub try_number: u32,
}

/// An answer of the dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextAnswer {
    /// What the provider gets.
    pub body: NextBody,
    /// The word for logs and metrics.
    pub outcome: &'static str,
}

/// The two forms of an answer ("Advanced Webhook Actions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextBody {
    /// "Retrieve next action": an XML document.
    Action(String),
    /// "Retrieve message and read to user": a text.
    Say(String),
}

/// Why there is no answer but the fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The flow does not speak this dialect.
    #[error("the flow has no `dialogtech`")]
    NoDialogTech,
    /// The results do not say which IVR they are of.
    #[error("there is no readable `ivr_id`")]
    NoIvrId,
    /// The flow does not know this IVR.
    #[error("the flow has no such IVR")]
    UnknownIvr,
    /// The flow has rules for this IVR, and none of them holds.
    #[error("none of the flow's rules holds")]
    NoRule,
    /// A template did not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// What the fallback of a flow is for the IVR whose results came in: a text where the IVR is set to read one.
#[must_use]
pub fn fallback(flow: &Flow, results: &IvrResults) -> NextAnswer {
    let body = match step(flow, results) {
        Ok(Step::Say(_)) => NextBody::Say(spoken_text(&flow.fallback.say).into_owned()),
        _ => NextBody::Action(fixed_document(&flow.fallback.dialogtech)),
    };
    NextAnswer { body, outcome: "fallback" }
}

fn step<'f>(flow: &'f Flow, results: &IvrResults) -> Result<&'f Step, Undecided> {
    let dialect = flow.dialogtech.as_ref().ok_or(Undecided::NoDialogTech)?;
    let ivr_id = results.call.ivr_id.as_ref().ok_or(Undecided::NoIvrId)?;
    dialect.ivrs.get(ivr_id).ok_or(Undecided::UnknownIvr)
}

impl<'a> Visit<'a> {
    /// Reads the call's state out of the pass-through data.
    #[must_use]
    pub fn new(flow: &'a Flow, results: &'a IvrResults, keys: &'a PinKeys, now: EpochMs) -> Self {
        let mut visit = Self { flow, results, keys, state: CallState::default(), now };
        visit.state = CallState::read(&results.pass_through, visit.binding(), now);
        visit
    }

    fn binding(&self) -> Binding<'a> {
        let session_id = self.results.call.session_id.as_ref().map_or("", |id| id.as_str());
        Binding { keys: self.keys, flow: &self.flow.name, session_id }
    }

    /// What the results ask for.
    ///
    /// # Errors
    /// [`Undecided`]: the flow has nothing for these results, or a template did not render.
    pub fn plan(&self) -> Result<Plan<'a>, Undecided> {
        let step = step(self.flow, self.results)?;
        if let Step::VerifyPin(verify) = step {
            return self.plan_verify(verify);
        }
        let speaks_of_caller = match step {
            Step::Do(rules) => {
                rules.conditions_mention("caller") || rules.iter().any(|rule| mentions_caller(&rule.then))
            }
            Step::Say(rules) => {
                rules.conditions_mention("caller") || rules.iter().any(|rule| rule.then.mentions("caller"))
            }
            Step::VerifyPin(_) => false,
        };
        match &self.state.verified {
            Some(user) if speaks_of_caller => Ok(Plan::Lookup { caller: self.caller(user.clone()), step }),
            _ => self.answer_step(step, None).map(Plan::Answer),
        }
    }

    fn plan_verify(&self, verify: &'a VerifyPin) -> Result<Plan<'a>, Undecided> {
        let settled = |outcome| self.settle(verify, outcome, self.tries(), None).map(Plan::Answer);
        // The webhook also fires when the caller hangs up: nobody hears the answer, and it is no attempt.
        if self.results.call.completed == Some(false) {
            return settled(PinOutcome::HungUp);
        }
        // What was not answered comes as `NA`: it must not become part of an account or a PIN.
        let answers = self.results.answers.firsts().filter(|(name, _)| self.results.answered(name).is_some());
        let answers = answers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let scope = self.scope().with_answers(answers);
        // What is too long to be read is a user whom nobody enrolled, and a PIN that is never right.
        let user = unless_too_long(verify.user.render(&scope))?;
        let guess = match unless_too_long(verify.pin.render(&scope))?.map(zeroize::Zeroizing::new) {
            Some(pin) => Guess::keyed(&pin),
            None => Some(Guess::unreadable()),
        };
        let (false, Some(guess)) = (user.as_ref().is_some_and(|user| user.trim().is_empty()), guess) else {
            return settled(self.limited(PinOutcome::Unanswered, self.tries()));
        };
        let Some(Ok(user)) = user.map(|user| UserId::parse(&user, self.flow.identifier)) else {
            return settled(self.limited(PinOutcome::Unknown, self.tries()));
        };
        let ani = Ani::parse(self.results.call.caller_id.as_deref());
        Ok(Plan::Attempt(PinAttempt { verify, caller: self.caller(user), guess, ani, try_number: self.tries() }))
    }

    /// Answers a step that is no PIN question, with the item of the verified caller where it was looked up. One who is
    /// gone or suspended by now counts as not verified.
    ///
    /// # Errors
    /// [`Undecided::Template`] where a template did not render.
    pub fn answer_step(&self, step: &Step, caller: Option<&CallerItem>) -> Result<NextAnswer, Undecided> {
        let active = caller.filter(|item| item.status == Status::Active);
        let scope = match (&self.state.verified, active) {
            (Some(user), Some(item)) => with_caller(self.scope(), user, &item.attributes),
            _ => self.scope(),
        };
        Ok(match step {
            Step::Say(rules) => {
                let text = rules.first(&scope)?.ok_or(Undecided::NoRule)?;
                let said = spoken_text(&text.render(&scope)?).into_owned();
                NextAnswer { body: NextBody::Say(said), outcome: "said" }
            }
            Step::Do(rules) => {
                let action = rules.first(&scope)?.ok_or(Undecided::NoRule)?;
                let document = self.document(action, &scope, &self.state)?;
                NextAnswer { body: NextBody::Action(document), outcome: "answered" }
            }
            Step::VerifyPin(verify) => self.settle(verify, PinOutcome::Unanswered, self.tries(), None)?,
        })
    }

    /// Answers an attempt. `call_tries` is how many tries the database has counted for this call, this one included;
    /// `None` where it counted none, because the provider sent no session id.
    ///
    /// # Errors
    /// [`Undecided::Template`] where a template did not render.
    pub fn answer_attempt(
        &self,
        attempt: &PinAttempt<'_>,
        outcome: &AuthOutcome,
        call_tries: Option<u32>,
    ) -> Result<NextAnswer, Undecided> {
        // The signed count cannot be edited, but an older one could be sent again: the higher count holds.
        let tries = call_tries.unwrap_or_default().max(attempt.try_number);
        let verified = match outcome {
            AuthOutcome::Verified { attributes } => Some((&attempt.caller.user, attributes)),
            _ => None,
        };
        self.settle(attempt.verify, self.limited(PinOutcome::of(outcome), tries), tries, verified)
    }

    /// Answers an attempt from a calling number that is over its limit.
    ///
    /// # Errors
    /// [`Undecided::Template`] where a template did not render.
    pub fn answer_over_ani_limit(&self, attempt: &PinAttempt<'_>) -> Result<NextAnswer, Undecided> {
        self.settle(attempt.verify, PinOutcome::TooManyAttempts, attempt.try_number, None)
    }

    fn limited(&self, outcome: PinOutcome, tries: u32) -> PinOutcome {
        outcome.within(self.flow.limits.attempts_per_call, tries)
    }

    fn settle(
        &self,
        verify: &VerifyPin,
        outcome: PinOutcome,
        tries: u32,
        verified: Option<(&UserId, &Attributes)>,
    ) -> Result<NextAnswer, Undecided> {
        let rules = match outcome {
            PinOutcome::Verified => Some(&verify.verified),
            PinOutcome::Wrong => Some(&verify.wrong),
            PinOutcome::Unknown => Some(verify.on_unknown()),
            PinOutcome::Unanswered => Some(verify.on_unanswered()),
            PinOutcome::Locked | PinOutcome::Suspended => verify.on_locked(),
            PinOutcome::TooManyAttempts => verify.on_too_many_attempts(),
            PinOutcome::HungUp => None,
        };
        let (scope, user) = match (outcome, verified) {
            (PinOutcome::Verified, Some((user, attributes))) => {
                (with_caller(self.scope(), user, attributes), Some(user.clone()))
            }
            _ => (self.scope(), None),
        };
        let state = CallState { tries, verified: user };
        let action = rules.map(|rules| rules.first(&scope)).transpose()?.flatten();
        let document = match action {
            Some(action) => self.document(action, &scope, &state)?,
            None if outcome == PinOutcome::HungUp => to_xml(&Action::Hangup),
            None => fixed_document(&self.flow.fallback.dialogtech),
        };
        Ok(NextAnswer { body: NextBody::Action(document), outcome: outcome.name() })
    }

    fn document(&self, action: &FlowAction, scope: &Scope, state: &CallState) -> Result<String, TemplateError> {
        let action = action.try_map(
            |text| left_out_where_too_long(text, scope),
            |pass| Ok(self.pass_through(&pass.try_map(|text| left_out_where_too_long(text, scope))?, state)),
            |number| number.number(scope),
        )?;
        Ok(to_xml(&action))
    }

    /// What the next IVR is given: what came in, the flow's own, and the call's state where there is any.
    fn pass_through(&self, of_flow: &flow::PassThrough<String>, state: &CallState) -> String {
        let mut pass_through = self.results.pass_through.clone();
        match of_flow {
            flow::PassThrough::None => {}
            flow::PassThrough::Opaque(text) => pass_through = PassThrough::parse(&spoken_text(text)),
            flow::PassThrough::Pairs(pairs) => pairs.iter().for_each(|(key, value)| pass_through.set(key, value)),
        }
        if *state == CallState::default() {
            pass_through.remove(super::call_state::KEY);
        } else {
            state.write(&mut pass_through, self.binding(), self.now);
        }
        pass_through.render(PASS_THROUGH_LIMIT_BYTES).text
    }

    fn tries(&self) -> u32 {
        self.state.tries.saturating_add(1)
    }

    fn caller(&self, user: UserId) -> CallerId {
        CallerId { realm: self.flow.realm.clone(), user }
    }

    fn scope(&self) -> Scope {
        let session_id = self.results.call.session_id.as_ref().map_or("", |id| id.as_str());
        Scope::new(&self.flow.definitions, self.now, session_id)
            .with_call(self.results.call.fields.clone())
            .with_source(self.results.source.clone())
            .with_answers(self.results.answers.clone())
            .with_pass(self.results.pass_through.iter())
    }
}

/// A text for one place of an action. One that gets too long leaves its place empty: what somebody sends changes nothing
/// beside it, and half a text is never said.
fn left_out_where_too_long(text: &Template, scope: &Scope) -> Result<String, TemplateError> {
    unless_too_long(text.render(scope)).map(Option::unwrap_or_default)
}

/// None where a text gets too long, or takes too many steps because of what it is made of.
fn unless_too_long(rendered: Result<String, TemplateError>) -> Result<Option<String>, TemplateError> {
    match rendered {
        Err(TemplateError::TooLong | TemplateError::TooManySteps) => Ok(None),
        rendered => rendered.map(Some),
    }
}

fn with_caller(scope: Scope, user: &UserId, attributes: &Attributes) -> Scope {
    let id = ("id".to_owned(), serde_json::Value::from(user.as_str()));
    scope.with_caller(attributes.clone().into_iter().chain([id]))
}
