//! What a flow says about Wix Answers.

use super::rules::Rules;
use crate::wix_answers::reply::Reply;

/// Where the auth webhook sends a call, by what came of the PIN, and by rules. No other outcome is the same as `success`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WixAnswers {
    /// The PIN is right: always an IVR.
    pub success: Rules<Reply>,
    /// The PIN is wrong.
    pub failure: Rules<Reply>,
    /// The caller is locked out or suspended; `failure` where the flow says nothing.
    pub locked: Rules<Reply>,
    /// Nobody enrolled this user; the call is disconnected where the flow says nothing, as in the specification's
    /// sample.
    pub unknown: Rules<Reply>,
    /// The provider calls the user banned; the call is disconnected where the flow says nothing.
    pub banned: Rules<Reply>,
}
