//! What is printed as a call goes on.

use crate::{output::harmless, print_best_effort};
use ringbolt_core::{flow::graph::Place, time::EpochMs};
use ringbolt_simulator::{Call, Caption, Drawn, Event, phone};
use std::path::Path;

/// The events of a call, each printed once.
pub(super) struct Screen {
    file: String,
    shown: usize,
    been: Vec<Place>,
}

impl Screen {
    pub(super) fn new(path: &Path) -> Self {
        let file = path.file_name().map_or_else(|| "-".to_owned(), |name| name.to_string_lossy().into_owned());
        Self { file, shown: 0, been: Vec::new() }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn begin(&self, call: &Call) {
        let setting = call.setting();
        let (provider, from, dials) = (setting.provider.name(), phone(&setting.from), phone(&setting.dials));
        print_best_effort(&harmless(&format!("{provider}: {from} calls {dials}.")));
        print_best_effort(
            "Key digits and press Enter, which is the pound key. Enter alone says nothing; `h` hangs up.\n",
        );
    }

    pub(super) fn show_events(&mut self, call: &Call, flow: &Drawn<'_>) {
        let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
        for (at, event) in call.events().iter().skip(self.shown) {
            let caption = Caption::of(event, &self.been, flow);
            if let Event::Moved(place) | Event::Started { at: place } = event {
                self.been.push(place.clone());
            }
            print_best_effort(&harmless(&line(&caption, at.0.saturating_sub(began.0))));
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

fn line(caption: &Caption, since_ms: i64) -> String {
    let seconds = since_ms.div_euclid(1000);
    let title =
        if caption.kind == "heard" { format!("\u{201c}{}\u{201d}", caption.title) } else { caption.title.clone() };
    let parts = [title.as_str(), &caption.more, &caption.code];
    let text: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{:>2}:{:02}  {}", seconds / 60, seconds % 60, text.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_time_and_the_words() {
        let caption =
            Caption { kind: "keyed", title: "Keyed".to_owned(), code: "90786 #".to_owned(), ..Caption::default() };
        assert_eq!(line(&caption, 66_000), " 1:06  Keyed 90786 #");
        let caption = Caption { kind: "heard", title: "Hello.".to_owned(), ..Caption::default() };
        assert_eq!(line(&caption, 0), " 0:00  \u{201c}Hello.\u{201d}");
    }
}
