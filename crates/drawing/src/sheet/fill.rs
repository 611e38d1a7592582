//! Filling the cards.

use super::{Card, CardKind, Row, RowKind, Sheet, Subject, Wire, reach::reached};
use crate::{text_width::Font, words};
use ringbolt_core::flow::graph::{Edge, End, Graph, Place, RuleId};
use std::collections::{BTreeMap, BTreeSet};

/// If more places than this lead to an end, it is drawn once for each: lines from everywhere to one pill would hide
/// everything else.
const SHARED_BY: usize = 3;
/// The widest text of a row and of a header, in pixels.
const MAX_TEXT: f64 = 250.0;

impl Sheet {
    /// Fills the cards of a flow.
    #[must_use]
    pub fn new(subject: &Subject<'_>) -> Self {
        let graph = subject.graph;
        let reached = reached(subject);
        let is_reached = |place: &Place| reached.as_ref().is_none_or(|reached| reached.contains(place));
        let leads_on: BTreeSet<&Place> = graph.edges.iter().map(|edge| &edge.from).collect();
        let mut origins: BTreeMap<&Place, BTreeSet<&Place>> = BTreeMap::new();
        for edge in &graph.edges {
            origins.entry(&edge.to).or_default().insert(&edge.from);
        }
        let begins = |place: &Place| match (&subject.starts, place) {
            (Some(starts), Place::Ivr(name)) => starts.contains(name),
            _ => graph.entries.contains(place),
        };

        let mut sheet = Self {
            title: format!("call flow {}", subject.name),
            description: String::new(),
            cards: Vec::new(),
            wires: Vec::new(),
            fallback: fallback(graph),
        };
        let mut card_of: BTreeMap<(&Place, Option<&Place>), usize> = BTreeMap::new();
        let asks_for_pin: BTreeSet<Place> = graph.asks_for_pin.iter().cloned().map(Place::Ivr).collect();
        for place in graph.places.iter().chain(leads_on.iter().copied()) {
            card_of.entry((place, None)).or_insert_with(|| {
                sheet.cards.push(Card {
                    asks_for_pin: asks_for_pin.contains(place) || *place == Place::AuthWebhook,
                    begins: begins(place),
                    unreached: !is_reached(place),
                    ..card(place, CardKind::Steps)
                });
                sheet.cards.len() - 1
            });
        }
        for (place, rules) in by_rule(&graph.edges) {
            let Some(&from) = card_of.get(&(place, None)) else { continue };
            let unreached = sheet.cards[from].unreached;
            let mut heading = None;
            let mut count: BTreeMap<_, usize> = BTreeMap::new();
            rules.iter().for_each(|(id, _)| *count.entry(id.outcome).or_default() += 1);
            for (id, edges) in &rules {
                let alternatives = count.get(&id.outcome).is_some_and(|count| *count > 1);
                if let Some(outcome) = id.outcome.filter(|_| alternatives && heading != id.outcome) {
                    sheet.cards[from].rows.push(heading_row(words::outcome(outcome)));
                }
                heading = id.outcome;
                for (n, &edge) in edges.iter().enumerate() {
                    let shared = origins.get(&edge.to).is_some_and(|origins| origins.len() > SHARED_BY);
                    let own = matches!(edge.to, Place::End(_)) && shared && !leads_on.contains(&edge.to);
                    let to = *card_of.entry((&edge.to, own.then_some(place))).or_insert_with(|| {
                        sheet.cards.push(Card { unreached: true, ..card(&edge.to, CardKind::End) });
                        sheet.cards.len() - 1
                    });
                    if sheet.cards[to].kind == CardKind::End {
                        sheet.cards[to].unreached &= unreached;
                    }
                    let row = row(id, edge, n > 0, alternatives, subject.offending.contains(edge));
                    sheet.wires.push(Wire {
                        from,
                        row: sheet.cards[from].rows.len(),
                        to,
                        rule: row.rule.clone(),
                        unless_answered: edge.unless_answered,
                        offending: row.offending,
                        unreached,
                    });
                    sheet.cards[from].rows.push(row);
                }
            }
        }
        sheet.description = sheet.described();
        sheet
    }

    fn described(&self) -> String {
        let steps = self.cards.iter().filter(|card| card.kind == CardKind::Steps);
        let rules = self.cards.iter().flat_map(|card| &card.rows).filter(|row| row.kind == RowKind::Rule);
        let named = |cards: &mut dyn Iterator<Item = &Card>| {
            cards.map(|card| card.whole.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut sentences = vec![format!("{} IVRs with {} rules.", steps.clone().count(), rules.count())];
        let begins = named(&mut steps.filter(|card| card.begins));
        if !begins.is_empty() {
            sentences.push(format!("Calls begin at {begins}."));
        }
        if !self.fallback.is_empty() {
            sentences.push(format!("If anything fails: {}.", named(&mut self.fallback.iter())));
        }
        sentences.join(" ")
    }
}

type Rulebook<'g> = Vec<(RuleId, Vec<&'g Edge>)>;

/// The edges of each place, by rule, in the order of the graph.
fn by_rule(edges: &[Edge]) -> Vec<(&Place, Rulebook<'_>)> {
    let mut places: Vec<(&Place, Rulebook<'_>)> = Vec::new();
    let mut place_at: BTreeMap<&Place, usize> = BTreeMap::new();
    let mut rule_at: BTreeMap<RuleId, usize> = BTreeMap::new();
    for edge in edges {
        let at = *place_at.entry(&edge.from).or_insert_with(|| {
            places.push((&edge.from, Vec::new()));
            places.len() - 1
        });
        let rules = &mut places[at].1;
        let id = RuleId::of(edge);
        let at = *rule_at.entry(id.clone()).or_insert(rules.len());
        if at == rules.len() {
            rules.push((id, Vec::new()));
        }
        rules[at].1.push(edge);
    }
    places
}

fn card(place: &Place, kind: CardKind) -> Card {
    let whole = words::place(place);
    let name = Font::Name.fitted(&words::place_in_short(place), MAX_TEXT);
    Card {
        place: place.clone(),
        kind,
        name,
        whole,
        asks_for_pin: false,
        begins: false,
        unreached: false,
        rows: Vec::new(),
    }
}

/// The fallback of Wix Answers comes first, if the flow has one.
fn fallback(graph: &Graph) -> Vec<Card> {
    let mut cards: Vec<Card> = graph.fallback.iter().map(|place| card(place, CardKind::End)).collect();
    if let [first, _, ..] = cards.as_mut_slice()
        && graph.places.contains(&Place::AuthWebhook)
        && !matches!(first.place, Place::End(End::WixIvr(_)))
    {
        first.name.push_str(" (Wix Answers)");
        first.whole.push_str(" (Wix Answers)");
        cards.rotate_left(1);
    }
    cards
}

fn heading_row(text: String) -> Row {
    let (kind, rule, whole) = (RowKind::Heading, String::new(), text.clone());
    Row {
        kind,
        rule,
        line: 0,
        number: None,
        text,
        whole,
        is_code: false,
        indented: false,
        mark: "",
        unless_answered: false,
        offending: false,
    }
}

fn row(id: &RuleId, edge: &Edge, also: bool, alternatives: bool, offending: bool) -> Row {
    let outcome = edge.outcome.filter(|_| !alternatives).map(words::outcome);
    let when = edge.when.as_deref().map(words::one_line);
    // The graph's own words are not conditions of the flow file.
    let in_words = matches!(edge.when.as_deref(), None | Some("otherwise" | "no rule holds"))
        || matches!(edge.from, Place::End(End::VirtualReceptionist(_)));
    let (text, is_code) = match (also, outcome, when) {
        (true, ..) => ((if edge.unless_answered { "nobody answers" } else { "or" }).to_owned(), false),
        (false, Some(outcome), _) => (outcome, false),
        (false, None, Some(when)) => (when, !in_words),
        (false, None, None) => ("always".to_owned(), false),
    };
    let mark = match () {
        () if edge.from == edge.to => "↻ asks again",
        () if edge.is_fallback => "fallback",
        () => "",
    };
    let font = if is_code { Font::Code } else { Font::Words };
    let room = MAX_TEXT - if mark.is_empty() { 0.0 } else { Font::Small.width(mark) + 8.0 };
    let number = edge.rule.filter(|_| !also && !edge.is_fallback);
    Row {
        kind: if also { RowKind::Also } else { RowKind::Rule },
        rule: id.to_string(),
        line: edge.at.line,
        number,
        text: font.fitted(&text, room),
        whole: text,
        is_code,
        indented: also || alternatives || number.is_some(),
        mark,
        unless_answered: edge.unless_answered,
        offending,
    }
}
