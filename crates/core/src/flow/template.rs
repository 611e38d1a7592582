//! Texts of a flow with `{{ ... }}` in them: MiniJinja, held to what a sentence needs.
//!
//! A template has expressions, filters, `if` and `for`; it has no functions, no assignments and no way to reach another
//! template, so that a flow stays something to read and not a program.

mod check;
mod scan;
mod scope;

pub use check::InvalidTemplate;
pub use scope::Scope;

use minijinja::{Environment, ErrorKind, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock};

/// What every template may speak of, and nothing else.
pub(crate) const NAMES: [&str; 5] = ["call", "source", "answers", "pass", "caller"];

/// A text of a flow, compiled when the flow is loaded.
#[derive(Clone)]
pub struct Template {
    source: Arc<str>,
    /// None for a text without anything to fill in, which costs no engine.
    engine: Option<Arc<Environment<'static>>>,
    uses: BTreeSet<(String, Option<String>)>,
}

/// Why a template gave no text. It names no value: values belong to callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It asks for a part of something that is not there: `caller.balance` where nobody is verified.
    #[error("the template asks for a part of something that is not there")]
    Missing,
    /// More than [`Template::MAX_BYTES`] came out of it.
    #[error("the template's text is longer than {max} bytes", max = Template::MAX_BYTES)]
    TooLong,
    /// It loops for too long.
    #[error("the template takes too many steps")]
    TooManySteps,
    /// Anything else, by the engine's kind of error.
    #[error("the template failed: {0}")]
    Failed(ErrorKind),
}

impl Template {
    /// The longest text, in bytes, both as written and as it comes out.
    pub const MAX_BYTES: usize = 8192;

    /// Steps of the engine for one text; a plain sentence takes about ten.
    const FUEL: u64 = 10_000;

    /// Compiles a text and checks every name in it.
    ///
    /// # Errors
    /// Everything that is wrong with it, at least one [`InvalidTemplate`].
    pub fn compile(source: &str) -> Result<Self, Vec<InvalidTemplate>> {
        if source.len() > Self::MAX_BYTES {
            return Err(vec![InvalidTemplate::TooLong]);
        }
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            return Ok(Self { source: source.into(), engine: None, uses: BTreeSet::new() });
        }
        let (engine, uses) = check::compile(&BASE, source)?;
        Ok(Self { source: source.into(), engine: Some(Arc::new(engine)), uses })
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
        match rendered.map_err(|error| error.kind()) {
            Ok(()) => String::from_utf8(output.text).map_err(|_| TemplateError::Failed(ErrorKind::WriteFailure)),
            Err(_) if output.full => Err(TemplateError::TooLong),
            Err(ErrorKind::UndefinedError) => Err(TemplateError::Missing),
            Err(ErrorKind::OutOfFuel) => Err(TemplateError::TooManySteps),
            Err(kind) => Err(TemplateError::Failed(kind)),
        }
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
