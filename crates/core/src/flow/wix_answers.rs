//! What a flow says about Wix Answers.

use crate::wix_answers::reply::Reply;

/// Where the auth webhook sends a call, by what came of the PIN. No other outcome shares `success`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WixAnswers {
    /// The PIN is right: always an IVR.
    pub success: Reply,
    /// The PIN is wrong.
    pub failure: Reply,
    /// The caller is locked out or suspended; `failure` where the flow says nothing.
    pub locked: Reply,
    /// Nobody enrolled this user; the call is disconnected where the flow says nothing, as in the specification's
    /// sample.
    pub unknown: Reply,
    /// The provider calls the user banned; the call is disconnected where the flow says nothing.
    pub banned: Reply,
}
