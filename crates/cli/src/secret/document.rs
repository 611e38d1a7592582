//! The JSON of a secret: its current value and, during a rotation, a second one.

use rand::{Rng as _, distr::Alphanumeric};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// What a secret's JSON is read as.
pub(super) trait Form: PartialEq + Sized {
    /// The JSON in a few words.
    const FORM: &str;

    /// Parses the JSON. The error is dropped, because it could quote the secret.
    fn parse(json: &str) -> Option<Self>;

    /// # Errors
    /// It cannot be serialised.
    fn to_json(&self) -> anyhow::Result<Zeroizing<String>>;
}

/// `{"current": ..., "previous": ..., "next": ...}`. `previous` or `next` is present only during a rotation. The PIN keys'
/// secret also has `references`: the keys that find the records of calls from before earlier rotations.
#[derive(Clone, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) current: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) references: Vec<String>,
}

impl Document {
    /// A secret with a single value.
    pub(super) fn only(current: impl Into<String>) -> Self {
        Self { current: current.into(), previous: None, next: None, references: Vec::new() }
    }

    /// A secret with another current value, which keeps what finds earlier records.
    pub(super) fn with_current(&self, current: impl Into<String>) -> Self {
        let mut document = Self::only(current);
        document.references.clone_from(&self.references);
        document
    }
}

impl Form for Document {
    const FORM: &str = r#"{"current": ..., "previous": ..., "next": ...}"#;

    fn parse(json: &str) -> Option<Self> {
        object(json)
    }

    fn to_json(&self) -> anyhow::Result<Zeroizing<String>> {
        Ok(Zeroizing::new(serde_json::to_string(self)?))
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.current.zeroize();
        self.previous.zeroize();
        self.next.zeroize();
        self.references.zeroize();
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document([redacted])")
    }
}

/// Parses a JSON object. Serde would also take a list of its fields' values, so that `[]` would be an empty secret.
pub(super) fn object<T: DeserializeOwned>(json: &str) -> Option<T> {
    if json.trim_start().starts_with('{') { serde_json::from_str(json).ok() } else { None }
}

/// Random letters and digits: 5.95 bits each.
pub(super) fn random_text(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_round_trips_and_is_redacted_in_debug_output() {
        let mut document = Document::only("new");
        document.previous = Some("old".to_owned());
        assert_eq!(*document.to_json().unwrap(), r#"{"current":"new","previous":"old"}"#);
        assert_eq!(Document::parse(&document.to_json().unwrap()), Some(document.clone()));
        assert_eq!(format!("{document:?}"), "Document([redacted])");
        for other in [r#"{"current":"a","older":"b"}"#, r#"["a"]"#, r#"["a",null,null,[]]"#, "[]"] {
            assert_eq!(Document::parse(other), None, "{other}");
        }
    }

    #[test]
    fn random_text_is_url_safe_and_never_repeats() {
        let (one, two) = (random_text(88), random_text(88));
        assert!(one != two && one.len() == 88 && one.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
