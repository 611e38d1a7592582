//! Under which names providers send what records are searched by: the names of DialogTech, then those of TwiML.

use crate::call::about::first;
use serde_json::Value;

/// The calling number.
pub const CALLING_NUMBER: [&str; 2] = ["ivr_caller_id", "From"];
/// The call, through all its IVRs.
pub const SESSION: [&str; 2] = ["ivr_session_id", "CallSid"];
/// Numbers on the caller's side: the calling number, under every name, and the number that forwarded the call (Twilio,
/// "TwiML voice request"; 2600Hz, "Pivot request parameters").
pub const CALLERS_NUMBERS: [&str; 5] = ["ivr_caller_id", "From", "Caller", "CallerNumber", "ForwardedFrom"];
/// What a caller said, as a transcription has it.
pub const SPOKEN: [&str; 2] = ["text", "TranscriptionText"];

/// The calling number among the fields of a call, as the provider sent it.
#[must_use]
pub fn calling_number(call: &Value) -> Option<&str> {
    any(call, &CALLING_NUMBER)
}

/// The id of the whole call among its fields.
#[must_use]
pub fn session(call: &Value) -> Option<&str> {
    any(call, &SESSION)
}

/// Whether the fields of a call, or of a transcription, are those of a TwiML provider, which always sends its `CallSid`.
#[must_use]
pub fn are_of_twiml(fields: &Value) -> bool {
    fields.get("CallSid").is_some() && fields.get("ivr_session_id").is_none()
}

fn any<'v>(call: &'v Value, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| first(call.get(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_dialect_has_its_own_names() {
        let dialogtech = json!({ "ivr_caller_id": ["8005550142", "x"], "ivr_session_id": "s-1", "From": "x" });
        let twiml = json!({ "From": "+18005550142", "CallSid": "CA1" });
        assert_eq!((calling_number(&dialogtech), session(&dialogtech)), (Some("8005550142"), Some("s-1")));
        assert_eq!((calling_number(&twiml), session(&twiml)), (Some("+18005550142"), Some("CA1")));
        assert_eq!((calling_number(&json!({})), session(&json!(null))), (None, None));
        assert!(are_of_twiml(&twiml) && !are_of_twiml(&dialogtech) && !are_of_twiml(&json!({})));
        assert!(CALLING_NUMBER.iter().all(|name| CALLERS_NUMBERS.contains(name)));
    }
}
