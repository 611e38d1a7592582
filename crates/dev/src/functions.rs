//! The functions in this process, reached as API Gateway reaches them.

use crate::event::{HttpRequest, api_gateway_event};
use ringbolt_core::{
    dialects::{self, Found},
    time::EpochMs,
};
use ringbolt_lambda::{Answer, App, Postback, run::respond};
use ringbolt_simulator::{Decided, Reply, Request};
use std::time::Duration;

/// Gives an event to the function that answers a webhook.
pub(crate) async fn answer(app: &App, webhook: &dialects::Webhook, event: &str) -> Answer {
    match webhook.function {
        "auth-webhook" => respond(app, &auth_webhook::handle, event).await,
        "next-action" => respond(app, &next_action::handle, event).await,
        "voice-webhook" => respond(app, &voice_webhook::handle, event).await,
        _ => {
            let postback = Postback::without_queue(app.webhook.clone());
            respond(&postback, &transcription_postback::handle, event).await
        }
    }
}

/// Sends a webhook of the simulator.
pub(crate) async fn send(app: &App, (dialect, webhook, flow): Found<'_>, request: &Request, now: EpochMs) -> Answer {
    let (content_type, body) = request.body().unwrap_or_default();
    let mut headers = request.headers.clone();
    if !body.is_empty() {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    let query = request.query();
    let http = HttpRequest {
        method: request.method.word(),
        path: &request.path,
        query: &query,
        headers,
        body: body.as_bytes(),
    };
    let route = format!("{} {}", request.method.word(), dialect.path_of(webhook, "{flow}"));
    answer(app, webhook, &api_gateway_event(&http, &route, flow, now).to_string()).await
}

/// What API Gateway answers to a path that no webhook has.
pub(crate) fn no_route() -> Reply {
    Reply { status: 404, ..Reply::text("") }
}

/// An answer as the simulator takes it, with how it came about.
pub(crate) fn reply(answer: Answer, elapsed: Duration) -> Reply {
    let report = answer.report;
    let decided = Decided {
        outcome: report.outcome,
        reason: report.reason.map(|reason| *reason),
        failed: report.failed.map(|failed| failed.text),
        repeated: report.repeated,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    };
    Reply {
        status: answer.status,
        content_type: answer.content_type.to_owned(),
        body: answer.body,
        decided: Some(decided),
    }
}
