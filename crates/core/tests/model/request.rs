//! A guess in a function's hands: its requests to the database, and what the function does with the answers.

use crate::{
    bridge::{Answer, TakeBack},
    cast::{Call, Functions, Pin, Print, Tag},
    database::Item,
    protocol::{Protocol, State},
    rules::{self, Write},
};
use ringbolt_core::time::EpochMs;

/// A guess that the provider has delivered and that a function is busy with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Delivery {
    pub call: Call,
    pub pin: Pin,
    pub functions: Functions,
    /// The time of the attempt, by the function's clock or by the item.
    pub now: EpochMs,
    pub request: Request,
    /// How often the request was sent before.
    pub sent: u8,
    /// Whether the guess was right, once the attempt was counted.
    pub counted: Option<bool>,
    /// The item at the delivery. Only used by `Sabotage::ReadsBeforeItWrites`.
    pub read: Option<Item>,
}

/// The request that is on its way to the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Request {
    Count,
    /// Once more, at the item's time, because the clock runs behind.
    CountAgain,
    Replace(Vec<Tag>),
    TakeBack(TakeBack),
}

impl Delivery {
    pub fn tag(&self) -> Tag {
        self.functions.tag(self.pin)
    }

    pub fn print(&self) -> Print {
        self.functions.print(self.call, self.pin)
    }
}

/// What a request did in addition to changing the item.
pub struct Reached {
    /// [`Delivery::counted`] from now on.
    pub counted: Option<bool>,
    /// The function's next request, if it has one.
    pub request: Option<Delivery>,
}

impl Protocol {
    /// A request reaches the database.
    pub fn reach(&self, state: &mut State, delivery: Delivery) -> Reached {
        let done = Reached { counted: delivery.counted, request: None };
        match &delivery.request {
            Request::Count | Request::CountAgain => self.count(state, delivery),
            Request::Replace(outdated) => {
                state.item.replace_outdated(&delivery, outdated, self.sabotage);
                done
            }
            Request::TakeBack(before) => {
                state.item.take_back(&delivery, *before);
                if state.item.last_attempt.is_none() {
                    state.truth.counted = None;
                }
                done
            }
        }
    }

    /// The write that counts. What follows is what `Store::attempt` and `Store::settle` of `crates/dynamodb` do.
    fn count(&self, state: &mut State, delivery: Delivery) -> Reached {
        let before = state.item.clone();
        let counted = state.item.count(&delivery, &self.core, self.sabotage);
        let judged = self.core.judge(&delivery, counted, &state.item);
        let right = delivery.pin == state.truth.pin;
        let after = state.item.clone();
        let (time, skew) = (state.time, rules::skew(self.bounds.clocks));
        let write = Write { delivery: &delivery, before: &before, after: &after, counted, judged: &judged, time, skew };
        rules::observe(&write, state);
        state.broken.retain(|rule| self.rules.contains(rule));
        let again = delivery.request == Request::CountAgain;
        self.answers.lock().unwrap().insert(name(&judged.answer, judged.repeated || again));

        let (request, now) = match judged.answer {
            Answer::Outdated(tags) => (Some(Request::Replace(tags)), delivery.now),
            Answer::Incomparable(Some(before)) => (Some(Request::TakeBack(before)), delivery.now),
            Answer::ClockBehind(last_at) if !again => (Some(Request::CountAgain), last_at),
            _ => (None, delivery.now),
        };
        let counted = if counted { Some(right) } else { delivery.counted };
        Reached { counted, request: request.map(|request| Delivery { request, now, counted, sent: 0, ..delivery }) }
    }
}

/// The kind of an answer. `again`: the answer of an earlier attempt, or to an attempt made again at the item's time.
fn name(answer: &Answer, again: bool) -> &'static str {
    match (answer, again) {
        (Answer::Verified, false) => "verified",
        (Answer::Verified, true) => "verified again",
        (Answer::Outdated(_), false) => "outdated",
        (Answer::Outdated(_), true) => "outdated again",
        (Answer::Wrong, false) => "wrong",
        (Answer::Wrong, true) => "wrong again",
        (Answer::Locked, _) => "locked",
        (Answer::Suspended, _) => "suspended",
        (Answer::Unknown, _) => "unknown",
        (Answer::Incomparable(None), _) => "incomparable",
        (Answer::Incomparable(Some(_)), _) => "incomparable, taken back",
        (Answer::ClockBehind(_), false) => "clock behind",
        (Answer::ClockBehind(_), true) => "clock behind twice",
        (Answer::Corrupt(_), _) => "corrupt",
    }
}
