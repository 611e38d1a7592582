//! A transcription postback: the text of one recorded answer (DialogTech, "Transcription Postback").

use std::collections::BTreeMap;
use std::fmt;

use super::ids::ResponseId;
use super::number::BuildingBlockId;
use super::parameters::{NamedValues, Parameters};

/// One transcribed answer. Postbacks come in any order, and perhaps more than once.
#[derive(Clone, PartialEq, Eq)]
pub struct Transcription {
    /// `survo_id`: the IVR.
    pub survo_id: BuildingBlockId,
    /// `unique_id`: the respondent, the `ivr_response_id` of the IVR's own webhook.
    pub unique_id: ResponseId,
    /// `question`: the number of the question within the IVR.
    pub question: u32,
    /// `duration`: the length of the recording, as it came: its unit is not documented.
    pub duration: Option<String>,
    /// `date`: the date of the transcription, as it came: neither form nor time zone is documented.
    pub date: Option<String>,
    /// `text`: what was said; may be empty.
    pub text: String,
    /// Fields that the specification does not know, as they came.
    pub other: NamedValues,
}

/// Why a postback cannot be stored: it does not say what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTranscription {
    /// A required field is absent or empty.
    #[error("the field `{0}` is missing")]
    Missing(Field),
    /// A required field has a value that is not of its form.
    #[error("the field `{0}` is not readable: it should be {form}", form = .0.form())]
    Unreadable(Field),
}

/// The fields that a postback must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `survo_id`
    SurvoId,
    /// `unique_id`
    UniqueId,
    /// `question`
    Question,
}

impl Field {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SurvoId => "survo_id",
            Self::UniqueId => "unique_id",
            Self::Question => "question",
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::SurvoId => "an id of 1 to 20 digits",
            Self::UniqueId => "an id of at most 256 bytes without control characters",
            Self::Question => "a whole number",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Transcription {
    const FIELDS: [&str; 6] = ["survo_id", "unique_id", "question", "duration", "date", "text"];

    /// Reads a postback. Where a field comes twice the first one counts.
    ///
    /// # Errors
    /// [`InvalidTranscription`] where `survo_id`, `unique_id` or `question` is missing or not readable.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, InvalidTranscription> {
        let required = |field: Field| {
            let value = parameters.get(field.name()).map(str::trim).filter(|value| !value.is_empty());
            value.ok_or(InvalidTranscription::Missing(field))
        };
        let unreadable = InvalidTranscription::Unreadable;
        let text = |name| parameters.get(name).map(str::to_owned);
        Ok(Self {
            survo_id: BuildingBlockId::parse(required(Field::SurvoId)?).map_err(|_| unreadable(Field::SurvoId))?,
            unique_id: ResponseId::parse(required(Field::UniqueId)?).map_err(|_| unreadable(Field::UniqueId))?,
            question: required(Field::Question)?.parse().map_err(|_| unreadable(Field::Question))?,
            duration: text("duration"),
            date: text("date"),
            text: text("text").unwrap_or_default(),
            other: parameters.select(|name| !Self::FIELDS.contains(&name)),
        })
    }

    /// Every field as it came, by its name on the wire; an unknown one that came twice keeps its last value.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        let known = [
            ("survo_id", Some(self.survo_id.to_string())),
            ("unique_id", Some(self.unique_id.to_string())),
            ("question", Some(self.question.to_string())),
            ("duration", self.duration.clone()),
            ("date", self.date.clone()),
            ("text", Some(self.text.clone())),
        ];
        let other = self.other.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        other.chain(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))).collect()
    }

    /// The duration in seconds (the unit is a guess) where it is a number, never negative.
    #[must_use]
    pub fn duration_secs(&self) -> Option<f64> {
        let secs: f64 = self.duration.as_deref()?.trim().parse().ok()?;
        (secs.is_finite() && secs >= 0.0).then_some(secs)
    }
}

/// Shows what the transcription belongs to and not what was said.
impl fmt::Debug for Transcription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcription")
            .field("survo_id", &self.survo_id)
            .field("unique_id", &self.unique_id)
            .field("question", &self.question)
            .field("duration", &self.duration)
            .field("date", &self.date)
            .field("text", &format_args!("[redacted]"))
            .field("other", &self.other)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Transcription, InvalidTranscription> {
        Transcription::from_parameters(&Parameters::parse(query, None))
    }

    #[test]
    fn a_postback_is_read_with_all_its_fields() {
        let given = read(
            "auth=t&survo_id=12345&unique_id=r-1&question=2&duration=12.5&date=2026-01-02&text=It%20was+fine%21&new=x&new=y",
        )
        .unwrap();
        assert_eq!((given.survo_id.as_str(), given.unique_id.as_str(), given.question), ("12345", "r-1", 2));
        assert_eq!((given.duration.as_deref(), given.duration_secs()), (Some("12.5"), Some(12.5)));
        assert_eq!((given.date.as_deref(), given.text.as_str()), (Some("2026-01-02"), "It was fine!"));
        assert_eq!(given.other.iter().collect::<Vec<_>>(), [("new", "x"), ("new", "y")]);
    }

    #[test]
    fn a_postback_needs_to_say_what_it_belongs_to_and_nothing_else() {
        let bare = read("survo_id=1&unique_id=r&question=1").unwrap();
        assert_eq!((bare.text.as_str(), bare.duration_secs(), bare.date), ("", None, None));
        for (query, expected) in [
            ("", "the field `survo_id` is missing"),
            ("survo_id=1&question=1", "the field `unique_id` is missing"),
            ("survo_id=1&unique_id=+&question=1", "the field `unique_id` is missing"),
            ("survo_id=1&unique_id=r", "the field `question` is missing"),
            (
                "survo_id=a%23b&unique_id=r&question=1",
                "the field `survo_id` is not readable: it should be an id of 1 to 20 digits",
            ),
            (
                "survo_id=1&unique_id=a%00&question=1",
                "the field `unique_id` is not readable: it should be an id of at most 256 bytes without control \
                 characters",
            ),
            (
                "survo_id=1&unique_id=r&question=one",
                "the field `question` is not readable: it should be a whole number",
            ),
        ] {
            assert_eq!(read(query).unwrap_err().to_string(), expected, "{query}");
        }
    }

    #[test]
    fn only_a_number_is_a_duration() {
        for (text, secs) in
            [("12", Some(12.0)), (" 7 ", Some(7.0)), ("0:12", None), ("-1", None), ("inf", None), ("NaN", None)]
        {
            let given = read(&format!("survo_id=1&unique_id=r&question=1&duration={text}")).unwrap();
            assert_eq!((given.duration_secs(), given.duration.as_deref()), (secs, Some(text)), "{text}");
        }
    }

    #[test]
    fn debug_does_not_show_what_was_said() {
        let shown = format!("{:?}", read("survo_id=1&unique_id=r&question=1&text=my+secret&note=hidden").unwrap());
        assert!(!shown.contains("secret") && !shown.contains("hidden") && shown.contains("[redacted]"), "{shown}");
    }
}
