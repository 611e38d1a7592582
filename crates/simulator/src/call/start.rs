//! How a call begins, and how it comes to an IVR.

use super::results::known_of;
use super::run::{Question, Run, questions};
use super::twiml::Track;
use super::{Call, Stage};
use crate::event::{Ended, Event};
use crate::setting::{Provider, Setting};
use ringbolt_core::call::{Results, begin};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::flow::{Flow, Ivr, IvrName};
use ringbolt_core::time::EpochMs;
use std::sync::Arc;

/// What Wix Answers asks if the flow doesn't say.
const WIX_PROMPT: &str = "Please enter your number, then pound.";

/// Why a call can't begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotStart {
    /// The flow has nothing for this provider.
    #[error("the flow `{flow}` has nothing for {provider}")]
    NotForProvider {
        /// The flow.
        flow: String,
        /// The provider.
        provider: &'static str,
    },
    /// It isn't known where the call begins.
    #[error("the flow doesn't say where a call to {dials} begins: add `starts`, or name the IVR")]
    NoStart {
        /// The dialled number.
        dials: String,
    },
    /// The flow doesn't have this IVR.
    #[error("the flow has no IVR `{0}`")]
    NoSuchIvr(IvrName),
    /// The call should begin elsewhere than the flow says, and the provider asks the flow.
    #[error(
        "{provider} asks the flow where a call begins, and a call to {dials} begins at `{starts}`, not at `{named}`"
    )]
    StartsElsewhere {
        /// The provider.
        provider: &'static str,
        /// The dialled number.
        dials: String,
        /// Where the flow lets it begin.
        starts: IvrName,
        /// Where it should begin.
        named: IvrName,
    },
    /// A condition of `starts` can't be judged.
    #[error("{0}")]
    Undecidable(String),
}

impl Call {
    /// Begins a call: the caller has dialled, and hears the first prompt. A TwiML provider asks for it first.
    ///
    /// # Errors
    /// [`CannotStart`] says what the flow lacks.
    pub fn start(setting: Setting, now: EpochMs) -> Result<Self, CannotStart> {
        let flow = Arc::clone(&setting.flow);
        let begins = match setting.provider {
            _ if !setting.provider.plays(&setting.flow) => {
                return Err(CannotStart::NotForProvider {
                    flow: setting.flow.name.to_string(),
                    provider: setting.provider.name(),
                });
            }
            Provider::WixAnswers => None,
            Provider::DialogTech => Some(first_ivr(&flow, &setting, now)?),
            Provider::Twiml => Some(starting_ivr(&flow, &setting, now)?),
        };
        let at = match begins {
            None => Place::AuthWebhook,
            // Without a portal, every IVR is the flow's own.
            Some(ivr) if setting.provider == Provider::Twiml => Place::Ivr(ivr.name.clone()),
            Some(ivr) => place_of(ivr),
        };
        let mut call = Self {
            run: Run::new(at.clone(), String::new(), Vec::new(), now),
            stage: Stage::Asking,
            place: at.clone(),
            ringing: None,
            track: Track::default(),
            waiting: None,
            hung_up: false,
            pound_may_follow: false,
            runs: 0,
            heard: None,
            way: Vec::new(),
            events: Vec::new(),
            transcriptions: Vec::new(),
            setting,
        };
        call.note(Event::Started { at }, now);
        match begins {
            Some(_) if call.setting.provider == Provider::Twiml => call.ask_for_first_document(now),
            Some(ivr) => call.enter(ivr, &[], "", now),
            None => call.ask_for_number(now),
        }
        Ok(call)
    }

    /// Comes to an IVR of the flow.
    pub(super) fn enter(&mut self, ivr: &Ivr, parameters: &[(String, String)], pass_through: &str, now: EpochMs) {
        self.move_to(place_of(ivr));
        if self.runs > 0 {
            self.note(Event::Moved(self.place.clone()), now);
        }
        self.runs += 1;
        let value = |wanted: &str| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if let Some(says) = &ivr.says {
            self.hear(&says.filled(value), now);
        }
        if ivr.step.is_none() {
            self.stage = Stage::Elsewhere(self.place.clone());
            return;
        }
        let secrets = self.setting.flow.ivrs.secret_answers();
        let questions = questions(ivr, |name| secrets.contains(name), value);
        let response_id = format!("{}-r{}", self.setting.call_id, self.runs);
        self.run = Run::new(self.place.clone(), response_id, questions, now);
        pass_through.clone_into(&mut self.run.pass_through);
        self.ask(now);
    }

    /// The Number Input IVR of Wix Answers.
    fn ask_for_number(&mut self, now: EpochMs) {
        self.move_to(Place::AuthWebhook);
        let wix = self.setting.flow.wix_answers.as_ref();
        let prompt = wix.and_then(|wix| wix.prompt.as_ref()).map_or(WIX_PROMPT, |prompt| prompt.as_str());
        let question = Question {
            name: "input".to_owned(),
            prompt: prompt.to_owned(),
            digits: None,
            one_of: Vec::new(),
            secret: true,
            record: None,
            described: true,
        };
        self.runs += 1;
        self.run = Run::new(Place::AuthWebhook, String::new(), vec![question], now);
        self.ask(now);
    }

    /// Asks the present question, or sends the results if all were asked.
    pub(super) fn ask(&mut self, now: EpochMs) {
        match self.run.question().cloned() {
            Some(question) => {
                self.hear(&question.prompt, now);
                self.stage = if question.record.is_some() { Stage::Recording } else { Stage::Asking };
            }
            None => self.send(now),
        }
    }

    /// Whether an IVR of DialogTech has the call, which sends its results. A mailbox records as well, and sends nothing.
    pub(super) fn is_in_ivr(&self) -> bool {
        self.setting.provider == Provider::DialogTech && matches!(self.place, Place::Ivr(_))
    }

    /// The call goes to what only the portal knows.
    pub(super) fn leave(&mut self, to: End, now: EpochMs) {
        let place = Place::End(to);
        self.move_to(place.clone());
        self.note(Event::Moved(place.clone()), now);
        match &place {
            Place::End(End::Transfer(_)) => self.stage = Stage::Talking(place),
            Place::End(End::HangUp) => self.end(Ended::HungUp, now),
            Place::End(End::Voicemail(id)) => {
                let mailbox = self.setting.flow.twiml.voicemail.get(id);
                let greeting = mailbox.map(|mailbox| mailbox.greeting.as_str().to_owned());
                self.hear(&greeting.unwrap_or_else(|| "(The mailbox's greeting, then a tone.)".to_owned()), now);
                self.stage = Stage::Recording;
            }
            _ => self.stage = Stage::Elsewhere(place),
        }
    }
}

/// Where DialogTech's portal begins a call: at the IVR to which its number is tied.
fn first_ivr<'f>(flow: &'f Flow, setting: &Setting, now: EpochMs) -> Result<&'f Ivr, CannotStart> {
    match &setting.begins {
        Some(name) => flow.ivrs.get(name).ok_or_else(|| CannotStart::NoSuchIvr(name.clone())),
        None => by_starts(flow, setting, now),
    }
}

/// Where a TwiML provider begins a call: the flow alone says it.
fn starting_ivr<'f>(flow: &'f Flow, setting: &Setting, now: EpochMs) -> Result<&'f Ivr, CannotStart> {
    let ivr = by_starts(flow, setting, now)?;
    let Some(named) = setting.begins.clone().filter(|named| *named != ivr.name) else { return Ok(ivr) };
    if flow.ivrs.get(&named).is_none() {
        return Err(CannotStart::NoSuchIvr(named));
    }
    let (provider, dials, starts) = (setting.provider.name(), setting.dials.clone(), ivr.name.clone());
    Err(CannotStart::StartsElsewhere { provider, dials, starts, named })
}

fn by_starts<'f>(flow: &'f Flow, setting: &Setting, now: EpochMs) -> Result<&'f Ivr, CannotStart> {
    let known = known_of(setting, Results::nothing(), now);
    let begins = begin(flow, &known, &setting.closures, now);
    let begins = begins.map_err(|error| CannotStart::Undecidable(error.to_string()))?;
    let name = begins.ok_or_else(|| CannotStart::NoStart { dials: setting.dials.clone() })?;
    flow.ivrs.get(name).ok_or_else(|| CannotStart::NoSuchIvr(name.clone()))
}

/// The place of an IVR in the flow's graph.
pub(super) fn place_of(ivr: &Ivr) -> Place {
    match ivr.step {
        Some(_) => Place::Ivr(ivr.name.clone()),
        None => Place::End(End::PortalIvr(ivr.name.clone())),
    }
}
