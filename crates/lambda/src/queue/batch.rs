//! The batches that Lambda delivers from the queue, and the response it expects ("Using Lambda with Amazon SQS", with
//! `ReportBatchItemFailures`).

use serde::{Deserialize, Serialize};

/// A batch of messages.
#[derive(Clone, Deserialize)]
pub struct Batch {
    /// The messages.
    #[serde(rename = "Records")]
    pub messages: Vec<Message>,
}

/// A message. It has no `Debug` because its body is what a caller said.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The id that reports a failure.
    pub message_id: String,
    /// Its text.
    pub body: String,
    event_source: String,
}

/// The messages that Lambda must leave in the queue. It removes all others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BatchResponse {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Failed {
    #[serde(rename = "itemIdentifier")]
    message_id: String,
}

impl Batch {
    /// Parses an SQS event; `None` for any other event.
    #[must_use]
    pub fn from_event(event: &str) -> Option<Self> {
        let batch: Self = serde_json::from_str(event).ok()?;
        let of_sqs = !batch.messages.is_empty() && batch.messages.iter().all(|m| m.event_source == "aws:sqs");
        of_sqs.then_some(batch)
    }
}

impl BatchResponse {
    /// How many messages stay in the queue.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failures.len()
    }
}

impl FromIterator<String> for BatchResponse {
    /// Collects the ids of failed messages.
    fn from_iter<I: IntoIterator<Item = String>>(ids: I) -> Self {
        Self { failures: ids.into_iter().map(|message_id| Failed { message_id }).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sqs_events_are_batches() {
        let record =
            |source: &str| format!(r#"{{"messageId":"m","body":"b","eventSource":"{source}","attributes":{{}}}}"#);
        let sqs = record("aws:sqs");
        let read = Batch::from_event(&format!(r#"{{"Records":[{sqs},{sqs}]}}"#)).unwrap();
        assert_eq!((read.messages.len(), read.messages[0].message_id.as_str()), (2, "m"));
        let sns = record("aws:sns");
        for records in [String::new(), sns.clone(), format!("{sqs},{sns}"), "{}".to_owned()] {
            assert!(Batch::from_event(&format!(r#"{{"Records":[{records}]}}"#)).is_none(), "{records}");
        }
        assert!(Batch::from_event(r#"{"version":"2.0","body":"{\"Records\":[]}"}"#).is_none());
    }

    #[test]
    fn the_response_lists_exactly_the_failed_messages() {
        let shown = |ids: &[&str]| {
            serde_json::to_string(&ids.iter().map(ToString::to_string).collect::<BatchResponse>()).unwrap()
        };
        assert_eq!(shown(&[]), r#"{"batchItemFailures":[]}"#);
        assert_eq!(shown(&["a", "b"]), r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#);
    }
}
