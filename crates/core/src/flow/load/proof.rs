//! What the proof finds, in words and with its place.

use super::super::graph::{Graph, Place};
use super::super::mistake::{Mistake, Position};
use super::super::proof::{self, At, Offence, Offending};
use super::super::{Flow, Ivr};
use super::reader::Reader;
use std::collections::{BTreeSet, VecDeque};

/// Notes what can't be proved of a flow that was read completely.
pub(super) fn prove(r: &mut Reader, flow: &Flow) {
    let graph = Graph::of(flow);
    for Offence { at, kind, way, steps } in proof::offences(&graph, flow) {
        let at = match at {
            At::Here(at) => at,
            At::Fallback => r.fallback_at,
            At::WixFallback => r.wix_fallback_at,
        };
        let (message, help) = in_words(kind, &way);
        if kind.is_error() {
            r.offences += 1;
            r.offending.extend(steps);
            r.mistake_with_help(at, message, help);
        } else {
            r.findings.push(Mistake::warning(at, message).help(help.to_owned()));
        }
    }
    unreached(r, flow, &graph);
}

fn in_words(kind: Offending, way: &str) -> (String, &'static str) {
    match kind {
        Offending::Endless => (
            format!("a call never ends here: {way}"),
            "let one of these IVRs hang up, transfer, ring somebody, take a message, or go to an IVR of the portal",
        ),
        Offending::AskedAgain => (
            format!("a caller who has no tries left is asked for a PIN again: {way}"),
            "after `too_many_attempts` and `locked` a call goes to people, to a voicemail, or ends",
        ),
        Offending::FallbackAsks => (
            format!("the fallback leads to a PIN question: {way}"),
            "when something fails, nothing is known of the call, so its tries would begin again: let it ring people, take a \
             message or end the call",
        ),
        Offending::FallbackFails => (
            format!("the fallback leads to a step that can fail, and then it follows again, for ever: {way}"),
            "let the fallback itself ring people, take a message or end the call, or lead to an IVR in which nothing is \
             filled in and one rule always holds",
        ),
        Offending::Unverified => (
            format!("a caller who isn't verified comes where `verified` leads: {way}"),
            "lead them elsewhere; where the right PIN leads, nobody else may come. A rule of `verified` that turns callers \
             away has `verified: false`",
        ),
        Offending::PerhapsUnverified => (
            format!("some verified callers and some others come to the same place: {way}"),
            "make sure that nothing there is meant for verified callers only; a rule of `verified` that turns callers away \
             has `verified: false`",
        ),
        Offending::EndlessSilence => (
            format!("while nobody keys or answers anything, a call goes round here for ever: {way}"),
            "count the rounds with `pass: { round: \"{{ pass.round | default(0) | int + 1 }}\" }`, and leave with `when: \
             pass.round | int(0) >= 3`",
        ),
        Offending::LoginToItself => (
            format!("the right PIN leads back to its own question: {way}"),
            "let `verified` lead to what the caller logs in for",
        ),
    }
}

/// Notes IVRs with prompts that no call comes to.
fn unreached(r: &mut Reader, flow: &Flow, graph: &Graph) {
    let Some(starts) = &flow.starts else { return };
    let mut reached: BTreeSet<Place> = BTreeSet::new();
    let named = starts.iter().map(|rule| Place::Ivr(rule.then.clone()));
    let mut next: VecDeque<Place> = named.chain(graph.fallback.iter().cloned()).collect();
    while let Some(place) = next.pop_front() {
        next.extend(graph.from(&place).map(|edge| edge.to.clone()).filter(|to| !reached.contains(to)));
        reached.insert(place);
    }
    let led_to: BTreeSet<_> = r.leads.iter().map(|lead| &lead.to).collect();
    let speaks = |ivr: &&Ivr| !ivr.asks.is_empty() || ivr.says.is_some();
    let unreached: Vec<(Position, String)> = flow
        .ivrs
        .iter()
        .filter(speaks)
        .filter(|ivr| match &ivr.step {
            Some(_) => !reached.contains(&Place::Ivr(ivr.name.clone())),
            None => !led_to.contains(&ivr.name),
        })
        .map(|ivr| (ivr.at, format!("no call comes to `{}`: nothing leads there from where calls start", ivr.name)))
        .collect();
    for (at, message) in unreached {
        r.findings.push(
            Mistake::warning(at, message)
                .help("lead to it, or name it in `starts` if a number of its own does".to_owned()),
        );
    }
}
