//! What happened in a call.

use super::{
    advice::advice,
    flows::KnownFlow,
    step::Step,
    words::{came_in, decided, went},
};
use ringbolt_core::{outcome::Outcome, text::counted, time::EpochMs};

/// What is said of a duress PIN.
const DURESS: &str = "It was the caller's duress PIN: somebody may have forced them.";

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// A webhook asked what comes next.
    Answer(Box<Step>),
    /// A transcription was stored.
    Transcription(Box<Text>),
    /// A transcription arrived and was not stored yet.
    NotStored {
        at: EpochMs,
        flow: String,
        ivr_id: Option<String>,
        outcome: Outcome,
        why: Option<String>,
        /// Whether the provider sends it again.
        comes_again: bool,
    },
    /// Questions of a TwiML call were asked, and no request came after them.
    LeftOpen(Box<LeftOpen>),
}

/// Questions after which no request came.
#[derive(Clone, Debug)]
pub(super) struct LeftOpen {
    /// When the last of them was asked.
    pub(super) at: EpochMs,
    pub(super) call: String,
    pub(super) flow: String,
    /// The IVR that asked; `None` at the first question of a call.
    pub(super) ivr_id: Option<String>,
    pub(super) requests: usize,
}

/// A stored text.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) at: EpochMs,
    pub(super) call: String,
    pub(super) flow: String,
    pub(super) ivr_id: String,
    pub(super) question: String,
    pub(super) text: String,
    /// Whether a later text replaced it.
    pub(super) is_superseded: bool,
    /// Whether the call has no visit to this IVR, so that nothing was decided.
    pub(super) is_alone: bool,
    /// Whether a TwiML provider sent it.
    pub(super) is_twiml: bool,
}

impl Event {
    pub(super) fn at(&self) -> EpochMs {
        match self {
            Self::Answer(step) => step.at,
            Self::Transcription(text) => text.at,
            Self::NotStored { at, .. } => *at,
            Self::LeftOpen(open) => open.at,
        }
    }

    pub(super) fn flow(&self) -> &str {
        match self {
            Self::Answer(step) => &step.flow,
            Self::Transcription(text) => &text.flow,
            Self::NotStored { flow, .. } => flow,
            Self::LeftOpen(open) => &open.flow,
        }
    }

    /// It in sentences, in the order in which they are read. Commands in them name the deployment by these options.
    pub(super) fn sentences(&self, flow: Option<&KnownFlow>, deployment: &str) -> Vec<String> {
        match self {
            Self::Answer(step) => {
                let mut sentences = vec![came_in(step, flow)];
                if step.duress {
                    sentences.push(DURESS.to_owned());
                }
                sentences.extend(decided(step, flow));
                sentences.extend(went(step, flow));
                sentences.extend(advice(step, flow, deployment));
                sentences
            }
            Self::Transcription(text) => text.sentences(flow),
            Self::LeftOpen(open) => open.sentences(flow),
            Self::NotStored { ivr_id, outcome, why, comes_again, .. } => {
                let of = ivr_id.as_ref().map(|id| format!(" of {}", name_of_ivr(id, flow))).unwrap_or_default();
                let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                vec![match outcome {
                    Outcome::Queued => {
                        format!(
                            "A transcription{of} arrived and waits in the queue, because it could not be stored{why}."
                        )
                    }
                    Outcome::Erased => {
                        format!("A transcription{of} arrived and was dropped, because its call has been erased.")
                    }
                    _ if *comes_again => format!(
                        "A transcription{of} arrived and was not stored{why}. The provider was asked to send it again."
                    ),
                    _ => format!(
                        "A transcription{of} arrived and was not stored{why}. The provider still has it with the recording."
                    ),
                }]
            }
        }
    }
}

impl Text {
    fn sentences(&self, flow: Option<&KnownFlow>) -> Vec<String> {
        let superseded = if self.is_superseded { " A later text replaced it." } else { "" };
        let ivr = name_of_ivr(&self.ivr_id, flow);
        let mut sentences = vec![
            format!("The answer to question {} of {ivr} was transcribed.{superseded}", self.question),
            format!("The text: \u{201c}{}\u{201d}", self.text),
        ];
        if self.is_alone && self.is_twiml {
            sentences.push(format!(
                "No decision after {ivr} is stored for this call. Either the caller hung up before it ended, nothing follows it \
                 in the flow, or its record was lost or has expired."
            ));
        } else if self.is_alone {
            sentences.push(format!(
                "No request of {ivr} is stored for this call, so Ringbolt did not decide where the call went. Either this \
                 IVR has no webhook in DialogTech's portal, or its record was lost or has expired."
            ));
        }
        sentences
    }
}

impl LeftOpen {
    fn sentences(&self, flow: Option<&KnownFlow>) -> Vec<String> {
        let requests = counted(self.requests, "request");
        let asked = match &self.ivr_id {
            Some(id) => format!("The caller was asked the questions of {} ({requests}).", name_of_ivr(id, flow)),
            None => "The call came in, and the caller was asked the first question.".to_owned(),
        };
        let then = "No request came after that: the caller hung up, or the call is still in progress.";
        vec![asked, then.to_owned()]
    }
}

/// `the IVR survey (23456)`, or its id if the flow does not have it. An IVR without an id in the portal has its name as id.
pub(super) fn name_of_ivr(id: &str, flow: Option<&KnownFlow>) -> String {
    match flow.and_then(|flow| flow.ivr(id)) {
        Some(ivr) if ivr.name.as_str() != id => format!("the IVR {} ({id})", ivr.name),
        _ => format!("the IVR {id}"),
    }
}
