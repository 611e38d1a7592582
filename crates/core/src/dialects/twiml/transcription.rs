//! The text of a recorded answer, which arrives on its own.

use super::request::Request;
use super::state::State;
use crate::call::ids::KeyPart;
use std::collections::BTreeMap;

/// A transcription, under the names that the postback of the other provider has too, so that it is stored and shown alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Transcription {
    /// The IVR.
    pub ivr: KeyPart,
    /// The visit of which the recording is a part.
    pub visit: KeyPart,
    /// The number of the question within the IVR, from 1.
    pub question: KeyPart,
    /// Every field as it came, and the text under `text`.
    pub fields: BTreeMap<String, String>,
}

impl Transcription {
    /// `None` if the state isn't that of a transcription: nothing says to which call it belongs.
    pub(super) fn of(state: Option<State>, request: &Request) -> Option<Self> {
        let Some(State::Transcript { ivr, question, visit }) = state else { return None };
        let mut fields: BTreeMap<String, String> =
            request.every_field().firsts().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // A recording that nobody could understand has a status and no text.
        let text = fields.get("TranscriptionText").cloned().unwrap_or_default();
        fields.insert("text".to_owned(), text);
        let question = KeyPart::of(&question.to_string());
        Some(Self { ivr: KeyPart::of(&ivr), visit: KeyPart::of(&visit), question, fields })
    }
}

/// Shows what it belongs to and not what was said.
impl std::fmt::Debug for Transcription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcription")
            .field("ivr", &self.ivr)
            .field("visit", &self.visit)
            .field("question", &self.question)
            .finish_non_exhaustive()
    }
}
