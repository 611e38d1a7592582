//! Texts of a flow with `{{ ... }}` in them: MiniJinja, held to what a sentence needs.
//!
//! A template has expressions, filters, `if` and `for`, and three functions that ask what the flow defines by name; it
//! has no assignments and no way to reach another template, so that a flow stays something to read and not a program.

mod bounds;
mod calls;
mod check;
mod filters;
mod functions;
mod invalid;
mod scan;
mod scope;
mod slips;

pub use invalid::InvalidTemplate;
pub use scope::Scope;
pub use slips::Unwise;

use super::definitions::Definitions;

use minijinja::{Environment, ErrorKind, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock};

/// What the templates of `dialogtech` may speak of, and nothing else.
pub(super) const DIALOGTECH_NAMES: &[&str] = &["call", "source", "answers", "pass", "caller", "flow"];

/// What the conditions of `wix_answers` may speak of, and nothing else.
pub(super) const WIX_ANSWERS_NAMES: &[&str] = &["call", "user", "caller", "flow"];

/// What a caller has a hand in: what he keys, the number that he shows, the page that he came from, and what a stranger
/// could pass back.
const OF_CALLERS: [&str; 5] = ["call", "source", "answers", "pass", "user"];

/// What templates are compiled with: the names of their dialect, and what their flow defines.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    engine: Environment<'static>,
    definitions: Arc<Definitions>,
    names: &'static [&'static str],
}

impl Vocabulary {
    /// The names of DialogTech's dialect, and these definitions.
    #[must_use]
    pub fn new(definitions: Arc<Definitions>) -> Self {
        let mut engine = BASE.clone();
        functions::add(&mut engine, &definitions);
        Self { engine, definitions, names: DIALOGTECH_NAMES }
    }

    /// What the flow defines.
    pub(super) fn definitions(&self) -> &Arc<Definitions> {
        &self.definitions
    }

    /// The same, for another dialect.
    pub(super) fn speaking_of(&self, names: &'static [&'static str]) -> Self {
        Self { names, ..self.clone() }
    }
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

/// A text of a flow, compiled when the flow is loaded.
#[derive(Clone)]
pub struct Template {
    source: Arc<str>,
    /// None for a text without anything to fill in, which costs no engine.
    engine: Option<Arc<Environment<'static>>>,
    uses: BTreeSet<(String, Option<String>)>,
    calls: bool,
    unwise: Vec<Unwise>,
    chosen_by_caller: Option<&'static str>,
}

/// Why a template gave no text. It names no value: values belong to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It asks for a part of something that is not there: `caller.balance` where nobody is verified.
    #[error("the template asks for a part of something that is not there")]
    Missing,
    /// More than [`Template::MAX_BYTES`] came out of it, went into a filter or out of one, or a list had more than 200
    /// items.
    #[error("the template's text is longer than {max} bytes", max = Template::MAX_BYTES)]
    TooLong,
    /// It loops for too long.
    #[error("the template takes too many steps")]
    TooManySteps,
    /// What should be a telephone number is none, or none that callers may choose.
    #[error("the template's text is no telephone number of ten digits, or is one that no caller may choose")]
    NoNumber,
    /// Anything else, by the engine's kind of error.
    #[error("the template failed: {0}")]
    Failed(ErrorKind),
}

impl Template {
    /// The longest text, in bytes, both as written and as it comes out.
    pub const MAX_BYTES: usize = 8192;

    /// Steps of the engine for one text: a plain sentence takes about ten, a code of 16 digits that a loop spells 250.
    /// What one step can cost is bounded as well, in `bounds`.
    const FUEL: u64 = 2_000;

    /// Compiles a text and checks every name in it.
    ///
    /// # Errors
    /// Everything that is wrong with it, at least one [`InvalidTemplate`].
    pub fn compile(source: &str, vocabulary: &Vocabulary) -> Result<Self, Vec<InvalidTemplate>> {
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            let fits = source.len() <= Self::MAX_BYTES;
            let literal = Self {
                source: source.into(),
                engine: None,
                uses: BTreeSet::new(),
                calls: false,
                unwise: Vec::new(),
                chosen_by_caller: None,
            };
            return if fits { Ok(literal) } else { Err(vec![InvalidTemplate::TooLong]) };
        }
        Self::compile_as(source, source, vocabulary)
    }

    /// Compiles an expression into a template whose text is empty unless the expression holds.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub(super) fn compile_condition(expression: &str, vocabulary: &Vocabulary) -> Result<Self, Vec<InvalidTemplate>> {
        check::expression(expression, vocabulary)?;
        // It is one whole expression, so nothing of it can end the statement around it.
        Self::compile_as(expression, &format!("{{% if ({expression}) %}}1{{% endif %}}"), vocabulary)
    }

    fn compile_as(source: &str, text: &str, vocabulary: &Vocabulary) -> Result<Self, Vec<InvalidTemplate>> {
        if source.len() > Self::MAX_BYTES {
            return Err(vec![InvalidTemplate::TooLong]);
        }
        let check::Compiled { engine, uses, calls, unwise, chosen_by_caller } = check::compile(vocabulary, text)?;
        Ok(Self { source: source.into(), engine: Some(Arc::new(engine)), uses, calls, unwise, chosen_by_caller })
    }

    /// The text, filled in.
    ///
    /// A name that stands for nothing gives nothing (`answers.extension` where it was not asked); a part of something
    /// that is not there is an error, so that nobody hears "Your balance is .".
    ///
    /// # Errors
    /// [`TemplateError`] says why there is no text.
    pub fn render(&self, scope: &Scope) -> Result<String, TemplateError> {
        let Some(engine) = &self.engine else { return Ok(self.source.to_string()) };
        let mut output = Bounded { text: Vec::new(), full: false };
        let rendered =
            engine.get_template(check::NAME).and_then(|t| t.render_captured_to(scope.root(), &mut output).map(drop));
        let Err(error) = rendered else {
            return String::from_utf8(output.text).map_err(|_| TemplateError::Failed(ErrorKind::WriteFailure));
        };
        Err(match error.kind() {
            _ if output.full || bounds::is_too_long(&error) => TemplateError::TooLong,
            ErrorKind::UndefinedError => TemplateError::Missing,
            ErrorKind::OutOfFuel => TemplateError::TooManySteps,
            kind => TemplateError::Failed(kind),
        })
    }

    /// The text as it stands in the flow.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text where there is nothing to fill in.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.engine.is_none().then_some(&*self.source)
    }

    /// What is legal in it and hardly meant.
    #[must_use]
    pub fn unwise(&self) -> &[Unwise] {
        &self.unwise
    }

    /// Whether it speaks of nothing but these names, and asks neither the hours nor a split nor a list.
    pub(super) fn depends_on(&self, names: &[&str]) -> bool {
        !self.calls && self.uses.iter().all(|(used, _)| names.contains(&used.as_str()))
    }

    /// The first of `call`, `source`, `answers` and `pass` out of which the text itself is made: a caller can choose
    /// it. What is only looked up in a list of the flow's own (`listed("lines", call.ivr_number_called)`) chooses among
    /// what the flow says.
    #[must_use]
    pub fn chosen_by_caller(&self) -> Option<&'static str> {
        self.chosen_by_caller
    }

    /// Whether it speaks of `caller`, `answers` or another of the names, in whole or in part.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.uses.iter().any(|(used, _)| used == name)
    }

    /// The parts of `name` that it speaks of: `pin` for `{{ answers.pin }}` and `{{ answers["pin"] }}`, in order of
    /// the alphabet.
    pub fn parts_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.uses.iter().filter(move |(used, _)| used == name).filter_map(|(_, part)| part.as_deref())
    }

    /// Whether it speaks of `name` without saying which part, as `{{ answers }}` does.
    #[must_use]
    pub fn mentions_whole(&self, name: &str) -> bool {
        self.uses.iter().any(|(used, part)| used == name && part.is_none())
    }
}

/// Two templates are the same where they are written the same.
impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Template {}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.source).finish()
    }
}

/// The engine that every template's own is a copy of: no escaping (the document's writer escapes), no functions.
static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::empty();
    engine.set_fuel(Some(Template::FUEL));
    // What a missing value is, is said at `Template::render`.
    engine.set_undefined_behavior(minijinja::UndefinedBehavior::Lenient);
    engine.set_formatter(
        |out, state, value: &Value| {
            if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
        },
    );
    check::add_filters_and_tests(&mut engine);
    engine
});

/// Takes [`Template::MAX_BYTES`] and refuses the rest.
struct Bounded {
    text: Vec<u8>,
    full: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > Template::MAX_BYTES {
            self.full = true;
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
