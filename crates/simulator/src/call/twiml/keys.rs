//! What the caller keys and says while a document waits for it.

use super::super::run::{MOST_KEYS, empty_entry};
use super::Call;
use crate::call::keys::invalid;
use crate::event::Event;
use crate::exchange::Field;
use crate::twiml::request::{gathered, recorded};
use crate::twiml::sid::Sid;
use crate::twiml::{Gather, Record};
use ringbolt_core::time::EpochMs;

impl Call {
    pub(super) fn key_to_gather(&mut self, key: char, now: EpochMs) {
        let Some(Gather { finish_on_key, num_digits, .. }) = self.track.gather else { return };
        if finish_on_key == Some(key) {
            // That key alone is nothing, and nothing is sent of it.
            if self.run.keyed.is_empty() {
                return self.silence_at_gather(now);
            }
            return self.gathered(finish_on_key, now);
        }
        if self.run.keyed.len() < MOST_KEYS {
            self.run.keyed.push(key);
        }
        if num_digits.is_some_and(|most| self.run.keyed.len() >= most) {
            self.gathered(None, now);
        }
    }

    /// The time has passed. Keys that came before are an entry; without any, the next verb follows.
    pub(super) fn silence_at_gather(&mut self, now: EpochMs) {
        if !self.run.keyed.is_empty() {
            return self.gathered(None, now);
        }
        let Some(question) = self.run.question().map(|question| question.name.clone()) else { return };
        let again = self.unanswered();
        self.note(Event::Silence { question, again }, now);
        self.track.gather = None;
        self.run.index += 1;
        self.play(now);
    }

    /// Sends an entry. The provider judges nothing: whether it is an answer, our webhook says.
    fn gathered(&mut self, finished_on: Option<char>, now: EpochMs) {
        let (Some(gather), Some(question)) = (self.track.gather.take(), self.run.question().cloned()) else { return };
        let keyed = std::mem::replace(&mut self.run.keyed, empty_entry());
        let (count, shown) = (keyed.chars().count(), (!question.secret).then(|| keyed.to_string()));
        self.note(Event::Keyed { question: question.name.clone(), shown, count, pound: finished_on == Some('#') }, now);
        let more = gathered(&keyed, finished_on, question.secret);
        if invalid(&question, &keyed).is_some() {
            self.unanswered();
            self.run.index += 1;
        } else {
            self.track.asks_again = false;
            self.run.answer(&keyed);
        }
        self.track.verbs.clear();
        self.ask_for_next(&gather.action, more);
    }

    /// Counts a question that wasn't answered. Gives whether it is asked again.
    fn unanswered(&mut self) -> bool {
        let again = self.run.repeated < self.setting.flow.twiml.repeats;
        self.run.repeated = self.run.repeated.saturating_add(1);
        self.track.asks_again = again;
        again
    }

    /// The caller spoke into a recording, and `ended_by` a key or their silence ended it. Of an empty one nothing is sent.
    pub(super) fn said_to_record(&mut self, text: &str, ended_by: &str, now: EpochMs) {
        let Some(record) = self.track.record.take() else { return };
        let text = text.trim();
        let question = self.run.question().map(|question| question.name.clone());
        if text.is_empty() {
            if let Some(question) = question {
                let again = self.unanswered();
                self.note(Event::Silence { question, again }, now);
                self.run.index += 1;
            }
            return self.play(now);
        }
        let more = self.recorded(&record, text, ended_by);
        if question.is_some() {
            let (question, transcribed) = (self.track.question, record.transcribe.is_some());
            self.note(Event::Recorded { question, transcribed }, now);
            if let Some(callback) = record.transcribe {
                self.expect_callback(question, text, self.recording(), callback);
            }
            self.run.next();
            self.track.asks_again = false;
        }
        self.track.verbs.clear();
        self.ask_for_next(&record.action, more);
    }

    /// What is sent of a new recording.
    pub(super) fn recorded(&mut self, record: &Record, text: &str, ended_by: &str) -> Vec<Field> {
        self.track.recordings += 1;
        // Two words a second are usual.
        let secs = text.split_whitespace().count().div_ceil(2).clamp(1, record.longest_secs.into());
        recorded(&self.recording(), secs, ended_by)
    }

    /// The id of the last recording.
    fn recording(&self) -> String {
        Sid::Recording.of(&format!("{} {}", self.setting.call_id, self.track.recordings))
    }

    /// Some keys end a recording, in which nothing was said then. Others are only heard in it.
    pub(super) fn key_to_record(&mut self, key: char, now: EpochMs) {
        if self.track.record.as_ref().is_some_and(|record| record.finish_on_key.contains(key)) {
            self.said_to_record("", &key.to_string(), now);
        }
    }
}
