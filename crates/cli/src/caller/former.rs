//! Finds a caller's calls among the records of earlier versions, which have no reference to the caller.
//!
//! Only a flow says whose such a record is, and no index leads to it, so the whole table is read. They expire with the
//! retention period; once a search finds none, it is the last one.

use super::found::{Found, session};
use crate::{
    connection::{Connection, Explained as _},
    exit::Usage,
    live_flows::live_flows_if_known,
};
use indicatif::{HumanCount, ProgressBar};
use ringbolt_core::{
    call::about::{About, about},
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

/// What a search among the records of earlier versions came to.
#[derive(Debug, Default)]
pub(super) struct Former {
    /// How many of them there are.
    pub(super) records: u64,
    /// How many records of visits were read, of all versions.
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
    calls: &mut BTreeMap<String, Found>,
) -> anyhow::Result<Former> {
    let Some(flows) = live_flows_if_known(connection, flows).await? else {
        return Err(Usage::new(
            "only call flows say whose a record of an earlier version is, and none are known: give them with --flow FILE, or start `ringbolt dev`",
        ));
    };
    let (mut former, mut sessions) = (Former::default(), HashSet::new());
    each(connection, store, "Looking for records of earlier versions", |record| {
        former.looked_at += 1;
        let Some(ivr_id) = &record.former_ivr_id else { return };
        former.records += 1;
        let flow =
            flows.iter().find(|flow| record.fields.get("flow").and_then(Value::as_str) == Some(flow.name.as_str()));
        let Some(flow) = flow else {
            former.untold += 1;
            return;
        };
        for visit in visits(record) {
            let Some(about) = of(flow, caller, ivr_id, &visit) else { continue };
            let session = session(&visit["told"]);
            let found = calls.entry(record.response_id.clone()).or_default();
            found.is_named = true;
            found.verified |= about.verified.is_some();
            found.sessions.extend(session.clone());
            sessions.extend(session);
        }
    })
    .await?;
    if !sessions.is_empty() {
        each(connection, store, "Following the calls through their IVRs", |record| {
            let sessions =
                visits(record).filter_map(|visit| session(&visit["told"]).filter(|id| sessions.contains(id)));
            for session in sessions {
                calls.entry(record.response_id.clone()).or_default().sessions.insert(session);
            }
        })
        .await?;
    }
    Ok(former)
}

/// Whom a visit is about, if it is the caller.
fn of(flow: &Flow, caller: &CallerId, ivr_id: &str, visit: &Value) -> Option<About> {
    let at = EpochMs(visit["at"].as_i64().unwrap_or_default());
    let about = about(flow, ivr_id, &visit["told"], passed, at);
    (flow.realm == caller.realm && about.is(&caller.user)).then_some(about)
}

/// Pass-through data as DialogTech writes it.
fn passed(text: &str) -> NamedValues {
    PassThrough::parse(text).iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// The visits of a record: one, or the list in which earlier versions kept those of an IVR.
fn visits(record: &CallRecord) -> impl Iterator<Item = Value> {
    let whole = || Value::Object(record.fields.clone().into_iter().collect());
    match record.fields.get("visits").and_then(Value::as_array) {
        Some(visits) => visits.clone(),
        None => vec![whole()],
    }
    .into_iter()
}

/// Passes all records of visits to `see`, and shows their number at the terminal.
async fn each(
    connection: &Connection,
    store: &Store,
    what: &'static str,
    mut see: impl FnMut(&CallRecord),
) -> anyhow::Result<()> {
    let progress = ProgressBar::new_spinner().with_message(what);
    let (mut from, mut seen) = (None, 0_u64);
    loop {
        let page = store.former_records(from).await.explained(connection, "the calls could not be read")?;
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
