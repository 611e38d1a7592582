//! The request: what the caller keyed, and whom Wix Answers takes them for ("Example payload sent to your Webhook").

use super::json::{self, Fields, Unreadable};
use crate::ani::Ani;
use crate::call::{LoginRequest, ProviderUser};
use serde_json::{Map, Value, json, value::RawValue};
use std::fmt;
use zeroize::Zeroizing;

/// One webhook of a Number Input IVR. `Debug` shows the ids of the call and the user.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// What the engine sees of it.
    pub login: LoginRequest,
    input: Option<Zeroizing<String>>,
}

impl Request {
    /// Reads a body, whatever its content type says. A field that is missing or not of its type is absent, and so is an
    /// empty text. Only the keys that decide who is calling must be unambiguous.
    ///
    /// # Errors
    /// [`Unreadable`]: the body isn't one JSON object, or `callId`, `from`, `user`, `input`, the user's `id` or `banned`
    /// occurs twice.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        // The body, with the PIN in it, belongs to the event that Lambda gave us, and so do serde's buffers: those can't be
        // cleared. This copy can.
        let text = Zeroizing::new(json::text(body));
        let fields = json::object(&text)?;
        let call_id = fields.deciding("callId")?.and_then(scalar);
        let from = fields.deciding("from")?.and_then(|from| json::object(from.get()).ok());
        let part = |name| from.as_ref().and_then(|from| from.get(name)).and_then(scalar);
        let (country_code, number) = (part("countryCode"), part("number"));
        // With a country's code in front, ten digits are not North American.
        let plus = country_code.as_deref().filter(|code| code.starts_with(|c: char| c.is_ascii_digit())).map(|_| "+");
        let parts = [plus, country_code.as_deref(), number.as_deref()];
        let ani: Option<String> = from.as_ref().map(|_| parts.into_iter().flatten().collect());
        let user = fields.deciding("user")?.and_then(|user| json::object(user.get()).ok());
        let call = json!({
            "callId": call_id.as_deref().unwrap_or_default(),
            "id": call_id.as_deref().unwrap_or_default(),
            "from": { "countryCode": country_code, "number": number },
        });
        let mut call = if let Value::Object(call) = call { call } else { Map::new() };
        let canonical = Ani::parse(ani.as_deref());
        if !canonical.is_withheld() {
            call.insert("ani".to_owned(), canonical.as_str().into());
        }
        let user = user.map(|user| read_user(&user)).transpose()?;
        let input = fields.deciding("input")?.and_then(scalar).map(Zeroizing::new);
        Ok(Self { login: LoginRequest { call_id, ani, call, user }, input })
    }

    /// `input`: the digits that the caller keyed, as they came; a whole number is read as its digits.
    #[must_use]
    pub fn input(&self) -> Option<&str> {
        self.input.as_ref().map(|input| input.as_str())
    }
}

/// `id` is opaque text: the specification's own example is no valid GUID. `banned` fails closed: a value that is neither
/// yes nor no counts as yes; only absence and null mean no.
fn read_user(fields: &Fields<'_>) -> Result<ProviderUser, Unreadable> {
    let banned = match fields.deciding("banned")?.map(value) {
        None | Some(Some(Value::Null)) => false,
        Some(value) => !value.as_ref().is_some_and(is_no),
    };
    let mut all = Map::new();
    for (name, raw) in fields.iter() {
        // What serde can't hold, such as 1e999, no condition needs.
        if let (false, Some(value)) = (all.contains_key(name), value(raw)) {
            all.insert(name.to_owned(), value);
        }
    }
    Ok(ProviderUser { id: fields.deciding("id")?.and_then(scalar), banned, fields: all })
}

fn value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}

/// A text that isn't empty, or a whole number as its digits.
fn scalar(raw: &RawValue) -> Option<String> {
    match value(raw)? {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a value says no: `false` or 0, also as text.
fn is_no(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => matches!(text.trim().to_ascii_lowercase().as_str(), "false" | "0"),
        _ => false,
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.login.user.as_ref();
        f.debug_struct("Request")
            .field("call_id", &self.login.call_id)
            .field("user_id", &user.and_then(|user| user.id.as_deref()))
            .field("banned", &user.map(|user| user.banned))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
