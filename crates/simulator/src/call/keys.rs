//! What the caller keys and says.

use super::Call;
use super::run::{MOST_KEYS, Question, empty_entry};
use crate::event::{Ended, Event, Invalid};
use crate::setting::Provider;
use ringbolt_core::dialects::dialogtech::UNANSWERED;
use ringbolt_core::time::EpochMs;

impl Call {
    pub(super) fn key(&mut self, key: char, now: EpochMs) {
        let Some(question) = self.run.question().cloned() else { return };
        self.pound_may_follow = false;
        if key == '#' {
            return self.entered(&question, true, now);
        }
        if self.run.keyed.len() < MOST_KEYS {
            self.run.keyed.push(key);
        }
        if is_full(&question, &self.run.keyed) {
            // The prompt says "then pound", and who keys the longest answer does as they are told.
            self.pound_may_follow = true;
            self.entered(&question, false, now);
        }
    }

    fn entered(&mut self, question: &Question, pound: bool, now: EpochMs) {
        let keyed = std::mem::replace(&mut self.run.keyed, empty_entry());
        let count = keyed.chars().count();
        let is_wix = self.setting.provider == Provider::WixAnswers;
        if count == 0 && !is_wix {
            return self.silence(now);
        }
        if let Some(why) = invalid(question, &keyed) {
            let again = self.again();
            self.note(Event::Invalid { question: question.name.clone(), why, again }, now);
            return self.repeat_or_leave(again, now);
        }
        let shown = (!question.secret).then(|| keyed.to_string());
        self.note(Event::Keyed { question: question.name.clone(), shown, count, pound }, now);
        self.run.answer(&keyed);
        self.ask(now);
    }

    /// The time has passed. Keys without a `#` are an entry, too.
    pub(super) fn silence(&mut self, now: EpochMs) {
        let Some(question) = self.run.question().cloned() else { return };
        if !self.run.keyed.is_empty() {
            return self.entered(&question, false, now);
        }
        let again = self.again();
        self.note(Event::Silence { question: question.name, again }, now);
        self.repeat_or_leave(again, now);
    }

    fn again(&self) -> bool {
        self.run.repeated < self.setting.portal.repeats
    }

    fn repeat_or_leave(&mut self, again: bool, now: EpochMs) {
        if again {
            self.run.repeated += 1;
            return self.ask(now);
        }
        match self.setting.provider {
            Provider::DialogTech => {
                self.run.answer(UNANSWERED);
                self.ask(now);
            }
            // The article says nothing of silence. Without a number there is nothing to send.
            Provider::WixAnswers => self.end(Ended::GaveUp { why: "no number was entered".to_owned() }, now),
            // The document says what follows: see `silence_at_gather`.
            Provider::Twiml => {}
        }
    }

    /// The caller spoke into a recording; nothing said is an empty one.
    pub(super) fn said(&mut self, text: &str, now: EpochMs) {
        if !self.is_in_ivr() {
            return self.end(Ended::MessageLeft(self.place.clone()), now);
        }
        let Some(recording) = self.run.question().and_then(|question| question.record) else { return };
        let question = self.run.index + 1;
        let transcribed = recording.transcribe && !text.trim().is_empty();
        self.note(Event::Recorded { question, transcribed }, now);
        if transcribed {
            self.expect_transcription(question, text.trim());
        }
        // The results have the answers to questions that aren't recorded (the specification's introduction).
        self.run.next();
        self.ask(now);
    }
}

/// Whether the question takes no further digit, so that it needs no `#`.
fn is_full(question: &Question, keyed: &str) -> bool {
    let count = keyed.chars().count();
    if !question.one_of.is_empty() {
        let could_grow = |choice: &String| choice.len() > keyed.len() && choice.starts_with(keyed);
        return question.one_of.iter().any(|choice| choice == keyed) && !question.one_of.iter().any(could_grow)
            || question.one_of.iter().all(|choice| choice.len() <= count);
    }
    question.digits.as_ref().is_some_and(|digits| count >= usize::from(*digits.end()))
}

pub(super) fn invalid(question: &Question, keyed: &str) -> Option<Invalid> {
    if !question.one_of.is_empty() && !question.one_of.iter().any(|choice| choice == keyed) {
        return Some(Invalid::NoChoice { choices: question.one_of.clone() });
    }
    let least = question.digits.as_ref().map_or(0, |digits| *digits.start());
    (keyed.chars().count() < usize::from(least)).then_some(Invalid::Short { least })
}
