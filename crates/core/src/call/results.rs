//! What came in: the results of an IVR, in no provider's words.

use super::ids::{ResponseId, SessionId};
use crate::ani::Ani;
use crate::fields::NamedValues;
use crate::flow::IvrName;
use crate::time::EpochMs;
use std::fmt;

/// Which IVR has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// This one of the flow.
    Ivr(IvrName),
    /// One that the flow doesn't have, by the provider's id.
    Unknown(String),
    /// The request doesn't say.
    Unsaid,
}

impl Ended {
    /// Its name, if the flow has it.
    #[must_use]
    pub fn ivr(&self) -> Option<&IvrName> {
        match self {
            Self::Ivr(name) => Some(name),
            Self::Unknown(_) | Self::Unsaid => None,
        }
    }
}

/// The results of an IVR that has ended, in full or because the caller hung up.
///
/// `Debug` shows ids and the names of fields: values can be PINs or telephone numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct Results {
    /// Which IVR.
    pub ended: Ended,
    /// The IVR's id in the words of the provider, if there is one.
    pub ivr_id: Option<String>,
    /// This respondent's run through the IVR; transcriptions carry the same id.
    pub response_id: Option<ResponseId>,
    /// The call.
    pub session_id: Option<SessionId>,
    /// The calling number; it can be forged.
    pub ani: Option<String>,
    /// Whether the caller got to the end; false usually means that they hung up.
    pub completed: Option<bool>,
    /// The provider's own fields about the call, as they came.
    pub fields: NamedValues,
    /// What conditions and texts see as `call`: the neutral names, then the provider's fields.
    pub call: NamedValues,
    /// SourceTrak's data, if the provider sends them.
    pub source: NamedValues,
    /// What was answered, each in the one form of keyed input; unanswered questions are left out.
    pub answers: NamedValues,
    /// Every answer as it came.
    pub sent_answers: NamedValues,
    /// The pass-through data that came back.
    pub passed: NamedValues,
    /// Our own signed state that came back.
    pub state: Option<String>,
}

impl Results {
    /// Results of an IVR of which nothing else is known.
    #[must_use]
    pub fn of(ivr: IvrName) -> Self {
        Self { ended: Ended::Ivr(ivr), ..Self::nothing() }
    }

    /// Results of which nothing is known.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            ended: Ended::Unsaid,
            ivr_id: None,
            response_id: None,
            session_id: None,
            ani: None,
            completed: None,
            fields: NamedValues::default(),
            call: NamedValues::default(),
            source: NamedValues::default(),
            answers: NamedValues::default(),
            sent_answers: NamedValues::default(),
            passed: NamedValues::default(),
            state: None,
        }
    }

    /// The same results with these answers, by name, as they came.
    #[must_use]
    pub fn with_answers(mut self, answers: impl IntoIterator<Item = (String, String)>) -> Self {
        self.sent_answers = answers.into_iter().collect();
        self.answers = self
            .sent_answers
            .iter()
            .map(|(name, value)| (name.to_owned(), crate::keyed::keyed(value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        self
    }

    /// The same results with the neutral names of `call` before the provider's own: `ani` in its canonical form, `dnis`
    /// likewise, `id` and `at`.
    #[must_use]
    pub fn with_neutral_call(mut self, dnis: Option<&str>, now: EpochMs) -> Self {
        let number = |text: Option<&str>| {
            let number = Ani::parse(text);
            (!number.is_withheld()).then(|| number.as_str().to_owned())
        };
        let neutral = [
            ("ani", number(self.ani.as_deref())),
            ("dnis", number(dnis)),
            ("id", self.session_id.as_ref().map(|id| id.as_str().to_owned())),
            ("at", now.to_iso()),
        ];
        let neutral = neutral.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let own = self.fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.call = neutral.chain(own).collect();
        self
    }

    /// The id of the call, empty if there is none.
    #[must_use]
    pub fn call_id(&self) -> &str {
        self.session_id.as_ref().map_or("", SessionId::as_str)
    }
}

impl fmt::Debug for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results")
            .field("ended", &self.ended)
            .field("response_id", &self.response_id)
            .field("session_id", &self.session_id)
            .field("completed", &self.completed)
            .field("fields", &self.fields)
            .field("source", &self.source)
            .field("answers", &self.sent_answers)
            .field("passed", &self.passed)
            .finish_non_exhaustive()
    }
}
