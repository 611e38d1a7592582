//! A transcription postback: the text of one recorded answer (DialogTech, "Transcription Postback").

use super::parameters::Parameters;
use crate::call::ids::KeyPart;
use crate::fields::NamedValues;
use std::collections::BTreeMap;
use std::fmt;

/// One transcribed answer. Postbacks come in any order, and perhaps more than once.
#[derive(Clone, PartialEq, Eq)]
pub struct Transcription {
    /// `survo_id`: the IVR.
    pub survo_id: KeyPart,
    /// `unique_id`: the respondent, the `ivr_response_id` of the IVR's own webhook.
    pub unique_id: KeyPart,
    /// `question`: the number of the question within the IVR, as it came: nothing is lost because it isn't a number.
    pub question: KeyPart,
    /// Every field as it came, known or not.
    fields: NamedValues,
}

/// Why a postback can't be stored: it doesn't say which call it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the field `unique_id` is missing: it says which call this belongs to")]
pub struct MissingUniqueId;

impl Transcription {
    /// Reads a postback. If a field comes twice the first one counts.
    ///
    /// # Errors
    /// [`MissingUniqueId`]: `unique_id` is missing or empty.
    pub fn read(parameters: &Parameters) -> Result<Self, MissingUniqueId> {
        let part = |name| KeyPart::of(parameters.get(name).unwrap_or_default());
        if parameters.get("unique_id").is_none_or(|id| id.trim().is_empty()) {
            return Err(MissingUniqueId);
        }
        Ok(Self {
            survo_id: part("survo_id"),
            unique_id: part("unique_id"),
            question: part("question"),
            fields: parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }

    /// Every field as it came, by its name on the wire; the first value of one that came twice.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        self.fields.firsts().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// Shows what the transcription belongs to and not what was said.
impl fmt::Debug for Transcription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcription")
            .field("survo_id", &self.survo_id)
            .field("unique_id", &self.unique_id)
            .field("question", &self.question)
            .field("fields", &self.fields)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Transcription, MissingUniqueId> {
        Transcription::read(&Parameters::parse(query, None))
    }

    #[test]
    fn a_postback_is_read_with_all_its_fields() {
        let given = read(
            "auth=t&survo_id=12345&unique_id=r-1&question=2&duration=12.5&date=2026-01-02&text=It%20was+fine%21&new=x&new=y",
        )
        .unwrap();
        assert_eq!((given.survo_id.as_str(), given.unique_id.as_str(), given.question.as_str()), ("12345", "r-1", "2"));
        let fields = given.fields();
        assert_eq!((fields["text"].as_str(), fields["new"].as_str()), ("It was fine!", "x"));
        assert!(!fields.contains_key("auth"));
    }

    #[test]
    fn nothing_is_lost_for_a_field_that_only_forms_a_key() {
        for question in ["Q1", "1.", "12345678901", "a#b", "", "%00"] {
            let given = read(&format!("survo_id=1&unique_id=r&question={}", question.replace('#', "%23"))).unwrap();
            assert!(!given.question.as_str().contains('#') && !given.question.as_str().is_empty(), "{question}");
        }
        assert!(read("survo_id=a%23b&unique_id=r%00&question=1").is_ok());
        assert!(read("unique_id=r").is_ok());
    }

    #[test]
    fn a_postback_needs_to_say_which_call_it_belongs_to() {
        for query in ["", "survo_id=1&question=1", "survo_id=1&unique_id=+&question=1"] {
            assert_eq!(read(query), Err(MissingUniqueId), "{query}");
        }
    }

    #[test]
    fn debug_does_not_show_what_was_said() {
        let shown = format!("{:?}", read("survo_id=1&unique_id=r&question=1&text=my+secret&note=hidden").unwrap());
        assert!(!shown.contains("secret") && !shown.contains("hidden") && shown.contains("[redacted]"), "{shown}");
    }
}
