//! The language of flow files as data: every key, what it takes and what it means.
//!
//! The loader takes the names of the keys from here, the JSON Schema and the reference are generated from it, and tests
//! hold the loader to the schema: there is one place to add a key.

mod reference;
mod schema;
mod tables;

pub use reference::reference;
pub use schema::schema;
pub(super) use tables::{
    ACTION, ANI_LIMIT, ASK, CALENDAR, DIALOGTECH, FALLBACK, FINDME, FLOW, IVR, LIMITS, LOCKOUT, MAILBOX, MOST_RULES,
    OUTCOME_RULE, REPLY_RULE, RULE, START_RULE, TO_IVR, TRANSFER, TWIML, VERIFIED_RULE, VERIFY_PIN, WIX_ANSWERS,
    WIX_IVR,
};

/// A mapping with keys of its own.
#[derive(Debug)]
pub struct Mapping {
    /// Its name in the schema and its heading in the reference.
    pub name: &'static str,
    /// What it is for, in a sentence or two of Markdown.
    pub about: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// What the schema says beyond the keys, as JSON: which of them go together.
    pub together: &'static str,
}

/// One key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there, and what holds if it is absent.
    pub presence: Presence,
    /// What it takes.
    pub value: Kind,
    /// What it means, in Markdown.
    pub about: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out; this then holds.
    Default(&'static str),
    /// It may be left out, and nothing takes its place.
    Optional,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A name: lower-case letters, digits, `-` and `_`.
    Name,
    /// A text without anything to fill in.
    Text,
    /// A text, with `{{ ... }}` or without.
    Template,
    /// A condition.
    Condition,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, both ends included.
    Whole(u32, u32),
    /// `true` or `false`, or 1 or 0.
    Flag,
    /// A length of time, such as `30m`.
    Duration,
    /// An id of the portal.
    Id,
    /// An id of the portal, or one for each stage.
    IdByStage,
    /// The name of an IVR of the flow.
    IvrName,
    /// What a caller hears at a question.
    Prompt,
    /// How many digits: `4` or `4-10`.
    Digits,
    /// A telephone number, or a template that gives one.
    Number,
    /// An IVR of Wix Answers, or `disconnect`.
    Reply,
    /// The GUID of an IVR of Wix Answers.
    Guid,
    /// The name of a voice of a TwiML provider.
    Voice,
    /// An `https` URL.
    Url,
    /// An IANA time zone.
    Zone,
    /// Spans of time, or `closed`.
    Spans,
    /// A text, a number, or true or false.
    Constant,
    /// A list, with its smallest and largest length.
    List(&'static Kind, usize, usize),
    /// A mapping with keys of its own.
    Mapping(&'static Mapping),
    /// A mapping whose keys the flow chooses.
    Named {
        /// What the keys are, in words.
        keys: &'static str,
        /// The form of the keys, as a regular expression.
        pattern: &'static str,
        /// What each takes.
        values: &'static Kind,
    },
    /// Nothing, or an empty mapping.
    Nothing,
    /// Any of these.
    OneOf(&'static [Kind]),
}

impl Mapping {
    /// The names of its keys.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }
}

#[cfg(test)]
mod tests;
