//! What a drawing of a flow has: boxes and arrows, with texts short enough to be read. How it is drawn is for the
//! formats.

use crate::output::harmless;
use ringbolt_core::{
    flow::graph::{Edge, End, Graph, Place},
    identity::FlowName,
};
use std::collections::{BTreeMap, BTreeSet};

/// The longest text beside an arrow or in a box, in characters.
const MAX_CHARS: usize = 72;
/// How many texts stand beside one arrow.
const MAX_LABELS: usize = 6;
/// An end that more places than this lead to is drawn beside each of them: arrows from everywhere to one box hide
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
    /// Letters and digits, no two alike in a drawing; the same for an IVR whatever else changes.
    pub(super) id: String,
    pub(super) kind: Kind,
    /// What is written in it.
    pub(super) text: String,
    /// The same, however long.
    pub(super) whole: String,
}

/// What is told apart by shape and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    AsksForPin,
    ReadsText,
    Ivr,
    /// The call is over.
    HangUp,
    /// Somebody's telephone rings.
    People,
    /// Something else of the provider's portal takes the call.
    Portal,
}

/// What leads from one place to another; indices into [`Drawing::boxes`].
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Outcomes and conditions, as short as they must be.
    pub(super) labels: Vec<String>,
    /// The same, all of them and however long.
    pub(super) whole: Vec<String>,
    /// Taken only if nobody answers.
    pub(super) unless_answered: bool,
    /// On a way that shows what is wrong with the flow.
    pub(super) offending: bool,
}

impl Drawing {
    /// Draws a graph, with `offending` edges of it marked.
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
        for start in &graph.starts {
            let (kind, what) = match start {
                Place::AuthWebhook => (Kind::AsksForPin, None),
                place if asking.contains(place) => (Kind::AsksForPin, Some("asks for a PIN")),
                place if reading.contains(place) => (Kind::ReadsText, Some("reads a text")),
                _ => (Kind::Ivr, None),
            };
            let text = what.map_or_else(|| start.to_string(), |what| format!("{start}, {what}"));
            box_of.insert((start, None), drawing.add(start, kind, &text));
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
            Place::Ivr(id) => format!("ivr{id}"),
            Place::End(_) => format!("to{index}"),
        };
        let whole = one_line(text);
        self.boxes.push(PlaceBox { id, kind, text: shortened(&whole), whole });
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

/// The shape of the IVR itself says that it reads a text.
fn is_text(edge: &Edge) -> bool {
    edge.to == Place::End(End::Say)
}

fn kind_of(place: &Place) -> Kind {
    let Place::End(end) = place else { return Kind::Ivr };
    match end {
        End::HangUp => Kind::HangUp,
        End::Transfer(_) | End::FindMe(_) => Kind::People,
        End::Voicemail(_) | End::VirtualReceptionist(_) | End::OtherIvr(_) | End::WixIvr(_) | End::Say => Kind::Portal,
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
