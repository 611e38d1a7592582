//! The immutable versions of a flow.

use super::{FlowTable, Read, version_pk, version_sk};
use crate::{
    StoreError,
    error::was_written,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{identity::FlowName, time::EpochMs};
use sha2::{Digest as _, Sha256};

/// A version, with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Everything except the text.
    pub info: VersionInfo,
    /// The flow file, byte for byte.
    pub text: String,
}

/// What is known about a version, apart from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionInfo {
    /// Its number, from 1.
    pub version: u64,
    /// When it was pushed.
    pub pushed_at: EpochMs,
    /// Who pushed it, by the name they gave; `None` if that was not recorded. The same holds for the fields below.
    pub by: Option<String>,
    /// Their note.
    pub note: Option<String>,
    /// The SHA-256 of the text, in hexadecimal digits.
    pub sha256: Option<String>,
    /// The size of the text, in bytes.
    pub bytes: Option<u64>,
    /// What was live when it was pushed.
    pub replaced: Option<u64>,
}

/// Versions of a flow, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// What is known about each.
    pub versions: Vec<VersionInfo>,
    /// The numbers of those whose description cannot be read: Ringbolt did not write it.
    pub unreadable: Vec<u64>,
}

impl History {
    fn len(&self) -> usize {
        self.versions.len() + self.unreadable.len()
    }
}

impl FlowTable {
    /// The text of a version.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] if there is no such version.
    pub async fn text(&self, name: &FlowName, version: u64) -> Result<String, StoreError> {
        // Consistent: it may have become live in this moment.
        let item = self.get(&version_pk(name), &version_sk(version), Read::Consistent).await?;
        item.as_ref().map_or(Err(StoreError::Unreadable { attribute: "text" }), text)
    }

    /// A version with its text and description, or `None` if there is no such version.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for an item that Ringbolt did not write.
    pub async fn version(&self, name: &FlowName, version: u64) -> Result<Option<Version>, StoreError> {
        let item = self.get(&version_pk(name), &version_sk(version), Read::Consistent).await?;
        item.map(|item| Ok(Version { info: info(&item)?, text: text(&item)? })).transpose()
    }

    /// The versions, newest first: at most `limit`, all below the number `below` if it is given. Reads no more than
    /// it returns. One that cannot be read does not hide the others.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for a key that Ringbolt did not write.
    pub async fn history(&self, name: &FlowName, below: Option<u64>, limit: usize) -> Result<History, StoreError> {
        let mut below = version_sk(below.unwrap_or(u64::MAX));
        let mut found = History::default();
        while found.len() < limit {
            let wanted = i32::try_from(limit - found.len()).unwrap_or(i32::MAX);
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND sk < :below")
                .expression_attribute_values(":pk", item::s(version_pk(name)))
                .expression_attribute_values(":below", item::s(&below))
                // Without the texts. Most of these names are reserved words.
                .projection_expression("sk, pushed_at, #by, #note, sha256, #bytes, replaced")
                .expression_attribute_names("#by", "by")
                .expression_attribute_names("#note", "note")
                .expression_attribute_names("#bytes", "bytes")
                .scan_index_forward(false)
                .consistent_read(true)
                .limit(wanted)
                .send()
                .await
                .map_err(StoreError::from_sdk)?;
            for item in page.items() {
                match info(item) {
                    Ok(info) => found.versions.push(info),
                    Err(_) => found.unreadable.push(number_of(item)?),
                }
            }
            match page.last_evaluated_key().and_then(|key| key.get(SK)) {
                Some(AttributeValue::S(last)) => below.clone_from(last),
                _ => break,
            }
        }
        Ok(found)
    }

    /// Writes a version unless its number exists; returns whether it was written. The caller has filled in `item`.
    pub(super) async fn write_version(&self, name: &FlowName, version: &Version) -> Result<bool, StoreError> {
        let Version { info, text } = version;
        let item = Item::from([
            (PK.to_owned(), item::s(version_pk(name))),
            (SK.to_owned(), item::s(version_sk(info.version))),
            ("text".to_owned(), item::s(text)),
            ("pushed_at".to_owned(), item::n(info.pushed_at.0)),
        ]);
        let texts = [("by", &info.by), ("note", &info.note), ("sha256", &info.sha256)];
        let numbers = [("bytes", info.bytes), ("replaced", info.replaced)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), item::s(text.as_ref()?))));
        let numbers = numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), item::n(number?))));
        let written = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item.into_iter().chain(texts).chain(numbers).collect()))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        if was_written(written)? {
            return Ok(true);
        }
        // The SDK repeats a write whose answer was lost; the condition then fails on what the first try wrote.
        match self.version(name, info.version).await {
            Ok(there) => Ok(there.as_ref() == Some(version)),
            // Something that Ringbolt did not write has the number. The next one is free.
            Err(StoreError::Unreadable { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(super) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn text(item: &Item) -> Result<String, StoreError> {
    match item.get("text") {
        Some(AttributeValue::S(text)) => Ok(text.clone()),
        _ => Err(StoreError::Unreadable { attribute: "text" }),
    }
}

fn number_of(item: &Item) -> Result<u64, StoreError> {
    let number = match item.get(SK) {
        Some(AttributeValue::S(sk)) => sk.strip_prefix("v#").and_then(|number| number.parse().ok()),
        _ => None,
    };
    number.ok_or(StoreError::Unreadable { attribute: SK })
}

fn info(item: &Item) -> Result<VersionInfo, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    Ok(VersionInfo {
        version: number_of(item)?,
        pushed_at: EpochMs(item::number(item, "pushed_at")?),
        by: text("by"),
        note: text("note"),
        sha256: text("sha256"),
        bytes: item::number(item, "bytes").ok(),
        replaced: item::number(item, "replaced").ok(),
    })
}
