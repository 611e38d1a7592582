//! What can happen in a random history of a caller.

use crate::model::{LOCK_MS, LONGEST_MS, Loss};
use proptest::prelude::*;

/// Two right PINs, wrong ones, and what is none.
const GUESSES: [&str; 6] = ["4711", "1133", "4712", "0000", "471", "47*1"];
pub const RIGHT: [&str; 2] = ["4711", "1133"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guessed {
    pub pin: &'static str,
    pub call: u8,
    pub number: u32,
}

/// How an attempt reaches the database.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// How far the clock of the function is from a right one.
    pub clock_ms: i64,
    pub loss: Loss,
}

#[derive(Clone, Copy, Debug)]
pub enum Event {
    Attempt(Guessed, Way),
    /// The same attempt as the last one.
    Retry(Way),
    Pass {
        ms: i64,
    },
    Unlock,
    Suspend,
    Resume,
    /// The next step of changing the key: tags added, functions switched, old tags removed.
    Rotate,
    /// The functions switch to another key before any tag was added, and to another hash.
    SwitchUnprepared,
    ReplacePins,
}

pub fn event() -> impl Strategy<Value = Event> {
    let edges = [0, 1, LOCK_MS - 1, LOCK_MS, 2 * LOCK_MS - 1, LONGEST_MS, 9_999, 10_000, 60_000];
    let guessed = (prop::sample::select(&GUESSES[..]), 0..2_u8, 0..2_u32).prop_map(|(pin, call, number)| Guessed {
        pin,
        call,
        number,
    });
    prop_oneof![
        12 => (guessed, way()).prop_map(|(guessed, way)| Event::Attempt(guessed, way)),
        3 => way().prop_map(Event::Retry),
        5 => prop::sample::select(edges.to_vec()).prop_map(|ms| Event::Pass { ms }),
        1 => Just(Event::Unlock),
        1 => Just(Event::Suspend),
        2 => Just(Event::Resume),
        2 => Just(Event::Rotate),
        1 => Just(Event::SwitchUnprepared),
        1 => Just(Event::ReplacePins),
    ]
}

fn way() -> impl Strategy<Value = Way> {
    let clock_ms = prop_oneof![
        8 => Just(0),
        2 => prop::sample::select(vec![-60_000, -10_000, -LOCK_MS, -1, 1, LOCK_MS, 10_000]),
    ];
    let loss = prop_oneof![
        12 => Just(Loss::Nothing),
        1 => (1..3_u32).prop_map(Loss::Requests),
        2 => (1..3_u32).prop_map(Loss::Replies),
        1 => (1..3_u32).prop_map(Loss::LaterReplies),
        1 => Just(Loss::EveryRequest),
        1 => Just(Loss::EveryReply),
        1 => Just(Loss::EveryLaterRequest),
    ];
    (clock_ms, loss).prop_map(|(clock_ms, loss)| Way { clock_ms, loss })
}
