//! The engine's tokens of a source that it cannot parse, and the token at which it stopped.

use super::super::fault::Form;
use minijinja::machinery::{Token, parse, parse_expr, tokenize};
use minijinja::syntax::SyntaxConfig;
use std::ops::Range;

pub(super) struct Tokens<'s> {
    pub(super) source: &'s str,
    pub(super) all: Vec<(Token<'s>, Range<usize>)>,
    /// The index of the token at which the parser stopped; the number of tokens if it wanted more.
    pub(super) broken: usize,
    /// Where the tokenizer found a character that it does not know, or a text in quotes without an end.
    pub(super) stray: Option<usize>,
}

impl<'s> Tokens<'s> {
    /// `detail` is what the parser said about all of the source.
    pub(super) fn of(source: &'s str, form: Form, detail: &str, syntax: &SyntaxConfig) -> Self {
        let mut all = Vec::new();
        let mut stray = None;
        for token in tokenize(source, form == Form::Condition, syntax.clone()) {
            match token {
                Ok((token, span)) => all.push((token, span.start_offset as usize..span.end_offset as usize)),
                Err(_) => {
                    let end = all.last().map_or(0, |(_, span)| span.end);
                    let rest = source.get(end..).unwrap_or_default();
                    stray = Some(end + rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_whitespace()).len());
                    break;
                }
            }
        }
        let broken = broken(source, form, detail, syntax, &all);
        Self { source, all, broken, stray }
    }

    /// Where the parser stopped, in bytes.
    pub(super) fn offset(&self) -> usize {
        let end = || self.stray.unwrap_or(self.source.len());
        self.all.get(self.broken).map_or_else(end, |(_, span)| span.start)
    }

    /// The text of a token, shortened.
    pub(super) fn text(&self, index: usize) -> Option<&'s str> {
        let (_, span) = self.all.get(index)?;
        let text = self.source.get(span.clone())?;
        Some(text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end]))
    }

    /// What the parser stopped at; none if it wanted more.
    pub(super) fn broken_text(&self) -> Option<&'s str> {
        self.text(self.broken).or_else(|| {
            let at = self.stray?;
            let character = self.source.get(at..)?.chars().next()?;
            self.source.get(at..at + character.len_utf8())
        })
    }

    /// The token before an index.
    pub(super) fn before(&self, index: usize) -> Option<&Token<'s>> {
        self.all.get(index.checked_sub(1)?).map(|(token, _)| token)
    }
}

/// The token at which the parser stopped. Without the feature `debug`, which costs memory in every engine, its error has
/// no offset. So this looks for the shortest source with the same error: everything shorter just ends too early.
fn broken(
    source: &str,
    form: Form,
    detail: &str,
    syntax: &SyntaxConfig,
    tokens: &[(Token<'_>, Range<usize>)],
) -> usize {
    let breaks = |(_, span): &(Token<'_>, Range<usize>)| {
        let shorter = source.get(..span.end).unwrap_or_default();
        let error = match form {
            Form::Text => parse(shorter, "", syntax.clone()).err(),
            Form::Condition => parse_expr(shorter).err(),
        };
        error.is_some_and(|error| error.detail() == Some(detail))
    };
    if detail.starts_with("unexpected end of input") {
        return tokens.len();
    }
    tokens.partition_point(|token| !breaks(token))
}
