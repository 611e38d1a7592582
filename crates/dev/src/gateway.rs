//! API Gateway's part: routes, events, and back to HTTP.

use crate::{
    event::{HttpRequest, api_gateway_event},
    flows::Watched,
    line,
    log::DevLog,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Response, StatusCode, header},
};
use ringbolt_lambda::{Answer, App, Postback, app::Clock, metrics::Invocation, run::respond};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The most that an HTTP API takes: 10 MB.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// What the routes lead to.
pub(crate) struct Gateway {
    pub(crate) app: App,
    pub(crate) flows: Watched,
    pub(crate) clock: Clock,
    /// None where nothing is kept.
    pub(crate) log: Option<DevLog>,
}

/// The three functions, by their routes.
#[derive(Clone, Copy)]
enum Function {
    Auth,
    NextAction,
    Transcription,
}

impl Function {
    /// The name of its package.
    fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth-webhook",
            Self::NextAction => "next-action",
            Self::Transcription => "transcription-postback",
        }
    }
}

pub(crate) fn router(gateway: Arc<Gateway>) -> Router {
    Router::new().fallback(serve).with_state(gateway)
}

/// Reads flow files again soon after they have changed, so that a mistake shows while its author looks. Never ends.
pub(crate) async fn watch(gateway: Arc<Gateway>) {
    let mut looks = tokio::time::interval(Duration::from_millis(500));
    loop {
        looks.tick().await;
        gateway.flows.refresh(&gateway.app.flows);
    }
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: Request) -> Response<Body> {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let (method, path) = (head.method.as_str(), head.uri.path());
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let (function, route, flow) = match segments.as_slice() {
        ["wix-answers", flow, "auth"] => (Function::Auth, "/wix-answers/{flow}/auth", *flow),
        ["dialogtech", flow, "next-action"] => (Function::NextAction, "/dialogtech/{flow}/next-action", *flow),
        ["dialogtech", flow, "transcription"] => (Function::Transcription, "/dialogtech/{flow}/transcription", *flow),
        _ => return http(no_route()),
    };
    let answer = match to_bytes(body, LARGEST_BODY).await {
        Err(_) => Answer::refusal(413, "API Gateway takes no body over 10 MB."),
        Ok(body) => {
            let headers = head.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            let query = head.uri.query().unwrap_or_default();
            let request = HttpRequest { method, path, query, headers: headers.collect(), body: &body };
            let event = api_gateway_event(&request, &format!("{method} {route}"), flow, (gateway.clock)());
            gateway.flows.refresh(&gateway.app.flows);
            let event = event.to_string();
            match function {
                Function::Auth => respond(&gateway.app, &auth_webhook::handle, &event).await,
                Function::NextAction => respond(&gateway.app, &next_action::handle, &event).await,
                Function::Transcription => {
                    let postback = Postback::without_queue(gateway.app.webhook.clone());
                    respond(&postback, &transcription_postback::handle, &event).await
                }
            }
        }
    };
    let elapsed = began.elapsed();
    line::print(&gateway.clock, method, route, flow, &answer, elapsed);
    if let Some(log) = &gateway.log {
        let at = (gateway.clock)();
        let request_id = format!("local-{}", at.0);
        let invocation = Invocation { function: function.name(), request_id: &request_id, cold: false, at, elapsed };
        log.answered(&invocation, flow, &answer);
    }
    http(answer)
}

fn no_route() -> Answer {
    Answer::refusal(
        404,
        "There is no such route. The webhooks are POST /wix-answers/{flow}/auth, GET and POST \
         /dialogtech/{flow}/next-action and GET /dialogtech/{flow}/transcription.",
    )
}

fn http(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
