//! The result of a scripted call.

use super::WebhookTaken;
use ringbolt_core::flow::Position;

/// The result of a scripted call.
#[derive(Clone, Debug)]
pub struct Played {
    /// The first step that failed; `None` if the call went as it is scripted.
    pub failure: Option<Failure>,
    /// The webhooks that were answered, in order.
    pub taken: Vec<WebhookTaken>,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the step is in the file.
    pub at: Position,
    /// What the script expects.
    pub expected: String,
    /// What happened instead.
    pub heard: String,
    /// The call so far, in words, a line an event.
    pub transcript: Vec<String>,
}
