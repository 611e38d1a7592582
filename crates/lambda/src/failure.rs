//! Why a webhook answered its fallback: one enum, logged once, where it is handled.

use ringbolt_core::call::{Undecidable, Why};
use ringbolt_dynamodb::StoreError;

/// What kept a webhook from its real answer. The caller hears the fallback.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue of transcriptions.
    #[error(transparent)]
    Queue(#[from] crate::queue::QueueError),
    /// The PIN could not be hashed.
    #[error(transparent)]
    Hash(#[from] ringbolt_core::pin::HashFailed),
    /// What the provider sent cannot be read.
    #[error("the request cannot be read: {reason}")]
    Unreadable {
        /// In a few words, without what it contained.
        reason: &'static str,
    },
    /// The flow has nothing for the request, or a text of it failed.
    #[error("the flow cannot answer: {0}")]
    Undecidable(#[from] Undecidable),
    /// The flow has something next that only DialogTech's portal knows.
    #[error("the flow cannot be played over TwiML: {0}")]
    Unplayable(#[from] ringbolt_core::dialects::twiml::Unplayable),
    /// The flow is published, but cannot be used, and no version before it is known.
    #[error("the published version of the call flow cannot be used")]
    UnusableFlow,
    /// A secret or the flows could not be loaded.
    #[error("the function is not ready: {reason}")]
    NotReady {
        /// What could not be loaded.
        reason: String,
    },
    /// Work on another thread did not come back.
    #[error("a task of the runtime ended early")]
    Task,
    /// There was no answer in time.
    #[error("the deadline has passed")]
    Deadline,
    /// Our own code panicked.
    #[error("the handler panicked")]
    Panic,
}

impl Failure {
    /// The word for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Store(error) => error.kind(),
            Self::Queue(_) => "queue",
            Self::Hash(_) => "hash",
            Self::Unreadable { .. } => "unreadable-request",
            Self::Undecidable(Undecidable { why: Why::Template(_), .. }) => "template",
            Self::Undecidable(Undecidable { why: Why::NoIvrId, .. }) => "unreadable-request",
            Self::Undecidable(_) | Self::Unplayable(_) => "flow",
            Self::UnusableFlow => "flow",
            Self::NotReady { .. } => "not-ready",
            Self::Task => "task",
            Self::Deadline => "deadline",
            Self::Panic => "panic",
        }
    }
}
