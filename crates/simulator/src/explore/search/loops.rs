//! Calls that don't end: loops that time alone walks, and states from which no way leads to an end.

use super::{Kind, Node, Search};
use crate::script::Does;
use std::collections::BTreeSet;

impl<B> Search<'_, B> {
    pub(super) fn find_loops(&mut self) {
        let mut reported: BTreeSet<usize> = BTreeSet::new();
        for start in 0..self.nodes.len() {
            let Some((round, steps)) = self.round_in_silence(start) else { continue };
            if round.iter().any(|node| reported.contains(node)) {
                continue;
            }
            reported.extend(round);
            let place = self.nodes[start].walk.call.place();
            let message = format!("while nobody does anything, the call comes to {place} again and again");
            self.note_at(start, message, steps);
        }
        if !reported.is_empty() {
            return;
        }
        if let Some(stuck) = self.without_way_out() {
            let place = self.nodes[stuck].walk.call.place();
            let message = format!("from {place}, nothing but a hang-up ends the call");
            self.note_at(stuck, message, Vec::new());
        }
    }

    fn note_at(&mut self, node: usize, message: String, more: Vec<Does>) {
        let Node { walk, steps, .. } = &self.nodes[node];
        let (by, mut way) = (walk.taken.last().cloned(), steps.clone());
        way.extend(more);
        self.note(Kind::Endless, message, by.as_ref(), &way);
    }

    /// The states and steps of a round back to a state, if time alone leads there.
    fn round_in_silence(&self, start: usize) -> Option<(Vec<usize>, Vec<Does>)> {
        let (mut at, mut nodes, mut steps) = (start, vec![start], Vec::new());
        loop {
            // The first way is the one with the database as it is.
            let (to, does) = self.nodes[at].passive.first()?;
            steps.extend(does.iter().cloned());
            if *to == start {
                return Some((nodes, steps));
            }
            if self.nodes[*to].is_end || nodes.contains(to) {
                return None;
            }
            nodes.push(*to);
            at = *to;
        }
    }

    /// The first state from which no way leads to an end.
    fn without_way_out(&self) -> Option<usize> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (from, node) in self.nodes.iter().enumerate() {
            node.leads.iter().for_each(|to| back[*to].push(from));
        }
        let mut has_way_out: BTreeSet<usize> = BTreeSet::new();
        let mut next: Vec<usize> = (0..self.nodes.len()).filter(|node| self.nodes[*node].is_end).collect();
        while let Some(node) = next.pop() {
            if has_way_out.insert(node) {
                next.extend(&back[node]);
            }
        }
        (0..self.nodes.len()).find(|node| !has_way_out.contains(node))
    }
}
