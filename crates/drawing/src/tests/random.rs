//! Random graphs, by their seed.

use ringbolt_core::{
    flow::{
        IvrName, PortalId, Position,
        graph::{Edge, End, Graph, Place},
    },
    outcome::Outcome,
};

/// Knuth's linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

const TEXTS: [&str; 6] = [
    "answers.choice == \"1\"",
    "lookup(\"jobs\", pass.job).trade == \"chimney\" and answers.room | digits and open(\"dispatch\")",
    "]]></text><script>&amp;",
    "電話 == \"はい\" 🙂 שלום \u{202e} \u{fffe} \u{0}",
    "",
    "a\n\tb",
];

pub(super) fn ivr(n: usize) -> Place {
    Place::Ivr(IvrName::parse(&format!("ivr-{n}")).unwrap())
}

fn edge(from: Place, to: Place, rule: usize) -> Edge {
    let at = Position { line: rule, column: 1 };
    Edge {
        from,
        to,
        outcome: None,
        rule: Some(rule),
        is_fallback: false,
        when: None,
        at,
        unless_answered: false,
        in_silence: false,
        verified: false,
    }
}

fn end(random: &mut Random) -> Place {
    Place::End(match random.below(7) {
        0 => End::HangUp,
        1 => End::Transfer(format!("80055501{:02}", random.below(12))),
        2 => End::FindMe(vec!["2225550123".to_owned(), "5555550145".to_owned()]),
        3 => End::Voicemail(PortalId::parse("501").unwrap()),
        4 => End::VirtualReceptionist(PortalId::parse("502").unwrap()),
        5 => End::WixIvr("welcome ".repeat(20)),
        _ => End::Say,
    })
}

/// A graph of this many IVRs: PIN questions, FindMes, loops, long ways back and parts of their own.
pub(super) fn graph(seed: u64, ivrs: usize) -> Graph {
    let mut random = Random(seed);
    let mut graph = Graph { places: (0..ivrs).map(ivr).collect(), ..Graph::default() };
    let reach = 1 + random.below(ivrs);
    for n in 0..ivrs {
        let asks = random.below(5) == 0;
        if asks {
            let Place::Ivr(name) = ivr(n) else { continue };
            graph.asks_for_pin.push(name);
        }
        let outcomes: &[Option<Outcome>] = if asks {
            &[Some(Outcome::Verified), Some(Outcome::Wrong), Some(Outcome::TooManyAttempts), Some(Outcome::Locked)]
        } else {
            &[None]
        };
        for &outcome in outcomes {
            let rules = 1 + random.below(4);
            for rule in 1..=rules {
                let to = match random.below(5) {
                    0 | 1 => ivr((n + 1 + random.below(reach)) % ivrs),
                    2 => ivr(random.below(ivrs)),
                    _ => end(&mut random),
                };
                let alternatives = (rules > 1).then_some(rule);
                let when = (random.below(4) > 0).then(|| TEXTS[random.below(TEXTS.len())].to_owned());
                let is_fallback = rule == rules && random.below(6) == 0;
                let step = Edge { outcome, when, is_fallback, ..edge(ivr(n), to.clone(), rule) };
                let step = Edge { rule: alternatives.filter(|_| !is_fallback), ..step };
                if matches!(to, Place::End(End::FindMe(_))) {
                    let or = if random.below(2) == 0 { end(&mut random) } else { ivr(random.below(ivrs)) };
                    graph.edges.push(step.clone());
                    graph.edges.push(Edge { to: or, unless_answered: true, ..step });
                } else {
                    graph.edges.push(step);
                }
            }
        }
    }
    if random.below(3) == 0 {
        let from = Place::End(End::VirtualReceptionist(PortalId::parse("502").unwrap()));
        graph.edges.push(Edge { when: Some("without a portal".to_owned()), rule: None, ..edge(from, ivr(0), 1) });
    }
    graph.entries.push(ivr(0));
    graph.fallback.push(Place::End(End::Transfer("8005550100".to_owned())));
    graph
}

/// Each IVR leads to the next, to the first and to the one before.
pub(super) fn chain(ivrs: usize) -> Graph {
    let mut graph = Graph { places: (0..ivrs).map(ivr).collect(), entries: vec![ivr(0)], ..Graph::default() };
    for n in 0..ivrs {
        let next = if n + 1 < ivrs { ivr(n + 1) } else { Place::End(End::HangUp) };
        graph.edges.push(edge(ivr(n), next, 1));
        graph.edges.push(edge(ivr(n), ivr(0), 2));
        graph.edges.push(edge(ivr(n), ivr(n.saturating_sub(1)), 3));
    }
    graph
}
