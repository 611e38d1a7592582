//! What can be wrong with a text or condition, in words.

use super::bounds::MAX_BYTES;
use super::names::{STATEMENTS, example};
use std::fmt;

/// What a template is in the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A text that is read out or sent.
    Text,
    /// An expression that holds or does not.
    Condition,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Condition => "condition",
        })
    }
}

/// One mistake in a text or condition. Its `Display` is the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTemplate {
    fault: Fault,
    offset: Option<usize>,
}

impl InvalidTemplate {
    pub(super) fn new(fault: Fault, offset: impl Into<Option<usize>>) -> Self {
        Self { fault, offset: offset.into() }
    }

    pub(super) fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Where it is, in bytes from the beginning of the text or condition; none if all of it is wrong.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        self.fault.help()
    }
}

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl std::error::Error for InvalidTemplate {}

/// The kinds of mistakes. `near` and `help` say what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the {form} cannot be read: {what}")]
    Syntax { form: Form, what: String, help: Option<String> },
    #[error("the {form} is longer than {MAX_BYTES} bytes")]
    TooLong { form: Form },
    #[error("the {form} has more than {max} words and signs in its expressions")]
    TooManyTokens { form: Form, max: usize },
    #[error("unknown statement `{name}`")]
    Statement { name: String },
    #[error("unknown name `{name}`")]
    Name { name: String, help: String },
    #[error("the flow has no constant `{name}`")]
    Constant { name: String, near: Option<String> },
    #[error("`flow` is not a value: name one of its constants")]
    WholeFlow,
    #[error("`{function}` asks for `{name}`, and the flow has nothing of this name under `{section}`")]
    Definition { function: String, name: String, section: &'static str, near: Option<String> },
    #[error("`split` has no share `{name}`")]
    Share { name: String, near: Option<String> },
    #[error("the table `{table}` has no column `{name}`")]
    Column { table: String, name: String, near: Option<String> },
    #[error("`{name}` is a function whose first argument is a name in quotes")]
    Function { name: String },
    #[error("`{name}` takes {takes}", takes = takes(name))]
    Arguments { name: String },
    #[error("the IVR asks for no answer `{name}`")]
    Answer { name: String, near: Option<String> },
    #[error("`{group}.{name}` never has a value: {why}")]
    Reserved { group: &'static str, name: String, why: &'static str, help: Option<String> },
    /// A text never equals a number and counts as larger than every number.
    #[error("`{name}` is a text but is compared with {with}: the result is always the same")]
    Untyped { name: String, with: &'static str, help: String },
    #[error("{left} is compared with {right}: the result is always the same")]
    Mismatch { left: &'static str, right: &'static str },
    #[error("`{name}` is a text, but `{sign}` needs a number")]
    Calculation { name: String, sign: String },
    /// A product can repeat a text without end.
    #[error("multiplication (`*` and `**`) is not allowed")]
    Product,
    #[error("`*` before an argument is not allowed")]
    Unpacking,
    /// Together, two loops could double a text again and again.
    #[error("a `for` inside another `for` is not allowed")]
    NestedLoop,
    /// With lists inside lists a text could double again and again.
    #[error("a list or mapping holds only texts, numbers and names")]
    BuiltList,
    #[error("a condition is written without `{{{{` and `}}}}`")]
    Braces,
    #[error("unknown filter `{name}`")]
    Filter { name: String, help: String },
    #[error("unknown test `{name}`")]
    Test { name: String, help: String },
    #[error("`{name}` cannot be called")]
    Call { name: String, near: Option<String> },
}

fn takes(function: &str) -> &'static str {
    match function {
        "listed" => "two arguments, a name and a number",
        "lookup" => "two arguments, a name and a key",
        _ => "one argument, a name",
    }
}

impl Fault {
    fn help(&self) -> Option<String> {
        match self {
            Self::Syntax { help, .. } | Self::Reserved { help, .. } => help.clone(),
            Self::TooLong { .. } | Self::TooManyTokens { .. } | Self::Product | Self::Unpacking => None,
            Self::NestedLoop | Self::Braces => None,
            Self::Statement { .. } => Some(format!("known: {}", STATEMENTS.join(", "))),
            Self::Name { help, .. } | Self::Filter { help, .. } | Self::Test { help, .. } => Some(help.clone()),
            Self::Untyped { help, .. } => Some(help.clone()),
            Self::Constant { near, .. } | Self::Definition { near, .. } | Self::Share { near, .. } => near.clone(),
            Self::Column { near, .. } | Self::Answer { near, .. } => near.clone(),
            Self::WholeFlow => Some("for example `flow.company`".to_owned()),
            Self::Function { name } | Self::Arguments { name } => Some(format!("for example `{}`", example(name))),
            Self::Mismatch { .. } => {
                Some("compare a number with a number, and a text in quotes with a text".to_owned())
            }
            Self::Calculation { name, .. } => Some(format!("write `{name} | float`")),
            Self::BuiltList => Some("move `~`, `+` and inner lists out of it".to_owned()),
            Self::Call { near, .. } => {
                near.clone().or_else(|| Some("write a filter instead: `{{ answers.name | upper }}`".to_owned()))
            }
        }
    }
}
