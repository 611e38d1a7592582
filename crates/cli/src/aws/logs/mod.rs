//! CloudWatch Logs: events of the past, and live tails ("Amazon CloudWatch Logs API Reference").

mod session;

pub(crate) use session::{Event, Session};

use super::{
    Client, Failure, Service, endpoint, http_request,
    response::{Reader, json, json_refusal},
};
use aws_config::SdkConfig;
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::HttpRequest};
use http::{Request, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};

pub(super) const SERVICE: Service = Service { id: "CloudWatch Logs", name: "logs", refusal: json_refusal };
/// The name in front of CloudWatch Logs' own for live tails.
const LIVE_TAIL_PREFIX: &str = "stream-";

/// A client of CloudWatch Logs.
pub(crate) struct CloudWatchLogs(Client);

/// Which events of a log group.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter<'f> {
    pub(crate) log_group_name: &'f str,
    /// In epoch milliseconds. Earlier events are left out.
    pub(crate) start_time: i64,
    /// In epoch milliseconds. Later events are left out.
    pub(crate) end_time: i64,
    /// "Filter pattern syntax".
    pub(crate) filter_pattern: &'f str,
}

/// An event of a log.
#[derive(Debug, Deserialize)]
pub(crate) struct LogEvent {
    /// In epoch milliseconds.
    pub(crate) timestamp: Option<i64>,
    pub(crate) message: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageRequest<'f> {
    #[serde(flatten)]
    filter: Filter<'f>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'f str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    events: Option<Vec<LogEvent>>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveTailRequest<'t> {
    log_group_identifiers: &'t [String],
    log_event_filter_pattern: &'t str,
}

impl CloudWatchLogs {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(SERVICE, sdk))
    }

    /// Passes the events to `each`, page after page.
    ///
    /// # Errors
    /// There is no such log group (`ResourceNotFoundException`), or CloudWatch Logs refuses or does not answer. Some events
    /// may have been passed.
    pub(crate) async fn events(&self, filter: Filter<'_>, mut each: impl FnMut(LogEvent)) -> Result<(), Failure> {
        let mut next_token: Option<String> = None;
        loop {
            let body = PageRequest { filter, next_token: next_token.as_deref() };
            let page: Page = self.0.send("FilterLogEvents", request("FilterLogEvents", &body), json).await?;
            page.events.into_iter().flatten().for_each(&mut each);
            let next = page.next_token.filter(|token| !token.is_empty());
            // The same token again would begin a loop without an end.
            if next.is_none() || next == next_token {
                return Ok(());
            }
            next_token = next;
        }
    }

    /// Starts a live tail of log groups, which are named by their ARNs.
    ///
    /// # Errors
    /// There is no such log group (`ResourceNotFoundException`), there are too many live tails (`LimitExceededException`),
    /// or CloudWatch Logs refuses or does not answer.
    pub(crate) async fn start_live_tail(&self, groups: &[String], pattern: &str) -> Result<Session, Failure> {
        let body = LiveTailRequest { log_group_identifiers: groups, log_event_filter_pattern: pattern };
        let endpoint = endpoint::of(&SERVICE, &self.0.sdk).map(|endpoint| live_tail_endpoint(&endpoint));
        let request = request("StartLiveTail", &body);
        self.0.send_to(endpoint, "StartLiveTail", request, Reader::Stream(Session::new)).await
    }
}

/// A custom endpoint has one name for all operations.
fn live_tail_endpoint(endpoint: &str) -> String {
    endpoint.replacen("//logs.", &format!("//{LIVE_TAIL_PREFIX}logs."), 1)
}

fn request(operation: &str, body: &impl Serialize) -> Result<HttpRequest, BoxError> {
    let head = Request::post("/")
        .header(CONTENT_TYPE, "application/x-amz-json-1.1")
        .header("x-amz-target", format!("Logs_20140328.{operation}"));
    http_request(head, serde_json::to_vec(body)?)
}

#[cfg(test)]
mod tests {
    use super::live_tail_endpoint;

    #[test]
    fn only_amazons_own_host_has_another_name_for_live_tails() {
        let amazons = live_tail_endpoint("https://logs.eu-west-1.amazonaws.com");
        assert_eq!(amazons, "https://stream-logs.eu-west-1.amazonaws.com");
        for custom in
            ["http://127.0.0.1:4566", "https://example.com/logs.eu", "https://logs-fips.us-east-1.amazonaws.com"]
        {
            assert_eq!(live_tail_endpoint(custom), custom);
        }
    }
}
