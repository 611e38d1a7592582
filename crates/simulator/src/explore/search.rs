//! The search: breadth first, so that what is found is shown by a shortest call.

mod loops;

use super::conditions::Written;
use super::facts::{Proof, fingerprint};
use super::finding::{Finding, Kind};
use super::invariants::{Broken, broken};
use super::moves::{Move, moves};
use super::worlds::World;
use crate::call::{Call, Stage};
use crate::exchange::Reply;
use crate::script::{Does, Line, Pins, Walk, Webhook, WebhookTaken, written};
use ringbolt_core::flow::Flow;
use ringbolt_core::flow::graph::RuleId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How far exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most things that happen in a call.
    pub depth: usize,
    /// The most calls in one world.
    pub calls: usize,
}

/// What exploration of one world has found.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// What doesn't hold, each with a shortest call.
    pub findings: Vec<Finding>,
    /// The calls that were made.
    pub calls: usize,
    /// The states that were seen.
    pub states: usize,
    /// The rules that decided.
    pub reached: BTreeSet<RuleId>,
    /// Whether a limit was met: there is more that nobody has seen.
    pub cut: bool,
}

/// A state, and the shortest way to it.
struct Node {
    walk: Walk,
    /// The answers in the present IVR.
    entries: Vec<String>,
    /// The steps since the call began.
    steps: Vec<Does>,
    /// How many moves they are.
    depth: usize,
    /// Whether the call has come to its end, or was not walked further.
    is_end: bool,
    /// Where time alone leads, with the steps.
    passive: Vec<(usize, Vec<Does>)>,
    /// Where anything leads.
    leads: Vec<usize>,
}

/// What makes findings the same: what doesn't hold, the line of the rule, and the place.
type Same = (Kind, Option<usize>, String);

struct Search<'w, B> {
    flow: &'w Arc<Flow>,
    world: &'w World,
    begin: &'w B,
    written: Written<'w>,
    nodes: Vec<Node>,
    known: BTreeMap<String, usize>,
    found: BTreeMap<Same, Finding>,
    /// Where the database was down already.
    broken_at: BTreeSet<String>,
    /// Where the caller hung up already.
    hung_up_at: BTreeSet<String>,
    explored: Explored,
}

/// Explores a world. `begin` makes a place where its callers are enrolled and in which nothing has happened; what it gives
/// answers the webhooks of one call.
///
/// # Errors
/// What `begin` gives.
pub async fn explore<B, F, E>(flow: &Arc<Flow>, world: &World, limits: Limits, begin: &B) -> Result<Explored, E>
where
    B: AsyncFn(&World) -> Result<F, E>,
    F: AsyncFn(Webhook<'_>) -> Reply,
{
    let mut search = Search {
        flow,
        world,
        begin,
        written: Written::of(flow),
        nodes: Vec::new(),
        known: BTreeMap::new(),
        found: BTreeMap::new(),
        broken_at: BTreeSet::new(),
        hung_up_at: BTreeSet::new(),
        explored: Explored::default(),
    };
    let Some(first) = search.call() else { return Ok(search.explored) };
    let first = search.finished(first, &[]).await?;
    search.look(&first, 0, 0, &[]);
    search.add(first, Vec::new(), Vec::new(), 0);
    let mut next = VecDeque::from([0]);
    while let Some(from) = next.pop_front() {
        let node = &mut search.nodes[from];
        if node.depth >= limits.depth || search.explored.calls >= limits.calls {
            search.explored.cut |= !node.is_end;
            node.is_end = true;
            continue;
        }
        for step in moves(&search.nodes[from].walk, &search.written) {
            next.extend(search.try_move(from, &step).await?);
        }
    }
    search.find_loops();
    let Search { found, mut explored, nodes, .. } = search;
    explored.states = nodes.len();
    explored.findings = found.into_values().collect();
    Ok(explored)
}

impl<B, F, E> Search<'_, B>
where
    B: AsyncFn(&World) -> Result<F, E>,
    F: AsyncFn(Webhook<'_>) -> Reply,
{
    /// Tries a move with the database up and, once at each place, down. Gives the states that are new.
    async fn try_move(&mut self, from: usize, step: &Move) -> Result<Vec<usize>, E> {
        let Node { walk, .. } = &self.nodes[from];
        let place = walk.call.place().id();
        let question = walk.call.question().map(|question| question.name.clone()).unwrap_or_default();
        let verified = Proof::of(&walk.taken).verified;
        let hangs_up = matches!(step.does, Does::HangUp);
        if hangs_up && !self.hung_up_at.insert(place.clone()) {
            return Ok(Vec::new());
        }
        let mut ways = vec![applied(walk.clone(), step, false)];
        // Nobody has a right PIN for an account that nobody has.
        ways.retain(|(_, does)| !does.is_empty());
        let waits = ways.iter().any(|(walk, _)| *walk.call.stage() == Stage::Waiting);
        if waits && !hangs_up && !walk.database_down && self.broken_at.insert(format!("{place} {question} {verified}"))
        {
            ways.push(applied(self.nodes[from].walk.clone(), step, true));
        }
        let mut new = Vec::new();
        for (walk, does) in ways {
            new.extend(self.go(from, step, walk, does).await?);
        }
        Ok(new)
    }

    async fn go(&mut self, from: usize, step: &Move, walk: Walk, does: Vec<Does>) -> Result<Option<usize>, E> {
        let Node { steps, entries, depth, walk: before, .. } = &self.nodes[from];
        let (webhooks, events, depth) = (before.taken.len(), before.call.events().len(), depth + 1);
        let way: Vec<Does> = steps.iter().chain(&does).cloned().collect();
        let mut entries = entries.clone();
        let (visits, question) = (before.call.way().len(), before.question());
        let walk = self.finished(walk, &way).await?;
        if walk.call.way().len() > visits {
            entries.clear();
        } else if walk.taken.len() == webhooks || walk.question() != question {
            entries.push(step.label.clone());
        }
        self.look(&walk, webhooks, events, &way);
        if matches!(step.does, Does::HangUp) {
            return Ok(None);
        }
        let before = self.nodes.len();
        let to = self.add(walk, entries, way, depth);
        self.nodes[from].leads.push(to);
        // A number that is dialled until it answers rings until the caller hangs up.
        let rings_on = to == from && matches!(self.nodes[from].walk.call.stage(), Stage::Ringing(_));
        if step.passive && !rings_on {
            self.nodes[from].passive.push((to, does));
        }
        Ok((to >= before).then_some(to))
    }

    /// Sends the webhooks that are due, in a place of the call's own: everything before is done there again.
    async fn finished(&mut self, walk: Walk, way: &[Does]) -> Result<Walk, E> {
        if *walk.call.stage() != Stage::Waiting {
            return Ok(walk);
        }
        let Some(mut again) = self.call() else { return Ok(walk) };
        let send = (self.begin)(self.world).await?;
        self.explored.calls += 1;
        again.pump(&send, false).await;
        for does in way {
            // What was possible before is possible again: the answers are the same.
            if again.act(does).is_err() {
                break;
            }
            again.pump(&send, matches!(does, Does::HangUp)).await;
        }
        self.explored.reached.extend(again.taken.iter().filter_map(WebhookTaken::rule));
        Ok(again)
    }
}

impl<B> Search<'_, B> {
    /// A call that has just begun; `None` if the flow doesn't say where.
    fn call(&self) -> Option<Walk> {
        let begins = &self.world.begins;
        let call = Call::start(begins.setting(self.flow, 1), begins.starts_at).ok()?;
        Some(Walk::new(call, begins.starts_at, Pins::of(begins.callers.clone())))
    }

    /// The number of the state, which may be known.
    fn add(&mut self, walk: Walk, entries: Vec<String>, steps: Vec<Does>, depth: usize) -> usize {
        let print = fingerprint(&walk, &entries, self.flow.limits.attempts_per_call);
        if let Some(known) = self.known.get(&print) {
            return *known;
        }
        let is_end = walk.endless || moves(&walk, &self.written).is_empty();
        self.known.insert(print, self.nodes.len());
        self.nodes.push(Node { walk, entries, steps, depth, is_end, passive: Vec::new(), leads: Vec::new() });
        self.nodes.len() - 1
    }

    fn look(&mut self, walk: &Walk, webhooks: usize, events: usize, way: &[Does]) {
        for Broken { kind, message, by } in broken(walk, webhooks, events) {
            self.note(kind, message, by.as_ref(), way);
        }
    }

    fn note(&mut self, kind: Kind, message: String, by: Option<&WebhookTaken>, way: &[Does]) {
        let reason = by.and_then(|taken| taken.reason.as_ref());
        let (rule, line) = (reason.map(ToString::to_string), reason.map(|reason| reason.line));
        let same = (kind, line, by.map(|taken| taken.place.id()).unwrap_or_default());
        if self.found.get(&same).is_some_and(|known| known.steps <= way.len()) {
            return;
        }
        // A file has no two calls of one name, and several findings may be of one kind.
        let place = by.map(|taken| taken.place.to_string());
        let title = match rule.as_ref().or(place.as_ref()) {
            Some(what) => format!("{kind}: {what}"),
            None => kind.to_string(),
        };
        let steps: Vec<Line> = way.iter().cloned().map(Line::Step).collect();
        let script = written(&self.world.begins, self.flow, &title, &steps);
        self.found.insert(same, Finding { kind, message, rule, line, steps: way.len(), script });
    }
}

/// The walk after a move, before its webhook, and the steps that the move takes.
fn applied(mut walk: Walk, step: &Move, down: bool) -> (Walk, Vec<Does>) {
    let mut does = Vec::new();
    if down {
        walk.database_down = true;
        does.push(Does::Database { down: true });
    }
    let question = walk.question();
    loop {
        // A move fits what the call waits for.
        if walk.act(&step.does).is_err() {
            break;
        }
        does.push(step.does.clone());
        if !step.until_left || question.is_none() || walk.question() != question {
            break;
        }
    }
    (walk, does)
}
