//! Writing what the engine answered.

use super::conversation::Conversation;
use super::document::{Document, Number, Verb};
use super::ring::Ring;
use super::state::{State, Visit};
use super::unplayable::Unplayable;
use crate::call::{Answer, Next};
use crate::flow::PortalId;
use crate::flow::action::{Action, PassThrough, ToIvr};
use crate::number::PhoneNumber;

/// The longest message in a mailbox, in seconds: what Twilio transcribes at most.
const LONGEST_MESSAGE_SECS: u64 = 120;

impl Conversation<'_> {
    /// The document of an answer, after this visit.
    ///
    /// # Errors
    /// [`Unplayable`]: the flow has something next that can't be played here.
    pub fn answer(&self, visit: &Visit, answer: &Answer) -> Result<Document, Unplayable> {
        match &answer.next {
            Next::Say(text) => Ok(Document { verbs: self.say(text).into_iter().chain([Verb::Hangup]).collect() }),
            Next::Action(Action::Ivr(to)) => self.enter(&to.to, goes_on(visit, to, answer)),
            Next::Action(action) => self.act(action, visit.number),
        }
    }

    /// The flow's fallback: its sentence, then its action. It always can be written: what can't be played is left out.
    #[must_use]
    pub fn fallback(&self, visit: &Visit) -> Document {
        let fallback = &self.flow.fallback;
        let acted = self.act(&fallback.action, visit.number);
        let mut verbs = self.say(&fallback.say);
        verbs.extend(acted.map_or_else(|_| vec![Verb::Hangup], |document| document.verbs));
        Document { verbs }
    }

    fn act(&self, action: &Action<String>, visit: u32) -> Result<Document, Unplayable> {
        match action {
            Action::Ivr(to) => self.enter(&to.to, Visit::after(visit)),
            Action::FindMe(findme) => {
                let ring = Ring::of(findme, &self.flow.twiml).ok_or(Unplayable::PortalFindMe)?;
                self.ring(&Ring { visit, ..ring })
            }
            Action::VirtualReceptionist { id } => self.receptionist(id, Visit::after(visit)),
            Action::Voicemail { id } => self.mailbox(id),
            Action::Hangup => Ok(Document::of([Verb::Hangup])),
            Action::Transfer { destination } => Ok(transfer(destination)),
        }
    }

    /// Rings the next people.
    pub(super) fn ring(&self, ring: &Ring) -> Result<Document, Unplayable> {
        let (ringing, left) = ring.next();
        let mut numbers = Vec::new();
        for (number, whisper) in ringing {
            let url = whisper.map(|whisper| self.url("whisper", &State::PickedUp(whisper))).transpose()?;
            numbers.push(Number { number: e164(number), url });
        }
        let action = Some(self.url("findme", &State::Rung(left))?);
        let mut verbs = if ring.record && !ring.told { self.say("This call may be recorded.") } else { Vec::new() };
        verbs.push(Verb::Dial { action, timeout: Some(ring.secs), record: ring.record, numbers });
        Ok(Document { verbs })
    }

    pub(super) fn receptionist(&self, id: &PortalId, visit: Visit) -> Result<Document, Unplayable> {
        let stands_in = self.flow.twiml.virtual_receptionists.get(id);
        self.enter(stands_in.ok_or_else(|| Unplayable::NoReceptionist(id.to_string()))?, visit)
    }

    pub(super) fn mailbox(&self, id: &PortalId) -> Result<Document, Unplayable> {
        let mailbox = self.flow.twiml.voicemail.get(id).ok_or_else(|| Unplayable::NoMailbox(id.to_string()))?;
        let mut verbs = self.say(mailbox.greeting.as_str());
        let action = self.url("message", &State::Message)?;
        verbs.push(Verb::Record { action, max_secs: LONGEST_MESSAGE_SECS, transcription: None });
        verbs.push(Verb::Hangup);
        Ok(Document { verbs })
    }
}

/// A transfer to a number, which needs no flow.
#[must_use]
pub fn write_transfer(destination: &PhoneNumber) -> String {
    transfer(destination).to_xml()
}

fn transfer(destination: &PhoneNumber) -> Document {
    let number = Number { number: e164(destination.as_str()), url: None };
    Document::of([Verb::Dial { action: None, timeout: None, record: false, numbers: vec![number] }])
}

/// The numbers that an action can ring are North American.
fn e164(national: &str) -> String {
    format!("+1{national}")
}

/// What the next IVR is given: the pass-through data that came, then the flow's own; a fallback carries nothing on.
fn goes_on(visit: &Visit, to: &ToIvr<String>, answer: &Answer) -> Visit {
    let mut passed = if answer.is_fallback() { Vec::new() } else { visit.passed.clone() };
    match &to.pass {
        PassThrough::None => {}
        PassThrough::Opaque(text) => passed = pairs(text),
        PassThrough::Pairs(pairs) => {
            for (key, value) in pairs {
                passed.retain(|(known, _)| known != key);
                passed.push((key.clone(), value.clone()));
            }
        }
    }
    Visit {
        ivr: String::new(),
        number: visit.number + 1,
        answers: Vec::new(),
        state: answer.state.clone(),
        parameters: to.user_parameters.iter().map(|(name, value)| (name.to_string(), value.clone())).collect(),
        passed,
    }
}

/// Pass-through data in one text, `key|value||key|value`, as conditions read it.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| part.split_once('|').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
    text.split("||").filter_map(pair).collect()
}
