//! The item that says which versions are live. All live versions are in it, so that one conditional write can make those of
//! several flows live, and can depend on those of all others.

use super::{FlowTable, Read};
use crate::{
    StoreError,
    attempts::conditional_check_failed,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{identity::FlowName, time::EpochMs};
use std::collections::{BTreeMap, BTreeSet};

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveInDetail {
    /// Each flow's live version.
    pub flows: BTreeMap<FlowName, Live>,
    /// The flows whose live version cannot be read: Ringbolt did not write it.
    pub unreadable: BTreeSet<FlowName>,
    stored: Stored,
}

/// The maps of the item as they were read, with whatever in them cannot be read: a move replaces exactly these.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stored {
    flows: Option<AttributeValue>,
    moved: Option<AttributeValue>,
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

/// The result of making versions live.
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// All of them are live.
    Done,
    /// Nothing was changed: something else had become live, of these flows or of others, since it was read what is live.
    Overtaken {
        /// What is live now.
        live: LiveInDetail,
    },
}

impl LiveInDetail {
    /// The live version of a flow.
    #[must_use]
    pub fn version(&self, name: &FlowName) -> Option<u64> {
        self.flows.get(name).map(|live| live.version)
    }

    fn of_item(item: &Item) -> Result<Self, StoreError> {
        let (versions, unreadable) = versions(item)?;
        let moves = item.get("moved").and_then(|moved| moved.as_m().ok());
        let live = versions.into_iter().map(|(name, version)| {
            let moved = moves.and_then(|moves| moves.get(name.as_str())).and_then(read_move);
            (name, Live { version, moved })
        });
        let stored = Stored { flows: item.get("flows").cloned(), moved: item.get("moved").cloned() };
        Ok(Self { flows: live.collect(), unreadable, stored })
    }
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
        let item = self.get(LIVE, LIVE, Read::Consistent).await?;
        item.as_ref().map_or(Ok(LiveInDetail::default()), LiveInDetail::of_item)
    }

    /// Makes versions of one or more flows live in one write, if exactly what was `seen` is still live. The caller has
    /// compared them with it: the flows of a realm must agree, so a change of any other flow must be compared again. The
    /// versions must exist; this is not checked.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] if the live version of one of these flows cannot be read.
    pub async fn move_live(
        &self,
        seen: &LiveInDetail,
        to: &LiveVersions,
        at: EpochMs,
        by: &str,
    ) -> Result<Moved, StoreError> {
        if to.keys().any(|name| seen.unreadable.contains(name)) {
            return Err(UNREADABLE);
        }
        let (mut flows, mut moved) = (entries(seen.stored.flows.as_ref()), entries(seen.stored.moved.as_ref()));
        for (name, version) in to {
            let entry = Move { from: seen.version(name), at, by: by.to_owned() };
            flows.insert(name.to_string(), item::n(*version));
            moved.insert(name.to_string(), AttributeValue::M(written_move(&entry)));
        }
        // Whole maps: an expression that names every flow could be longer than the 4 KB that DynamoDB takes. Versions of
        // Ringbolt that move one flow at a time change the same maps, so this notices them, too.
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PK, item::s(LIVE))
            .key(SK, item::s(LIVE))
            .update_expression("SET flows = :flows, moved = :moved")
            .condition_expression(format!(
                "{} AND {}",
                unchanged("flows", seen.stored.flows.as_ref()),
                unchanged("moved", seen.stored.moved.as_ref())
            ))
            .expression_attribute_values(":flows", AttributeValue::M(flows))
            .expression_attribute_values(":moved", AttributeValue::M(moved))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let stored = [(":seen_flows", &seen.stored.flows), (":seen_moved", &seen.stored.moved)];
        for (name, value) in stored.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))) {
            request = request.expression_attribute_values(name, value);
        }
        let Err(error) = request.send().await else { return Ok(Moved::Done) };
        let Some(refused) = error.as_service_error().and_then(conditional_check_failed) else {
            return Err(StoreError::from_sdk(error));
        };
        let live = refused.map_or(Ok(LiveInDetail::default()), LiveInDetail::of_item)?;
        // The SDK repeats a write whose answer was lost; the condition then fails on what the first try wrote.
        let is_done = to.iter().all(|(name, version)| live.version(name) == Some(*version));
        if is_done { Ok(Moved::Done) } else { Ok(Moved::Overtaken { live }) }
    }
}

/// The entries of a stored map; none if there is no map.
fn entries(stored: Option<&AttributeValue>) -> Item {
    stored.and_then(|stored| stored.as_m().ok()).cloned().unwrap_or_default()
}

/// The condition that an attribute is as it was read.
fn unchanged(attribute: &str, stored: Option<&AttributeValue>) -> String {
    match stored {
        Some(_) => format!("{attribute} = :seen_{attribute}"),
        None => format!("attribute_not_exists({attribute})"),
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
