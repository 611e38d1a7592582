//! A flow as boxes and arrows with readable texts, from which Mermaid makes its drawing.

use crate::output::harmless;
use ringbolt_core::{
    flow::{
        IvrName,
        graph::{Edge, End, Graph, Place},
    },
    identity::FlowName,
};
use std::collections::{BTreeMap, BTreeSet};

/// The longest text beside an arrow or in a box, in characters.
const MAX_CHARS: usize = 72;
/// The most texts beside one arrow.
const MAX_LABELS: usize = 6;
/// If more places than this lead to an end, it is drawn beside each of them: arrows from everywhere to one box would hide
/// everything else.
const SHARED_BY: usize = 3;

/// A flow, ready to be drawn.
#[derive(Debug)]
pub(super) struct Drawing {
    /// The flow's name.
    pub(super) title: String,
    pub(super) boxes: Vec<PlaceBox>,
    pub(super) arrows: Vec<Arrow>,
}

/// A place of the flow.
#[derive(Debug)]
pub(super) struct PlaceBox {
    /// Letters, digits and `_`; unique in a drawing. An IVR keeps its id when the rest of the flow changes.
    pub(super) id: String,
    pub(super) kind: Kind,
    /// What is written in it.
    pub(super) text: String,
}

/// What shape and colour distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    AsksForPin,
    ReadsText,
    Ivr,
    /// The call is over.
    HangUp,
    /// Somebody's telephone rings.
    People,
    /// Another part of the provider's portal takes the call.
    Portal,
}

/// What leads from one place to another; indices into [`Drawing::boxes`].
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Outcomes and conditions, shortened.
    pub(super) labels: Vec<String>,
    /// All of them in full.
    whole: Vec<String>,
    /// Taken only if nobody answers.
    pub(super) unless_answered: bool,
    /// On a path that shows what is wrong with the flow.
    pub(super) offending: bool,
}

impl Drawing {
    /// Draws a graph and marks its `offending` edges.
    pub(super) fn new(name: &FlowName, graph: &Graph, offending: &[Edge]) -> Self {
        let asking: BTreeSet<Place> = graph.asks_for_pin.iter().cloned().map(Place::Ivr).collect();
        let reading: BTreeSet<&Place> =
            graph.edges.iter().filter(|edge| is_text(edge)).map(|edge| &edge.from).collect();
        let edges: Vec<&Edge> = graph.edges.iter().filter(|edge| !is_text(edge)).collect();
        let mut origins: BTreeMap<&Place, BTreeSet<&Place>> = BTreeMap::new();
        for edge in &edges {
            origins.entry(&edge.to).or_default().insert(&edge.from);
        }

        let mut drawing = Self { title: format!("call flow {name}"), boxes: Vec::new(), arrows: Vec::new() };
        let mut box_of: BTreeMap<(&Place, Option<&Place>), usize> = BTreeMap::new();
        for place in &graph.places {
            let (kind, what) = match place {
                Place::AuthWebhook => (Kind::AsksForPin, None),
                place if asking.contains(place) => (Kind::AsksForPin, Some("asks for a PIN")),
                place if reading.contains(place) => (Kind::ReadsText, Some("reads a text")),
                _ => (Kind::Ivr, None),
            };
            let text = what.map_or_else(|| place.to_string(), |what| format!("{place}, {what}"));
            box_of.insert((place, None), drawing.add(place, kind, &text));
        }
        let mut arrow_of = BTreeMap::new();
        let offending: Vec<&Edge> = offending.iter().collect();
        for edge in edges {
            let shared = origins.get(&edge.to).is_some_and(|origins| origins.len() > SHARED_BY);
            let beside = Some(&edge.from).filter(|_| shared && matches!(edge.to, Place::End(_)));
            let to = *box_of
                .entry((&edge.to, beside))
                .or_insert_with(|| drawing.add(&edge.to, kind_of(&edge.to), &edge.to.to_string()));
            let Some(&from) = box_of.get(&(&edge.from, None)) else { continue };
            let is_offending = offending.contains(&edge);
            let arrow = *arrow_of.entry((from, to, edge.unless_answered, is_offending)).or_insert_with(|| {
                let unless_answered = edge.unless_answered;
                let arrow =
                    Arrow { from, to, labels: Vec::new(), whole: Vec::new(), unless_answered, offending: is_offending };
                drawing.arrows.push(arrow);
                drawing.arrows.len() - 1
            });
            drawing.arrows[arrow].label(&edge.to_string());
        }
        for arrow in &mut drawing.arrows {
            arrow.shorten();
        }
        drawing
    }

    fn add(&mut self, place: &Place, kind: Kind, text: &str) -> usize {
        let index = self.boxes.len();
        let id = match place {
            Place::AuthWebhook => "auth".to_owned(),
            Place::Ivr(name) => format!("ivr_{}", word(name)),
            Place::End(_) => format!("to{index}"),
        };
        self.boxes.push(PlaceBox { id, kind, text: shortened(&one_line(text)) });
        index
    }
}

impl Arrow {
    fn label(&mut self, label: &str) {
        let label = one_line(label);
        if !label.is_empty() && !self.whole.contains(&label) {
            self.whole.push(label);
        }
    }

    fn shorten(&mut self) {
        let shown = if self.whole.len() > MAX_LABELS { MAX_LABELS - 1 } else { self.whole.len() };
        self.labels = self.whole[..shown].iter().map(|label| shortened(label)).collect();
        if shown < self.whole.len() {
            self.labels.push(format!("and {} more", self.whole.len() - shown));
        }
    }
}

/// An IVR's name as Mermaid can read it. Names have no capital letters, so this keeps them unique.
fn word(name: &IvrName) -> String {
    name.as_str().replace('_', "U").replace('-', "_")
}

/// The shape of the IVR says that it reads a text.
fn is_text(edge: &Edge) -> bool {
    edge.to == Place::End(End::Say)
}

fn kind_of(place: &Place) -> Kind {
    let Place::End(end) = place else { return Kind::Ivr };
    match end {
        End::HangUp => Kind::HangUp,
        End::Transfer(_) | End::FindMe(_) => Kind::People,
        End::Voicemail(_) | End::VirtualReceptionist(_) | End::PortalIvr(_) | End::WixIvr(_) | End::Say => Kind::Portal,
    }
}

fn one_line(text: &str) -> String {
    harmless(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        None => text.to_owned(),
        Some(_) => text.chars().take(MAX_CHARS - 1).chain(['…']).collect(),
    }
}
