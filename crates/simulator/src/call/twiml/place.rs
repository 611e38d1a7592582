//! Where in the flow a document takes the call. The provider doesn't know; `at` in the URLs says it, for people.

use super::super::run::{Question, Run, empty_entry};
use super::Call;
use crate::event::Event;
use crate::twiml::document::Refused;
use crate::twiml::url::Url;
use crate::twiml::{Gather, Verb};
use ringbolt_core::flow::graph::{End, Graph, Place};
use ringbolt_core::flow::{Ask, IvrName, PortalId};
use ringbolt_core::time::EpochMs;
use std::sync::Arc;

/// What `at` names: an IVR, and the number of one of its questions, from 1.
struct Known {
    ivr: IvrName,
    question: Option<(usize, Ask)>,
}

impl Call {
    /// Goes where the first verb leads that isn't only heard.
    ///
    /// # Errors
    /// [`Refused::NoMailbox`]: a message is to be recorded, and the flow takes none.
    pub(super) fn arrive(&mut self, verbs: &[Verb], now: EpochMs) -> Result<(), Refused> {
        let Some(at) = verbs.iter().position(|verb| !verb.is_heard()) else { return Ok(()) };
        match &verbs[at] {
            Verb::Gather(gather) => self.come_to_question(&gather.action, prompt(&gather.heard), Some(gather), now),
            Verb::Record(record) => match self.known(&record.action) {
                Some(Known { question: Some(_), .. }) => {
                    self.come_to_question(&record.action, prompt(&verbs[..at]), None, now);
                }
                _ => self.come_to_mailbox(&prompt(&verbs[..at]), now)?,
            },
            Verb::Redirect(url) => {
                if let Some(Known { ivr, question: None }) = self.known(url) {
                    self.come_to(ivr, None, now);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn known(&self, url: &Url) -> Option<Known> {
        let at = url.at()?;
        let (name, number) = match at.rsplit_once('.') {
            Some((name, number)) => (name, Some(number.parse::<usize>().ok()?)),
            None => (at.as_str(), None),
        };
        let ivr = self.setting.flow.ivrs.get(&IvrName::parse(name).ok()?)?;
        let question = match number {
            Some(number) => Some((number, ivr.asks.get(number.checked_sub(1)?)?.clone())),
            None => None,
        };
        Some(Known { ivr: ivr.name.clone(), question })
    }

    /// Comes to an IVR, unless the call is in it and gets on with its questions.
    fn come_to(&mut self, ivr: IvrName, question: Option<usize>, now: EpochMs) {
        let place = Place::Ivr(ivr);
        let is_here = self.place == place;
        let goes_on = question.is_some_and(|number| {
            let present = self.track.question;
            number > present || (number == present && self.track.asks_again)
        });
        if !is_here || (self.runs > 0 && !goes_on) {
            self.move_to(place.clone());
            self.note(Event::Moved(place.clone()), now);
        } else if self.runs > 0 {
            return;
        }
        self.runs += 1;
        self.track.question = 0;
        self.run = Run::new(place, format!("{}-r{}", self.setting.call_id, self.runs), Vec::new(), now);
    }

    /// A question by keys has a `gather`; any other is recorded.
    fn come_to_question(&mut self, url: &Url, prompt: String, gather: Option<&Gather>, now: EpochMs) {
        let question = match self.known(url) {
            Some(Known { ivr, question: Some((number, ask)) }) => {
                self.come_to(ivr, Some(number), now);
                if number != self.track.question {
                    self.run.repeated = 0;
                    self.track.asks_again = false;
                }
                self.track.question = number;
                let secret = ask.secret || self.setting.flow.ivrs.secret_answers().contains(ask.name.as_str());
                Question {
                    name: ask.name.as_str().to_owned(),
                    prompt,
                    digits: ask.digits,
                    one_of: ask.one_of,
                    secret,
                    record: ask.record.filter(|_| gather.is_none()),
                    described: true,
                }
            }
            // Whatever it asks for, it could be a PIN.
            _ => Question {
                name: String::new(),
                prompt,
                digits: None,
                one_of: Vec::new(),
                secret: true,
                record: None,
                described: false,
            },
        };
        self.run.questions = vec![question];
        self.run.index = 0;
        self.run.keyed = empty_entry();
    }

    fn come_to_mailbox(&mut self, greeting: &str, now: EpochMs) -> Result<(), Refused> {
        let place = Place::End(End::Voicemail(self.mailbox(greeting).ok_or(Refused::NoMailbox)?));
        self.move_to(place.clone());
        self.note(Event::Moved(place), now);
        self.run.questions.clear();
        Ok(())
    }

    /// The mailbox with this greeting. If several have it, or none because our webhook has one of its own, it is the one
    /// to which the flow leads from here.
    fn mailbox(&self, greeting: &str) -> Option<PortalId> {
        let flow = &self.setting.flow;
        let graph = Graph::of(flow);
        let leads: Vec<PortalId> = graph
            .from(&self.place)
            .chain(&graph.edges)
            .map(|edge| &edge.to)
            .chain(&graph.fallback)
            .filter_map(|place| if let Place::End(End::Voicemail(id)) = place { Some(id.clone()) } else { None })
            .chain(flow.twiml.voicemail.keys().cloned())
            .collect();
        let greets = |id: &&PortalId| {
            flow.twiml.voicemail.get(*id).is_some_and(|mailbox| mailbox.greeting.as_str().trim() == greeting)
        };
        leads.iter().find(greets).or(leads.first()).cloned()
    }

    /// The FindMe of the flow that rings these numbers; if the flow names none, these alone.
    pub(super) fn findme(&self, numbers: &[String]) -> Place {
        let rings = |place: &Place| match place {
            Place::End(End::FindMe(listed)) => numbers.iter().all(|number| listed.contains(number)),
            _ => false,
        };
        if rings(&self.place) {
            return self.place.clone();
        }
        let flow = Arc::clone(&self.setting.flow);
        let graph = Graph::of(&flow);
        let leads = graph.from(&self.place).chain(&graph.edges).map(|edge| &edge.to).chain(&graph.fallback);
        let found = leads.into_iter().find(|place| rings(place)).cloned();
        found.unwrap_or_else(|| Place::End(End::FindMe(numbers.to_vec())))
    }
}

/// What is said last: before it, an IVR says what it says before anything else.
fn prompt(said: &[Verb]) -> String {
    said.iter().rev().find_map(Verb::heard).unwrap_or_default().trim().to_owned()
}
