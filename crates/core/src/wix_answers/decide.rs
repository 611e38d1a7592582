//! What the auth webhook does with a request, and what it replies to an outcome.

use super::{reply::Reply, request::AuthRequest};
use crate::{
    ani::Ani,
    attempt::AuthOutcome,
    flow::{Flow, WixAnswers},
    identity::{CallerId, UserId},
    pin::Guess,
};

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
        /// What the flow says.
        dialect: &'f WixAnswers,
        /// Whose PIN.
        caller: CallerId,
        /// The PIN, or not.
        guess: Guess,
        /// Where the call comes from.
        ani: Ani,
    },
}

/// Looks at a request; `None` where the flow does not speak this dialect.
#[must_use]
pub fn plan<'f>(flow: &'f Flow, request: &AuthRequest) -> Option<Plan<'f>> {
    let dialect = flow.wix_answers.as_ref()?;
    let user = request.user.as_ref().and_then(|user| {
        let id = UserId::parse(user.id.as_deref()?, flow.identifier).ok()?;
        Some((id, user.banned))
    });
    let Some((user, banned)) = user else {
        return Some(Plan::Reply { reply: &dialect.unknown, outcome: "no-user" });
    };
    if banned {
        return Some(Plan::Reply { reply: &dialect.banned, outcome: "banned" });
    }
    // Nothing keyed but `#` is no attempt; it is no success either.
    let Some(guess) = request.input().and_then(Guess::keyed) else {
        return Some(Plan::Reply { reply: &dialect.failure, outcome: "unanswered" });
    };
    let number = request
        .from
        .as_ref()
        .map(|from| [&from.country_code, &from.number].into_iter().flatten().map(String::as_str).collect::<String>());
    let caller = CallerId { realm: flow.realm.clone(), user };
    Some(Plan::Attempt { dialect, caller, guess, ani: Ani::parse(number.as_deref()) })
}

/// The reply to an outcome. Nothing but a right PIN leads to `success`.
#[must_use]
pub fn reply<'f>(dialect: &'f WixAnswers, outcome: &AuthOutcome) -> &'f Reply {
    match outcome {
        AuthOutcome::Verified { .. } => &dialect.success,
        AuthOutcome::Wrong { .. } => &dialect.failure,
        AuthOutcome::Locked { .. } | AuthOutcome::Suspended => &dialect.locked,
        AuthOutcome::Unknown => &dialect.unknown,
    }
}
