//! What is printed as a call goes on.

use crate::{output::harmless, print_best_effort};
use ringbolt_core::{flow::graph::Graph, number::in_print, time::EpochMs};
use ringbolt_simulator::{Call, Drawn, captions, since};
use std::path::Path;

/// The events of a call, each printed once.
pub(super) struct Screen {
    file: String,
    shown: usize,
}

impl Screen {
    pub(super) fn new(path: &Path) -> Self {
        let file = path.file_name().map_or_else(|| "-".to_owned(), |name| name.to_string_lossy().into_owned());
        Self { file, shown: 0 }
    }

    pub(super) fn begin(&self, call: &Call) {
        let setting = call.setting();
        let (provider, from, dials) = (setting.provider.name(), in_print(&setting.from), in_print(&setting.dials));
        print_best_effort(&harmless(&format!("{provider}: {from} calls {dials}.")));
        print_best_effort(
            "Key digits and press Enter, which is the pound key. Enter alone says nothing; `h` hangs up.\n",
        );
    }

    /// Prints what has happened since it was last asked.
    pub(super) fn show(&mut self, call: &Call, graph: &Graph) {
        let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
        let captions = captions(call, &Drawn { file: &self.file, graph });
        for ((at, _), caption) in call.events().iter().zip(captions).skip(self.shown) {
            print_best_effort(&harmless(&format!("{:>5}  {caption}", since(began, *at))));
            if !caption.why.is_empty() {
                print_best_effort(&harmless(&format!("        {}", caption.why)));
            }
        }
        self.shown = call.events().len();
    }

    pub(super) fn complain(&self, sentence: &str) {
        print_best_effort(&format!("        ({})", harmless(sentence)));
    }
}
