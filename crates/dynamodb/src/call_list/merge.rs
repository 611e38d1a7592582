//! Merges the shards of an IVR's day into one list, newest first.

use super::listed;
use crate::{
    Cursor, Store, StoreError,
    call_list::Listed,
    item,
    tables::{AT, CALLS_BY_IVR_DAY, IVR_DAY},
};
use futures_util::future::try_join_all;
use ringbolt_core::time::EpochMs;
use std::{collections::VecDeque, ops::Range};

/// Items read from a shard at once, which bounds the memory of a listing.
const SHARD_PAGE: i32 = 200;
/// Items on a page of the merged list.
const PAGE: usize = 1_000;

/// The shards of a day, each read as far as the merged list has come.
#[derive(Debug)]
pub(super) struct Merge(Vec<Shard>);

#[derive(Debug)]
struct Shard {
    partition: String,
    /// Newest first.
    read: VecDeque<Listed>,
    next: Next,
}

#[derive(Clone, Debug)]
enum Next {
    Beginning,
    After(Cursor),
    Ended,
}

impl Merge {
    pub(super) fn of(partitions: Vec<String>) -> Self {
        let shard = |partition| Shard { partition, read: VecDeque::new(), next: Next::Beginning };
        Self(partitions.into_iter().map(shard).collect())
    }

    /// The next items of all shards; `None` after the last one.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub(super) async fn next_page(
        &mut self,
        store: &Store,
        span: &Range<EpochMs>,
        unreadable: &mut usize,
    ) -> Result<Option<Vec<Listed>>, StoreError> {
        let filled = try_join_all(self.0.iter_mut().map(|shard| shard.fill(store, span))).await?;
        *unreadable += filled.into_iter().sum::<usize>();
        let mut page = Vec::new();
        // As soon as one shard has to be read on, nothing is known about which of all items is the newest.
        while page.len() < PAGE && !self.0.iter().any(Shard::is_behind) {
            let newest = self.0.iter_mut().max_by(|a, b| a.read.front().cmp(&b.read.front()));
            match newest.and_then(|shard| shard.read.pop_front()) {
                Some(listed) => page.push(listed),
                None => break,
            }
        }
        let ended = page.is_empty() && !self.0.iter().any(Shard::is_behind);
        Ok((!ended).then_some(page))
    }
}

impl Shard {
    fn is_behind(&self) -> bool {
        self.read.is_empty() && !matches!(self.next, Next::Ended)
    }

    /// Reads on if everything that was read has been listed, and returns how many items cannot be. A page of DynamoDB may
    /// be empty without being the last.
    async fn fill(&mut self, store: &Store, span: &Range<EpochMs>) -> Result<usize, StoreError> {
        let mut unreadable = 0;
        while self.is_behind() {
            let after = match &self.next {
                Next::After(cursor) => Some(cursor.clone().into_key()),
                Next::Beginning | Next::Ended => None,
            };
            let page = store
                .client
                .query()
                .table_name(&store.tables.calls)
                .index_name(CALLS_BY_IVR_DAY)
                .key_condition_expression("#day = :day AND #at BETWEEN :from AND :last")
                .expression_attribute_names("#day", IVR_DAY)
                .expression_attribute_names("#at", AT)
                .expression_attribute_values(":day", item::s(&self.partition))
                .expression_attribute_values(":from", item::n(span.start.0))
                .expression_attribute_values(":last", item::n(span.end.0 - 1))
                .scan_index_forward(false)
                .limit(SHARD_PAGE)
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(StoreError::from_sdk)?;
            self.read.extend(page.items().iter().filter_map(|item| listed(item, &mut unreadable)));
            self.next = Cursor::after(page.last_evaluated_key).map_or(Next::Ended, Next::After);
        }
        Ok(unreadable)
    }
}
