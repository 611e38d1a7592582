//! Stores the audit log, whose chain [`ringbolt_core::audit`] computes.
//!
//! `pk = audit, sk = e#<number>` is an entry; `pk = head, sk = head` refers to the last entry. One transaction writes
//! both. If another entry was appended first, the transaction fails and is repeated after that entry.

use crate::{
    Cursor, StoreError,
    error::was_written,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Put, TransactWriteItem, Update},
};
use ringbolt_core::{
    audit::{Content, Digest, Entry, Head, Step, Subject},
    time::EpochMs,
};
use std::time::Duration;

const ENTRIES: &str = "audit";
const HEAD: &str = "head";
/// How often to try appending an entry while others do the same, with slightly longer pauses each time.
const TRIES: u32 = 50;

/// The table of the audit log.
#[derive(Clone, Debug)]
pub struct AuditTable {
    client: Client,
    table: String,
}

/// An item of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "all items are entries unless somebody tampered with the table")]
pub enum Recorded {
    /// An entry.
    Entry(Entry),
    /// An item that is not a valid entry.
    Unreadable {
        /// Its number, if its key has one.
        seq: Option<u64>,
    },
}

impl Recorded {
    /// Its number, if it has one.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Entry(entry) => Some(entry.seq),
            Self::Unreadable { seq } => *seq,
        }
    }
}

/// The order in which to read entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the beginning of the chain.
    OldestFirst,
    /// From the end of the chain.
    NewestFirst,
}

/// A page of the chain.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page's items.
    pub entries: Vec<Recorded>,
    /// The start of the next page; `None` after the last one.
    pub next: Option<Cursor>,
}

impl AuditTable {
    /// The table with this name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Appends an entry to the chain.
    ///
    /// # Errors
    /// - [`StoreError::Unreadable`]: Ringbolt did not write the head.
    /// - [`StoreError::BrokenChain`]: the chain does not end where its head says.
    /// - [`StoreError::Contended`]: other processes kept appending entries first.
    /// - [`StoreError::Throttled`]: after about six seconds of attempts, DynamoDB was still throttling.
    /// - Any other DynamoDB error.
    pub async fn append(&self, content: Content) -> Result<Entry, StoreError> {
        let mut last = StoreError::Contended;
        for pause_ms in (0..TRIES).map(|round| u64::from(round * 5)) {
            let head = self.head().await?;
            let entry = Entry::following(&head.unwrap_or(Head::EMPTY), content.clone());
            match self.write(&entry, head).await {
                Ok(()) => return Ok(entry),
                Err(refused @ (StoreError::Contended | StoreError::Throttled)) => {
                    if self.is_written(&entry).await? {
                        return Ok(entry);
                    }
                    last = refused;
                }
                Err(other) => return Err(other),
            }
            // The SDK does not retry a transaction that was cancelled because of throttling.
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
        // Entry and head are written together, so Ringbolt did not write an entry after the head.
        let head = self.head().await?.unwrap_or(Head::EMPTY);
        let stray = self.entry(head.seq + 1).await?.is_some();
        Err(if stray && self.head().await?.unwrap_or(Head::EMPTY) == head { StoreError::BrokenChain } else { last })
    }

    /// The head of the chain; `None` if the chain is empty.
    ///
    /// # Errors
    /// Any DynamoDB error, or [`StoreError::Unreadable`] if Ringbolt did not write the head.
    pub async fn head(&self) -> Result<Option<Head>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, item::s(HEAD))
            .key(SK, item::s(HEAD))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let Some(item) = found.item() else { return Ok(None) };
        Ok(Some(Head { seq: item::number(item, "seq")?, digest: digest(item, "digest")? }))
    }

    /// Reads a page of the chain: at most `most` items and at most one megabyte.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn page(&self, order: Order, from: Option<Cursor>, most: u16) -> Result<Page, StoreError> {
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :entries")
            .expression_attribute_values(":entries", item::s(ENTRIES))
            .scan_index_forward(order == Order::OldestFirst)
            .set_exclusive_start_key(from.map(Cursor::into_key))
            .consistent_read(true)
            .limit(i32::from(most))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let entries = found.items().iter().map(recorded).collect();
        Ok(Page { entries, next: Cursor::after(found.last_evaluated_key) })
    }

    /// Moves the head to another entry, after which the chain continues. Returns `false` if the head is no longer
    /// `before`.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn move_head(&self, before: Option<Head>, to: Head) -> Result<bool, StoreError> {
        let moved = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PK, item::s(HEAD))
            .key(SK, item::s(HEAD))
            .update_expression("SET seq = :seq, digest = :digest")
            .expression_attribute_values(":seq", item::n(to.seq))
            .expression_attribute_values(":digest", item::s(to.digest.to_string()));
        let moved = match before {
            None => moved.condition_expression("attribute_not_exists(pk)"),
            Some(before) => moved
                .condition_expression("digest = :before")
                .expression_attribute_values(":before", item::s(before.digest.to_string())),
        };
        was_written(moved.send().await)
    }

    /// Erases the subject's name and salt from an entry. The chain stays valid.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn erase_subject(&self, seq: u64) -> Result<(), StoreError> {
        let erased = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PK, item::s(ENTRIES))
            .key(SK, item::s(entry_sk(seq)))
            .update_expression("REMOVE subject, salt")
            .condition_expression("attribute_exists(pk)")
            .send()
            .await;
        was_written(erased).map(drop)
    }

    /// Writes entry and head together; [`StoreError::Contended`] if another entry was appended first.
    async fn write(&self, entry: &Entry, before: Option<Head>) -> Result<(), StoreError> {
        let incomplete = |_| StoreError::Refused { code: "IncompleteRequest".to_owned() };
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(entry)))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(incomplete)?;
        let head = Update::builder()
            .table_name(&self.table)
            .key(PK, item::s(HEAD))
            .key(SK, item::s(HEAD))
            .update_expression("SET seq = :seq, digest = :digest")
            .expression_attribute_values(":seq", item::n(entry.seq))
            .expression_attribute_values(":digest", item::s(entry.digest.to_string()));
        let head = match before {
            None => head.condition_expression("attribute_not_exists(pk)"),
            Some(before) => head
                .condition_expression("digest = :before")
                .expression_attribute_values(":before", item::s(before.digest.to_string())),
        };
        let written = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().update(head.build().map_err(incomplete)?).build())
            .send()
            .await;
        match written {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(error.as_service_error().and_then(retryable).unwrap_or_else(|| StoreError::from_sdk(error)))
            }
        }
    }

    /// Whether the entry was written after all: the SDK retries after a lost reply, and its first write then refuses
    /// the retry.
    async fn is_written(&self, entry: &Entry) -> Result<bool, StoreError> {
        let there = self.entry(entry.seq).await?;
        Ok(matches!(there, Some(Recorded::Entry(there)) if there.digest == entry.digest))
    }

    async fn entry(&self, seq: u64) -> Result<Option<Recorded>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, item::s(ENTRIES))
            .key(SK, item::s(entry_sk(seq)))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok(found.item().map(recorded))
    }
}

/// Why a transaction failed, if it may be retried.
fn retryable(error: &TransactWriteItemsError) -> Option<StoreError> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        let in_progress = matches!(error, TransactWriteItemsError::TransactionInProgressException(_));
        return in_progress.then_some(StoreError::Contended);
    };
    let codes = || cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    let one_of = |these: &[&str]| codes().any(|code| these.contains(&code));
    if one_of(&["ThrottlingError", "ProvisionedThroughputExceeded"]) {
        Some(StoreError::Throttled)
    } else if one_of(&["ConditionalCheckFailed", "TransactionConflict"]) {
        Some(StoreError::Contended)
    } else {
        None
    }
}

fn to_item(entry: &Entry) -> Item {
    let Content { at, who, command, subject, step, detail, change } = &entry.content;
    let mut item = Item::from([
        (PK.to_owned(), item::s(ENTRIES)),
        (SK.to_owned(), item::s(entry_sk(entry.seq))),
        ("at".to_owned(), item::n(at.0)),
        ("who".to_owned(), item::s(who)),
        ("command".to_owned(), item::s(command)),
        ("subject_digest".to_owned(), item::s(subject.digest().to_string())),
        ("step".to_owned(), item::s(step.as_str())),
        ("detail".to_owned(), item::s(detail)),
        ("change".to_owned(), item::s(change)),
        ("previous".to_owned(), item::s(entry.previous.to_string())),
        ("digest".to_owned(), item::s(entry.digest.to_string())),
    ]);
    if let (Some(name), Some(salt)) = (subject.name(), subject.salt()) {
        item.insert("subject".to_owned(), item::s(name));
        item.insert("salt".to_owned(), item::s(salt));
    }
    item
}

fn recorded(item: &Item) -> Recorded {
    let seq = text(item, SK).and_then(|sk| sk.strip_prefix("e#")?.parse().ok());
    let entry = || {
        let named = match (text(item, "subject"), text(item, "salt")) {
            (Some(name), Some(salt)) => Some((name.to_owned(), salt.to_owned())),
            (None, None) => None,
            _ => return None,
        };
        let content = Content {
            at: EpochMs(item::number(item, "at").ok()?),
            who: text(item, "who")?.to_owned(),
            command: text(item, "command")?.to_owned(),
            subject: Subject::from_stored(digest(item, "subject_digest").ok()?, named),
            step: Step::parse(text(item, "step")?)?,
            detail: text(item, "detail")?.to_owned(),
            change: text(item, "change")?.to_owned(),
        };
        let (previous, digest) = (digest(item, "previous").ok()?, digest(item, "digest").ok()?);
        Some(Entry { seq: seq?, content, previous, digest })
    };
    entry().map_or(Recorded::Unreadable { seq }, Recorded::Entry)
}

fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

fn digest(item: &Item, attribute: &'static str) -> Result<Digest, StoreError> {
    text(item, attribute).and_then(|text| text.parse().ok()).ok_or(StoreError::Unreadable { attribute })
}

/// The sort key of an entry, padded so that keys sort by number.
fn entry_sk(seq: u64) -> String {
    format!("e#{seq:020}")
}
