//! A request, with all that it is read and answered by.

use super::document::{Document, Say, TranscribedTo, Verb};
use super::request::{DialStatus, Request};
use super::ring::{Otherwise, Whisper};
use super::signature::Provider;
use super::state::{Binding, State, Visit};
use super::transcription::Transcription;
use super::turn::Turn;
use super::unplayable::Unplayable;
use crate::call::{Ended, Results, ids::ResponseId};
use crate::fields::NamedValues;
use crate::flow::{Ask, Flow, Ivr, IvrName, PortalId, Recording};
use crate::keyed::keyed;
use crate::pin::PinKeys;
use crate::time::EpochMs;
use sha2::{Digest as _, Sha256};

/// What the caller hears if nobody takes the call, as DialogTech's `nextaction` 1 says it.
pub const NOBODY: &str = "Nobody is available to take your call. Goodbye.";

/// How long the next key may take, in seconds: Twilio's own default, said because others have others.
const TIMEOUT_SECS: u8 = 5;
/// How long the person who answers may take to accept, in seconds.
const ACCEPT_SECS: u8 = 10;
/// The longest text of one `<Say>`, in characters (Twilio's limit is 4,096).
const LONGEST_SAY: usize = 4_000;
/// The most digits of an entry, if neither the question nor the provider has a limit.
const MOST_KEYS: usize = 64;

/// One request of a call, and what it is read and answered by.
#[derive(Clone, Copy)]
pub struct Conversation<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// The keys under which states are sealed.
    pub keys: &'a PinKeys,
    /// The URL before `/twiml/`, without a slash at its end.
    pub public_url: &'a str,
    /// Who asks.
    pub provider: Provider,
    /// What was asked.
    pub request: &'a Request,
    /// What time it is.
    pub now: EpochMs,
}

impl<'a> Conversation<'a> {
    /// The state that came back; `None` if there is none that is ours, this call's and still valid.
    #[must_use]
    pub fn state(&self, query: &str) -> Option<State> {
        let sealed = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "s")?.1;
        State::open(&sealed, self.binding(), self.request, self.now)
    }

    /// What the request is about, before anything is read out of it: for the log, and for where the call begins.
    #[must_use]
    pub fn results(&self, state: Option<&State>) -> Results {
        match state {
            Some(State::Question { visit, .. } | State::Step { visit }) => self.of_visit(visit),
            _ => self.of_call(),
        }
    }

    /// What the request is.
    ///
    /// # Errors
    /// [`Unplayable`]: the flow has something next that can't be played here.
    pub fn turn(&self, state: Option<State>) -> Result<Turn, Unplayable> {
        let settled = |verbs: Vec<Verb>| Ok(Turn::Settled(Document { verbs }));
        match state {
            // Nobody is there any more.
            None if self.request.is_over() => settled(Vec::new()),
            None => Ok(Turn::Begins),
            Some(State::Question { visit, question, asked, again }) => self.answered(visit, question, asked, again),
            Some(State::Step { visit }) => Ok(self.ended(visit)),
            Some(State::Rung(_)) if self.request.dial_status() == DialStatus::Talked => settled(vec![Verb::Hangup]),
            Some(State::Rung(ring)) if ring.numbers.is_empty() => {
                self.otherwise(&ring.otherwise, ring.visit).map(Turn::Settled)
            }
            Some(State::Rung(ring)) => self.ring(&ring).map(Turn::Settled),
            Some(State::PickedUp(whisper)) => self.whisper(&whisper).map(Turn::Settled),
            Some(State::Asked) if self.request.digits() == Some("1") => settled(Vec::new()),
            Some(State::Asked | State::Message) => settled(vec![Verb::Hangup]),
            // It belongs to the other webhook, which only stores.
            Some(State::Transcript { .. }) => settled(vec![Verb::Hangup]),
        }
    }

    /// The transcription that the request brings; `None` if its state isn't ours.
    #[must_use]
    pub fn transcription(&self, query: &str) -> Option<Transcription> {
        Transcription::of(self.state(query), self.request)
    }

    /// The document with which a call comes to its first IVR.
    ///
    /// # Errors
    /// [`Unplayable`]: nothing of the IVR can be played.
    pub fn begin(&self, ivr: &IvrName) -> Result<Document, Unplayable> {
        self.enter(ivr, Visit::after(0))
    }

    fn binding(&self) -> Binding<'a> {
        Binding { keys: self.keys, flow: &self.flow.name, account: self.request.account() }
    }

    /// What the caller did at a question.
    fn answered(&self, mut visit: Visit, question: usize, asked: u32, again: u8) -> Result<Turn, Unplayable> {
        let ivr = IvrName::parse(&visit.ivr).ok().and_then(|name| self.flow.ivrs.get(&name));
        let is_same = ivr.is_some_and(|ivr| self.questions(ivr) == asked);
        if !is_same {
            // The flow has been changed meanwhile. What was keyed may be a PIN, and nothing says so any more.
            visit.answers.clear();
        }
        if self.request.is_over() {
            return Ok(self.ended(visit));
        }
        let Some(ivr) = ivr else { return Ok(self.ended(visit)) };
        let Some(ask) = ivr.asks.get(question).filter(|_| is_same) else {
            return self.enter(&ivr.name, visit).map(Turn::Settled);
        };
        if ask.record.is_none() {
            match answer(ask, self.request.digits()) {
                Some(answer) => visit.answers.push((ask.name.as_str().to_owned(), answer)),
                None if again < self.flow.twiml.repeats => {
                    return self.ask(ivr, visit, question, again + 1, None).map(Turn::Settled);
                }
                None => {}
            }
        }
        if question + 1 < ivr.asks.len() {
            return self.ask(ivr, visit, question + 1, 0, None).map(Turn::Settled);
        }
        Ok(self.ended(visit))
    }

    /// What tells the questions of an IVR from those of another version of the flow: their names, and which are secret.
    fn questions(&self, ivr: &Ivr) -> u32 {
        let secret = self.flow.ivrs.secret_answers();
        let mut digest = Sha256::new();
        for ask in &ivr.asks {
            let name = ask.name.as_str();
            digest.update([u8::from(secret.contains(name)), u8::from(ask.record.is_some())]);
            digest.update(name);
            digest.update([0]);
        }
        digest.finalize().iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
    }

    /// Whether the call ends after an IVR: it says and asks, and the flow has nothing that follows. In DialogTech the portal
    /// knows what does.
    #[must_use]
    pub fn ends_after(&self, visit: &Visit) -> bool {
        let ivr = IvrName::parse(&visit.ivr).ok().and_then(|name| self.flow.ivrs.get(&name));
        ivr.is_some_and(|ivr| ivr.step.is_none())
    }

    fn ended(&self, visit: Visit) -> Turn {
        Turn::Ended(Box::new(self.of_visit(&visit)), visit)
    }

    fn of_call(&self) -> Results {
        let field = |name| self.request.field(name);
        let results = Results {
            session_id: self.request.call_id(),
            ani: field("From").map(str::to_owned),
            fields: self.request.about_the_call(),
            ..Results::nothing()
        };
        results.with_neutral_call(field("To"), self.now)
    }

    fn of_visit(&self, visit: &Visit) -> Results {
        let name = IvrName::parse(&visit.ivr).ok();
        let known = name.as_ref().and_then(|name| self.flow.ivrs.get(name));
        let ended = match known {
            Some(ivr) => Ended::Ivr(ivr.name.clone()),
            None => Ended::Unknown(visit.ivr.clone()),
        };
        Results {
            ended,
            ivr_id: Some(known.map_or_else(|| visit.ivr.clone(), id_in_records)),
            response_id: self.visit_id(visit).and_then(|id| ResponseId::parse(&id).ok()),
            completed: Some(!self.request.is_over()),
            passed: visit.passed.iter().cloned().collect::<NamedValues>(),
            state: visit.state.clone(),
            ..self.of_call()
        }
        .with_answers(visit.answers.iter().cloned())
    }

    /// The id of a visit in records: the call's, and which run through an IVR it is.
    fn visit_id(&self, visit: &Visit) -> Option<String> {
        Some(format!("{}-r{}", self.request.call_id()?.as_str(), visit.number))
    }

    /// Comes to an IVR: what it says, and its first question or its step.
    pub(super) fn enter(&self, name: &IvrName, visit: Visit) -> Result<Document, Unplayable> {
        let ivr = self.flow.ivrs.get(name).ok_or_else(|| Unplayable::NoSuchIvr(name.to_string()))?;
        let visit = Visit { ivr: name.to_string(), ..visit };
        let says = ivr.says.as_ref().map(|says| says.filled(|name| visit.parameter(name)));
        if !ivr.asks.is_empty() {
            return self.ask(ivr, visit, 0, 0, says);
        }
        let mut verbs: Vec<Verb> = says.into_iter().flat_map(|text| self.say(&text)).collect();
        match ivr.step {
            Some(_) => verbs.push(Verb::Redirect { url: self.url(name.as_str(), &State::Step { visit })? }),
            None if verbs.is_empty() => return Err(Unplayable::SaysNothing(name.clone())),
            None => verbs.push(Verb::Hangup),
        }
        Ok(Document { verbs })
    }

    fn ask(
        &self,
        ivr: &Ivr,
        visit: Visit,
        question: usize,
        again: u8,
        says: Option<String>,
    ) -> Result<Document, Unplayable> {
        let Some(ask) = ivr.asks.get(question) else { return Err(Unplayable::SaysNothing(ivr.name.clone())) };
        let prompt = ask.prompt.filled(|name| visit.parameter(name));
        let heard: Vec<Verb> = says.iter().chain([&prompt]).flat_map(|text| self.say(text)).collect();
        let at = format!("{}.{}", ivr.name, question + 1);
        let recorded = match &ask.record {
            Some(recording) => Some(self.recording(ivr, &visit, question, &at, recording)?),
            None => None,
        };
        let asked = self.questions(ivr);
        let url = self.url(&at, &State::Question { visit, question, asked, again })?;
        // If nothing is keyed or said, the provider asks nothing: the redirect does.
        let redirect = Verb::Redirect { url: url.clone() };
        Ok(match recorded {
            Some((max_secs, transcription)) => {
                let record = Verb::Record { action: url, max_secs, transcription };
                Document { verbs: heard.into_iter().chain([record, redirect]).collect() }
            }
            None => {
                let num_digits = most_digits(ask);
                Document::of([Verb::Gather { action: url, timeout: TIMEOUT_SECS, num_digits, says: heard }, redirect])
            }
        })
    }

    /// How long a recording may be, and where its transcription goes.
    fn recording(
        &self,
        ivr: &Ivr,
        visit: &Visit,
        question: usize,
        at: &str,
        recording: &Recording,
    ) -> Result<(u64, Option<TranscribedTo>), Unplayable> {
        let visit = self.visit_id(visit).filter(|_| recording.transcribe);
        let transcription = match visit {
            None => None,
            Some(visit) => {
                let state = State::Transcript { ivr: id_in_records(ivr), question: question + 1, visit };
                let attributes = match self.provider {
                    Provider::Telnyx => ["transcription", "transcriptionCallback"],
                    Provider::Twilio | Provider::SignalWire => ["transcribe", "transcribeCallback"],
                };
                Some(TranscribedTo { url: self.url_of("transcription", at, &state)?, attributes })
            }
        };
        Ok((recording.longest.as_secs(), transcription))
    }

    fn whisper(&self, whisper: &Whisper) -> Result<Document, Unplayable> {
        let warning = whisper.record.then_some("This call may be recorded.");
        let mut heard: Vec<Verb> = whisper.audio.iter().map(|url| Verb::Play { url: url.clone() }).collect();
        heard.extend(whisper.phrase.as_deref().into_iter().chain(warning).flat_map(|text| self.say(text)));
        if !whisper.asks {
            return Ok(Document { verbs: heard });
        }
        heard.extend(self.say("To accept this call, press 1."));
        let action = self.url("accept", &State::Asked)?;
        let gather = Verb::Gather { action, timeout: ACCEPT_SECS, num_digits: Some(1), says: heard };
        Ok(Document::of([gather, Verb::Hangup]))
    }

    pub(super) fn otherwise(&self, otherwise: &Otherwise, visit: u32) -> Result<Document, Unplayable> {
        let goes_on = Visit::after(visit);
        match otherwise {
            Otherwise::Goodbye => Ok(Document { verbs: self.say(NOBODY).into_iter().chain([Verb::Hangup]).collect() }),
            // We have sealed them, so they are what they were.
            Otherwise::Voicemail(id) => {
                self.mailbox(&PortalId::parse(id).map_err(|_| Unplayable::NoMailbox(id.clone()))?)
            }
            Otherwise::Receptionist(id) => {
                let id = PortalId::parse(id).map_err(|_| Unplayable::NoReceptionist(id.clone()))?;
                self.receptionist(&id, goes_on)
            }
            Otherwise::Ivr(name) => {
                let name = IvrName::parse(name).map_err(|_| Unplayable::NoSuchIvr(name.clone()))?;
                self.enter(&name, goes_on)
            }
        }
    }

    /// A text as the flow's voice reads it: nothing for an empty one, several verbs for one that is over the provider's
    /// limit.
    pub(super) fn say(&self, text: &str) -> Vec<Verb> {
        let twiml = &self.flow.twiml;
        let verb = |text: &str| {
            Verb::Say(Say { text: text.to_owned(), language: twiml.language.clone(), voice: twiml.voice.clone() })
        };
        pieces(text.trim(), LONGEST_SAY).into_iter().map(verb).collect()
    }

    pub(super) fn url(&self, at: &str, state: &State) -> Result<String, Unplayable> {
        self.url_of("voice", at, state)
    }

    fn url_of(&self, webhook: &str, at: &str, state: &State) -> Result<String, Unplayable> {
        let call = self.request.call_ids().next().unwrap_or_default();
        let sealed = state.seal(self.binding(), call, self.now)?;
        Ok(format!("{}/twiml/{}/{webhook}?at={at}&s={sealed}", self.public_url, self.flow.name))
    }
}

impl Visit {
    /// Whether the call's tries are known without a counter: it is its first run, or its state is here. What follows after
    /// people were rung, or after an action that carries nothing on, has none.
    #[must_use]
    pub fn knows_tries(&self) -> bool {
        self.number <= 1 || self.state.is_some()
    }

    /// The run after this many, with nothing that it brings along.
    pub(super) fn after(runs: u32) -> Self {
        Self { number: runs + 1, ..Self::default() }
    }

    fn parameter(&self, wanted: &str) -> Option<&str> {
        self.parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// What names an IVR in records: its id in the portal, so that the calls of every provider are found together, or else its
/// name.
fn id_in_records(ivr: &Ivr) -> String {
    ivr.id.as_ref().map_or_else(|| ivr.name.to_string(), ToString::to_string)
}

/// The answer to a question; `None` if nothing was keyed, or something that it doesn't take.
fn answer(ask: &Ask, digits: Option<&str>) -> Option<String> {
    let digits = keyed(digits?);
    let count = digits.chars().count();
    let fits = match (&ask.one_of, &ask.digits) {
        (choices, _) if !choices.is_empty() => choices.contains(&digits),
        (_, Some(range)) => (usize::from(*range.start())..=usize::from(*range.end())).contains(&count),
        _ => (1..=MOST_KEYS).contains(&count),
    };
    fits.then_some(digits).filter(|digits| !digits.is_empty())
}

/// After how many keys the entry is complete without a `#`.
fn most_digits(ask: &Ask) -> Option<usize> {
    match (&ask.one_of, &ask.digits) {
        (choices, _) if !choices.is_empty() => choices.iter().map(|choice| choice.chars().count()).max(),
        (_, range) => range.as_ref().map(|range| usize::from(*range.end())),
    }
}

/// A text in pieces of at most `most` characters, cut between words where there are any.
fn pieces(text: &str, most: usize) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((end, _)) = rest.char_indices().nth(most) {
        let head = &rest[..end];
        let cut = head.rfind(char::is_whitespace).filter(|cut| *cut > 0).unwrap_or(end);
        pieces.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    pieces.extend((!rest.is_empty()).then_some(rest));
    pieces
}
