//! The newest calls of a walk through the whole table, which has no order: a fixed number of them is in memory.

use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::call_list::Listed;
use std::collections::{BTreeSet, HashMap};

/// The newest calls of those that were offered, each at its latest time.
#[derive(Debug)]
pub(super) struct Newest {
    most: usize,
    by_time: BTreeSet<(EpochMs, String)>,
    at: HashMap<String, EpochMs>,
    has_more: bool,
}

impl Newest {
    /// Keeps this many calls at most.
    pub(super) fn most(most: usize) -> Self {
        Self { most, by_time: BTreeSet::new(), at: HashMap::new(), has_more: false }
    }

    /// Keeps the call if it is among the newest. A call that was dropped comes in again with a later item.
    pub(super) fn offer(&mut self, listed: Listed) {
        let Listed { at, response_id, .. } = listed;
        match self.at.get(&response_id) {
            Some(known) if *known >= at => return,
            Some(known) => {
                self.by_time.remove(&(*known, response_id.clone()));
            }
            None => {}
        }
        self.at.insert(response_id.clone(), at);
        self.by_time.insert((at, response_id));
        if self.by_time.len() > self.most
            && let Some((_, oldest)) = self.by_time.pop_first()
        {
            self.at.remove(&oldest);
            self.has_more = true;
        }
    }

    /// Whether calls were dropped.
    pub(super) fn has_more(&self) -> bool {
        self.has_more
    }

    /// The calls, newest first.
    pub(super) fn into_listed(self, is_transcript: bool) -> Vec<Listed> {
        let listed = |(at, response_id)| Listed {
            at,
            response_id,
            is_transcript,
            sort_key: String::new(),
            number: None,
            outcome: None,
        };
        self.by_time.into_iter().rev().map(listed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listed(at: i64, id: u8) -> Listed {
        Listed {
            at: EpochMs(at),
            response_id: format!("r-{id}"),
            is_transcript: false,
            sort_key: String::new(),
            number: None,
            outcome: None,
        }
    }

    proptest! {
        /// Compared with sorting everything.
        #[test]
        fn the_newest_calls_are_kept_whatever_the_order(
            items in proptest::collection::vec((0_i64..30, 0_u8..12), 0..40),
            most in 1_usize..8,
        ) {
            let (mut newest, mut latest) = (Newest::most(most), HashMap::new());
            for (at, id) in items {
                newest.offer(listed(at, id));
                prop_assert!(newest.at.len() <= most && newest.by_time.len() == newest.at.len());
                let known = latest.entry(id).or_insert(at);
                *known = at.max(*known);
            }
            let mut expected: Vec<_> = latest.into_iter().map(|(id, at)| (EpochMs(at), format!("r-{id}"))).collect();
            expected.sort();
            expected.reverse();
            let has_more = expected.len() > most;
            expected.truncate(most);
            prop_assert_eq!(newest.has_more() || !has_more, true);
            let found: Vec<_> = newest.into_listed(false).into_iter().map(|call| (call.at, call.response_id)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
