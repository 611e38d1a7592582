//! The event stream of a live tail ("Amazon CloudWatch Logs API Reference, StartLiveTail").

use super::{super::response::json_error, LogEvent};
use aws_smithy_eventstream::{
    error::Error,
    frame::{UnmarshallMessage, UnmarshalledMessage},
    smithy::parse_response_headers,
};
use aws_smithy_http::event_stream::{InitialMessageType, Receiver};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::{
    body::SdkBody,
    error::ErrorMetadata,
    event_stream::{Message, RawMessage},
};
use serde::Deserialize;

/// A session, which CloudWatch Logs ends after three hours.
#[derive(Debug)]
pub(crate) struct Session(Receiver<Event, ErrorMetadata>);

/// Why a session ended.
type Ended = SdkError<ErrorMetadata, RawMessage>;

/// An event of a session.
#[derive(Debug)]
pub(crate) enum Event {
    SessionUpdate(SessionUpdate),
    /// The start of the session, or an event that this version does not know.
    Other,
}

/// What was logged in the last second.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionUpdate {
    session_metadata: Option<SessionMetadata>,
    session_results: Option<Vec<LogEvent>>,
}

#[derive(Debug, Deserialize)]
struct SessionMetadata {
    #[serde(default)]
    sampled: bool,
}

#[derive(Debug)]
struct Unmarshaller;

impl Session {
    pub(super) fn new(body: SdkBody) -> Self {
        Self(Receiver::new(Unmarshaller, body))
    }

    /// Waits until the session is open.
    ///
    /// # Errors
    /// The connection broke, or what arrives is no event stream.
    pub(crate) async fn opened(&mut self) -> Result<(), Ended> {
        // This drops the message `initial-response`, and keeps any other for `next`.
        self.0.try_recv_initial(InitialMessageType::Response).await.map(drop)
    }

    /// The next event, or `None` if the session has ended.
    ///
    /// # Errors
    /// CloudWatch Logs ends the session (`SessionTimeoutException`, `SessionStreamingException`), the connection broke, or
    /// what arrives cannot be read.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Ended> {
        self.0.recv().await
    }
}

impl SessionUpdate {
    /// Whether CloudWatch Logs left events out, because there were more than 500 in a second.
    pub(crate) fn is_sampled(&self) -> bool {
        self.session_metadata.as_ref().is_some_and(|metadata| metadata.sampled)
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &LogEvent> {
        self.session_results.iter().flatten()
    }
}

impl UnmarshallMessage for Unmarshaller {
    type Output = Event;
    type Error = ErrorMetadata;

    fn unmarshall(&self, message: &Message) -> Result<UnmarshalledMessage<Event, ErrorMetadata>, Error> {
        let headers = parse_response_headers(message)?;
        let payload = message.payload();
        match (headers.message_type.as_str(), headers.smithy_type.as_str()) {
            ("event", "sessionUpdate") => match serde_json::from_slice(payload) {
                Ok(update) => Ok(UnmarshalledMessage::Event(Event::SessionUpdate(update))),
                Err(_) => Err(Error::unmarshalling("an update of the session cannot be read")),
            },
            ("event", _) => Ok(UnmarshalledMessage::Event(Event::Other)),
            ("exception", code) => {
                let error = json_error(payload).into_builder().code(code).build();
                Ok(UnmarshalledMessage::Error(error))
            }
            _ => Err(Error::unmarshalling("the event stream has a message of an unknown type")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_eventstream::frame::write_message_to;
    use aws_smithy_runtime_api::client::result::SdkError;
    use aws_smithy_types::event_stream::{Header, HeaderValue};

    fn message(kind: &str, name: &str, payload: &'static str) -> Vec<u8> {
        let header = |name: String, value: &str| Header::new(name, HeaderValue::String(value.to_owned().into()));
        let message = Message::new(payload.as_bytes())
            .add_header(header(":message-type".to_owned(), kind))
            .add_header(header(format!(":{kind}-type"), name))
            .add_header(header(":content-type".to_owned(), "application/json"));
        let mut bytes = Vec::new();
        write_message_to(&message, &mut bytes).unwrap();
        bytes
    }

    const UPDATE: &str = r#"{"sessionMetadata":{"sampled":true},"sessionResults":[{"ingestionTime":1,"logGroupIdentifier":"1:g",
        "logStreamName":"s","message":"first","timestamp":7},{"message":"second","timestamp":8}]}"#;

    async fn update(session: &mut Session) -> (bool, Vec<String>) {
        match session.next().await {
            Ok(Some(Event::SessionUpdate(update))) => {
                (update.is_sampled(), update.events().filter_map(|event| event.message.clone()).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_session_begins_with_or_without_an_initial_response() {
        let start = message("event", "sessionStart", r#"{"sessionId":"s","logGroupIdentifiers":["1:g"]}"#);
        let both = [message("event", "initial-response", "{}"), start.clone()].concat();
        for first in [start, both] {
            let bytes = [first, message("event", "sessionUpdate", UPDATE), message("event", "sessionUpdate", "{}")];
            let mut session = Session::new(SdkBody::from(bytes.concat()));
            session.opened().await.unwrap();
            assert!(matches!(session.next().await, Ok(Some(Event::Other))));
            assert_eq!(update(&mut session).await, (true, vec!["first".to_owned(), "second".to_owned()]));
            assert_eq!(update(&mut session).await, (false, Vec::new()));
            assert!(matches!(session.next().await, Ok(None)));
        }
    }

    #[tokio::test]
    async fn an_exception_is_named_and_ends_the_session() {
        let bytes = message("exception", "SessionTimeoutException", r#"{"message":"three hours are over"}"#);
        let mut session = Session::new(SdkBody::from(bytes));
        session.opened().await.unwrap();
        let Err(SdkError::ServiceError(error)) = session.next().await else { panic!("no exception") };
        let error = error.into_err();
        assert_eq!((error.code(), error.message()), (Some("SessionTimeoutException"), Some("three hours are over")));
        assert!(matches!(session.next().await, Ok(None)));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_an_error() {
        let mut damaged = message("event", "sessionUpdate", UPDATE);
        damaged[20] ^= 1;
        let cut_off = message("event", "sessionUpdate", UPDATE)[..40].to_vec();
        let not_json = message("event", "sessionUpdate", "{");
        let unknown = message("error", "x", "{}");
        for bytes in [damaged, cut_off, not_json, unknown, b"<html>not a stream</html>".to_vec()] {
            let mut session = Session::new(SdkBody::from(bytes.clone()));
            let read = match session.opened().await {
                Ok(()) => session.next().await,
                Err(error) => Err(error),
            };
            assert!(matches!(read, Err(SdkError::ResponseError(_))), "{read:?}");
        }
    }
}
