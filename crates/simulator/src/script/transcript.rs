//! A call in words, a line an event. No PIN is in it.

use crate::call::Call;
use crate::caption::{Drawn, captions, since};
use ringbolt_core::flow::graph::Graph;
use ringbolt_core::time::EpochMs;

/// The events of a call in words, each with the time since the call began and with the reason of an answer.
pub(super) fn transcript(call: &Call) -> Vec<String> {
    let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
    let graph = Graph::of(&call.setting().flow);
    let captions = captions(call, &Drawn { file: "", graph: &graph });
    let lines = call.events().iter().zip(captions).map(|((at, _), caption)| {
        let why = if caption.why.is_empty() { String::new() } else { format!(": {}", caption.why) };
        format!("{:>5}  {caption}{why}", since(began, *at))
    });
    lines.collect()
}
