//! What the provider carries from one request of a call to the next: sealed, bound to the flow, the account and the call,
//! and absent once it is older than any call.

use super::request::Request;
use super::ring::{Ring, Whisper};
use crate::call::state::LONGEST_CALL;
use crate::identity::FlowName;
use crate::pin::PinKeys;
use crate::time::EpochMs;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// Where a conversation is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "kebab-case")]
pub enum State {
    /// A question was asked.
    Question {
        /// What is known of the IVR so far.
        #[serde(flatten)]
        visit: Visit,
        /// Which of the IVR's questions, from 0.
        question: usize,
        /// Which questions these were. Another version of the flow may ask others.
        #[serde(rename = "q", default)]
        asked: u32,
        /// How often it was asked again.
        #[serde(default)]
        again: u8,
    },
    /// The IVR's step follows.
    Step {
        /// What is known of the IVR.
        #[serde(flatten)]
        visit: Visit,
    },
    /// People were rung; what is left to try.
    Rung(Ring),
    /// Somebody who was rung has picked up.
    PickedUp(Whisper),
    /// They were asked whether they take the call.
    Asked,
    /// A message was recorded.
    Message,
    /// A recorded answer is transcribed.
    Transcript {
        /// The IVR's id in records.
        ivr: String,
        /// The number of the question, from 1.
        question: usize,
        /// The visit's id in records.
        visit: String,
    },
}

/// One run through an IVR, and what the call brought into it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The IVR's name.
    #[serde(rename = "i")]
    pub(super) ivr: String,
    /// Which run through an IVR of this call it is, from 1.
    #[serde(rename = "n")]
    pub(super) number: u32,
    /// What was answered so far. A PIN may be among it.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) answers: Vec<(String, String)>,
    /// The engine's own signed state.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<String>,
    /// The values of `@name` placeholders.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<(String, String)>,
    /// The pass-through data.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) passed: Vec<(String, String)>,
}

/// A state is too large for a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what the call carries on is over {max} characters", max = State::MAX_CHARS)]
pub struct TooLarge;

#[derive(Serialize, Deserialize)]
struct Sealed {
    /// When it was sealed, in milliseconds since 1970.
    t: i64,
    #[serde(flatten)]
    state: State,
}

/// What a state is bound to.
#[derive(Clone, Copy)]
pub(super) struct Binding<'a> {
    pub(super) keys: &'a PinKeys,
    pub(super) flow: &'a FlowName,
    pub(super) account: &'a str,
}

impl State {
    /// The most characters of a sealed state: a URL stays under the 4,096 that providers take.
    pub const MAX_CHARS: usize = 3_600;

    pub(super) fn seal(&self, binding: Binding<'_>, call: &str, now: EpochMs) -> Result<String, TooLarge> {
        let sealed = Sealed { t: now.0, state: self.clone() };
        let json = Zeroizing::new(serde_json::to_vec(&sealed).map_err(|_| TooLarge)?);
        let text = binding.keys.seal(binding.parts(call), &json);
        if text.len() > Self::MAX_CHARS { Err(TooLarge) } else { Ok(text) }
    }

    /// `None` if there is none, or if it was changed, belongs to something else, or is older than any call.
    pub(super) fn open(sealed: &str, binding: Binding<'_>, request: &Request, now: EpochMs) -> Option<Self> {
        let opened = request.call_ids().find_map(|call| binding.keys.open(binding.parts(call), sealed))?;
        let Sealed { t, state } = serde_json::from_slice(&opened).ok()?;
        (now < EpochMs(t).plus(LONGEST_CALL)).then_some(state)
    }
}

impl<'a> Binding<'a> {
    fn parts<'p>(&self, call: &'p str) -> [&'p [u8]; 3]
    where
        'a: 'p,
    {
        [self.flow.as_str().as_bytes(), self.account.as_bytes(), call.as_bytes()]
    }
}

/// Shows no answer and no parameter.
impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visit({}, run {})", self.ivr, self.number)
    }
}

/// Shows no answer, no parameter and no number.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question { visit, question, again, .. } => {
                write!(f, "Question({}.{question}, again {again})", visit.ivr)
            }
            Self::Step { visit } => write!(f, "Step({})", visit.ivr),
            Self::Rung(_) => f.write_str("Rung"),
            Self::PickedUp(_) => f.write_str("PickedUp"),
            Self::Asked => f.write_str("Asked"),
            Self::Message => f.write_str("Message"),
            Self::Transcript { ivr, question, .. } => write!(f, "Transcript({ivr}.{question})"),
        }
    }
}
