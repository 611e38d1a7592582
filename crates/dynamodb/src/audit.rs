//! The record of what administrators changed. Its chain is made in [`ringbolt_core::audit`]; here it is kept.
//!
//! `pk = audit, sk = e#<number>` is an entry; `pk = head, sk = head` says which is the last. Both are written in one
//! transaction that somebody else's entry refuses: then the chain is continued from theirs.

use crate::{
    StoreError,
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

const ENTRIES: &str = "audit";
const HEAD: &str = "head";
/// How often an entry is put to the end of the chain while others do the same.
const TRIES: u32 = 50;

/// The table of administrative changes.
#[derive(Clone, Debug)]
pub struct AuditTable {
    client: Client,
    table: String,
}

/// An item of the chain: an entry, or what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "all are entries, unless somebody meddled")]
pub enum Recorded {
    /// An entry.
    Entry(Entry),
    /// An item that is none.
    Unreadable {
        /// Its number, where its key has one.
        seq: Option<u64>,
    },
}

impl Recorded {
    /// Its number, where it has one.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Entry(entry) => Some(entry.seq),
            Self::Unreadable { seq } => *seq,
        }
    }
}

impl AuditTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Puts an entry to the end of the chain.
    ///
    /// # Errors
    /// What DynamoDB answered, [`StoreError::Unreadable`] for a head that Ringbolt did not write, or
    /// [`StoreError::Contended`] where others kept coming between.
    pub async fn append(&self, content: Content) -> Result<Entry, StoreError> {
        // Each round somebody's entry is written, so the others need not wait between theirs.
        for _ in 0..TRIES {
            let head = self.head().await?;
            let entry = Entry::following(&head.unwrap_or(Head::EMPTY), content.clone());
            if self.write(&entry, head).await? || self.is_written(&entry).await? {
                return Ok(entry);
            }
        }
        Err(StoreError::Contended)
    }

    /// Where the chain ends; `None` where nothing was recorded yet.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`].
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

    /// Up to `most` items of the chain from a number on, upwards or downwards.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn page(&self, from: u64, upwards: bool, most: u16) -> Result<Vec<Recorded>, StoreError> {
        let comparison = if upwards { "pk = :entries AND sk >= :from" } else { "pk = :entries AND sk <= :from" };
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(comparison)
            .expression_attribute_values(":entries", item::s(ENTRIES))
            .expression_attribute_values(":from", item::s(entry_sk(from)))
            .scan_index_forward(upwards)
            .consistent_read(true)
            .limit(i32::from(most))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok(found.items().iter().map(recorded).collect())
    }

    /// Takes the name out of an entry, and the salt with it. The chain still holds.
    ///
    /// # Errors
    /// What DynamoDB answered.
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
        match erased {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(()),
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    /// Writes entry and head together; says whether nobody had come between.
    async fn write(&self, entry: &Entry, before: Option<Head>) -> Result<bool, StoreError> {
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
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(is_contention) => Ok(false),
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    /// Whether a write whose reply was lost had been made: the SDK repeats it, and is refused by its own first one.
    async fn is_written(&self, entry: &Entry) -> Result<bool, StoreError> {
        let there = self.page(entry.seq, true, 1).await?;
        Ok(matches!(there.first(), Some(Recorded::Entry(there)) if there.digest == entry.digest))
    }
}

fn is_contention(error: &TransactWriteItemsError) -> bool {
    match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons();
            let mut codes = reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None").peekable();
            codes.peek().is_some() && codes.all(|code| matches!(code, "ConditionalCheckFailed" | "TransactionConflict"))
        }
        TransactWriteItemsError::TransactionInProgressException(_) => true,
        _ => false,
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

/// Padded, so that entries sort as numbers.
fn entry_sk(seq: u64) -> String {
    format!("e#{seq:020}")
}
