//! A call: what goes in, where it is, what comes out.

mod follow;
mod keys;
mod results;
mod ringing;
mod run;
mod start;
mod transcription;
mod twiml;

pub use ringing::{Person, PersonState};
pub use run::Question;
pub(crate) use run::{Given, Run};
pub use start::CannotStart;
pub use transcription::{Transcription, TranscriptionState};

use crate::event::{Ended, Event, PersonDoes};
use crate::exchange::{Exchange, Reply, Request};
use crate::setting::{Provider, Setting};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::time::EpochMs;
use ringing::Ringing;
use twiml::Track;

/// What can happen to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The caller presses a key: 0 to 9, `*` or `#`.
    Key(char),
    /// The question's time has passed without a key.
    Silence,
    /// The caller speaks while they are recorded; the text is what a transcription would give.
    Say(String),
    /// The caller hangs up.
    HangUp,
    /// The webhook's reply is there.
    Reply(Reply),
    /// The provider has waited long enough for the reply.
    NoReply,
    /// Somebody who is rung, by their place among [`Stage::Ringing`]'s people, does something.
    Person(usize, PersonDoes),
}

/// Where a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A question waits for keys.
    Asking,
    /// The caller is recorded, by a question or by a mailbox.
    Recording,
    /// A webhook waits for its reply: see [`Call::webhook`].
    Waiting,
    /// Telephones ring.
    Ringing(Vec<Person>),
    /// The caller is connected to people. It lasts until somebody hangs up. After a FindMe it has the one who took the
    /// call, and [`Call::place`] stays with the whole FindMe, as the flow's graph has it.
    Talking(Place),
    /// Something of the provider's portal, which the flow doesn't describe, has the call. It lasts until somebody hangs up.
    Elsewhere(Place),
    /// The call is over.
    Ended(Ended),
}

/// This can't happen to the call where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotNow(String);

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    setting: Setting,
    stage: Stage,
    place: Place,
    run: Run,
    ringing: Option<Ringing>,
    /// What a TwiML provider knows of the call.
    track: Track,
    waiting: Option<Waiting>,
    hung_up: bool,
    /// Whether the last entry ended by its last digit, so that a `#` right after it still belongs to it.
    pound_may_follow: bool,
    runs: usize,
    heard: Option<String>,
    way: Vec<Place>,
    events: Vec<(EpochMs, Event)>,
    transcriptions: Vec<Transcription>,
}

/// A webhook that waits for its reply.
#[derive(Clone, Debug)]
struct Waiting {
    request: Request,
    resends_left: u8,
}

impl Call {
    /// What the call's flow, numbers and ids are.
    #[must_use]
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// Where the call is.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The place in the flow's graph.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The places in which the call was so far, this one included, in order.
    #[must_use]
    pub fn way(&self) -> &[Place] {
        &self.way
    }

    /// What the caller heard last.
    #[must_use]
    pub fn heard(&self) -> Option<&str> {
        self.heard.as_deref()
    }

    /// Everything that happened, with its time. What is there never changes; more is added at the end.
    #[must_use]
    pub fn events(&self) -> &[(EpochMs, Event)] {
        &self.events
    }

    /// The question that waits for keys or is recorded.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        match self.stage {
            Stage::Asking | Stage::Recording => self.run.question(),
            _ => None,
        }
    }

    /// What is keyed so far at the present question: `None` for a secret, whose length [`Call::keyed_count`] tells.
    #[must_use]
    pub fn keyed(&self) -> Option<&str> {
        self.question().filter(|question| !question.secret).map(|_| self.run.keyed.as_str())
    }

    /// How many keys were pressed at the present question.
    #[must_use]
    pub fn keyed_count(&self) -> usize {
        self.question().map_or(0, |_| self.run.keyed.chars().count())
    }

    /// What was answered to a question of the present IVR.
    pub(crate) fn answer(&self, name: &str) -> Option<String> {
        let given = self.run.answers.iter().rev().find(|given| given.name == name);
        given.map(|given| given.value.to_string())
    }

    /// The pass-through data that the present IVR was given.
    pub(crate) fn passed(&self) -> &str {
        &self.run.pass_through
    }

    /// The webhook that waits for its reply.
    #[must_use]
    pub fn webhook(&self) -> Option<&Request> {
        self.waiting.as_ref().map(|waiting| &waiting.request)
    }

    /// The recorded answers whose transcriptions are to come or were posted.
    #[must_use]
    pub fn transcriptions(&self) -> &[Transcription] {
        &self.transcriptions
    }

    /// Takes what happened.
    ///
    /// # Errors
    /// [`NotNow`]: it can't happen where the call is; nothing has changed.
    pub fn input(&mut self, input: Input, now: EpochMs) -> Result<(), NotNow> {
        if let Input::Key(key) = input
            && !matches!(key, '0'..='9' | '*' | '#')
        {
            return Err(NotNow(format!("`{key}` isn't a key of a telephone")));
        }
        if self.hung_up && !matches!(input, Input::Reply(_) | Input::NoReply) {
            return Err(NotNow("the caller has hung up".to_owned()));
        }
        let belongs_to_last = self.pound_may_follow && input == Input::Key('#');
        let is_twiml = self.setting.provider == Provider::Twiml;
        match (input, self.stage.clone()) {
            (Input::Reply(reply), Stage::Waiting) => self.replied(Some(reply), now),
            (Input::NoReply, Stage::Waiting) => self.not_replied(now),
            (input @ (Input::HangUp | Input::Key(_)), Stage::Ended(_)) => return Err(out_of_place(&input)),
            (Input::HangUp, stage) => self.hang_up(&stage, now),
            (Input::Key(_), _) if belongs_to_last => self.pound_may_follow = false,
            (input, stage @ (Stage::Asking | Stage::Recording | Stage::Ringing(_))) if is_twiml => {
                self.input_to_document(input, &stage, now)?;
            }
            (Input::Key(key), Stage::Asking) => self.key(key, now),
            (Input::Key('#'), Stage::Recording) => self.said("", now),
            // Keys that nobody listens to are lost, as they are on the telephone.
            (Input::Key(_), _) => self.pound_may_follow = false,
            (Input::Silence, Stage::Asking) => self.silence(now),
            (Input::Silence, Stage::Recording) => self.said("", now),
            (Input::Say(text), Stage::Recording) => self.said(&text, now),
            (Input::Person(index, does), Stage::Ringing(_)) => self.person(index, does, now)?,
            (input, _) => return Err(out_of_place(&input)),
        }
        Ok(())
    }

    fn hang_up(&mut self, stage: &Stage, now: EpochMs) {
        let connected = match stage {
            Stage::Talking(place) | Stage::Elsewhere(place) => Some(place.clone()),
            _ => None,
        };
        match stage {
            Stage::Waiting => self.hung_up = true,
            _ if self.setting.provider == Provider::Twiml => self.hang_up_on_documents(now),
            // The webhook fires all the same, and nobody listens to its answer.
            Stage::Asking | Stage::Recording if self.is_in_ivr() => {
                self.hung_up = true;
                self.run.break_off();
                self.send(now);
            }
            Stage::Recording => self.end(Ended::MessageLeft(self.place.clone()), now),
            _ => self.end(Ended::CallerHungUp { connected }, now),
        }
    }

    fn note(&mut self, event: Event, now: EpochMs) {
        if let Event::Heard(text) = &event {
            self.heard = Some(text.clone());
        }
        self.events.push((now, event));
    }

    fn hear(&mut self, text: &str, now: EpochMs) {
        if !text.trim().is_empty() {
            self.note(Event::Heard(text.trim().to_owned()), now);
        }
    }

    fn move_to(&mut self, place: Place) {
        self.place = place.clone();
        self.way.push(place);
    }

    fn end(&mut self, ended: Ended, now: EpochMs) {
        self.stage = Stage::Ended(ended.clone());
        self.note(Event::Ended(ended), now);
    }

    /// Sends the webhook of what has just ended.
    fn send(&mut self, now: EpochMs) {
        self.wait_for(self.request(now));
    }

    fn wait_for(&mut self, request: Request) {
        let resends_left = match self.setting.provider {
            Provider::DialogTech | Provider::WixAnswers => self.setting.portal.resends,
            // It asks once, unless the URL says otherwise.
            Provider::Twiml => 0,
        };
        self.waiting = Some(Waiting { request, resends_left });
        self.stage = Stage::Waiting;
    }

    fn not_replied(&mut self, now: EpochMs) {
        match &mut self.waiting {
            Some(waiting) if waiting.resends_left > 0 => {
                waiting.resends_left -= 1;
                self.note(
                    Event::Note("The webhook wasn't answered in time: the provider sends it again.".to_owned()),
                    now,
                );
            }
            _ => self.replied(None, now),
        }
    }

    fn replied(&mut self, reply: Option<Reply>, now: EpochMs) {
        let Some(Waiting { request, .. }) = self.waiting.take() else { return };
        self.note(Event::Webhook(Box::new(Exchange { request, reply: reply.clone() })), now);
        match self.place.clone() {
            // A TwiML provider announces the message before the call is over.
            place @ Place::End(End::Voicemail(_)) if self.hung_up => self.end(Ended::MessageLeft(place), now),
            _ if self.hung_up => self.end(Ended::CallerHungUp { connected: None }, now),
            _ => self.follow(reply, now),
        }
    }
}

/// Why an input can't happen now.
fn out_of_place(input: &Input) -> NotNow {
    let why = match input {
        Input::HangUp | Input::Key(_) => "the call is over",
        Input::Silence => "no question waits for keys",
        Input::Say(_) => "the caller isn't recorded now",
        Input::Person(..) => "nobody is rung now",
        Input::Reply(_) | Input::NoReply => "no webhook waits for a reply",
    };
    NotNow(why.to_owned())
}
