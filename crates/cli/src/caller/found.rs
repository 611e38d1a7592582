//! Finds a caller's calls in the table of calls.
//!
//! No index leads from a caller to their calls, so every record is read. A call is theirs if a login named them or the call
//! had verified them. Then the whole call is theirs, through all its IVRs.

use crate::{
    connection::{Connection, Explained as _},
    exit::Usage,
    live_flows::live_flows_if_known,
};
use indicatif::{HumanCount, ProgressBar};
use ringbolt_core::{
    call::about::{About, about, first},
    dialects::dialogtech::PassThrough,
    fields::NamedValues,
    flow::Flow,
    identity::CallerId,
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, erasure::CallRecord};
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
};

/// The calls that were found.
#[derive(Debug, Default)]
pub(super) struct FoundCalls {
    /// The caller's response ids, and whether one of the visits under it had verified them.
    pub(super) calls: BTreeMap<String, bool>,
    /// How many records were read.
    pub(super) looked_at: u64,
    /// Records of flows that are no longer live, so that nothing says whose they are.
    pub(super) untold: u64,
}

/// Reads all records, and again if the caller's calls have sessions, to follow them through other IVRs.
pub(super) async fn find(
    connection: &Connection,
    store: &Store,
    caller: &CallerId,
    flows: &[PathBuf],
) -> anyhow::Result<FoundCalls> {
    let Some(flows) = live_flows_if_known(connection, flows).await? else {
        return Err(Usage::new(
            "only call flows say whose a call is, and none are known: give them with --flow FILE, or start `ringbolt dev`",
        ));
    };
    let (mut found, mut sessions) = (FoundCalls::default(), HashSet::new());
    each(connection, store, "Looking for calls", |record| {
        found.looked_at += 1;
        let Some(ivr_id) = &record.ivr_id else { return };
        let flow =
            flows.iter().find(|flow| record.fields.get("flow").and_then(Value::as_str) == Some(flow.name.as_str()));
        let Some(flow) = flow else {
            found.untold += 1;
            return;
        };
        for whose in visits(record).map(|visit| of(flow, caller, ivr_id, visit)) {
            let Some((about, session)) = whose else { continue };
            *found.calls.entry(record.response_id.clone()).or_default() |= about.verified.is_some();
            sessions.extend(session);
        }
    })
    .await?;
    if !sessions.is_empty() {
        each(connection, store, "Following the calls through their IVRs", |record| {
            if visits(record).any(|visit| session(visit).is_some_and(|session| sessions.contains(&session))) {
                found.calls.entry(record.response_id.clone()).or_default();
            }
        })
        .await?;
    }
    Ok(found)
}

/// Whether a visit is about the caller, and its session.
fn of(flow: &Flow, caller: &CallerId, ivr_id: &str, visit: &Value) -> Option<(About, Option<String>)> {
    let at = EpochMs(visit["at"].as_i64().unwrap_or_default());
    let about = about(flow, ivr_id, &visit["told"], passed, at);
    (flow.realm == caller.realm && about.is(&caller.user)).then(|| (about, session(visit)))
}

/// Pass-through data as DialogTech writes it.
fn passed(text: &str) -> NamedValues {
    PassThrough::parse(text).iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn visits(record: &CallRecord) -> impl Iterator<Item = &Value> {
    record.fields.get("visits").and_then(Value::as_array).into_iter().flatten()
}

fn session(visit: &Value) -> Option<String> {
    let session = first(&visit["told"]["call"]["ivr_session_id"])?.trim();
    (!session.is_empty()).then(|| session.to_owned())
}

/// Passes all records of calls to `see`, and shows their number at the terminal.
async fn each(
    connection: &Connection,
    store: &Store,
    what: &'static str,
    mut see: impl FnMut(&CallRecord),
) -> anyhow::Result<()> {
    let progress = ProgressBar::new_spinner().with_message(what);
    let (mut from, mut seen) = (None, 0_u64);
    loop {
        let page = store.call_records(from).await.explained(connection, "the calls could not be read")?;
        page.records.iter().for_each(&mut see);
        seen += page.records.len() as u64;
        progress.set_message(format!("{what} (records read: {})", HumanCount(seen)));
        progress.tick();
        match page.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    progress.finish_and_clear();
    Ok(())
}
