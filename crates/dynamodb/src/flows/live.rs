//! The item that says which versions are live.

use super::{FlowTable, Read};
use crate::{
    StoreError,
    attempts::conditional_check_failed,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{identity::FlowName, time::EpochMs};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) const LIVE: &str = "live";

/// The live version of each flow, by name; versions count from 1.
pub type LiveVersions = BTreeMap<FlowName, u64>;

/// A flow's live version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Which version.
    pub version: u64,
    /// How it came to be live; `None` if that was not recorded.
    pub moved: Option<Move>,
}

/// What is live, as operators see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveInDetail {
    /// Each flow's live version.
    pub flows: BTreeMap<FlowName, Live>,
    /// The flows whose live version cannot be read: Ringbolt did not write it.
    pub unreadable: BTreeSet<FlowName>,
}

/// How a version came to be live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which version was live until then.
    pub from: Option<u64>,
    /// When.
    pub at: EpochMs,
    /// Who did it, by the name they gave.
    pub by: String,
}

/// The result of making a version live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It is live.
    Done,
    /// Nothing was changed: another version had become live since [`Move::from`] was read.
    Overtaken {
        /// What is live now.
        live: Option<u64>,
    },
}

impl FlowTable {
    /// Which versions are live: the functions' read, which can be a second behind.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for an item that Ringbolt did not write.
    pub async fn live(&self) -> Result<LiveVersions, StoreError> {
        self.get(LIVE, LIVE, Read::Recent).await?.as_ref().map_or(Ok(LiveVersions::new()), all_versions)
    }

    /// Which versions are live, since when and through whom, including every change that was acknowledged before. One
    /// that cannot be read does not hide the others.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] if nothing says what is live.
    pub async fn live_in_detail(&self) -> Result<LiveInDetail, StoreError> {
        let Some(item) = self.get(LIVE, LIVE, Read::Consistent).await? else { return Ok(LiveInDetail::default()) };
        let moves = item.get("moved").and_then(|moved| moved.as_m().ok());
        let (versions, unreadable) = versions(&item)?;
        let live = versions.into_iter().map(|(name, version)| {
            let moved = moves.and_then(|moves| moves.get(name.as_str())).and_then(read_move);
            (name, Live { version, moved })
        });
        Ok(LiveInDetail { flows: live.collect(), unreadable })
    }

    /// Makes a version live, if what is live is still what [`Move::from`] says. The version must exist;
    /// this is not checked.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn move_live(&self, name: &FlowName, to: u64, moved: &Move) -> Result<Moved, StoreError> {
        let live = || self.client.update_item().table_name(&self.table).key(PK, item::s(LIVE)).key(SK, item::s(LIVE));
        live()
            .update_expression("SET flows = if_not_exists(flows, :nothing), moved = if_not_exists(moved, :never)")
            // Two values, because an emulator that stores the value itself would share one map between both.
            .expression_attribute_values(":nothing", AttributeValue::M(HashMap::new()))
            .expression_attribute_values(":never", AttributeValue::M(HashMap::new()))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let request = live()
            .update_expression("SET flows.#name = :to, moved.#name = :moved")
            .expression_attribute_names("#name", name.as_str())
            .expression_attribute_values(":to", item::n(to))
            .expression_attribute_values(":moved", AttributeValue::M(written_move(moved)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = match moved.from {
            None => request.condition_expression("attribute_not_exists(flows.#name)"),
            Some(from) => {
                request.condition_expression("flows.#name = :from").expression_attribute_values(":from", item::n(from))
            }
        };
        let Err(error) = request.send().await else { return Ok(Moved::Done) };
        let Some(refused) = error.as_service_error().and_then(conditional_check_failed) else {
            return Err(StoreError::from_sdk(error));
        };
        let live = refused.map(all_versions).transpose()?.and_then(|live| live.get(name).copied());
        // The SDK repeats a write whose answer was lost; the condition then fails on what the first try wrote.
        if live == Some(to) { Ok(Moved::Done) } else { Ok(Moved::Overtaken { live }) }
    }
}

const UNREADABLE: StoreError = StoreError::Unreadable { attribute: "flows" };

/// The live versions, and the flows whose version cannot be read. A name that no flow can have is left out: nobody can ask
/// for it.
pub(super) fn versions(item: &Item) -> Result<(LiveVersions, BTreeSet<FlowName>), StoreError> {
    let Some(AttributeValue::M(flows)) = item.get("flows") else { return Err(UNREADABLE) };
    let (mut versions, mut unreadable) = (LiveVersions::new(), BTreeSet::new());
    for (name, version) in flows {
        let Ok(name) = FlowName::parse(name) else { continue };
        match version.as_n().ok().and_then(|version| version.parse().ok()) {
            Some(version) => drop(versions.insert(name, version)),
            None => drop(unreadable.insert(name)),
        }
    }
    Ok((versions, unreadable))
}

/// The live versions, if every one of them can be read.
fn all_versions(item: &Item) -> Result<LiveVersions, StoreError> {
    let (versions, unreadable) = versions(item)?;
    if unreadable.is_empty() { Ok(versions) } else { Err(UNREADABLE) }
}

fn written_move(moved: &Move) -> Item {
    let mut written = Item::from([("at".to_owned(), item::n(moved.at.0)), ("by".to_owned(), item::s(&moved.by))]);
    written.extend(moved.from.map(|from| ("from".to_owned(), item::n(from))));
    written
}

fn read_move(written: &AttributeValue) -> Option<Move> {
    let written = written.as_m().ok()?;
    let from = item::number(written, "from").ok();
    Some(Move { from, at: EpochMs(item::number(written, "at").ok()?), by: written.get("by")?.as_s().ok()?.clone() })
}
