//! How a TwiML provider plays documents: verb by verb, until one waits for somebody.

mod dial;
mod keys;
mod place;

use super::{Call, Input, NotNow, Stage, out_of_place};
use crate::event::Ended;
use crate::exchange::{Field, Reply};
use crate::twiml::document::{self, Refused};
use crate::twiml::request::{CallStatus, Leg, request};
use crate::twiml::url::Url;
use crate::twiml::{Gather, Record, Verb};
use dial::Dialling;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::time::EpochMs;
use std::collections::VecDeque;

/// After as many documents in a row that wait for nobody, the provider gives up.
const MOST_DOCUMENTS: usize = 100;

/// How our webhook's text begins after a FindMe that nobody took, if the flow names no next action.
const NOBODY: &str = "Nobody is available";

/// What a TwiML provider knows of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    /// What is left of the present document.
    verbs: VecDeque<Verb>,
    /// What waits for keys.
    gather: Option<Gather>,
    /// What records the caller.
    record: Option<Record>,
    /// Who is rung.
    dialling: Option<Dialling>,
    /// The person whose document was asked for, by their place among those who are rung; otherwise it is the caller's.
    for_person: Option<usize>,
    /// The number of the present question in its IVR, from 1; 0 before the first.
    question: usize,
    /// Whether the same question comes again because it wasn't answered.
    asks_again: bool,
    /// Whether the present document only says something and hangs up.
    only_says: bool,
    /// Whether nobody took the last dial, so that the next document says what follows.
    dial_failed: bool,
    /// Whether the present document says what follows a dial that nobody took.
    after_dial: bool,
    /// How many documents came since the last one that waited for somebody.
    in_a_row: usize,
    recordings: usize,
    dials: usize,
}

impl Call {
    /// What happens while a document waits for the caller or for somebody who is rung.
    pub(super) fn input_to_document(&mut self, input: Input, stage: &Stage, now: EpochMs) -> Result<(), NotNow> {
        match (input, stage) {
            (Input::Key(key), Stage::Asking) => self.key_to_gather(key, now),
            (Input::Key(key), Stage::Recording) => self.key_to_record(key, now),
            (Input::Key(_), _) => {}
            (Input::Silence, Stage::Asking) => self.silence_at_gather(now),
            (Input::Silence, Stage::Recording) => self.said_to_record("", "", now),
            (Input::Say(text), Stage::Recording) => self.said_to_record(&text, "", now),
            (Input::Person(index, does), Stage::Ringing(_)) => self.person_of_dial(index, does, now)?,
            (input, _) => return Err(out_of_place(&input)),
        }
        Ok(())
    }

    /// The provider asks for the first document as soon as the call comes in.
    pub(super) fn ask_for_first_document(&mut self, now: EpochMs) {
        self.move_to(self.place.clone());
        self.send(now);
    }

    /// Asks for a document.
    fn ask_for(&mut self, url: &Url, leg: Leg<'_>, more: Vec<Field>) {
        let request = request(&self.setting, url, leg, more);
        self.wait_for(request);
    }

    /// Asks for a document in the name of the caller, who is there.
    fn ask_for_next(&mut self, url: &Url, more: Vec<Field>) {
        self.ask_for(url, Leg::Caller(CallStatus::InProgress), more);
    }

    pub(super) fn follow_document(&mut self, reply: &Reply, now: EpochMs) {
        let verbs = match document::read(reply, &self.setting) {
            Ok(verbs) => verbs,
            Err(refused) => return self.refuse(&refused, now),
        };
        if let Some(index) = self.track.for_person.take() {
            return self.play_to_person(index, verbs, now);
        }
        self.track.in_a_row += 1;
        if self.track.in_a_row > MOST_DOCUMENTS {
            return self.refuse(&Refused::Endless, now);
        }
        self.track.after_dial = std::mem::take(&mut self.track.dial_failed);
        self.track.only_says =
            verbs.iter().any(Verb::is_heard) && verbs.iter().all(|verb| verb.is_heard() || *verb == Verb::Hangup);
        if let Err(refused) = self.arrive(&verbs, now) {
            return self.refuse(&refused, now);
        }
        self.track.verbs = verbs.into();
        self.play(now);
    }

    /// Plays what is left of the document, until something waits for somebody.
    fn play(&mut self, now: EpochMs) {
        while let Some(verb) = self.track.verbs.pop_front() {
            match verb {
                Verb::Say(_) | Verb::Play(_) | Verb::Pause => self.hear_verb(&verb, now),
                Verb::Gather(gather) => {
                    gather.heard.iter().for_each(|verb| self.hear_verb(verb, now));
                    self.track.gather = Some(gather);
                    return self.wait(Stage::Asking);
                }
                Verb::Record(record) => {
                    self.track.record = Some(record);
                    return self.wait(Stage::Recording);
                }
                Verb::Redirect(url) => return self.ask_for_next(&url, Vec::new()),
                Verb::Dial(dial) => return self.dial(dial, now),
                Verb::Hangup => break,
            }
        }
        self.end_of_document(now);
    }

    fn wait(&mut self, stage: Stage) {
        self.stage = stage;
        self.track.in_a_row = 0;
    }

    fn hear_verb(&mut self, verb: &Verb, now: EpochMs) {
        if let Some(text) = verb.heard() {
            self.hear(&text, now);
        }
    }

    /// The provider hangs up: a document says so, or it is at its end.
    fn end_of_document(&mut self, now: EpochMs) {
        self.track.verbs.clear();
        let place = self.place.clone();
        if matches!(place, Place::End(End::Voicemail(_))) {
            return self.end(Ended::MessageLeft(place), now);
        }
        if !self.track.only_says {
            return self.leave(End::HangUp, now);
        }
        if self.track.after_dial && self.heard().is_some_and(|text| text.starts_with(NOBODY)) {
            self.move_to(Place::End(End::HangUp));
            return self.end(Ended::NobodyAvailable, now);
        }
        self.move_to(Place::End(End::Say));
        self.end(Ended::Read { hangs_up: true }, now);
    }

    /// The caller hangs up. A recording is announced all the same; anything else ends without a webhook.
    pub(super) fn hang_up_on_documents(&mut self, now: EpochMs) {
        match self.track.record.take() {
            Some(record) if self.stage == Stage::Recording => {
                self.hung_up = true;
                let more = self.recorded(&record, "", "hangup");
                self.ask_for(&record.action, Leg::Caller(CallStatus::Completed), more);
            }
            _ => {
                let connected = match &self.stage {
                    Stage::Talking(place) => Some(place.clone()),
                    _ => None,
                };
                self.end(Ended::CallerHungUp { connected }, now);
            }
        }
    }
}
