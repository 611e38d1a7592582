//! What is wrong with a flow file, and where.

use std::fmt;

/// A place in a file: both numbers begin at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The beginning of a file.
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The flow cannot be used.
    Error,
    /// The flow can be used, but probably doesn't do what its author wants.
    Warning,
}

/// One thing that is wrong with a flow file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// How bad it is.
    pub severity: Severity,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong, for the person who wrote the file.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Mistake {
    /// An error at a place.
    #[must_use]
    pub fn new(at: Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, line: at.line, column: at.column, message: message.into(), help: None }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(at: Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(at, message) }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    fn at(&self) -> Position {
        Position { line: self.line, column: self.column }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}

/// Everything that is wrong with a flow file, in the file's order; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub(super) fn in_file_order(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(Mistake::at);
        Self(mistakes)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// "did you mean ...?", if one of the `known` words is near enough to be meant.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    near(word, known).map(|best| format!("did you mean `{best}`?"))
}

/// The `known` word that is meant, if one is near enough.
pub(super) fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long word is nobody's typing error, and the distance costs its length squared.
    if word.len() > 40 {
        return None;
    }
    let distance = |candidate: &&str| strsim::damerau_levenshtein(word, candidate);
    let best = known.into_iter().min_by_key(distance)?;
    let allowed = (best.chars().count() / 3).clamp(1, 3);
    (distance(&best) <= allowed).then_some(best)
}
