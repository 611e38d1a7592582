//! What a text or condition does, read off MiniJinja's own syntax tree when a flow is loaded.
//!
//! The tree has everything but two things. Comments and `{% raw %}` do not appear in it, which is right: neither uses a
//! name. And nothing says which signs a chain of operators had, so [`syntax`](super::syntax) reads those from the engine's
//! own tokens.

mod asks;
mod braces;
mod comparisons;
mod context;
mod failures;
mod fields;
mod origin;
mod shape;
mod tree;
mod types;
mod uses;
mod walk;

pub(super) use context::Found;

use super::fault::InvalidTemplate;
use super::vocabulary::Vocabulary;
use context::Context;
use minijinja::machinery::ast::{Expr, Stmt};
use walk::Walk;

/// The slips in a text without anything to fill in.
pub(super) fn literal(text: &str, vocabulary: &Vocabulary) -> Found {
    Found { warnings: braces::plain_text(text, vocabulary.names, 0), ..Found::default() }
}

/// Everything that a text's tree says.
pub(super) fn text(tree: &Stmt<'_>, vocabulary: &Vocabulary) -> Result<Found, Vec<InvalidTemplate>> {
    let mut walk = Walk::new(Context::new(vocabulary));
    walk.statement(tree);
    walk.found.into_result()
}

/// Everything that a condition's tree says.
pub(super) fn condition(tree: &Expr<'_>, vocabulary: &Vocabulary) -> Result<Found, Vec<InvalidTemplate>> {
    let mut walk = Walk::new(Context::new(vocabulary));
    walk.condition(tree);
    walk.found.into_result()
}
