//! The record of a visit.
//!
//! It is written once, when the answer is decided. The caller hardly waits for it: in Lambda nothing runs after the answer,
//! so the writes run on their own and get a small part of the deadline. What isn't written by then is logged and counted. It
//! may still be written, when the instance wakes for its next request.

use crate::{App, Failure, answer::Report};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ringbolt_core::{
    call::{Results, about, ids::KeyPart, record},
    flow::Flow,
    identity::{CallerId, UserId},
    time::EpochMs,
};
use ringbolt_dynamodb::{
    Store, StoreError,
    visits::{Answered, References, Visit},
};
use serde_json::Value;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tracing::Instrument as _;

/// What an answer that is decided waits for its record at most: this part of the deadline, which is 50 ms by default.
const PATIENCE: u32 = 20;

/// A visit that is to be recorded.
pub(crate) struct Record {
    store: Store,
    retention: Duration,
    patience: Duration,
    visit: Arc<Visit>,
}

impl Record {
    /// `None` if the request doesn't say which call and which IVR it is about.
    pub(crate) fn new(app: &App, flow: &Flow, results: &Results, now: EpochMs) -> Option<Self> {
        let response_id = results.response_id.as_ref()?;
        let told = record::kept(flow, results);
        let visit = Visit {
            response_id: key_part(response_id.as_str()),
            ivr_id: key_part(&ivr_id(flow, results)?),
            session_id: results.session_id.as_ref().map(|id| key_part(id.as_str())),
            flow: flow.name.to_string(),
            digest: digest(app, &told, results.state.as_deref()),
            at: now,
            told,
            about: references(app, flow, &about::of_visit(flow, results, now)),
        };
        let webhook = &app.webhook;
        Some(Self {
            store: webhook.store.clone(),
            retention: webhook.retention,
            patience: webhook.deadline / PATIENCE,
            visit: Arc::new(visit),
        })
    }

    /// Stores the visit with the answer, as it is to be kept, and its reason; waits for that no longer than `left`. Says
    /// whether it is stored.
    pub(crate) async fn close(&self, report: &Report, kept: String, left: Duration) -> bool {
        let (store, visit, retention) = (self.store.clone(), Arc::clone(&self.visit), self.retention);
        let answered = answered(report, kept);
        let writing = written(async move { store.record_visit(&visit, &answered, retention).await });
        match tokio::time::timeout(left.min(self.patience), writing).await {
            Ok(Ok(is_written)) => is_written,
            Ok(Err(_)) => {
                tell(&Failure::Task);
                false
            }
            Err(_) => {
                tracing::warn!("the answer did not wait for the record of this call, which may be lost");
                false
            }
        }
    }
}

/// What makes a visit the same as another: what is kept of it, and the state that came with it. Not the whole request, for
/// whoever has the key and the table would find the PIN in a digest of that, without Argon2id to slow them.
fn digest(app: &App, told: &Value, state: Option<&str>) -> String {
    let state = state.unwrap_or_default();
    let digest = app.hasher.keys().current().fingerprint(&[b"visit", told.to_string().as_bytes(), state.as_bytes()]);
    URL_SAFE_NO_PAD.encode(digest)
}

/// Writes independently of the answer; the task says whether that succeeded.
fn written(write: impl Future<Output = Result<(), StoreError>> + Send + 'static) -> JoinHandle<bool> {
    let told = async move { write.await.map_err(|error| tell(&Failure::Store(error))).is_ok() };
    tokio::spawn(told.in_current_span())
}

fn tell(failure: &Failure) {
    tracing::error!(failure = failure.kind(), reason = %failure, "the record of this call is lost");
}

fn key_part(text: &str) -> String {
    KeyPart::of(text).as_str().to_owned()
}

/// The IVR's id: as it came, or the id of the IVR that stands in for results without one.
fn ivr_id(flow: &Flow, results: &Results) -> Option<String> {
    results.ivr_id.clone().or_else(|| flow.ivrs.get(results.ended.ivr()?)?.id.as_ref().map(ToString::to_string))
}

fn references(app: &App, flow: &Flow, about: &about::About) -> References {
    let keys = app.hasher.keys();
    let refer = |user: &UserId| keys.reference(&CallerId { realm: flow.realm.clone(), user: user.clone() });
    References { named: about.named.as_ref().map(refer), verified: about.verified.as_ref().map(refer) }
}

fn answered(report: &Report, kept: String) -> Answered {
    Answered {
        answer: kept,
        outcome: report.outcome,
        version: report.version.map(|version| version.to_string()),
        ivr: report.visited.as_ref().and_then(|visited| visited.name.clone()),
        rule: report.rule().map(ToString::to_string),
        line: report.line(),
        why: report.why(),
        failed: report.failed.as_ref().map(|failed| failed.kind.to_owned()),
        duress: report.noticed().duress,
    }
}
