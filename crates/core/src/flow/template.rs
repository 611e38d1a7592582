//! Texts of a flow with `{{ ... }}` in them, and conditions: MiniJinja, reduced to what a sentence needs.
//!
//! A template has expressions, filters, `if` and `for`, and functions that ask for what the flow defines by name. It has
//! no assignments and cannot reach another template, so that a flow stays something to read and not a program.

mod analysis;
mod bounds;
mod engine;
mod fault;
mod filters;
mod functions;
mod may_fail;
mod names;
mod scope;
mod size;
mod syntax;
mod vocabulary;
mod warning;

pub use fault::InvalidTemplate;
pub use may_fail::MayFail;
pub(super) use names::WIX_ANSWERS_NAMES;
pub use scope::Scope;
pub use vocabulary::Vocabulary;
pub use warning::TemplateWarning;

use analysis::Found;
use fault::{Fault, Form};
use minijinja::machinery::{parse, parse_expr};
use minijinja::{Environment, ErrorKind};
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::Arc;

/// The name under which each engine keeps its one template.
const NAME: &str = "text";

/// A text or condition of a flow, compiled when the flow is loaded.
#[derive(Clone)]
pub struct Template {
    source: Arc<str>,
    /// None for a text without anything to fill in, which costs no engine.
    engine: Option<Arc<Environment<'static>>>,
    uses: BTreeSet<(String, Option<String>)>,
    asks: bool,
    warnings: Vec<TemplateWarning>,
    chosen_by_caller: Option<&'static str>,
    failures: Vec<MayFail>,
}

/// Why a template gave no text. It names what the flow reads, and no value: values belong to callers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It reads a part of something that is absent: `caller.balance` if nobody is verified.
    #[error("the template reads {}", in_words(of.as_deref()))]
    Missing {
        /// What it reads, as the flow names it: `caller.balance`. `None` if it reads a part of what a function returns.
        of: Option<Box<str>>,
    },
    /// The text or a value in it is longer than [`Template::MAX_BYTES`], or a list has more than 200 items.
    #[error("the template's text is longer than {max} bytes", max = Template::MAX_BYTES)]
    TooLong,
    /// It loops for too long.
    #[error("the template takes too many steps")]
    TooManySteps,
    /// The text should be a telephone number and is not, or is one that callers may not choose.
    #[error("the template's text is not a telephone number of ten digits, or is one that callers may not choose")]
    NoNumber,
    /// Anything else, by the engine's kind of error.
    #[error("the template failed: {}", because.as_ref().map_or_else(|| kind.to_string(), ToString::to_string))]
    Failed {
        /// The engine's kind of error.
        kind: ErrorKind,
        /// The only reason for which this template can fail, if there is only one.
        because: Option<Box<MayFail>>,
    },
}

fn in_words(of: Option<&str>) -> String {
    of.map_or_else(
        || "a part of something that is absent".to_owned(),
        |of| format!("`{of}`, which this call does not have"),
    )
}

impl Template {
    /// The longest text, in bytes, both as written and filled in.
    pub const MAX_BYTES: usize = bounds::MAX_BYTES;

    /// Compiles a text and checks it.
    ///
    /// # Errors
    /// All of its mistakes, at least one [`InvalidTemplate`].
    pub fn compile(source: &str, vocabulary: &Vocabulary) -> Result<Self, Vec<InvalidTemplate>> {
        if source.len() > Self::MAX_BYTES {
            return Err(vec![InvalidTemplate::new(Fault::TooLong { form: Form::Text }, None)]);
        }
        if !source.contains("{{") && !source.contains("{%") && !source.contains("{#") {
            return Ok(Self::new(source, None, analysis::literal(source, vocabulary)));
        }
        let syntax = vocabulary.engine.syntax();
        let unreadable = |error| vec![syntax::explain(source, Form::Text, &error, syntax)];
        size::check(source, Form::Text, syntax).map_err(|wrong| vec![wrong])?;
        let tree = parse(source, NAME, syntax.clone()).map_err(unreadable)?;
        let found = analysis::text(&tree, vocabulary)?;
        Ok(Self::new(source, Some(engine(vocabulary, source.to_owned()).map_err(unreadable)?), found))
    }

    /// Compiles an expression into a template whose text is empty unless the expression holds.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub(super) fn compile_condition(source: &str, vocabulary: &Vocabulary) -> Result<Self, Vec<InvalidTemplate>> {
        if source.len() > Self::MAX_BYTES {
            return Err(vec![InvalidTemplate::new(Fault::TooLong { form: Form::Condition }, None)]);
        }
        let syntax = vocabulary.engine.syntax();
        let unreadable = |error| vec![syntax::explain(source, Form::Condition, &error, syntax)];
        size::check(source, Form::Condition, syntax).map_err(|wrong| vec![wrong])?;
        let tree = parse_expr(source).map_err(unreadable)?;
        let found = analysis::condition(&tree, vocabulary)?;
        // It is one whole expression, so nothing in it can end the statement around it.
        let text = format!("{{% if ({source}) %}}1{{% endif %}}");
        Ok(Self::new(source, Some(engine(vocabulary, text).map_err(unreadable)?), found))
    }

    fn new(source: &str, engine: Option<Arc<Environment<'static>>>, found: Found) -> Self {
        let Found { uses, asks, warnings, chosen_by_caller, failures, .. } = found;
        Self { source: source.into(), engine, uses, asks, warnings, chosen_by_caller, failures }
    }

    /// The text, filled in.
    ///
    /// An absent value is empty (`answers.extension` if it was not asked). A part of something absent is an error, so that
    /// nobody hears "Your balance is .".
    ///
    /// # Errors
    /// [`TemplateError`] says why there is no text.
    pub fn render(&self, scope: &Scope) -> Result<String, TemplateError> {
        let Some(engine) = &self.engine else { return Ok(self.source.to_string()) };
        let mut output = Bounded { text: Vec::new(), full: false };
        let rendered =
            engine.get_template(NAME).and_then(|t| t.render_captured_to(scope.root(), &mut output).map(drop));
        let Err(error) = rendered else {
            let kind = ErrorKind::WriteFailure;
            return String::from_utf8(output.text).map_err(|_| TemplateError::Failed { kind, because: None });
        };
        Err(match error.kind() {
            _ if output.full || bounds::is_too_long(&error) => TemplateError::TooLong,
            ErrorKind::UndefinedError => TemplateError::Missing { of: self.absent(scope) },
            ErrorKind::OutOfFuel => TemplateError::TooManySteps,
            kind => TemplateError::Failed { kind, because: self.only_reason() },
        })
    }

    /// The name that it reads a part of although the scope does not have it, if there is only one: which part of a template
    /// failed is not known.
    fn absent(&self, scope: &Scope) -> Option<Box<str>> {
        let parts = self.uses.iter().filter_map(|(name, part)| Some((name.as_str(), part.as_deref()?)));
        let mut absent = parts.filter(|(name, part)| !scope.has(name, Some(part)));
        let (name, part) = absent.next()?;
        (absent.next().is_none() && !self.asks).then(|| format!("{name}.{part}").into_boxed_str())
    }

    /// The reason for which it failed, if it can fail for one reason only. An absent name fails otherwise.
    fn only_reason(&self) -> Option<Box<MayFail>> {
        let mut reasons = self.failures.iter().filter(|reason| !matches!(reason, MayFail::Absent { .. }));
        let only = reasons.next()?;
        reasons.next().is_none().then(|| Box::new(only.clone()))
    }

    /// The text as written in the flow.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text, if there is nothing to fill in.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.engine.is_none().then_some(&*self.source)
    }

    /// What loads but is hardly meant.
    #[must_use]
    pub fn warnings(&self) -> &[TemplateWarning] {
        &self.warnings
    }

    /// Whether it uses no other names than these and calls none of the flow's functions.
    pub(super) fn depends_on(&self, names: &[&str]) -> bool {
        !self.asks && self.uses.iter().all(|(used, _)| names.contains(&used.as_str()))
    }

    /// The first of `call`, `source`, `answers`, `pass` and `user` whose value flows into the text: a caller can choose
    /// it. A key of `listed("lines", call.ivr_number_called)` does not count, since it only chooses among the flow's own
    /// texts; nor does a condition.
    #[must_use]
    pub fn chosen_by_caller(&self) -> Option<&'static str> {
        self.chosen_by_caller
    }

    /// Why it may fail for some callers because of their data; none if it cannot. A reason other than an absent `caller`
    /// comes first: `caller` is always there after verification.
    #[must_use]
    pub fn may_fail(&self) -> Option<&MayFail> {
        let is_caller = |reason: &&MayFail| matches!(reason, MayFail::Absent { of } if of == "caller");
        self.failures.iter().find(|reason| !is_caller(reason)).or(self.failures.first())
    }

    /// Whether it uses `caller`, `answers` or another of the names, in whole or in part.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.uses.iter().any(|(used, _)| used == name)
    }

    /// The parts of `name` that it uses, in alphabetical order: `pin` for `{{ answers.pin }}` and `{{ answers["pin"] }}`.
    pub fn parts_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.uses.iter().filter(move |(used, _)| used == name).filter_map(|(_, part)| part.as_deref())
    }

    /// Whether it uses `name` without saying which part, as `{{ answers }}` does.
    #[must_use]
    pub fn mentions_whole(&self, name: &str) -> bool {
        self.uses.iter().any(|(used, part)| used == name && part.is_none())
    }
}

fn engine(vocabulary: &Vocabulary, text: String) -> Result<Arc<Environment<'static>>, minijinja::Error> {
    let mut engine = vocabulary.engine.clone();
    engine.add_template_owned(NAME, text)?;
    Ok(Arc::new(engine))
}

/// Two templates are equal if they are written the same.
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
