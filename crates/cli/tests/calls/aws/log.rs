//! CloudWatch Logs: events page by page, and live tails.

use super::{Aws, State};
use crate::calls::deployment::PATIENCE;
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use serde_json::{Value, json};
use std::{io::Write as _, net::TcpStream, time::Duration};

/// Events on a page. CloudWatch Logs has pages of any size.
const PAGE: usize = 2;

/// `FilterLogEvents`
pub(super) fn filter_events(state: &mut State, asked: &Value) -> Value {
    let pattern = asked["filterPattern"].as_str().unwrap_or_default().to_owned();
    state.patterns.push(pattern.clone());
    let span = asked["startTime"].as_i64().unwrap()..asked["endTime"].as_i64().unwrap();
    let from: usize = asked["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
    let found = state.log.iter().enumerate().filter(|(_, (group, at, message))| {
        asked["logGroupName"] == group.as_str() && span.contains(at) && matches(&pattern, message)
    });
    let mut events: Vec<_> = found
        .map(|(id, (_, at, message))| json!({ "eventId": id.to_string(), "timestamp": at, "message": message }))
        .skip(from)
        .collect();
    let next = (events.len() > PAGE).then(|| (from + PAGE).to_string());
    events.truncate(PAGE);
    json!({ "events": events, "nextToken": next })
}

impl Aws {
    /// Waits until this many live tails have begun.
    pub fn await_live_tails(&self, count: usize) {
        let state = self.state.lock().unwrap();
        let waited = self.changed.wait_timeout_while(state, PATIENCE, |state| state.live_tails < count).unwrap();
        assert!(!waited.1.timed_out(), "no live tail begins");
    }

    /// Ends all live tails, as CloudWatch Logs does it after three hours.
    pub fn end_live_tails(&self) {
        self.state.lock().unwrap().live_tails_ended += 1;
        self.changed.notify_all();
    }

    /// A live tail: what is logged from now on, in the SDK's event stream, until all of them are ended.
    pub(super) fn live_tail(&self, stream: &mut TcpStream, asked: &Value) {
        let pattern = asked["logEventFilterPattern"].as_str().unwrap();
        let arns: Vec<&str> =
            asked["logGroupIdentifiers"].as_array().unwrap().iter().map(|arn| arn.as_str().unwrap()).collect();
        let is_meant =
            |group: &str| arns.contains(&format!("arn:aws:logs:eu-west-1:123456789012:log-group:{group}").as_str());
        let head = "HTTP/1.1 200 X\r\ncontent-type: application/vnd.amazon.eventstream\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut send = |kind: &str, payload: Value| stream.write_all(&event_message(kind, &payload)).is_ok();
        let mut state = self.state.lock().unwrap();
        let (ended, mut next) = (state.live_tails_ended, state.log.len());
        send("initial-response", json!({}));
        send("sessionStart", json!({ "sessionId": "s", "logGroupIdentifiers": arns }));
        state.live_tails += 1;
        self.changed.notify_all();
        while state.live_tails_ended == ended {
            let found =
                state.log[next..].iter().filter(|(group, _, message)| is_meant(group) && matches(pattern, message));
            let results: Vec<_> =
                found.map(|(_, at, message)| json!({ "message": message, "timestamp": at })).collect();
            next = state.log.len();
            // CloudWatch Logs sends an update every second, even an empty one.
            if !send("sessionUpdate", json!({ "sessionMetadata": { "sampled": false }, "sessionResults": results })) {
                return;
            }
            state = self.changed.wait_timeout(state, Duration::from_secs(1)).unwrap().0;
        }
    }
}

/// Whether a line of the log matches a pattern, of the forms that the commands send.
fn matches(pattern: &str, message: &str) -> bool {
    let is_old_token = message.contains(r#""token":"previous""#);
    if pattern.contains("$.token") || is_old_token {
        return pattern.contains("$.token") && is_old_token;
    }
    let Ok(line) = serde_json::from_str::<Value>(message) else { return false };
    if pattern.contains("$.WrongGuesses = 1") {
        let is_suspicious =
            line["WrongGuesses"] == 1 || ["locked", "refused"].iter().any(|word| line["outcome"] == *word);
        return is_suspicious && line["message"] == "answered";
    }
    let (mut any, mut is_about) = (None, true);
    for term in pattern.split("($.").skip(1) {
        let (name, rest) = term.split_once(" = \"").unwrap();
        let holds = line[name] == rest.split('"').next().unwrap();
        match name {
            // The one or the other.
            "call" | "session" => any = Some(any.unwrap_or(false) || holds),
            _ => is_about &= holds,
        }
    }
    is_about && any.unwrap_or(true)
}

/// A message of an event stream ("Amazon event stream encoding").
fn event_message(kind: &str, payload: &Value) -> Vec<u8> {
    let header = |name: &'static str, value: String| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload.to_string().into_bytes())
        .add_header(header(":message-type", "event".to_owned()))
        .add_header(header(":event-type", kind.to_owned()))
        .add_header(header(":content-type", "application/json".to_owned()));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}
