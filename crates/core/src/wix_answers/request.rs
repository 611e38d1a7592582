//! The request: what the caller keyed, and whom Wix Answers takes him for ("Example payload sent to your Webhook").

use std::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::json;

/// One webhook of a Number Input IVR.
///
/// A field that is missing or not of its type is `None`, and so is an empty text; fields that the specification does
/// not know are passed over (those of the user are kept in [`User::fields`]). `Debug` shows the call's and the user's
/// ids alone.
#[derive(Clone, PartialEq)]
pub struct AuthRequest {
    /// `callId`
    pub call_id: Option<String>,
    /// `from`: the calling number (ANI); it can be forged.
    pub from: Option<Phone>,
    /// `user`: whom the provider takes the caller for.
    pub user: Option<User>,
    input: Option<Zeroizing<String>>,
}

/// A telephone number in two parts, each as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// `countryCode`
    pub country_code: Option<String>,
    /// `number`
    pub number: Option<String>,
}

/// The user whom the provider found for the call.
#[derive(Clone, PartialEq)]
pub struct User {
    /// `id`: opaque text; the specification's own example is no valid GUID.
    pub id: Option<String>,
    /// `email`
    pub email: Option<String>,
    /// `emailStatus`: a code whose meaning is not documented.
    pub email_status: Option<i64>,
    /// `creationDate`, epoch milliseconds.
    pub creation_date_ms: Option<i64>,
    /// `lastUpdateDate`, epoch milliseconds.
    pub last_update_date_ms: Option<i64>,
    /// `userType`
    pub user_type: Option<UserType>,
    /// `firstName`
    pub first_name: Option<String>,
    /// `phoneNumbers`
    pub phone_numbers: Vec<Phone>,
    /// `banned`. Fails closed: a value that is no yes or no counts as yes; only absence and null are a no.
    pub banned: bool,
    /// `uri`
    pub uri: Option<String>,
    /// `fullName`
    pub full_name: Option<String>,
    /// `hasEmail`
    pub has_email: Option<bool>,
    /// `hasName`
    pub has_name: Option<bool>,
    /// `fullPhoneNumbers`, such as `111-544444444`.
    pub full_phone_numbers: Vec<String>,
    fields: Map<String, Value>,
}

/// `userType`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserType {
    /// 1
    Authenticated,
    /// 2
    NotAuthenticated,
    /// A code that is not documented.
    Other(i64),
}

/// Why a body cannot be read. Nothing of the body stands in these sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No JSON, no UTF-8, cut off, nested deeper than 127 levels, or with something after its end.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// From 1.
        line: usize,
        /// In bytes from 1; 0 before the first byte of a line.
        column: usize,
    },
    /// JSON of another kind.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// Two readers could see two different callers in it.
    #[error("a key stands twice in one object of the body")]
    RepeatedKey,
}

impl AuthRequest {
    /// Reads a body, whatever its content type says.
    ///
    /// # Errors
    /// [`Unreadable`] where the body is not one JSON object, or any object in it has a key twice.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        let fields = json::object(body)?;
        Ok(Self {
            call_id: text(&fields, "callId"),
            from: fields.get("from").and_then(Phone::read),
            user: fields.get("user").and_then(Value::as_object).map(User::read),
            input: text(&fields, "input").map(Zeroizing::new),
        })
    }

    /// `input`: the digits that the caller keyed, as they came; a whole number is read as its digits.
    #[must_use]
    pub fn input(&self) -> Option<&str> {
        self.input.as_ref().map(|input| input.as_str())
    }
}

impl User {
    /// Every field of the user as it came, known or not, under its name on the wire.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    fn read(fields: &Map<String, Value>) -> Self {
        let whole = |name| fields.get(name).and_then(Value::as_i64);
        let flag = |name| fields.get(name).and_then(truth);
        let list = |name| fields.get(name).and_then(Value::as_array).into_iter().flatten();
        Self {
            id: text(fields, "id"),
            email: text(fields, "email"),
            email_status: whole("emailStatus"),
            creation_date_ms: whole("creationDate"),
            last_update_date_ms: whole("lastUpdateDate"),
            user_type: whole("userType").map(UserType::from_code),
            first_name: text(fields, "firstName"),
            phone_numbers: list("phoneNumbers").filter_map(Phone::read).collect(),
            banned: match fields.get("banned") {
                None | Some(Value::Null) => false,
                Some(value) => truth(value).unwrap_or(true),
            },
            uri: text(fields, "uri"),
            full_name: text(fields, "fullName"),
            has_email: flag("hasEmail"),
            has_name: flag("hasName"),
            full_phone_numbers: list("fullPhoneNumbers").filter_map(scalar_text).collect(),
            fields: fields.clone(),
        }
    }
}

impl Phone {
    fn read(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        Some(Self { country_code: text(fields, "countryCode"), number: text(fields, "number") })
    }
}

impl UserType {
    fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Authenticated,
            2 => Self::NotAuthenticated,
            other => Self::Other(other),
        }
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(scalar_text)
}

/// A text that is not empty, or a whole number as its digits.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

impl fmt::Debug for AuthRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthRequest")
            .field("call_id", &self.call_id)
            .field("from", &self.from)
            .field("user", &self.user)
            .field("input", &format_args!("[redacted]"))
            .finish()
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone([redacted])")
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("user_type", &self.user_type)
            .field("banned", &self.banned)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
