//! What happened in a call.

use super::{
    advice::advice,
    flows::KnownFlow,
    step::Step,
    words::{came_in, decided, went},
};
use ringbolt_core::{outcome::Outcome, time::EpochMs};

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// A webhook asked what comes next.
    Answer(Box<Step>),
    /// A transcription was stored.
    Transcription(Box<Text>),
    /// A transcription arrived and was not stored yet.
    NotStored { at: EpochMs, flow: String, ivr_id: Option<String>, outcome: Outcome, why: Option<String> },
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
}

impl Event {
    pub(super) fn at(&self) -> EpochMs {
        match self {
            Self::Answer(step) => step.at,
            Self::Transcription(text) => text.at,
            Self::NotStored { at, .. } => *at,
        }
    }

    pub(super) fn flow(&self) -> &str {
        match self {
            Self::Answer(step) => &step.flow,
            Self::Transcription(text) => &text.flow,
            Self::NotStored { flow, .. } => flow,
        }
    }

    /// It in sentences, in the order in which they are read.
    pub(super) fn sentences(&self, flow: Option<&KnownFlow>) -> Vec<String> {
        match self {
            Self::Answer(step) => {
                let mut sentences = vec![came_in(step, flow)];
                sentences.extend(decided(step, flow));
                sentences.extend(went(step, flow));
                sentences.extend(advice(step, flow));
                sentences
            }
            Self::Transcription(text) => text.sentences(flow),
            Self::NotStored { ivr_id, outcome, why, .. } => {
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
                    _ => format!(
                        "A transcription{of} arrived and was not stored{why}. The provider was asked to send it again."
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
        if self.is_alone {
            sentences.push(format!(
                "No request of {ivr} is stored for this call, so Ringbolt did not decide where the call went. Either this \
                 IVR has no webhook in DialogTech's portal, or its record was lost or has expired."
            ));
        }
        sentences
    }
}

/// `the IVR survey (23456)`, or its id if the flow does not have it.
pub(super) fn name_of_ivr(id: &str, flow: Option<&KnownFlow>) -> String {
    match flow.and_then(|flow| flow.ivr(id)) {
        Some(ivr) => format!("the IVR {} ({id})", ivr.name),
        None => format!("the IVR {id}"),
    }
}
