//! What is in the SVG.

use super::{examples, random, sheet_of};
use crate::{RowKind, Sheet, Style, Subject};
use ringbolt_core::{
    flow::{
        Flow,
        graph::{Graph, RuleId},
    },
    identity::FlowName,
};
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

const BOTH: [Style; 2] = [Style::Page, Style::File];

fn of_class<'d>(document: &'d Document<'_>, class: &'d str) -> impl Iterator<Item = Node<'d, 'd>> {
    document.descendants().filter(move |node| {
        node.attribute("class").is_some_and(|classes| classes.split(' ').any(|other| other == class))
    })
}

fn draw(flow: &str, style: Style) -> String {
    let flow = Flow::load(flow).unwrap();
    let graph = Graph::of(&flow);
    Sheet::new(&Subject::of(&flow, &graph)).svg(style)
}

#[test]
fn every_place_rule_and_edge_of_the_examples_is_in_their_drawing() {
    for (name, flow) in examples() {
        let graph = Graph::of(&flow);
        let sheet = Sheet::new(&Subject::of(&flow, &graph));
        for style in BOTH {
            let svg = sheet.svg(style);
            assert_eq!(svg, sheet.svg(style), "{name}");
            let document = Document::parse(&svg).unwrap();
            assert_eq!(document.root_element().attribute("role"), Some("img"));
            let rules: Vec<String> =
                of_class(&document, "rule").map(|node| node.attribute("data-rule").unwrap().to_owned()).collect();
            let expected: BTreeSet<String> = graph.edges.iter().map(|edge| RuleId::of(edge).to_string()).collect();
            assert_eq!(rules.len(), expected.len(), "{name}");
            assert_eq!(rules.into_iter().collect::<BTreeSet<_>>(), expected, "{name}");
            let edges = of_class(&document, "edge").filter(|node| node.has_attribute("data-rule"));
            assert_eq!(edges.count(), graph.edges.len(), "{name}");
            let places: BTreeSet<&str> =
                of_class(&document, "place").filter_map(|node| node.attribute("data-place")).collect();
            for edge in &graph.edges {
                assert!(places.contains(edge.from.id().as_str()) && places.contains(edge.to.id().as_str()), "{name}");
            }
            assert!(!document.descendants().any(|node| node.has_attribute("id")), "{name}: ids clash in a page");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
        }
    }
}

#[test]
fn random_graphs_with_hostile_texts_are_well_formed() {
    for seed in 0..60 {
        let sheet = sheet_of(&random::graph(seed, 1 + seed as usize % 20));
        for style in BOTH {
            let svg = sheet.svg(style);
            let document = Document::parse(&svg).unwrap();
            assert!(document.descendants().all(|node| node.tag_name().name() != "script"), "seed {seed}");
        }
    }
}

#[test]
fn a_drawing_for_the_page_takes_its_colours_from_the_page() {
    for (_, flow) in examples() {
        let graph = Graph::of(&flow);
        let svg = Sheet::new(&Subject::of(&flow, &graph)).svg(Style::Page);
        assert!(!svg.contains("<style") && !svg.contains("=\"#"), "a colour of its own");
        assert!(svg.contains("var(--drawing-ink)"));
        let file = Sheet::new(&Subject::of(&flow, &graph)).svg(Style::File);
        assert!(file.contains("prefers-color-scheme:dark") && !file.contains("--drawing-"));
    }
}

const TWO_PARTS: &str = "{ flow: f, realm: f, fallback: { do: { transfer: { destination: '8005550100' } } }, \
     starts: front, ivrs: { front: { id: 1, rules: [ { when: answers.a, do: { ivr: front } }, \
     { when: answers.b, do: { transfer: { destination: '+18005550111' } } } ] }, lost: { id: 2, do: hangup } } }";

#[test]
fn places_have_the_names_that_people_use() {
    let svg = draw(TWO_PARTS, Style::File);
    let document = Document::parse(&svg).unwrap();
    let texts: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")))
        .filter_map(|node| node.text())
        .collect();
    for expected in [
        "front",
        "answers.a",
        "↻ asks again",
        "no rule holds",
        "fallback",
        "transfer to (800) 555-0111",
        "If anything fails:",
        "transfer to (800) 555-0100",
        "no call comes here",
    ] {
        assert!(texts.contains(&expected), "{expected} is missing: {texts:?}");
    }
}

#[test]
fn what_no_call_comes_to_is_grey() {
    let svg = draw(TWO_PARTS, Style::Page);
    let document = Document::parse(&svg).unwrap();
    let grey: Vec<&str> = of_class(&document, "unreached").filter_map(|node| node.attribute("data-place")).collect();
    assert_eq!(grey, ["ivr:lost", "end:hangup"]);
    assert!(draw(&TWO_PARTS.replace("starts: front,", ""), Style::Page).matches("unreached").count() == 0);
}

#[test]
fn the_edges_of_a_failed_proof_are_bad() {
    let graph = random::chain(3);
    let name = FlowName::parse("chain").unwrap();
    let offending = &graph.edges[1..2];
    let sheet = Sheet::new(&Subject { name: &name, graph: &graph, starts: None, offending });
    let svg = sheet.svg(Style::Page);
    let document = Document::parse(&svg).unwrap();
    let bad: Vec<&str> = of_class(&document, "edge")
        .filter(|node| node.attribute("class") == Some("edge bad"))
        .filter_map(|node| node.attribute("data-rule"))
        .collect();
    assert_eq!(bad, [RuleId::of(&offending[0]).to_string()]);
    assert!(svg.contains("var(--drawing-bad)"));
}

#[test]
fn a_findme_is_one_rule_with_a_second_row_for_when_nobody_answers() {
    let svg = "{ flow: f, realm: f, fallback: { do: hangup }, ivrs: { s: { id: 1, findme: { phone_list: ['8005550111'] } } } }";
    let flow = Flow::load(svg).unwrap();
    let graph = Graph::of(&flow);
    let sheet = Sheet::new(&Subject::of(&flow, &graph));
    let rows: Vec<(RowKind, &str)> = sheet.cards[0].rows.iter().map(|row| (row.kind, row.text.as_str())).collect();
    assert_eq!(rows, [(RowKind::Rule, "always"), (RowKind::Also, "nobody answers")]);
    let svg = sheet.svg(Style::Page);
    let document = Document::parse(&svg).unwrap();
    assert_eq!(of_class(&document, "rule").count(), 1);
    let dashed = of_class(&document, "edge").filter(|node| node.has_attribute("stroke-dasharray"));
    assert_eq!(dashed.filter(|node| node.has_attribute("data-rule")).count(), 1);
}
