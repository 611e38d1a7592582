//! Calendars that somebody closed until a time, without a new version of the flow. They are in the item of the live
//! versions, so that the functions read both at once: under `closures`, with the key `<flow>#<calendar>`.

use super::{
    FlowTable, Read,
    live::{LIVE, LiveVersions, versions},
};
use crate::{
    StoreError,
    attempts::conditional_check_failed,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use ringbolt_core::{flow::hours::Closures, identity::FlowName, time::EpochMs};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A calendar that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// When its own hours hold again.
    pub until: EpochMs,
    /// When it was closed.
    pub at: EpochMs,
    /// The name of the person who closed it.
    pub by: String,
}

/// The closed calendars of each flow, by name. Closures that have ended may be among them.
pub type ClosedCalendars = BTreeMap<FlowName, BTreeMap<String, Closure>>;

/// Everything that decides which flows answer, in one read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveState {
    /// The live version of each flow.
    pub versions: LiveVersions,
    /// The closures of each flow that has any.
    pub closures: BTreeMap<FlowName, Closures>,
    /// The flows whose live version cannot be read: Ringbolt did not write it.
    pub unreadable: BTreeSet<FlowName>,
    /// The flows with a closure that cannot be read. Their other closures are there.
    pub unreadable_closures: BTreeSet<FlowName>,
}

/// The result of closing a calendar, or of lifting a closure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClosureChange {
    /// It was made.
    Done,
    /// Nothing was changed: somebody else changed the calendar's closure meanwhile.
    Overtaken {
        /// The closure that there is now.
        now: Option<Closure>,
    },
    /// Nothing was changed: no version of the flow is live.
    NotLive,
}

impl FlowTable {
    /// Which versions are live and which calendars are closed: the functions' read, which can be a second behind.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] if nothing says what is live. What is wrong with one flow
    /// affects no other.
    pub async fn live_state(&self) -> Result<LiveState, StoreError> {
        let Some(item) = self.get(LIVE, LIVE, Read::Recent).await? else { return Ok(LiveState::default()) };
        let until = |(calendar, closure): (String, Closure)| (calendar, closure.until);
        let (closures, unreadable_closures) = readable(&item);
        let (versions, unreadable) = versions(&item)?;
        Ok(LiveState {
            versions,
            closures: closures
                .into_iter()
                .map(|(flow, closed)| (flow, closed.into_iter().map(until).collect()))
                .collect(),
            unreadable,
            unreadable_closures,
        })
    }

    /// Which calendars are closed, until when and through whom, including every change that was acknowledged before.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for an item that Ringbolt did not write.
    pub async fn closed_calendars(&self) -> Result<ClosedCalendars, StoreError> {
        self.get(LIVE, LIVE, Read::Consistent).await?.as_ref().map_or(Ok(ClosedCalendars::new()), closures)
    }

    /// Closes a calendar of a live flow, if its closure is still the one that the caller has `seen`.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for an item that Ringbolt did not write.
    pub async fn close_calendar(
        &self,
        flow: &FlowName,
        calendar: &str,
        seen: Option<&Closure>,
        closure: &Closure,
    ) -> Result<ClosureChange, StoreError> {
        let prepared = self
            .live_item()
            .update_expression("SET closures = if_not_exists(closures, :nothing)")
            .condition_expression("attribute_exists(flows.#flow)")
            .expression_attribute_names("#flow", flow.as_str())
            .expression_attribute_values(":nothing", AttributeValue::M(HashMap::new()))
            .send()
            .await;
        if !crate::error::was_written(prepared)? {
            return Ok(ClosureChange::NotLive);
        }
        let update = self
            .live_item()
            .update_expression("SET closures.#key = :closure")
            .expression_attribute_values(":closure", AttributeValue::M(written(closure)));
        self.change(update, flow, calendar, seen, Some(closure)).await
    }

    /// Lifts the closure that the caller has `seen`.
    ///
    /// # Errors
    /// As [`FlowTable::close_calendar`].
    pub async fn reopen_calendar(
        &self,
        flow: &FlowName,
        calendar: &str,
        seen: &Closure,
    ) -> Result<ClosureChange, StoreError> {
        let update = self.live_item().update_expression("REMOVE closures.#key");
        self.change(update, flow, calendar, Some(seen), None).await
    }

    /// Makes a change if the closure is still the one that was seen; `wanted` is the one after it.
    async fn change(
        &self,
        update: UpdateItemFluentBuilder,
        flow: &FlowName,
        calendar: &str,
        seen: Option<&Closure>,
        wanted: Option<&Closure>,
    ) -> Result<ClosureChange, StoreError> {
        let update = match seen {
            None => update.condition_expression("attribute_not_exists(closures.#key)"),
            Some(seen) => update
                .condition_expression("closures.#key.#until = :until AND closures.#key.#at = :at")
                .expression_attribute_names("#until", "until")
                .expression_attribute_names("#at", "at")
                .expression_attribute_values(":until", item::n(seen.until.0))
                .expression_attribute_values(":at", item::n(seen.at.0)),
        };
        let sent = update
            .expression_attribute_names("#key", key(flow, calendar))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = sent else { return Ok(ClosureChange::Done) };
        let Some(refused) = error.as_service_error().and_then(conditional_check_failed) else {
            return Err(StoreError::from_sdk(error));
        };
        let mut closures = refused.map_or(Ok(ClosedCalendars::new()), closures)?;
        let now = closures.get_mut(flow).and_then(|closed| closed.remove(calendar));
        // The SDK repeats a write whose answer was lost, and the repetition finds its own result.
        if now.as_ref() == wanted { Ok(ClosureChange::Done) } else { Ok(ClosureChange::Overtaken { now }) }
    }

    fn live_item(&self) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key(PK, item::s(LIVE)).key(SK, item::s(LIVE))
    }
}

/// Neither part has a `#`.
fn key(flow: &FlowName, calendar: &str) -> String {
    format!("{flow}#{calendar}")
}

fn written(closure: &Closure) -> Item {
    Item::from([
        ("until".to_owned(), item::n(closure.until.0)),
        ("at".to_owned(), item::n(closure.at.0)),
        ("by".to_owned(), item::s(&closure.by)),
    ])
}

fn closures(item: &Item) -> Result<ClosedCalendars, StoreError> {
    let unreadable = || StoreError::Unreadable { attribute: "closures" };
    let written = match item.get("closures") {
        None => return Ok(ClosedCalendars::new()),
        Some(written) => written.as_m().map_err(|_| unreadable())?,
    };
    let mut closures = ClosedCalendars::new();
    for (key, written) in written {
        let (flow, calendar) = flow_and_calendar(key).ok_or_else(unreadable)?;
        closures.entry(flow).or_default().insert(calendar.to_owned(), closure(written).ok_or_else(unreadable)?);
    }
    Ok(closures)
}

/// The closures that can be read, and the flows that have others.
fn readable(item: &Item) -> (ClosedCalendars, BTreeSet<FlowName>) {
    let (mut closures, mut unreadable) = (ClosedCalendars::new(), BTreeSet::new());
    let written = item.get("closures").and_then(|written| written.as_m().ok());
    for (key, written) in written.into_iter().flatten() {
        let Some((flow, calendar)) = flow_and_calendar(key) else { continue };
        match closure(written) {
            Some(closure) => drop(closures.entry(flow).or_default().insert(calendar.to_owned(), closure)),
            None => drop(unreadable.insert(flow)),
        }
    }
    (closures, unreadable)
}

fn flow_and_calendar(key: &str) -> Option<(FlowName, &str)> {
    let (flow, calendar) = key.split_once('#')?;
    Some((FlowName::parse(flow).ok()?, calendar))
}

fn closure(written: &AttributeValue) -> Option<Closure> {
    let written = written.as_m().ok()?;
    Some(Closure {
        until: EpochMs(item::number(written, "until").ok()?),
        at: EpochMs(item::number(written, "at").ok()?),
        by: written.get("by")?.as_s().ok()?.clone(),
    })
}
