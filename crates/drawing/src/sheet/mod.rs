//! What is on the cards of a drawing, and which row leads to which card.

mod fill;
mod reach;

use ringbolt_core::{
    flow::{
        Flow, IvrName, Rules,
        graph::{Edge, Graph, Place},
    },
    identity::FlowName,
};
use std::collections::BTreeSet;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The flow's name.
    pub name: &'a FlowName,
    /// The flow.
    pub graph: &'a Graph,
    /// The IVRs that the flow's `starts` names. `None` if it has no `starts` or they are unknown: then every entry of the
    /// graph is a start, and no IVR is grey.
    pub starts: Option<BTreeSet<&'a IvrName>>,
    /// Edges that show what is wrong with the flow.
    pub offending: &'a [Edge],
}

impl<'a> Subject<'a> {
    /// A flow without mistakes, and its graph.
    #[must_use]
    pub fn of(flow: &'a Flow, graph: &'a Graph) -> Self {
        let starts = flow.starts.as_ref().map(|starts| Rules::iter(starts).map(|rule| &rule.then).collect());
        Self { name: &flow.name, graph, starts, offending: &[] }
    }
}

/// Cards and what leads from one to another.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// `call flow bank`.
    pub title: String,
    /// What the flow is, in a few sentences.
    pub description: String,
    /// IVRs in the graph's order, then ends.
    pub cards: Vec<Card>,
    /// In the order of the rows.
    pub wires: Vec<Wire>,
    /// Where a call goes if something fails on our side.
    pub fallback: Vec<Card>,
}

/// A place of the flow.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its place.
    pub place: Place,
    /// What it is.
    pub kind: CardKind,
    /// Its name, shortened to fit.
    pub name: String,
    /// Its whole name.
    pub whole: String,
    /// Whether it asks for a PIN.
    pub asks_for_pin: bool,
    /// Whether calls begin here.
    pub begins: bool,
    /// Whether no call comes here.
    pub unreached: bool,
    /// Its rows, from top to bottom.
    pub rows: Vec<Row>,
}

/// What a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    /// An IVR, the auth webhook, or a virtual receptionist that leads on: a header above rows.
    Steps,
    /// An end: a pill without rows.
    End,
}

/// A row of a card.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// The id of its rule; empty for a heading.
    pub rule: String,
    /// The line of the flow file, from 1; 0 if there is none.
    pub line: usize,
    /// The rule's number, if it has alternatives.
    pub number: Option<usize>,
    /// What it says, shortened to fit.
    pub text: String,
    /// The whole text.
    pub whole: String,
    /// Whether the text is a condition of the flow file.
    pub is_code: bool,
    /// Whether it begins below the text of the rule or heading above it, with room for a number in front.
    pub indented: bool,
    /// A mark at its right edge; empty for most.
    pub mark: &'static str,
    /// Whether its line is taken only if nobody answers.
    pub unless_answered: bool,
    /// Whether its lines show what is wrong with the flow.
    pub offending: bool,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// An outcome above its rules.
    Heading,
    /// A rule.
    Rule,
    /// Another way on from the rule above, such as when nobody answers.
    Also,
}

/// What leads from a row to a card.
#[derive(Clone, Debug)]
pub struct Wire {
    /// From this card, by its index.
    pub from: usize,
    /// From this row of it, by its index.
    pub row: usize,
    /// To this card, by its index.
    pub to: usize,
    /// The id of its rule.
    pub rule: String,
    /// Whether it is taken only if nobody answers.
    pub unless_answered: bool,
    /// Whether it shows what is wrong with the flow.
    pub offending: bool,
    /// Whether no call takes it, since none comes to the card it begins at.
    pub unreached: bool,
}
