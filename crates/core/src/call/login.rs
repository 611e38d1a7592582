//! The auth webhook's part of a call: the provider names the user, and a PIN was keyed.

use super::answer::Reason;
use super::engine::with_caller;
use super::error::{Undecidable, Why};
use crate::{
    ani::Ani,
    attempt::AuthOutcome,
    caller::Attributes,
    flow::{Flow, Reply, Rules, Scope, WixAnswers, graph::Place, hours::Closures},
    identity::{CallerId, UserId},
    outcome::Outcome,
    pin::Guess,
    time::EpochMs,
};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What came in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoginRequest {
    /// The id of the call, if there is one.
    pub call_id: Option<String>,
    /// The calling number; it can be forged.
    pub ani: Option<String>,
    /// What conditions see as `call`.
    pub call: Map<String, Value>,
    /// The user that the provider found for the call.
    pub user: Option<ProviderUser>,
}

/// The user that the provider found for a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProviderUser {
    /// The provider's id of the user.
    pub id: Option<String>,
    /// Whether the provider calls the user banned.
    pub banned: bool,
    /// What conditions see as `user`.
    pub fields: Map<String, Value>,
}

/// A request, together with what it is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    flow: &'a Flow,
    rules: &'a WixAnswers,
    request: &'a LoginRequest,
    closures: &'a Arc<Closures>,
    now: EpochMs,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub enum LoginPlan<'f> {
    /// It is answered without the database.
    Answer(LoginAnswer<'f>),
    /// A PIN has to be verified.
    Attempt {
        /// Whose PIN.
        caller: CallerId,
        /// What was keyed.
        guess: Guess,
        /// Where the call comes from.
        ani: Ani,
    },
}

/// An answer, for the dialect to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginAnswer<'f> {
    /// Where the call goes.
    pub reply: &'f Reply,
    /// How the request ended.
    pub outcome: Outcome,
    /// Which rule decided.
    pub reason: Reason,
}

impl<'a> Login<'a> {
    /// A request to a flow.
    ///
    /// # Errors
    /// [`Why::NoWixAnswers`]: the flow has no `wix_answers`.
    pub fn new(
        flow: &'a Flow,
        request: &'a LoginRequest,
        closures: &'a Arc<Closures>,
        now: EpochMs,
    ) -> Result<Self, Undecidable> {
        let rules = flow.wix_answers.as_ref().ok_or(Why::NoWixAnswers.anywhere())?;
        Ok(Self { flow, rules, request, closures, now })
    }

    /// Whether operators are told if a duress PIN is keyed.
    #[must_use]
    pub fn tells_duress(&self) -> bool {
        self.rules.duress
    }

    /// What the request asks for; `input` is what the caller keyed.
    ///
    /// # Errors
    /// As [`Login::answer`].
    pub fn plan(&self, input: Option<&str>) -> Result<LoginPlan<'a>, Undecidable> {
        let known = |rules, outcome| self.first(rules, outcome, None).map(LoginPlan::Answer);
        let Some(user) = self.user() else { return known(&self.rules.unknown, Outcome::Unknown) };
        if self.request.user.as_ref().is_some_and(|user| user.banned) {
            return known(&self.rules.banned, Outcome::Banned);
        }
        // Nothing keyed but `#` is no attempt; it is no success either.
        let Some(guess) = input.and_then(Guess::keyed) else {
            return known(&self.rules.failure, Outcome::Unanswered);
        };
        let caller = CallerId { realm: self.flow.realm.clone(), user };
        Ok(LoginPlan::Attempt { caller, guess, ani: Ani::parse(self.request.ani.as_deref()) })
    }

    /// The answer to an attempt. Only a right PIN leads to `success`; if no rule holds, it is the flow's fallback.
    ///
    /// # Errors
    /// [`Undecidable`]: a condition takes too many steps.
    pub fn answer(&self, outcome: &AuthOutcome) -> Result<LoginAnswer<'a>, Undecidable> {
        match outcome {
            AuthOutcome::Verified { attributes, .. } => {
                self.first(&self.rules.success, Outcome::Verified, Some(attributes))
            }
            AuthOutcome::Wrong { .. } => self.first(&self.rules.failure, Outcome::Wrong, None),
            AuthOutcome::Locked { .. } => self.first(&self.rules.locked, Outcome::Locked, None),
            AuthOutcome::Suspended => self.first(&self.rules.locked, Outcome::Suspended, None),
            AuthOutcome::Unknown { .. } => self.first(&self.rules.unknown, Outcome::Unknown, None),
        }
    }

    /// Whether a user whom nobody enrolled is answered as a wrong PIN, so that nobody learns which users have one.
    #[must_use]
    pub fn hides_unknown(&self) -> bool {
        self.rules.unknown.is_alike(&self.rules.failure)
    }

    /// The answer to a calling number that is over its limit: as to a caller who is locked.
    ///
    /// # Errors
    /// As [`Login::answer`].
    pub fn over_ani_limit(&self) -> Result<LoginAnswer<'a>, Undecidable> {
        self.first(&self.rules.locked, Outcome::TooManyAttempts, None)
    }

    fn first(
        &self,
        rules: &'a Rules<Reply>,
        outcome: Outcome,
        caller: Option<&Attributes>,
    ) -> Result<LoginAnswer<'a>, Undecidable> {
        let branch = Some(branch_of(outcome));
        // Most outcomes have one reply for every call, and nothing to ask.
        let taken = match rules.always_taken() {
            Some(taken) => Some(taken),
            None => rules.first(&self.scope(caller)).map_err(|error| Why::Template(error).anywhere())?,
        };
        Ok(match taken {
            Some(taken) => {
                LoginAnswer { reply: taken.then, outcome, reason: Reason::of(Place::AuthWebhook, branch, &taken) }
            }
            None => {
                let line = rules.iter().next().map_or(0, |rule| rule.at.line);
                let reason = Reason::none_for(Place::AuthWebhook, branch, line);
                LoginAnswer { reply: &self.flow.fallback.wix_answers, outcome, reason }
            }
        })
    }

    fn scope(&self, caller: Option<&Attributes>) -> Scope {
        let call_id = self.request.call_id.as_deref().unwrap_or_default();
        let user = self.request.user.as_ref();
        let at = self.now.to_iso().map(|at| ("at".to_owned(), Value::from(at)));
        let scope = Scope::new(&self.flow.definitions, self.now, call_id)
            .with_closures(Arc::clone(self.closures))
            .with_call_parts(self.request.call.clone().into_iter().chain(at))
            .with_user(user.map(|user| user.fields.clone()).unwrap_or_default());
        match (caller, self.user()) {
            (Some(attributes), Some(id)) => with_caller(scope, &id, attributes),
            _ => scope,
        }
    }

    fn user(&self) -> Option<UserId> {
        UserId::parse(self.request.user.as_ref()?.id.as_deref()?, self.flow.identifier).ok()
    }
}

/// The outcome under whose rules another outcome is answered.
fn branch_of(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Suspended | Outcome::TooManyAttempts => Outcome::Locked,
        Outcome::Unanswered => Outcome::Wrong,
        outcome => outcome,
    }
}
