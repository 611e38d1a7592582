//! The bound on a template's size, before anything recurses over it.

use super::fault::{Fault, Form, InvalidTemplate};
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// Words and signs in the expressions of one template. The engine parses and compiles by recursion, one level for each
/// operator of a chain: 4,000 of them overflowed a stack of 2 MiB. So does the walk over the tree.
const MAX_TOKENS: usize = 500;

/// Refuses a text or condition with too many tokens. The engine's tokenizer does not recurse. It stops where it cannot
/// read on, and the parser gets no farther.
pub(super) fn check(source: &str, form: Form, syntax: &SyntaxConfig) -> Result<(), InvalidTemplate> {
    let is_counted =
        |token: &Token<'_>| !matches!(token, Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd);
    let tokens = tokenize(source, form == Form::Condition, syntax.clone());
    // An iterator that goes on behind an error would give it forever.
    let count = tokens.map_while(Result::ok).filter(|(token, _)| is_counted(token)).take(MAX_TOKENS + 1).count();
    if count > MAX_TOKENS {
        return Err(InvalidTemplate::new(Fault::TooManyTokens { form, max: MAX_TOKENS }, None));
    }
    Ok(())
}
