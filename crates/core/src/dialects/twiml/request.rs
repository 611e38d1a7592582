//! Reading a provider's request: a form, whose fields Twilio's "TwiML voice request" names and the others copy.

use crate::call::ids::SessionId;
use crate::fields::NamedValues;

/// What callers key or say: no record and no condition sees it under these names.
const SPOKEN: [&str; 5] = ["Digits", "SpeechResult", "UnstableSpeechResult", "TranscriptionText", "StableSpeechResult"];

/// A provider's request. `Debug` shows no value.
#[derive(Clone, Debug)]
pub struct Request {
    /// Every field, as it came.
    form: NamedValues,
}

/// How an attempt to reach somebody ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialStatus {
    /// Somebody talked to the caller.
    Talked,
    /// Nobody took the call: busy, no answer, a failure, or a word that we do not know.
    Unanswered,
}

impl Request {
    /// Reads the body of a request. Nothing is required and nothing can fail; if a field comes twice the first one counts.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        Self { form: form_urlencoded::parse(body).map(|(name, value)| (name.into(), value.into())).collect() }
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The id of the call. What a person hears who was rung comes under an id of its own and names the caller's
    /// call as its parent.
    #[must_use]
    pub fn call_id(&self) -> Option<SessionId> {
        self.field("CallSid").and_then(|id| SessionId::parse(id).ok())
    }

    /// The ids under which a state can have been sealed: the call's, then its parent's.
    pub(super) fn call_ids(&self) -> impl Iterator<Item = &str> {
        ["CallSid", "ParentCallSid"].into_iter().filter_map(|name| self.field(name))
    }

    /// The account, or nothing.
    pub(super) fn account(&self) -> &str {
        self.field("AccountSid").unwrap_or_default()
    }

    /// What was keyed; `None` if nothing was.
    pub(super) fn digits(&self) -> Option<&str> {
        self.field("Digits")
    }

    /// Whether the call is over, so that nobody hears the answer.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.field("CallStatus"), Some("completed" | "canceled" | "failed" | "busy" | "no-answer"))
    }

    /// How the people who were rung took it. Telnyx says `answered` where Twilio says `completed`. Somebody who picked up
    /// and declined has completed a call, too; then `DialBridged` is false (seen in the field).
    pub(super) fn dial_status(&self) -> DialStatus {
        match self.field("DialCallStatus") {
            Some("completed" | "answered") if self.field("DialBridged") != Some("false") => DialStatus::Talked,
            _ => DialStatus::Unanswered,
        }
    }

    /// The fields that a record may keep and a condition may read.
    pub(super) fn about_the_call(&self) -> NamedValues {
        let told = self.form.iter().filter(|(name, _)| !SPOKEN.contains(name));
        told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Every field of a transcription, the text included.
    pub(super) fn every_field(&self) -> &NamedValues {
        &self.form
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_keyed_or_said_is_no_field_of_the_call() {
        let request =
            Request::read(b"CallSid=CA1&Digits=4711&SpeechResult=four&TranscriptionText=secret&From=%2B12125550142");
        assert_eq!(request.digits(), Some("4711"));
        let kept = request.about_the_call();
        assert_eq!(kept.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["CallSid", "From"]);
        assert!(!format!("{request:?}").contains("4711"));
    }

    #[test]
    fn nothing_is_required_and_the_first_of_two_counts() {
        let empty = Request::read(b"");
        assert_eq!((empty.call_id(), empty.account(), empty.digits(), empty.is_over()), (None, "", None, false));
        assert_eq!(Request::read(b"Digits=1&Digits=2&%FF=%00").digits(), Some("1"));
        assert_eq!(Request::read(b"Digits=+").digits(), None);
        assert!(Request::read(b"CallSid=a%00b").call_id().is_none());
    }

    #[test]
    fn an_unknown_dial_status_is_nobody() {
        for (status, expected) in [
            ("completed", DialStatus::Talked),
            ("answered", DialStatus::Talked),
            ("busy", DialStatus::Unanswered),
            ("no-answer", DialStatus::Unanswered),
            ("completed&DialBridged=true", DialStatus::Talked),
            ("completed&DialBridged=false", DialStatus::Unanswered),
            ("x", DialStatus::Unanswered),
            ("", DialStatus::Unanswered),
        ] {
            assert_eq!(
                Request::read(format!("DialCallStatus={status}").as_bytes()).dial_status(),
                expected,
                "{status}"
            );
        }
    }
}
