//! What the auth webhook does with a request, and what it replies to an outcome.

use super::{reply::Reply, request::AuthRequest};
use crate::{
    ani::Ani,
    attempt::AuthOutcome,
    caller::Attributes,
    flow::{Flow, Rules, Scope, TemplateError, WixAnswers},
    identity::{CallerId, UserId},
    pin::Guess,
    time::EpochMs,
};
use serde_json::json;

/// A request, together with what it is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    flow: &'a Flow,
    dialect: &'a WixAnswers,
    request: &'a AuthRequest,
    now: EpochMs,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub enum Plan<'f> {
    /// It is answered without the database.
    Reply {
        /// With what.
        reply: &'f Reply,
        /// The word for logs and metrics.
        outcome: &'static str,
    },
    /// A PIN has to be verified.
    Attempt {
        /// Whose PIN.
        caller: CallerId,
        /// The PIN, or not.
        guess: Guess,
        /// Where the call comes from.
        ani: Ani,
    },
}

impl<'a> Visit<'a> {
    /// `None` where the flow does not speak this dialect.
    #[must_use]
    pub fn new(flow: &'a Flow, request: &'a AuthRequest, now: EpochMs) -> Option<Self> {
        let dialect = flow.wix_answers.as_ref()?;
        Some(Self { flow, dialect, request, now })
    }

    /// What the request asks for.
    ///
    /// # Errors
    /// As [`Visit::reply`].
    pub fn plan(&self) -> Result<Plan<'a>, TemplateError> {
        let known = |rules, outcome| Ok(Plan::Reply { reply: self.first(rules, None)?, outcome });
        let Some(user) = self.user() else { return known(&self.dialect.unknown, "no-user") };
        if self.request.user.as_ref().is_some_and(|user| user.banned) {
            return known(&self.dialect.banned, "banned");
        }
        // Nothing keyed but `#` is no attempt; it is no success either.
        let Some(guess) = self.request.input().and_then(Guess::keyed) else {
            return known(&self.dialect.failure, "unanswered");
        };
        let caller = CallerId { realm: self.flow.realm.clone(), user };
        Ok(Plan::Attempt { caller, guess, ani: Ani::parse(self.number().as_deref()) })
    }

    /// The reply to an outcome. Nothing but a right PIN leads to `success`; where no rule holds, it is the flow's
    /// fallback.
    ///
    /// # Errors
    /// [`TemplateError`] where a condition takes too many steps.
    pub fn reply(&self, outcome: &AuthOutcome) -> Result<&'a Reply, TemplateError> {
        match outcome {
            AuthOutcome::Verified { attributes } => self.first(&self.dialect.success, Some(attributes)),
            AuthOutcome::Wrong { .. } => self.first(&self.dialect.failure, None),
            AuthOutcome::Locked { .. } | AuthOutcome::Suspended => self.first(&self.dialect.locked, None),
            AuthOutcome::Unknown => self.first(&self.dialect.unknown, None),
        }
    }

    /// The reply to a calling number that is over its limit: as to a caller who is locked.
    ///
    /// # Errors
    /// As [`Visit::reply`].
    pub fn over_ani_limit(&self) -> Result<&'a Reply, TemplateError> {
        self.first(&self.dialect.locked, None)
    }

    fn first(&self, rules: &'a Rules<Reply>, caller: Option<&Attributes>) -> Result<&'a Reply, TemplateError> {
        // Most outcomes have one reply for everybody, and nothing to ask.
        let reply = match rules.only() {
            Some(reply) => Some(reply),
            None => rules.first(&self.scope(caller))?,
        };
        Ok(reply.unwrap_or(&self.flow.fallback.wix_answers))
    }

    fn scope(&self, caller: Option<&Attributes>) -> Scope {
        let call_id = self.request.call_id.as_deref().unwrap_or_default();
        let from = self.request.from.as_ref();
        let call = [
            ("callId", json!(call_id)),
            (
                "from",
                json!({
                    "countryCode": from.and_then(|from| from.country_code.as_deref()),
                    "number": from.and_then(|from| from.number.as_deref()),
                }),
            ),
            ("ani", json!(self.number())),
        ];
        let user = self.request.user.as_ref();
        let scope = Scope::new(&self.flow.definitions, self.now, call_id)
            .with_wix_call(call)
            .with_user(user.map(|user| user.fields().clone()).unwrap_or_default());
        match (caller, self.user()) {
            (Some(attributes), Some(id)) => {
                let id = ("id".to_owned(), serde_json::Value::from(id.as_str()));
                scope.with_caller(attributes.clone().into_iter().chain([id]))
            }
            _ => scope,
        }
    }

    fn user(&self) -> Option<UserId> {
        UserId::parse(self.request.user.as_ref()?.id.as_deref()?, self.flow.identifier).ok()
    }

    /// The calling number with its country's code.
    fn number(&self) -> Option<String> {
        let from = self.request.from.as_ref()?;
        Some([&from.country_code, &from.number].into_iter().flatten().map(String::as_str).collect())
    }
}
