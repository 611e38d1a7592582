//! `ringbolt dev --json`: what happens, for programs. One document at the start, and one for each answer.

use crate::{output::Output, when::Utc};
use ringbolt_core::{dialects::DIALECTS, flow::Flow, outcome::Outcome};
use ringbolt_dev::{Answered, Running};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// `ringbolt dev` has started. It is the first document.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DevStarted {
    /// The address of the webhooks and of the phone page.
    address: String,
    /// The webhook token.
    token: String,
    /// The call flows.
    flows: Vec<DevFlow>,
    /// The folder with PINs and counters; null if they are in memory.
    state: Option<PathBuf>,
}

/// A call flow that is served.
#[derive(Serialize, JsonSchema)]
struct DevFlow {
    /// The flow's name.
    flow: String,
    /// The webhooks that answer it.
    webhooks: Vec<DevWebhook>,
}

/// A webhook of a call flow.
#[derive(Serialize, JsonSchema)]
struct DevWebhook {
    /// The provider and the webhook.
    r#for: String,
    /// The HTTP methods that it takes.
    methods: Vec<&'static str>,
    /// Its URL without the token.
    url: String,
}

/// A webhook was answered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DevAnswer {
    /// When, by the clock of the phone page, which can be moved.
    at: Utc,
    /// The HTTP method.
    method: String,
    /// The path of the webhook; null if no webhook has the path.
    route: Option<String>,
    /// The flow's name; null if the path has none that is valid.
    flow: Option<String>,
    /// How the request ended, such as `wrong`; null if no webhook has the path.
    outcome: Option<&'static str>,
    /// Whether the answer of an earlier attempt was repeated.
    repeated: bool,
    /// The HTTP status.
    status: u16,
    /// What was answered, in a few words. Texts may contain personal data, so only their length is there.
    answer: String,
    /// Which rule of which IVR decided, or what failed; null if there is nothing to say.
    why: Option<String>,
    /// How long it took, in milliseconds.
    elapsed_ms: u64,
}

/// Prints the first document.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn started(out: Output, running: &Running, token: &str, state: Option<PathBuf>) -> anyhow::Result<()> {
    let address = format!("http://{}", running.address);
    let flows = running.flows.iter().map(|flow| served(flow, &address)).collect();
    out.line(&DevStarted { address, token: token.to_owned(), flows, state })
}

fn served(flow: &Flow, address: &str) -> DevFlow {
    let answering = DIALECTS.iter().filter(|dialect| dialect.is_answered_by(flow));
    let webhooks = answering.flat_map(|dialect| {
        dialect.webhooks.iter().map(move |webhook| DevWebhook {
            r#for: format!("{}, {}", dialect.name, webhook.about),
            methods: webhook.methods.to_vec(),
            url: format!("{address}{}", dialect.path_of(webhook, flow.name.as_str())),
        })
    });
    DevFlow { flow: flow.name.to_string(), webhooks: webhooks.collect() }
}

/// The document about an answer.
pub(super) fn document(answered: &Answered<'_>) -> DevAnswer {
    DevAnswer {
        at: Utc::of(answered.at),
        method: answered.method.to_owned(),
        route: answered.route.clone(),
        flow: answered.flow.clone(),
        outcome: answered.outcome.map(Outcome::word),
        repeated: answered.repeated,
        status: answered.status,
        answer: answered.answer.clone(),
        why: answered.why.clone(),
        elapsed_ms: u64::try_from(answered.elapsed.as_millis()).unwrap_or(u64::MAX),
    }
}
