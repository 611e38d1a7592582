//! What a caller, and those who are rung, do in a step.

use super::{Does, Entry, Walk};
use crate::call::{Call, Input, Stage};
use crate::event::in_words;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::number::in_print;
use zeroize::Zeroizing;

/// Why a step failed: what was expected, and what happened instead.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) expected: String,
    pub(crate) heard: String,
}

impl Walk {
    /// Does what a step says, without sending a webhook. Steps that only look do nothing.
    pub(crate) fn act(&mut self, does: &Does) -> Result<(), Wrong> {
        let (input, expected) = match does {
            Does::Key(entries) => return entries.iter().try_for_each(|(name, entry)| self.key(name.as_deref(), entry)),
            Does::Silence { once } => {
                return self.silence(*once).map_err(|_| self.instead("a question that waits for keys"));
            }
            Does::People(people) => {
                return people.iter().try_for_each(|(number, deed)| {
                    let expected = match number.as_str() {
                        "" => "people who are rung".to_owned(),
                        number => format!("{} to be rung", in_print(number)),
                    };
                    self.person(number, deed.acts()).map_err(|_| self.instead(&expected))
                });
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
