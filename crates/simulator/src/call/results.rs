//! What is known of a call, as a webhook would read it.

use super::Call;
use crate::setting::Setting;
use ringbolt_core::call::{Results, ids::SessionId};
use ringbolt_core::flow::graph::Place;
use ringbolt_core::time::EpochMs;

impl Call {
    /// The results of the present IVR, as far as its questions are answered; `None` outside of one. A TwiML provider sends
    /// each answer by itself, and nothing but a sealed URL says what came before. They hold secrets.
    #[must_use]
    pub fn results(&self, now: EpochMs) -> Option<Results> {
        let Place::Ivr(name) = &self.run.at else { return None };
        let answers = self.run.answers.iter().map(|given| (given.name.clone(), given.value.to_string()));
        let known = Results { completed: Some(self.run.completed), ..Results::of(name.clone()) };
        Some(known_of(&self.setting, known, now).with_answers(answers))
    }
}

/// Adds to results what is known of a call when it begins.
pub(super) fn known_of(setting: &Setting, results: Results, now: EpochMs) -> Results {
    let known = Results {
        session_id: SessionId::parse(&setting.sent_call_id()).ok(),
        ani: (!setting.from.is_empty()).then(|| setting.from.clone()),
        source: setting.portal.source.iter().cloned().collect(),
        ..results
    };
    known.with_neutral_call(Some(&setting.dials), now)
}
