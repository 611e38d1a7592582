//! Recorded answers, whose transcriptions are posted when they are ready: late, in any order, twice, or never.

use super::{Call, NotNow, Stage};
use crate::dialogtech;
use crate::event::Event;
use crate::exchange::{Exchange, Reply, Request};
use crate::twiml::{self, request::CallStatus, url::Url};
use ringbolt_core::flow::graph::Place;
use ringbolt_core::time::EpochMs;

/// A recorded answer that is transcribed.
#[derive(Clone, PartialEq, Eq)]
pub struct Transcription {
    /// The number of the question in its IVR, from 1.
    pub question: usize,
    /// The IVR.
    pub ivr: Place,
    /// What became of it.
    pub state: TranscriptionState,
    /// DialogTech's respondent, or the id of a recording.
    response_id: String,
    text: String,
    /// Where a TwiML document wants it.
    callback: Option<Url>,
}

/// What became of a transcription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranscriptionState {
    /// It isn't posted yet.
    Pending,
    /// It was posted, once or more.
    Posted,
    /// It will never come.
    Lost,
}

impl Transcription {
    pub(crate) fn response_id(&self) -> &str {
        &self.response_id
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl Call {
    pub(super) fn expect_transcription(&mut self, question: usize, text: &str) {
        self.transcriptions.push(Transcription {
            question,
            ivr: self.run.at.clone(),
            state: TranscriptionState::Pending,
            response_id: self.run.response_id.clone(),
            text: text.to_owned(),
            callback: None,
        });
    }

    /// The transcription of this recording is to be posted to a URL.
    pub(super) fn expect_callback(&mut self, question: usize, text: &str, recording: String, callback: Url) {
        self.transcriptions.push(Transcription {
            question,
            ivr: self.run.at.clone(),
            state: TranscriptionState::Pending,
            response_id: recording,
            text: text.to_owned(),
            callback: Some(callback),
        });
    }

    /// The postback of a transcription, by its place in [`Call::transcriptions`]. It can be sent at any time, also after
    /// the call and more than once.
    ///
    /// # Errors
    /// [`NotNow`]: there is no such transcription, or it was [lost](Call::lose).
    pub fn postback(&self, index: usize, now: EpochMs) -> Result<Request, NotNow> {
        let found = self.transcriptions.get(index).ok_or_else(no_such_transcription)?;
        if found.state == TranscriptionState::Lost {
            return Err(never_comes());
        }
        let status = if matches!(self.stage, Stage::Ended(_)) { CallStatus::Completed } else { CallStatus::InProgress };
        Ok(match &found.callback {
            None => dialogtech::request::postback(&self.setting, found, now),
            Some(url) => twiml::request::transcribed(&self.setting, found, url, status),
        })
    }

    /// Notes that a transcription was posted, and what came back; `None` if nothing did.
    pub fn posted(&mut self, index: usize, request: Request, reply: Option<Reply>, now: EpochMs) {
        if let Some(transcription) = self.transcriptions.get_mut(index) {
            transcription.state = TranscriptionState::Posted;
        }
        self.note(Event::Transcription(Box::new(Exchange { request, reply })), now);
    }

    /// The transcription never comes.
    ///
    /// # Errors
    /// [`NotNow`]: there is none, it was posted before, or it is lost already.
    pub fn lose(&mut self, index: usize, now: EpochMs) -> Result<(), NotNow> {
        let found = self.transcriptions.get_mut(index).ok_or_else(no_such_transcription)?;
        match found.state {
            TranscriptionState::Pending => {}
            TranscriptionState::Posted => return Err(NotNow("this transcription was posted already".to_owned())),
            TranscriptionState::Lost => return Err(never_comes()),
        }
        found.state = TranscriptionState::Lost;
        let question = found.question;
        self.note(Event::Note(format!("The transcription of question {question} never comes.")), now);
        Ok(())
    }
}

fn no_such_transcription() -> NotNow {
    NotNow("there is no such transcription".to_owned())
}

fn never_comes() -> NotNow {
    NotNow("this transcription never comes".to_owned())
}

/// Shows what it belongs to and not what was said.
impl std::fmt::Debug for Transcription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { question, ivr, state, .. } = self;
        f.debug_struct("Transcription")
            .field("question", question)
            .field("ivr", ivr)
            .field("state", state)
            .finish_non_exhaustive()
    }
}
