//! FindMe: telephones ring, one after another or several at once, until somebody takes the call.

use super::{Call, NotNow, Stage};
use crate::dialogtech::findme::FindMe;
use crate::event::{Ended, Event, PersonDoes};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::number::in_print;
use ringbolt_core::time::EpochMs;

/// Somebody who is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The number, or the name of a FindMe of the portal.
    pub number: String,
    /// What they are doing.
    pub state: PersonState,
    /// What they hear when they pick up; `None` if nothing.
    pub whisper: Option<String>,
}

/// What somebody who is rung is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    /// Their telephone rings.
    Ringing,
    /// They picked up and are asked whether they accept the call.
    Asked,
    /// They declined.
    Declined,
    /// They let it ring.
    Silent,
}

/// A FindMe at work.
#[derive(Clone, Debug)]
pub(super) struct Ringing {
    findme: FindMe,
    /// Everybody, in order.
    numbers: Vec<String>,
    /// The first of those who ring now.
    from: usize,
    /// Those who ring now.
    people: Vec<Person>,
}

impl Ringing {
    fn new(findme: FindMe) -> Self {
        // "If id is provided, phone_list will be ignored" (note 1).
        let numbers = match &findme.id {
            Some(id) => vec![format!("FindMe {id}")],
            None => findme.numbers.clone(),
        };
        Self { findme, numbers, from: 0, people: Vec::new() }
    }

    /// Rings the next numbers, as many at once as the FindMe says; nobody if all were tried.
    fn ring_next(&mut self) {
        self.from += self.people.len();
        let group: Vec<String> =
            self.numbers.iter().skip(self.from).take(self.findme.simultaneous.max(1)).cloned().collect();
        let is_last = self.from + group.len() >= self.numbers.len();
        // "Call screening will be disabled if transferred in this way."
        let is_unscreened = is_last && (self.findme.auto_accept == 2 || self.findme.next_action == 7);
        let whisper = match self.findme.screen_method {
            _ if is_unscreened => None,
            0 => Some("(The name that the caller was asked to say.)".to_owned()),
            _ => self.findme.whisper.clone(),
        };
        let person = |number| Person { number, state: PersonState::Ringing, whisper: whisper.clone() };
        self.people = group.into_iter().map(person).collect();
    }

    /// Whether the last number tried gets the call in any case (`auto_accept` 2 and 3, `nextaction` 3 and 7), and is tried
    /// now.
    fn last_takes_it(&self) -> bool {
        let is_last = self.from + self.people.len() >= self.numbers.len();
        is_last && (matches!(self.findme.auto_accept, 2 | 3) || matches!(self.findme.next_action, 3 | 7))
    }

    /// Whether the one who picks up is asked first.
    fn asks(&self) -> bool {
        self.findme.auto_accept != 1 && !self.last_takes_it()
    }

    /// Whether nobody who was rung can take the call any more.
    fn is_over(&self) -> bool {
        self.people.iter().all(|person| matches!(person.state, PersonState::Declined | PersonState::Silent))
    }
}

impl Call {
    pub(super) fn ring(&mut self, findme: FindMe, now: EpochMs) {
        if findme.record {
            self.note(Event::Note("Both parties hear that the call is recorded.".to_owned()), now);
        }
        let ringing = Ringing::new(findme);
        self.move_to(Place::End(End::FindMe(ringing.numbers.clone())));
        self.ringing = Some(ringing);
        self.ring_next(now);
    }

    fn ring_next(&mut self, now: EpochMs) {
        let Some(ringing) = &mut self.ringing else { return };
        ringing.ring_next();
        if ringing.people.is_empty() {
            return self.nobody(now);
        }
        let who = ringing.people.iter().map(|person| in_print(&person.number)).collect();
        let secs = ringing.findme.timeout_secs;
        self.note(Event::Ringing { who, secs }, now);
        self.show_people();
    }

    fn show_people(&mut self) {
        if let Some(ringing) = &self.ringing {
            self.stage = Stage::Ringing(ringing.people.clone());
        }
    }

    pub(super) fn person(&mut self, index: usize, does: PersonDoes, now: EpochMs) -> Result<(), NotNow> {
        let Some(ringing) = &mut self.ringing else { return Err(NotNow("nobody is rung now".to_owned())) };
        let asks = ringing.asks();
        let Some(person) = ringing.people.get_mut(index) else {
            return Err(NotNow("that person isn't rung now".to_owned()));
        };
        let (state, takes_it) = match (does, person.state) {
            (PersonDoes::Answers, PersonState::Ringing) => (PersonState::Asked, !asks),
            (PersonDoes::Accepts, PersonState::Asked) => (PersonState::Asked, true),
            (PersonDoes::Declines, PersonState::Ringing | PersonState::Asked) => (PersonState::Declined, false),
            (PersonDoes::Nothing, PersonState::Ringing | PersonState::Asked) => (PersonState::Silent, false),
            _ => return Err(NotNow("that person can't do this now".to_owned())),
        };
        person.state = state;
        let Person { number, whisper, .. } = person.clone();
        let last = ringing.last_takes_it().then(|| ringing.numbers.last().cloned()).flatten();
        let is_over = ringing.is_over();
        let who = in_print(&number);
        self.note(Event::Person { who: who.clone(), did: does }, now);
        if let (PersonDoes::Answers, Some(text)) = (does, whisper) {
            self.note(Event::Whisper { who, text }, now);
        }
        match last {
            _ if takes_it => self.connect(number),
            _ if !is_over => self.show_people(),
            Some(last) => {
                self.note(Event::Note("The last number tried gets the call in any case.".to_owned()), now);
                self.connect(last);
            }
            None => self.ring_next(now),
        }
        Ok(())
    }

    /// The caller talks to one person. In the flow's graph they are still at the FindMe, so the place stays.
    fn connect(&mut self, number: String) {
        self.ringing = None;
        self.stage = Stage::Talking(Place::End(End::FindMe(vec![number])));
    }

    /// Nobody took the call (the table of `nextaction`).
    fn nobody(&mut self, now: EpochMs) {
        let Some(Ringing { findme, .. }) = self.ringing.take() else { return };
        match (findme.next_action, findme.next_action_item) {
            (2, Some(id)) => self.leave(End::Voicemail(id), now),
            (4, Some(id)) => self.leave(End::VirtualReceptionist(id), now),
            (5, Some(id)) => self.ring(FindMe { id: Some(id), ..FindMe::default() }, now),
            (6, Some(id)) => self.enter_by_id(&id, &[], "", now),
            _ => {
                self.hear("(Nobody is available.)", now);
                self.move_to(Place::End(End::HangUp));
                self.end(Ended::NobodyAvailable, now);
            }
        }
    }
}
