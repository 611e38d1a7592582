//! What can be wrong with a template, in words.

use super::super::mistake::did_you_mean;
use super::calls::example;
use super::check::{FILTERS, MAX_TOKENS, TESTS};
use super::functions::FUNCTIONS;

/// One thing that is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// The engine cannot read it.
    #[error("the template does not parse: {reason}")]
    Syntax {
        /// The engine's words.
        reason: String,
    },
    /// It is longer than [`super::Template::MAX_BYTES`].
    #[error("the text is longer than {max} bytes", max = super::Template::MAX_BYTES)]
    TooLong,
    /// Its expressions are no sentence any more.
    #[error("the template has more than {MAX_TOKENS} words and signs in its expressions")]
    TooManyTokens,
    /// A statement beyond `if` and `for`.
    #[error("a template has no `{name}` statement")]
    Statement {
        /// As written.
        name: String,
    },
    /// A top-level name that no request has.
    #[error("unknown name `{name}` in the template")]
    Name {
        /// As written.
        name: String,
        /// The names that there are.
        known: &'static [&'static str],
    },
    /// A part of `flow` that is not among the flow's constants.
    #[error("the flow has no constant `{name}`")]
    Constant {
        /// As written.
        name: String,
        /// The nearest that there is.
        near: Option<String>,
    },
    /// A function asks for what the flow does not define.
    #[error("`{function}` asks for `{name}`, and the flow has nothing of this name under `{section}`")]
    Definition {
        /// `open`, `split` or `listed`.
        function: String,
        /// As written.
        name: String,
        /// The section of the flow.
        section: &'static str,
        /// The nearest that there is.
        near: Option<String>,
    },
    /// A share that the split does not have.
    #[error("`split` has no share `{name}`")]
    Share {
        /// As written.
        name: String,
        /// The nearest that there is.
        near: Option<String>,
    },
    /// A function without brackets, or whose first argument is not a name in quotes.
    #[error("`{name}` is a function, and its first argument is a name in quotes")]
    Function {
        /// As written.
        name: String,
    },
    /// A function with too few or too many arguments.
    #[error("`{name}` takes {takes}", takes = if name == "listed" { "two arguments, a name and a number" } else { "one argument, a name" })]
    Arguments {
        /// As written.
        name: String,
    },
    /// A text compared with a number: it is larger than every number and equal to none.
    #[error("`{name}` is a text, and is compared with a number: no text is equal to a number, and each is larger")]
    Untyped {
        /// `answers.qos`.
        name: String,
    },
    /// A product can be a text repeated without end.
    #[error("a template does not multiply")]
    Product,
    /// A loop within a loop: what one builds the other could double.
    #[error("a template has no `for` within a `for`")]
    NestedLoop,
    /// A list or mapping that is not made of plain values: with every list in a list a text could double.
    #[error("a list or mapping in a template holds texts, numbers and names, and nothing that is put together")]
    BuiltList,
    /// Where an expression is expected, the signs of a template.
    #[error("`when` is an expression already: it stands without `{{{{` and `}}}}`")]
    Braces,
    /// A filter that there is not.
    #[error("unknown filter `{name}` in the template")]
    Filter {
        /// As written.
        name: String,
    },
    /// A test, after `is`, that there is not.
    #[error("unknown test `{name}` in the template")]
    Test {
        /// As written.
        name: String,
    },
    /// Something is called.
    #[error("a template cannot call `{name}`")]
    Call {
        /// As written.
        name: String,
    },
}

impl InvalidTemplate {
    /// What to do about it.
    pub(in super::super) fn help(&self) -> Option<String> {
        match self {
            Self::Syntax { .. } | Self::TooLong | Self::TooManyTokens | Self::Product | Self::Braces => None,
            Self::NestedLoop => None,
            Self::BuiltList => Some("no list within a list, no `~` and no `+`".to_owned()),
            Self::Statement { .. } => Some("it has `if`, `elif`, `else`, `endif`, `for` and `endfor`".to_owned()),
            Self::Name { name, known } => {
                let names = known.iter().copied();
                did_you_mean(name, names.chain(FUNCTIONS)).or_else(|| Some(format!("known: {}", known.join(", "))))
            }
            Self::Constant { near, .. } | Self::Definition { near, .. } | Self::Share { near, .. } => near.clone(),
            Self::Untyped { name } => Some(format!("say `{name} | int`, or put the number in quotes")),
            Self::Function { name } | Self::Arguments { name } => Some(format!("for example `{}`", example(name))),
            Self::Filter { name } => did_you_mean(name, FILTERS),
            Self::Test { name } => did_you_mean(name, TESTS),
            Self::Call { name } => {
                did_you_mean(name, FUNCTIONS).or_else(|| Some("use a filter: `{{ answers.name | upper }}`".to_owned()))
            }
        }
    }
}
