//! A call that is walked through a flow: time passes as in a real call, and webhooks are sent as soon as they are due.

use super::Pins;
use super::act::{Act, Wrong};
use crate::call::{Call, Input, NotNow, PersonState, Stage};
use crate::event::{Event, PersonDoes};
use crate::exchange::{Reply, Request};
use ringbolt_core::call::Reason;
use ringbolt_core::flow::graph::{Place, RuleId};
use ringbolt_core::outcome::Outcome;
use ringbolt_core::time::EpochMs;
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a caller takes to press a key.
const KEY: Duration = Duration::from_millis(600);
/// How long a word takes to say or to hear: 150 words a minute.
const WORD: Duration = Duration::from_millis(400);
/// How long a webhook takes.
const WEBHOOK: Duration = Duration::from_millis(50);
/// How long somebody takes to pick up, accept or decline.
const PERSON: Duration = Duration::from_secs(4);
/// After as many webhooks in a row without anything that the caller does, the call never ends.
const MOST_WEBHOOKS: usize = 60;

/// A webhook that is to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Webhook<'a> {
    /// What is sent.
    pub request: &'a Request,
    /// When.
    pub at: EpochMs,
    /// Whether the database is down.
    pub database_down: bool,
}

/// A webhook that was answered, and what decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTaken {
    /// Where the call was.
    pub place: Place,
    /// The outcome; `None` if the function didn't say.
    pub outcome: Option<Outcome>,
    /// The rule that decided, if one did.
    pub reason: Option<Reason>,
    /// What failed, if that is why the fallback was answered.
    pub failed: Option<String>,
    /// Whether the database was down.
    pub database_down: bool,
    /// Whether the caller had hung up.
    pub hung_up: bool,
    /// The reply's status.
    pub status: u16,
    /// How many events there were before the reply.
    pub events_before: usize,
}

impl WebhookTaken {
    /// The rule that decided, as coverage counts it.
    #[must_use]
    pub fn rule(&self) -> Option<RuleId> {
        self.reason.as_ref().map(|reason| reason.rule.clone())
    }

    /// Whether the flow's fallback was answered.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        self.outcome == Some(Outcome::Fallback) || self.reason.as_ref().is_some_and(Reason::is_fallback)
    }
}

/// A call at work.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    pub(crate) call: Call,
    pub(crate) now: EpochMs,
    pub(crate) database_down: bool,
    pub(crate) pins: Pins,
    pub(crate) taken: Vec<WebhookTaken>,
    /// Whether the call went round without anything that the caller did.
    pub(crate) endless: bool,
    /// What the present step still has to do once webhooks are answered.
    pub(super) due: VecDeque<Act>,
    /// What of the present step went wrong after a webhook.
    pub(crate) undone: Option<Wrong>,
    /// How many events time has passed for.
    timed: usize,
}

impl Walk {
    pub(crate) fn new(call: Call, now: EpochMs, pins: Pins) -> Self {
        let mut walk = Self {
            call,
            now,
            database_down: false,
            pins,
            taken: Vec::new(),
            endless: false,
            due: VecDeque::new(),
            undone: None,
            timed: 0,
        };
        walk.let_time_pass();
        walk
    }

    /// Gives an input to the call, without sending a webhook.
    pub(crate) fn input(&mut self, input: Input) -> Result<(), NotNow> {
        self.now = match &input {
            Input::Key(_) => self.now.plus(KEY),
            Input::Silence => self.now.plus(self.call.setting().portal.timeout),
            Input::Say(text) => self.now.plus(words(text)),
            Input::Person(..) => self.now.plus(PERSON),
            Input::HangUp | Input::Reply(_) | Input::NoReply => self.now,
        };
        self.call.input(input, self.now)?;
        self.let_time_pass();
        Ok(())
    }

    /// Presses keys, and then `#` if the question still waits for more. Keys after the end of an entry belong to the next
    /// question; nobody listens to those that come while a webhook is under way.
    pub(crate) fn keys(&mut self, keys: &Zeroizing<String>) -> Result<(), NotNow> {
        for key in keys.chars() {
            self.input(Input::Key(key))?;
        }
        if *self.call.stage() == Stage::Asking && self.call.keyed_count() > 0 {
            self.input(Input::Key('#'))?;
        }
        Ok(())
    }

    /// Which question waits: how many webhooks came before it, and its name.
    pub(crate) fn question(&self) -> Option<(usize, String)> {
        let asking = matches!(self.call.stage(), Stage::Asking | Stage::Recording);
        let question = self.call.question().filter(|_| asking)?;
        Some((self.call.way().len(), question.name.clone()))
    }

    /// One person, or with an empty number the first who can, does one thing of `steps`.
    pub(crate) fn person(&mut self, number: &str, act: PersonDoes, steps: usize) -> Result<(), String> {
        let Stage::Ringing(people) = self.call.stage().clone() else {
            // Somebody who isn't asked for it has accepted by picking up.
            if act == PersonDoes::Accepts && matches!(self.call.stage(), Stage::Talking(_)) {
                return Ok(());
            }
            return Err("nobody is rung now".to_owned());
        };
        let is_wanted = |person: &crate::call::Person| {
            let open = match act {
                PersonDoes::Answers => person.state == PersonState::Ringing,
                PersonDoes::Accepts => person.state == PersonState::Asked,
                PersonDoes::Declines | PersonDoes::Nothing => {
                    matches!(person.state, PersonState::Ringing | PersonState::Asked)
                }
            };
            open && (number.is_empty() || super::ends::digits_of(&person.number) == number)
        };
        match people.iter().position(is_wanted) {
            Some(index) => self.input(Input::Person(index, act)).map_err(|not| not.to_string()),
            // Who is asked already has picked up.
            None if act == PersonDoes::Answers && steps > 1 => Ok(()),
            None => {
                let rung: Vec<String> = people.iter().map(|person| person.number.clone()).collect();
                Err(format!("the call rings {}", rung.join(", ")))
            }
        }
    }

    /// Sends webhooks for as long as one is due, and does what the step still has to do between them. Afterwards
    /// [`Walk::undone`] has what went wrong.
    pub(crate) async fn pump<F: AsyncFn(Webhook<'_>) -> Reply>(&mut self, send: &F, hung_up: bool) {
        for _ in 0..MOST_WEBHOOKS {
            self.send_all(send, hung_up).await;
            if self.due.is_empty() || *self.call.stage() == Stage::Waiting {
                return;
            }
            if let Err(wrong) = self.go_on() {
                self.undone = Some(wrong);
            }
        }
        self.due.clear();
        self.endless = true;
    }

    async fn send_all<F: AsyncFn(Webhook<'_>) -> Reply>(&mut self, send: &F, hung_up: bool) {
        let mut sent = 0;
        while let (Stage::Waiting, Some(request)) = (self.call.stage(), self.call.webhook().cloned()) {
            if sent >= MOST_WEBHOOKS {
                self.endless = true;
                return;
            }
            sent += 1;
            let place = self.call.place().clone();
            let reply = send(Webhook { request: &request, at: self.now, database_down: self.database_down }).await;
            self.now = self.now.plus(WEBHOOK);
            let decided = reply.decided.as_ref();
            self.taken.push(WebhookTaken {
                place,
                outcome: decided.map(|decided| decided.outcome),
                reason: decided.and_then(|decided| decided.reason.clone()),
                failed: decided.and_then(|decided| decided.failed.clone()),
                database_down: self.database_down,
                hung_up,
                status: reply.status,
                events_before: self.call.events().len(),
            });
            // A call that waits takes every reply.
            if self.call.input(Input::Reply(reply), self.now).is_err() {
                return;
            }
            self.let_time_pass();
        }
    }

    /// Time passes for what was heard since the last look, and for the time that telephones rang.
    fn let_time_pass(&mut self) {
        for (_, event) in &self.call.events()[self.timed..] {
            if let Event::Heard(text) | Event::Whisper { text, .. } = event {
                self.now = self.now.plus(words(text));
            }
        }
        self.timed = self.call.events().len();
    }
}

fn words(text: &str) -> Duration {
    let count = u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX);
    WORD.saturating_mul(count)
}
