//! Playing a scripted call, step by step.

use super::act::{Wrong, doing};
use super::steps::place_name;
use super::{
    Does, ExpectedEnd, Failure, Pins, Played, Post, ScriptedCall, Step, Walk, Webhook, WebhookTaken,
    transcript::transcript,
};
use crate::call::{Call, Input, Stage, TranscriptionState};
use crate::event::{Ended, Event};
use crate::exchange::{Method, Reply};
use crate::setting::Setting;
use ringbolt_core::flow::Flow;
use ringbolt_core::flow::hours::Closures;
use ringbolt_core::time::EpochMs;
use std::sync::Arc;
use std::time::Duration;

/// How long a caller waits before they call again.
const BEFORE_AGAIN: Duration = Duration::from_secs(20);

/// A call and those before it in the same script.
struct Player<'s, F> {
    script: &'s ScriptedCall,
    flow: &'s Arc<Flow>,
    send: &'s F,
    walk: Walk,
    /// The first event of the window in which `hear` looks.
    from: usize,
    calls: usize,
    taken: Vec<WebhookTaken>,
    /// Whether the script has said how this call ends.
    end_is_said: bool,
}

/// Plays a scripted call of a flow ([`ScriptedCall::flow`]). `send` answers the webhooks; it must know the call's callers.
pub async fn play<F: AsyncFn(Webhook<'_>) -> Reply>(script: &ScriptedCall, flow: &Arc<Flow>, send: &F) -> Played {
    let call = match Call::start(script.setting(flow, 1), script.starts_at) {
        Ok(call) => call,
        Err(error) => {
            let (expected, heard) = ("a call that begins".to_owned(), error.to_string());
            let failure = Failure { at: script.at, expected, heard, transcript: Vec::new() };
            return Played { failure: Some(failure), taken: Vec::new() };
        }
    };
    let walk = Walk::new(call, script.starts_at, Pins::of(script.callers.clone()));
    let mut player = Player { script, flow, send, walk, from: 0, calls: 1, taken: Vec::new(), end_is_said: false };
    player.walk.pump(send, false).await;
    let failure = player.steps().await;
    player.taken.append(&mut player.walk.taken);
    Played { failure, taken: player.taken }
}

impl ScriptedCall {
    /// The flow in this call: with other constants, if the script says so. What answers the webhooks must use it too.
    #[must_use]
    pub fn flow(&self, flow: &Arc<Flow>) -> Arc<Flow> {
        if self.constants.is_empty() {
            return Arc::clone(flow);
        }
        let mut changed = Flow::clone(flow);
        for (name, text) in &self.constants {
            if let Some(definitions) = changed.definitions.with_constant(name, text) {
                changed.definitions = Arc::new(definitions);
            }
        }
        Arc::new(changed)
    }

    /// The setting of the call, or of a further one by the same caller; `number` counts from 1.
    #[must_use]
    pub fn setting(&self, flow: &Arc<Flow>, number: usize) -> Setting {
        let mut setting = Setting::new(Arc::clone(flow), self.provider);
        setting.closures = Arc::new(Closures::default());
        setting.from.clone_from(&self.from);
        setting.dials.clone_from(&self.dials);
        setting.begins.clone_from(&self.begins);
        setting.user.clone_from(&self.user);
        setting.portal.source.clone_from(&self.source);
        setting.portal.phone_label.clone_from(&self.label);
        setting.portal.method = if self.post { Method::Post } else { Method::Get };
        setting.call_id = self.call_id(flow, number);
        setting
    }

    /// Splits go by the id of the call, so it is one that falls into the wanted shares. It comes from the call's name: a
    /// call keeps its shares when the file changes.
    fn call_id(&self, flow: &Flow, number: usize) -> String {
        let digest = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let id = |attempt: u64| format!("s-{:016x}-{number}", digest.wrapping_add(attempt));
        let fits = |id: &String| {
            let sent = self.provider.sent_call_id(id);
            self.splits.iter().all(|(name, share)| {
                flow.definitions.splits.get(name).is_some_and(|split| split.share(name, &sent) == share)
            })
        };
        (0..100_000).map(id).find(fits).unwrap_or_else(|| id(0))
    }
}

impl<F: AsyncFn(Webhook<'_>) -> Reply> Player<'_, F> {
    async fn steps(&mut self) -> Option<Failure> {
        for step in &self.script.steps {
            if let Err(wrong) = self.step(step).await {
                return Some(self.failure(step.at, wrong));
            }
        }
        self.nothing_went_wrong().err().map(|wrong| self.failure(self.script.at, wrong))
    }

    fn failure(&self, at: ringbolt_core::flow::Position, Wrong { expected, heard }: Wrong) -> Failure {
        Failure { at, expected, heard, transcript: transcript(&self.walk.call) }
    }

    /// A call that the provider gives up, or that never ends, fails even if no step looks.
    fn nothing_went_wrong(&self) -> Result<(), Wrong> {
        let expected = "a call that the provider can follow".to_owned();
        match self.walk.call.stage() {
            _ if self.walk.endless => Err(Wrong { expected, heard: "the call goes round without an end".to_owned() }),
            Stage::Ended(ended @ Ended::GaveUp { .. }) if !self.end_is_said => {
                Err(Wrong { expected, heard: ended.to_string() })
            }
            _ => Ok(()),
        }
    }

    async fn step(&mut self, step: &Step) -> Result<(), Wrong> {
        match &step.does {
            Does::Hear(part) => self.hear(part),
            Does::Whisper(part) => self.whisper(part),
            Does::At(name) => self.is_at(name),
            Does::Ends(end) => self.ends(end),
            Does::Clock(at) => self.clock(*at),
            Does::Pass(length) => {
                self.walk.now = self.walk.now.plus(*length);
                Ok(())
            }
            Does::Database { down } => {
                self.walk.database_down = *down;
                Ok(())
            }
            Does::Transcription(post) => self.transcription(*post).await,
            Does::Again => self.again().await,
            acts => {
                self.from = self.walk.call.events().len();
                self.walk.act(acts)?;
                self.walk.pump(self.send, matches!(acts, Does::HangUp)).await;
                self.walk.undone.take().map_or(Ok(()), Err)?;
                self.nothing_is_refused(acts)
            }
        }
    }

    fn hear(&self, part: &str) -> Result<(), Wrong> {
        let heard: Vec<&str> = self
            .window()
            .filter_map(|event| match event {
                Event::Heard(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        self.has(part, &heard, "hear")
    }

    fn whisper(&self, part: &str) -> Result<(), Wrong> {
        let heard: Vec<&str> = self
            .window()
            .filter_map(|event| match event {
                Event::Whisper { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        self.has(part, &heard, "whisper")
    }

    fn window(&self) -> impl Iterator<Item = &Event> {
        self.walk.call.events().iter().skip(self.from).map(|(_, event)| event)
    }

    fn has(&self, part: &str, heard: &[&str], what: &str) -> Result<(), Wrong> {
        if heard.iter().any(|text| text.contains(part)) {
            return Ok(());
        }
        let heard = match heard {
            [] => format!("nothing; {}", doing(&self.walk.call)),
            heard => heard.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", then "),
        };
        Err(Wrong { expected: format!("to {what} \"{part}\""), heard })
    }

    fn is_at(&self, name: &str) -> Result<(), Wrong> {
        if place_name(self.walk.call.place()) == name && !matches!(self.walk.call.stage(), Stage::Ended(_)) {
            return Ok(());
        }
        Err(self.walk.instead(&format!("the call at `{name}`")))
    }

    fn ends(&mut self, end: &ExpectedEnd) -> Result<(), Wrong> {
        match ExpectedEnd::of(&self.walk.call) {
            Some(found) if end.fits(&found) => {
                self.end_is_said = true;
                Ok(())
            }
            Some(found) if found.word == end.word => {
                Err(Wrong { expected: format!("the end `{end}`"), heard: format!("the end `{found}`") })
            }
            _ => Err(self.walk.instead(&format!("the end `{end}`"))),
        }
    }

    fn clock(&mut self, at: EpochMs) -> Result<(), Wrong> {
        if at < self.walk.now {
            let now = super::times::written(self.walk.now, self.flow);
            return Err(Wrong { expected: "a time after the present one".to_owned(), heard: format!("it is {now}") });
        }
        self.walk.now = at;
        Ok(())
    }

    async fn transcription(&mut self, post: Post) -> Result<(), Wrong> {
        let pending = |state| matches!(state, TranscriptionState::Pending);
        let index = self.walk.call.transcriptions().iter().position(|found| pending(found.state));
        let Some(index) = index else { return Err(self.walk.instead("a transcription that is pending")) };
        let times = match post {
            Post::Once => 1,
            Post::Twice => 2,
            Post::Never => {
                let now = self.walk.now;
                return self.walk.call.lose(index, now).map_err(|not| self.walk.instead(&not.to_string()));
            }
        };
        for _ in 0..times {
            self.walk.now = self.walk.now.plus(BEFORE_AGAIN);
            let request =
                self.walk.call.postback(index, self.walk.now).map_err(|not| self.walk.instead(&not.to_string()))?;
            let (at, database_down) = (self.walk.now, self.walk.database_down);
            let reply = (self.send)(Webhook { request: &request, at, database_down }).await;
            let status = reply.status;
            self.walk.call.posted(index, request, Some(reply), self.walk.now);
            if !(200..300).contains(&status) && !database_down {
                let heard = format!("status {status}");
                return Err(Wrong { expected: "the transcription to be stored".to_owned(), heard });
            }
        }
        Ok(())
    }

    async fn again(&mut self) -> Result<(), Wrong> {
        self.nothing_went_wrong()?;
        if !matches!(self.walk.call.stage(), Stage::Ended(_)) {
            self.walk.input(Input::HangUp).map_err(|_| self.walk.instead("a call that isn't over"))?;
            self.walk.pump(self.send, true).await;
        }
        self.calls += 1;
        let now = self.walk.now.plus(BEFORE_AGAIN);
        let call = Call::start(self.script.setting(self.flow, self.calls), now)
            .map_err(|error| Wrong { expected: "a call that begins".to_owned(), heard: error.to_string() })?;
        let mut walk = Walk::new(call, now, self.walk.pins.clone());
        walk.database_down = self.walk.database_down;
        let mut before = std::mem::replace(&mut self.walk, walk);
        self.taken.append(&mut before.taken);
        (self.from, self.end_is_said) = (0, false);
        self.walk.pump(self.send, false).await;
        Ok(())
    }

    /// A refusal is for clients that aren't the provider.
    fn nothing_is_refused(&self, does: &Does) -> Result<(), Wrong> {
        match self.walk.taken.last().filter(|taken| matches!(does, Does::HangUp) && taken.status >= 300) {
            Some(taken) => Err(Wrong {
                expected: "an answer to the webhook after the hang-up".to_owned(),
                heard: format!("status {}", taken.status),
            }),
            None => Ok(()),
        }
    }
}
