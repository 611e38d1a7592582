//! Finds a caller's calls in the table of calls.
//!
//! A call is theirs if a login named them or the call had verified them. The records say so by a keyed reference, which
//! an index finds, whatever the flow says by now. The whole call is theirs then, through all its IVRs: a session has a
//! list of its runs. Records of earlier versions are found by [`former`].

use super::former::{self, Former};
use crate::connection::{Connection, Explained as _};
use anyhow::Context as _;
use ringbolt_core::{
    call::{ids::KeyPart, record::fields},
    identity::CallerId,
    pin::PinKeys,
};
use ringbolt_dynamodb::Store;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

const UNREADABLE: &str = "the calls could not be read";

/// The calls that were found.
pub(super) struct FoundCalls {
    /// The PIN keys with which they were found.
    pub(super) keys: PinKeys,
    /// The caller's calls, by response id.
    pub(super) calls: BTreeMap<String, Found>,
    /// What the search for records of earlier versions came to; `None` if none are left.
    pub(super) former: Option<Former>,
}

/// A run through an IVR that is part of a caller's call.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whether a record of it leads to the caller. The others are found only through its sessions.
    pub(super) is_named: bool,
    /// Whether a visit of it came after the caller had been verified.
    pub(super) verified: bool,
    /// The sessions that it belongs to, as parts of keys.
    pub(super) sessions: BTreeSet<String>,
}

/// Finds the calls through the index, and records of earlier versions as long as there may be any.
pub(super) async fn find(
    connection: &Connection,
    store: &Store,
    caller: &CallerId,
    flows: &[PathBuf],
) -> anyhow::Result<FoundCalls> {
    let keys = connection.pin_keys().await.context("the PIN keys find a caller's calls, and they could not be read")?;
    let calls = by_reference(connection, store, &keys, caller).await?;
    let mut found = FoundCalls { keys, calls, former: None };
    // Flows that are given say that such records are looked for, whatever an earlier search has found.
    if !flows.is_empty() || !store.has_no_former_records().await.explained(connection, UNREADABLE)? {
        found.former = Some(former::find(connection, store, caller, flows, &mut found.calls).await?);
    }
    Ok(found)
}

async fn by_reference(
    connection: &Connection,
    store: &Store,
    keys: &PinKeys,
    caller: &CallerId,
) -> anyhow::Result<BTreeMap<String, Found>> {
    let references = keys.references(caller);
    let is_theirs = |who: &Value| references.iter().any(|reference| who.as_str() == Some(reference.as_str()));
    let mut calls = BTreeMap::new();
    for response_id in store.calls_about(&references).await.explained(connection, UNREADABLE)? {
        let items = store.call(&response_id).await.explained(connection, UNREADABLE)?;
        let role = |item: &BTreeMap<String, Value>| {
            item.get("who").is_some_and(is_theirs).then(|| item.get("who_is")?.as_str().map(str::to_owned)).flatten()
        };
        calls.insert(
            response_id,
            Found {
                is_named: true,
                verified: items.iter().filter_map(role).any(|role| role != "named"),
                sessions: items.iter().filter_map(|item| session(item.get("told")?)).collect(),
            },
        );
    }
    let sessions: BTreeSet<String> = calls.values().flat_map(|found: &Found| found.sessions.clone()).collect();
    for session in sessions {
        for run in store.runs_of_session(&session).await.explained(connection, UNREADABLE)? {
            calls.entry(run).or_default().sessions.insert(session.clone());
        }
    }
    Ok(calls)
}

/// The session of a visit, as a part of keys.
pub(super) fn session(told: &Value) -> Option<String> {
    let session = fields::session(told.get("call")?)?.trim();
    (!session.is_empty()).then(|| KeyPart::of(session).as_str().to_owned())
}
