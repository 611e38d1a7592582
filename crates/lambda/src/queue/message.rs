//! The message of a waiting transcription: one JSON object.

use ringbolt_core::{
    dialects::dialogtech::{MissingUniqueId, Parameters, Transcription},
    identity::FlowName,
    time::EpochMs,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A transcription postback waiting to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The flow whose URL received it.
    pub flow: FlowName,
    /// What the provider sent, without the token.
    pub parameters: Parameters,
    /// When it was received.
    pub received_at: EpochMs,
}

/// A message that is not a waiting transcription. The error never quotes the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMessage {
    /// Not the JSON that this function writes.
    #[error("the message is not the JSON of a waiting transcription")]
    Json,
    /// `flow` is not a valid flow name.
    #[error("the message's `flow` is not a valid flow name")]
    Flow,
    /// The parameters do not identify a call.
    #[error(transparent)]
    Transcription(#[from] MissingUniqueId),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    flow: String,
    parameters: Vec<(String, String)>,
    received_at: i64,
}

impl Waiting {
    /// The message's body.
    #[must_use]
    pub fn to_body(&self) -> String {
        let parameters: Vec<_> = self.parameters.iter().collect();
        let flow = self.flow.as_str();
        let json = serde_json::json!({ "flow": flow, "parameters": parameters, "received_at": self.received_at.0 });
        // JSON does not escape these two characters, and SQS does not allow them ("SendMessage").
        json.to_string().replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
    }

    /// Parses a message's body.
    ///
    /// # Errors
    /// [`InvalidMessage::Json`] and [`InvalidMessage::Flow`].
    pub fn from_body(body: &str) -> Result<Self, InvalidMessage> {
        let Document { flow, parameters, received_at } =
            serde_json::from_str(body).map_err(|_| InvalidMessage::Json)?;
        let flow = FlowName::parse(&flow).map_err(|_| InvalidMessage::Flow)?;
        // Parse in the same way as a postback, so that both give the same parameters.
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        Ok(Self { flow, parameters: Parameters::parse(&query, None), received_at: EpochMs(received_at) })
    }

    /// The transcription in the message.
    ///
    /// # Errors
    /// [`MissingUniqueId`] if the parameters do not identify a call.
    pub fn transcription(&self) -> Result<Transcription, MissingUniqueId> {
        Transcription::read(&self.parameters)
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("flow", &self.flow)
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn waiting(query: &str, received_at: i64) -> Waiting {
        Waiting {
            flow: FlowName::parse("demo").unwrap(),
            parameters: Parameters::parse(query, None),
            received_at: EpochMs(received_at),
        }
    }

    #[test]
    fn the_body_has_the_documented_form_and_no_token() {
        let body = waiting("auth=secret&survo_id=1&text=a+b&text=c", 1_795_262_400_000).to_body();
        let expected = r#"{"flow":"demo","parameters":[["survo_id","1"],["text","a b"],["text","c"]],"received_at":1795262400000}"#;
        assert_eq!(body, expected);
    }

    #[test]
    fn foreign_messages_are_refused() {
        for (body, expected) in [
            ("", InvalidMessage::Json),
            ("{}", InvalidMessage::Json),
            (r#"{"flow":"demo","parameters":{},"received_at":1}"#, InvalidMessage::Json),
            (r#"{"flow":"demo","parameters":[],"received_at":1,"more":1}"#, InvalidMessage::Json),
            (r#"{"flow":"../x","parameters":[],"received_at":1}"#, InvalidMessage::Flow),
        ] {
            assert_eq!(Waiting::from_body(body), Err(expected), "{body}");
        }
    }

    #[test]
    fn debug_does_not_show_what_was_said() {
        assert!(!format!("{:?}", waiting("text=my+words", 1)).contains("my words"));
    }

    proptest! {
        #[test]
        fn a_body_round_trips_in_characters_that_sqs_allows(
            sent in proptest::collection::vec(("[a-z_]{1,8}", any::<String>()), 0..8),
            received_at: i64,
        ) {
            let odd = sent.iter().map(|(name, value)| (name.clone(), format!("{value}\u{FFFE}\u{FFFF}\0")));
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(odd).finish();
            let waiting = waiting(&query, received_at);
            let body = waiting.to_body();
            let refused = |c: char| matches!(c, '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
            prop_assert_eq!(body.chars().find(|c| refused(*c)), None);
            prop_assert_eq!(Waiting::from_body(&body), Ok(waiting));
        }
    }
}
