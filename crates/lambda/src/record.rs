//! The record of a visit.
//!
//! The caller doesn't wait for it: it is written once the answer is decided, in one go with the answer, and in Lambda after
//! the answer has left (`after`). What isn't written in time is logged and counted. It may still be written, when the
//! instance wakes for its next request.

use crate::{
    App, Failure,
    after::{self, Work},
    answer::Report,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ringbolt_core::{
    call::{Results, about, ids::KeyPart, record},
    flow::Flow,
    identity::{CallerId, UserId},
    time::EpochMs,
};
use ringbolt_dynamodb::{
    Store,
    visits::{Answered, References, Visit},
};
use serde_json::Value;
use std::time::Duration;
use tracing::Instrument as _;

/// What an answer that is decided waits for its record at most, outside Lambda: this part of the deadline, which is 50 ms by
/// default.
const PATIENCE: u32 = 20;
/// What an instance waits for a record after the answer has left: 250 ms by default, as long as an attempt at a request
/// takes.
const PATIENCE_AFTER: u32 = 4;

/// A visit that is to be recorded.
pub(crate) struct Record {
    store: Store,
    retention: Duration,
    deadline: Duration,
    visit: Visit,
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
        Some(Self { store: webhook.store.clone(), retention: webhook.retention, deadline: webhook.deadline, visit })
    }

    /// Stores the visit with the answer, as it is to be kept, and its reason. In Lambda that is left for the time after the
    /// answer; elsewhere it is waited for no longer than `left`. Says whether it is stored, as far as is known by then.
    pub(crate) async fn close(self, report: &Report, kept: String, left: Duration) -> bool {
        let Self { store, retention, deadline, visit } = self;
        let answered = answered(report, kept);
        let writing = async move {
            let written = store.record_visit(&visit, &answered, retention).await;
            written.map_err(|error| tell(&Failure::Store(error))).is_ok()
        };
        // A task, because what takes longer goes on after the answer.
        let task = tokio::spawn(writing.in_current_span());
        let Err(work) = after::leave(Work { task, patience: deadline / PATIENCE_AFTER }) else { return true };
        match tokio::time::timeout(left.min(deadline / PATIENCE), work.task).await {
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

/// What makes a visit the same as another: what is kept of it, and the state that came with it. A digest of the whole
/// request would let PINs be tried with the key and the table, and without Argon2id.
fn digest(app: &App, told: &Value, state: Option<&str>) -> String {
    let state = state.unwrap_or_default();
    let digest = app.hasher.keys().current().fingerprint(&[b"visit", told.to_string().as_bytes(), state.as_bytes()]);
    URL_SAFE_NO_PAD.encode(digest)
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
