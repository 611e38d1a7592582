//! Why a webhook answered its fallback: one enum, logged once, where it is handled.

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
    /// The flow does not have what the URL or the request asks for.
    #[error("the flow cannot answer: {reason}")]
    Flow {
        /// In a few words.
        reason: &'static str,
    },
    /// A template of the flow met what it cannot render.
    #[error(transparent)]
    Template(#[from] ringbolt_core::flow::TemplateError),
    /// Work that was put aside did not come back.
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
            Self::Flow { .. } => "flow",
            Self::Template(_) => "template",
            Self::Task => "task",
            Self::Deadline => "deadline",
            Self::Panic => "panic",
        }
    }
}
