//! Plays API Gateway: routes a request, passes its event to the function, and returns the HTTP response.

use crate::{
    admission,
    event::{HttpRequest, api_gateway_event},
    flows::Watched,
    functions, line,
    log::DevLog,
    phone::{self, Phone},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{self, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use http_body_util::LengthLimitError;
use ringbolt_core::dialects::{self, DIALECTS, Dialect, Found};
use ringbolt_lambda::{Answer, App, app::Clock, metrics::Invocation};
use ringbolt_simulator::{Reply, Request};
use std::{
    error::Error as _,
    num::NonZeroUsize,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// The largest body that an HTTP API accepts: 10 MB.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The default token is no secret, so only this machine may use it.
const FOREIGN: &str = "These webhooks are for this machine, and not for web pages. To let a provider in through a tunnel, \
                       start `ringbolt dev` with a --token of your own, or for a TwiML provider with --public-url and \
                       its keys.";

/// How many requests are answered at once, for each CPU core: enough that some hash while others wait for the database. In
/// AWS a request has an instance of its own. Here, more would only make all of them late, and take about 1 MB each.
const AT_ONCE_A_CORE: usize = 8;

/// One permit for each request that is being answered.
pub(crate) fn turns() -> Semaphore {
    Semaphore::new(AT_ONCE_A_CORE * std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
}

/// What the routes share.
pub(crate) struct Gateway {
    pub(crate) app: App,
    /// The same for the phone, which signs as a TwiML provider with a key of its own.
    pub(crate) phone_app: App,
    pub(crate) flows: Watched,
    pub(crate) clock: Clock,
    /// `None` if nothing is stored on disk.
    pub(crate) log: Option<DevLog>,
    /// The port of the webhooks.
    pub(crate) port: u16,
    /// Whether the webhooks answer under a name that is not this machine's, such as a tunnel's. The token then has to be
    /// a secret.
    pub(crate) any_host: bool,
    /// Whether those that the provider signs do: its keys have to be a secret then.
    pub(crate) any_host_if_signed: bool,
    /// Taken once a request has been read, so that slow senders keep nobody waiting.
    pub(crate) turns: Semaphore,
}

impl Gateway {
    /// Sends a webhook of the simulator, and reports it like one that came over HTTP.
    pub(crate) async fn send(&self, request: &Request) -> Reply {
        let began = Instant::now();
        let Some(found) = dialects::find(&request.path) else { return functions::no_route() };
        let answer = functions::send(&self.phone_app, found, request, (self.clock)()).await;
        let elapsed = began.elapsed();
        self.report(request.method.word(), found, &answer, elapsed);
        functions::reply(answer, elapsed)
    }

    /// Whether a webhook's request is answered: a provider's, or one of this machine that no foreign page has sent.
    fn admits(&self, dialect: &Dialect, headers: &HeaderMap) -> bool {
        let any_host = if dialect.is_signed() { self.any_host_if_signed } else { self.any_host };
        !admission::is_from_foreign_page(headers, self.port)
            && (any_host || admission::is_for_this_machine(headers, self.port))
    }

    /// Prints and logs a webhook.
    fn report(&self, method: &str, (dialect, webhook, flow): Found<'_>, answer: &Answer, elapsed: Duration) {
        line::print(&self.clock, method, &dialect.path_of(webhook, "{flow}"), flow, answer, elapsed);
        if let Some(log) = &self.log {
            let at = (self.clock)();
            let request_id = format!("local-{}", at.0);
            let invocation = Invocation {
                stack: None,
                function: webhook.function,
                request_id: &request_id,
                cold: false,
                at,
                elapsed,
            };
            log.answered(&invocation, flow, answer);
        }
    }
}

pub(crate) fn router(phone: Arc<Phone>) -> Router {
    let gateway = Arc::clone(&phone.gateway);
    phone::router(phone).fallback_service(Router::new().fallback(serve).with_state(gateway))
}

/// Reloads flow files soon after they change, so that authors see their mistakes at once. Never returns.
pub(crate) async fn watch(phone: Arc<Phone>) {
    let mut checks = tokio::time::interval(Duration::from_millis(500));
    loop {
        checks.tick().await;
        if phone.gateway.flows.refresh(&phone.gateway.app.flows) {
            phone.flows_changed();
        }
    }
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: extract::Request) -> Response<Body> {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let (method, path) = (head.method.as_str(), head.uri.path());
    let Some((dialect, webhook, flow)) = dialects::find(path) else {
        line::print_no_route(&gateway.clock, method);
        return http(no_route());
    };
    let route = dialect.path_of(webhook, "{flow}");
    if !gateway.admits(dialect, &head.headers) {
        let refusal = Answer::refusal(403, FOREIGN);
        gateway.report(method, (dialect, webhook, flow), &refusal, began.elapsed());
        return http(refusal);
    }
    let answer = match to_bytes(body, LARGEST_BODY).await {
        Err(error) if error.source().is_some_and(|error| error.is::<LengthLimitError>()) => {
            Answer::refusal(413, "API Gateway refuses bodies over 10 MB.")
        }
        Err(_) => Answer::refusal(400, "The body broke off, or its chunks cannot be read."),
        Ok(body) => {
            // They are never closed.
            let _turn = gateway.turns.acquire().await;
            let headers = head.headers.iter().map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            });
            let query = head.uri.query().unwrap_or_default();
            let request = HttpRequest { method, path, query, headers: headers.collect(), body: &body };
            let event = api_gateway_event(&request, &format!("{method} {route}"), flow, (gateway.clock)());
            gateway.flows.refresh(&gateway.app.flows);
            functions::answer(&gateway.app, webhook, &event.to_string()).await
        }
    };
    gateway.report(method, (dialect, webhook, flow), &answer, began.elapsed());
    http(answer)
}

fn no_route() -> Answer {
    let routes = DIALECTS.iter().flat_map(|dialect| {
        dialect
            .webhooks
            .iter()
            .map(|webhook| format!("{} {}", webhook.methods.join(" and "), dialect.path_of(webhook, "{flow}")))
    });
    let routes: Vec<String> = routes.collect();
    Answer::refusal(404, &format!("This route does not exist. The webhooks are: {}.", routes.join(", ")))
}

fn http(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
