//! Ringing people: all of a `Dial` at once, and what each of them hears and keys before they get the call.

use super::super::{NotNow, Person, PersonState, Stage};
use super::Call;
use crate::event::{Event, PersonDoes};
use crate::exchange::Field;
use crate::twiml::document::Refused;
use crate::twiml::request::{DialStatus, Leg, dialled, gathered};
use crate::twiml::sid::{Sid, national};
use crate::twiml::url::Url;
use crate::twiml::{Dial, Gather, Number, Verb};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::number::in_print;
use ringbolt_core::time::EpochMs;
use std::collections::VecDeque;

/// The key by which a call is accepted, as every whisper asks for it.
const ACCEPT: &str = "1";
/// A key by which it isn't.
const DECLINE: &str = "2";

/// A `Dial` at work.
#[derive(Clone, Debug)]
pub(super) struct Dialling {
    action: Option<Url>,
    rung: Vec<Rung>,
}

/// Somebody who is rung, and their leg of the call.
#[derive(Clone, Debug)]
struct Rung {
    person: Person,
    number: Number,
    /// The id of the leg.
    sid: String,
    picked_up: bool,
    /// What waits for a key of theirs.
    gather: Option<Gather>,
    /// What is left of their document.
    verbs: VecDeque<Verb>,
}

impl Call {
    pub(super) fn dial(&mut self, dial: Dial, now: EpochMs) {
        let numbers: Vec<String> = dial.numbers.iter().map(|one| national(&one.number)).collect();
        if let (None, [Number { url: None, .. }], [to]) = (&dial.action, dial.numbers.as_slice(), numbers.as_slice()) {
            return self.leave(End::Transfer(to.clone()), now);
        }
        if dial.record {
            self.note(Event::Note("The call is recorded.".to_owned()), now);
        }
        let place = self.findme(&numbers);
        if self.place != place {
            self.move_to(place);
        }
        self.track.dials += 1;
        let rung = dial.numbers.into_iter().zip(numbers).map(|(number, national)| Rung {
            sid: Sid::Call.of(&format!("{} {} {national}", self.setting.call_id, self.track.dials)),
            person: Person { number: national, state: PersonState::Ringing, whisper: None },
            number,
            picked_up: false,
            gather: None,
            verbs: VecDeque::new(),
        });
        let dialling = Dialling { action: dial.action, rung: rung.collect() };
        let who = dialling.rung.iter().map(|one| in_print(&one.person.number)).collect();
        self.note(Event::Ringing { who, secs: dial.timeout_secs }, now);
        self.track.dialling = Some(dialling);
        self.show_rung();
    }

    fn show_rung(&mut self) {
        if let Some(dialling) = &self.track.dialling {
            let people = dialling.rung.iter().map(|one| one.person.clone()).collect();
            self.wait(Stage::Ringing(people));
        }
    }

    fn rung(&mut self, index: usize) -> Option<&mut Rung> {
        self.track.dialling.as_mut()?.rung.get_mut(index)
    }

    pub(super) fn person_of_dial(&mut self, index: usize, does: PersonDoes, now: EpochMs) -> Result<(), NotNow> {
        let Some(Rung { person, picked_up, .. }) = self.rung(index) else {
            return Err(NotNow("that person isn't rung now".to_owned()));
        };
        let before = person.state;
        person.state = match (does, before) {
            (PersonDoes::Answers, PersonState::Ringing) | (PersonDoes::Accepts, PersonState::Asked) => {
                PersonState::Asked
            }
            // Somebody who has picked up declines by a key: what follows, the web server says.
            (PersonDoes::Declines, PersonState::Asked) => PersonState::Asked,
            (PersonDoes::Declines, PersonState::Ringing) => PersonState::Declined,
            (PersonDoes::Nothing, PersonState::Ringing | PersonState::Asked) => PersonState::Silent,
            _ => return Err(NotNow("that person can't do this now".to_owned())),
        };
        *picked_up |= does == PersonDoes::Answers;
        let who = in_print(&person.number);
        self.note(Event::Person { who, did: does }, now);
        match (does, before) {
            (PersonDoes::Answers, _) => self.picked_up(index),
            (PersonDoes::Accepts, _) => self.press(index, ACCEPT),
            (PersonDoes::Declines, PersonState::Asked) => self.press(index, DECLINE),
            // The time to press a key has passed.
            (PersonDoes::Nothing, PersonState::Asked) => self.play_on_leg(index, now),
            _ => self.after_person(now),
        }
        Ok(())
    }

    fn picked_up(&mut self, index: usize) {
        match self.rung(index).and_then(|one| one.number.url.clone()) {
            Some(url) => self.ask_for_person(index, &url, Vec::new()),
            None => self.connect_leg(index),
        }
    }

    fn press(&mut self, index: usize, key: &str) {
        let Some(gather) = self.rung(index).and_then(|one| one.gather.take()) else { return };
        let finished_on = gather.finish_on_key.filter(|_| gather.num_digits != Some(key.len()));
        self.ask_for_person(index, &gather.action, gathered(key, finished_on, false));
    }

    /// Asks for a document in the name of somebody who is rung. The caller hears the ringing tone meanwhile.
    fn ask_for_person(&mut self, index: usize, url: &Url, more: Vec<Field>) {
        let Some(Rung { number, sid, .. }) = self.rung(index).cloned() else { return };
        self.track.for_person = Some(index);
        self.ask_for(url, Leg::Person { number: &number.number, sid: &sid }, more);
    }

    /// Plays a document to somebody who is rung. A provider would end their leg alone if it couldn't; here the whole call
    /// ends, so that nobody overlooks it.
    pub(super) fn play_to_person(&mut self, index: usize, verbs: Vec<Verb>, now: EpochMs) {
        let other = verbs.iter().find_map(|verb| match verb {
            Verb::Dial(_) => Some("Dial"),
            Verb::Record(_) => Some("Record"),
            _ => None,
        });
        if let Some(other) = other {
            return self.refuse(&Refused::ForPerson(other), now);
        }
        self.track.in_a_row += 1;
        if self.track.in_a_row > super::MOST_DOCUMENTS {
            return self.refuse(&Refused::Endless, now);
        }
        if let Some(one) = self.rung(index) {
            one.verbs = verbs.into();
        }
        self.play_on_leg(index, now);
    }

    fn play_on_leg(&mut self, index: usize, now: EpochMs) {
        loop {
            let Some(one) = self.rung(index) else { return };
            match one.verbs.pop_front() {
                // At the end of their document they are connected.
                None => return self.connect_leg(index),
                Some(Verb::Hangup) => {
                    if one.person.state == PersonState::Asked {
                        one.person.state = PersonState::Declined;
                    }
                    return self.after_person(now);
                }
                Some(Verb::Gather(gather)) => {
                    let heard = gather.heard.clone();
                    one.gather = Some(gather);
                    one.person.state = PersonState::Asked;
                    heard.iter().for_each(|verb| self.whisper(index, verb, now));
                    return self.show_rung();
                }
                Some(Verb::Redirect(url)) => return self.ask_for_person(index, &url, Vec::new()),
                Some(verb) => self.whisper(index, &verb, now),
            }
        }
    }

    fn whisper(&mut self, index: usize, verb: &Verb, now: EpochMs) {
        let Some(text) = verb.heard().filter(|text| !text.is_empty()) else { return };
        let Some(one) = self.rung(index) else { return };
        one.person.whisper = Some(text.clone());
        let who = in_print(&one.person.number);
        self.note(Event::Whisper { who, text }, now);
    }

    /// Somebody is connected; the others stop ringing. In the flow's graph the caller is still at the FindMe.
    fn connect_leg(&mut self, index: usize) {
        let Some(number) = self.rung(index).map(|one| one.person.number.clone()) else { return };
        self.track.dialling = None;
        self.wait(Stage::Talking(Place::End(End::FindMe(vec![number]))));
    }

    /// The dial is over once nobody can take the call any more.
    fn after_person(&mut self, now: EpochMs) {
        let can_take = |one: &Rung| matches!(one.person.state, PersonState::Ringing | PersonState::Asked);
        match self.track.dialling.take() {
            Some(dialling) if dialling.rung.iter().any(can_take) => {
                self.track.dialling = Some(dialling);
                self.show_rung();
            }
            Some(dialling) => self.nobody_took_it(&dialling, now),
            None => {}
        }
    }

    fn nobody_took_it(&mut self, dialling: &Dialling, now: EpochMs) {
        let Dialling { action, rung } = dialling;
        let declined = |one: &Rung| one.person.state == PersonState::Declined;
        let picked_up = rung.iter().rev().find(|one| one.picked_up);
        let status = match picked_up {
            Some(_) => DialStatus::Completed,
            None if rung.iter().all(declined) => DialStatus::Busy,
            None => DialStatus::NoAnswer,
        };
        self.track.dial_failed = true;
        match action {
            Some(url) => {
                let sid = picked_up.or(rung.last()).map(|one| one.sid.clone()).unwrap_or_default();
                self.track.verbs.clear();
                self.ask_for_next(url, dialled(status, &sid));
            }
            None => self.play(now),
        }
    }
}
