//! What can't be proved of a flow.

use crate::flow::graph::Edge;
use crate::flow::mistake::Position;

/// What can't be proved, with the shortest way that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Offence {
    /// Where the way begins in the file.
    pub(in super::super) at: At,
    /// What is wrong.
    pub(in super::super) kind: Offending,
    /// The way, in words.
    pub(in super::super) way: String,
    /// The way itself, step by step.
    pub(in super::super) steps: Vec<Edge>,
}

/// Where a way begins in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum At {
    /// Here.
    Here(Position),
    /// At the fallback's action.
    Fallback,
    /// At the fallback for Wix Answers.
    WixFallback,
}

impl Offence {
    pub(super) fn new(at: At, kind: Offending, way: &[&Edge]) -> Self {
        let steps = way.iter().copied().cloned().collect();
        Self { at, kind, way: in_words(way), steps }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Offending {
    /// From here no end can be reached.
    Endless,
    /// From here a caller without tries comes to a PIN question.
    AskedAgain,
    /// The fallback leads to a PIN question: it knows nothing of the call, so the tries would begin again.
    FallbackAsks,
    /// Somebody unverified comes where the right PIN leads.
    Unverified,
    /// The same, but the place asks itself who calls, or only some verified callers are led there.
    PerhapsUnverified,
    /// The fallback leads to a step that can fail itself, and then the fallback follows again.
    FallbackFails,
    /// A caller who keys nothing comes round here again and again. It can be intended.
    EndlessSilence,
    /// The right PIN leads to its own question. It can be intended.
    LoginToItself,
}

impl Offending {
    /// Whether a flow can't be used because of it.
    pub(in super::super) fn is_error(self) -> bool {
        matches!(self, Self::Endless | Self::AskedAgain | Self::FallbackAsks | Self::Unverified)
    }
}

/// A way in words: `login (wrong) → menu`.
pub(super) fn in_words(way: &[&Edge]) -> String {
    let mut words = way.first().map(|edge| edge.from.to_string()).unwrap_or_default();
    for edge in way {
        let label = edge.to_string();
        let by = if label.is_empty() { String::new() } else { format!(" ({label})") };
        words.push_str(&format!("{by} → {}", edge.to));
    }
    words
}
