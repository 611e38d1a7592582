//! What a caller, and those who are rung, do in a step.

use super::{Deed, Does, Entry, Walk};
use crate::call::{Call, Input, Stage};
use crate::event::{Event, PersonDoes, in_words};
use crate::setting::Provider;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::number::in_print;
use zeroize::Zeroizing;

/// Why a step failed: what was expected, and what happened instead.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) expected: String,
    pub(crate) heard: String,
}

/// One thing of those that a step does. Between two of them a webhook may have to be answered.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// An entry at a question, of this name if one is given.
    Key(Option<String>, Entry),
    /// Silence, until this question is left.
    SilenceAt((usize, String)),
    /// Somebody who is rung, or the first of all, does something. `steps`: how much they do in all.
    Person { number: String, does: PersonDoes, steps: usize },
    /// Everybody who still rings does the same. `from` and `places`: how many events and places there were before the first
    /// did.
    Everybody { does: PersonDoes, from: usize, places: usize },
}

impl Walk {
    /// Does what a step says, as far as it goes without a webhook: [`Walk::pump`] does the rest. Steps that only look do
    /// nothing.
    pub(crate) fn act(&mut self, does: &Does) -> Result<(), Wrong> {
        self.due.clear();
        let (input, expected) = match does {
            Does::Key(entries) => {
                self.due.extend(entries.iter().map(|(name, entry)| Act::Key(name.clone(), entry.clone())));
                return self.go_on();
            }
            Does::Silence { once } => {
                let question = self.question();
                self.input(Input::Silence).map_err(|_| self.instead("a question that waits for keys"))?;
                self.due.extend(question.filter(|_| !once).map(Act::SilenceAt));
                return self.go_on();
            }
            Does::People(people) => {
                for (number, deed) in people {
                    self.due_of_people(number, *deed);
                }
                return self.go_on();
            }
            Does::Database { down } => {
                self.database_down = *down;
                return Ok(());
            }
            Does::Say(text) => (Input::Say(text.clone()), "the caller to be recorded"),
            Does::HangUp => (Input::HangUp, "a call that isn't over"),
            _ => return Ok(()),
        };
        self.input(input).map_err(|_| self.instead(expected))
    }

    /// Does what is still to be done, until a webhook has to be answered.
    pub(crate) fn go_on(&mut self) -> Result<(), Wrong> {
        while *self.call.stage() != Stage::Waiting {
            let Some(deed) = self.due.pop_front() else { return Ok(()) };
            if let Err(wrong) = self.do_one(deed) {
                self.due.clear();
                return Err(wrong);
            }
        }
        Ok(())
    }

    fn do_one(&mut self, deed: Act) -> Result<(), Wrong> {
        match deed {
            Act::Key(name, entry) => self.key(name.as_deref(), &entry),
            Act::SilenceAt(question) => {
                if self.question().as_ref() == Some(&question) {
                    self.input(Input::Silence).map_err(|_| self.instead("a question that waits for keys"))?;
                    self.due.push_front(Act::SilenceAt(question));
                }
                Ok(())
            }
            Act::Person { number, does, steps } => {
                let expected = match number.as_str() {
                    "" => "people who are rung".to_owned(),
                    number => format!("{} to be rung", in_print(number)),
                };
                self.person(&number, does, steps).map_err(|_| self.instead(&expected))
            }
            Act::Everybody { does, from, places } => {
                let rings = |place: &Place| matches!(place, Place::End(End::FindMe(_)));
                let rings_on = matches!(self.call.stage(), Stage::Ringing(_))
                    && self.call.way().iter().skip(places).all(rings)
                    && !self.rings_again(from);
                if rings_on {
                    self.person("", does, 1).map_err(|_| self.instead("people who are rung"))?;
                    self.due.push_front(Act::Everybody { does, from, places });
                }
                Ok(())
            }
        }
    }

    /// One person, or with an empty number everybody who rings, does something. With an empty number, `accepts` and
    /// `answers` are the first person, and `nobody` and `declines` are all of them, until nobody rings any more.
    fn due_of_people(&mut self, number: &str, deed: Deed) {
        let acts = deed.acts();
        let (from, places) = (self.call.events().len(), self.call.way().len());
        self.due.extend(acts.iter().map(|does| Act::Person {
            number: number.to_owned(),
            does: *does,
            steps: acts.len(),
        }));
        if let ("", [does @ (PersonDoes::Declines | PersonDoes::Nothing)]) = (number, acts) {
            self.due.push_back(Act::Everybody { does: *does, from, places });
        }
    }

    /// Whether the same people are rung again: without a portal, the last number is dialled until it answers (`nextaction`
    /// 3 and 7).
    fn rings_again(&self, from: usize) -> bool {
        if self.call.setting().provider != Provider::Twiml {
            return false;
        }
        let rung = |(_, event): &'_ (_, Event)| matches!(event, Event::Ringing { .. });
        let events = self.call.events();
        let began = events.iter().take(from).rposition(rung).unwrap_or_default();
        let rings: Vec<&Event> =
            events.iter().skip(began).filter(|event| rung(event)).map(|(_, event)| event).collect();
        rings.split_last().is_some_and(|(last, before)| before.contains(last))
    }

    fn key(&mut self, name: Option<&str>, entry: &Entry) -> Result<(), Wrong> {
        let asked = self.call.question().map(|question| question.name.clone());
        let waits = *self.call.stage() == Stage::Asking;
        let expected = match name {
            Some(name) => format!("the question `{name}`"),
            None => "a question that waits for keys".to_owned(),
        };
        if !waits || name.is_some_and(|name| asked.as_deref() != Some(name)) {
            return Err(self.instead(&expected));
        }
        let keys: Zeroizing<String> = match entry {
            Entry::Keys(keys) => keys.clone(),
            Entry::WrongPin => self.pins.wrong(&self.call),
            Entry::RightPin => self
                .pins
                .right(&self.call)
                .map_err(|why| Wrong { expected: "a caller whose right PIN can be keyed".to_owned(), heard: why })?,
        };
        self.keys(&keys).map_err(|_| self.instead(&expected))
    }

    /// What the call is doing, if that isn't what was expected.
    pub(crate) fn instead(&self, expected: &str) -> Wrong {
        Wrong { expected: expected.to_owned(), heard: doing(&self.call) }
    }
}

/// What a call is doing, in words.
pub(crate) fn doing(call: &Call) -> String {
    match call.stage() {
        Stage::Recording if matches!(call.place(), Place::End(End::Voicemail(_))) => {
            format!("the call has come to {}", in_words(call.place()))
        }
        Stage::Asking => {
            let question = call.question().map(|question| question.name.as_str()).unwrap_or_default();
            format!("the call is at {} and asks for `{question}`", in_words(call.place()))
        }
        Stage::Recording => format!("the caller is recorded at {}", in_words(call.place())),
        Stage::Waiting => "a webhook waits for its reply".to_owned(),
        Stage::Ringing(people) => {
            let who: Vec<String> = people.iter().map(|person| in_print(&person.number)).collect();
            format!("the call rings {}", who.join(", "))
        }
        Stage::Talking(place) | Stage::Elsewhere(place) => format!("the call has come to {}", in_words(place)),
        Stage::Ended(ended) => ended.to_string(),
    }
}
