//! What loads but is hardly meant, in words.

use std::fmt;

/// One slip of the pen in a text or condition that loads. Its `Display` is the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateWarning {
    slip: Slip,
    offset: usize,
}

impl TemplateWarning {
    pub(super) fn new(slip: Slip, offset: usize) -> Self {
        Self { slip, offset }
    }

    pub(super) fn slip(&self) -> &Slip {
        &self.slip
    }

    /// Where it is, in bytes from the beginning of the text or condition.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        self.slip.help()
    }
}

impl fmt::Display for TemplateWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slip.fmt(f)
    }
}

/// The kinds of slips.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Slip {
    /// New fields appear from time to time, so an unknown one is no mistake.
    #[error("the provider sends no field `{group}.{field}`: it is empty in every call")]
    Field { group: String, field: String, near: Option<String> },
    /// Attributes imported from a CSV file are texts.
    #[error("`{name}` holds for every text except the empty one, even for `false`, `no` and `0`")]
    Truth { name: String },
    /// The words of `no` that YAML and people know, as a text.
    #[error("`{name}` is the text `{text}`, which holds in every call")]
    ConstantTruth { name: String, text: String },
    #[error("`{name}` is compared with {with}, but attributes imported from a CSV file are texts")]
    Attribute { name: String, with: &'static str, filter: &'static str },
    #[error("`{text}` is plain text here: nothing is filled in")]
    SingleBraces { text: String, inside: String },
    #[error("`{text}` is plain text inside quotes: nothing is filled in")]
    Quoted { text: String },
    #[error("`{end}` has no `{begin}` before it: nothing is filled in")]
    Unopened { begin: &'static str, end: &'static str },
}

impl Slip {
    fn help(&self) -> Option<String> {
        match self {
            Self::Field { near, .. } => near.clone(),
            Self::Truth { name } => Some(format!("write `{name} | bool` or `{name} == \"true\"`")),
            Self::ConstantTruth { .. } => Some("write the constant as `true` or `false`, without quotes".to_owned()),
            Self::Attribute { name, filter, .. } => Some(format!("write `{name} | {filter}`")),
            Self::SingleBraces { inside, .. } => Some(format!("write `{{{{ {inside} }}}}`")),
            Self::Quoted { .. } => Some("join texts and values with `~`: `\"Agent \" ~ answers.agent`".to_owned()),
            Self::Unopened { .. } => None,
        }
    }
}
