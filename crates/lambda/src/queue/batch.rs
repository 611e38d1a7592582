//! The batches that Lambda delivers from the queue, and the response it expects ("Using Lambda with Amazon SQS", with
//! `ReportBatchItemFailures`).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

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

/// An event with records that are not messages of SQS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its records are not messages of SQS")]
pub struct UnreadableBatch;

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
    /// Parses an SQS event; `None` for an event without records, which is not one.
    ///
    /// # Errors
    /// The event has records, but they are not messages of SQS. To answer it like a request would tell Lambda to delete
    /// the messages.
    pub fn from_event(event: &str) -> Result<Option<Self>, UnreadableBatch> {
        #[derive(Deserialize)]
        struct Records<'a> {
            #[serde(rename = "Records", borrow)]
            _records: &'a RawValue,
        }
        if serde_json::from_str::<Records<'_>>(event).is_err() {
            return Ok(None);
        }
        let batch: Self = serde_json::from_str(event).map_err(|_| UnreadableBatch)?;
        let of_sqs = batch.messages.iter().all(|message| message.event_source == "aws:sqs");
        of_sqs.then_some(Some(batch)).ok_or(UnreadableBatch)
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
        let read = Batch::from_event(&format!(r#"{{"Records":[{sqs},{sqs}]}}"#)).unwrap().unwrap();
        assert_eq!((read.messages.len(), read.messages[0].message_id.as_str()), (2, "m"));
        let sns = record("aws:sns");
        for records in [sns.clone(), format!("{sqs},{sns}"), "{}".to_owned(), "7".to_owned()] {
            let read = Batch::from_event(&format!(r#"{{"Records":[{records}]}}"#));
            assert!(matches!(read, Err(UnreadableBatch)), "{records}");
        }
        assert!(Batch::from_event(r#"{"Records":[]}"#).unwrap().unwrap().messages.is_empty());
        for event in [r#"{"version":"2.0","body":"{\"Records\":[]}"}"#, "[]", "null", "7", "{", r#""Records""#] {
            assert!(Batch::from_event(event).unwrap().is_none(), "{event}");
        }
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
