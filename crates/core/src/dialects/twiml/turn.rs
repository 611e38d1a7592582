//! What a request is in its conversation.

use super::document::Document;
use super::state::Visit;
use crate::call::Results;

/// What a request is in its conversation.
#[derive(Clone)]
pub enum Turn {
    /// The call comes in: the flow says where it begins.
    Begins,
    /// What follows is settled.
    Settled(Document),
    /// An IVR has ended, in full or because the caller hung up: its step decides.
    Ended(Box<Results>, Visit),
}
