//! What the engine's parser says about a text or condition that it cannot read, in the words of this language.

mod explained;
mod slips;
mod structure;
mod tokens;

use super::fault::{Fault, Form, InvalidTemplate};
use super::names::STATEMENTS;
use explained::Explained;
use minijinja::Error;
use minijinja::syntax::SyntaxConfig;
use tokens::Tokens;

/// What to say about an error of the parser.
pub(super) fn explain(source: &str, form: Form, error: &Error, syntax: &SyntaxConfig) -> InvalidTemplate {
    let detail = error.detail().unwrap_or_default();
    let tokens = Tokens::of(source, form, detail, syntax);
    let offset = tokens.offset();
    if let Some(name) = detail.strip_prefix("unknown statement ")
        && !STATEMENTS.contains(&name)
        && !matches!(name, "elseif" | "elsif")
    {
        return InvalidTemplate::new(Fault::Statement { name: name.to_owned() }, offset);
    }
    if form == Form::Condition && ["{{", "{%", "{#"].iter().any(|sign| source.trim_start().starts_with(sign)) {
        return InvalidTemplate::new(Fault::Braces, 0);
    }
    let found = slips::find(&tokens).or_else(|| structure::find(&tokens, form, detail));
    let Explained { what, help, offset } = found.unwrap_or_else(|| general(&tokens, detail));
    InvalidTemplate::new(Fault::Syntax { form, what, help }, offset)
}

/// The parser's own words, with its names of tokens translated.
fn general(tokens: &Tokens<'_>, detail: &str) -> Explained {
    let offset = tokens.offset();
    let given = tokens.broken_text();
    let what = if let Some((_, expected)) = detail.split_once(", expected ") {
        match given {
            Some(given) => format!("found `{given}` where {} is expected", expected_of(expected)),
            None => format!("it ends where {} is expected", expected_of(expected)),
        }
    } else {
        match (detail, given) {
            ("unexpected input after expression", Some(given)) => {
                let help = "an operator such as `==`, `and` or `or` is missing before it";
                return Explained::new(format!("`{given}` does not belong to the expression before it"), help, offset);
            }
            ("unexpected character", Some(given)) => format!("`{given}` has no meaning here"),
            ("template exceeds maximum recursion limits", _) => "it is nested too deeply".to_owned(),
            (detail, Some(given)) if detail.starts_with("unexpected ") => format!("`{given}` is not expected here"),
            (detail, _) => detail.to_owned(),
        }
    };
    Explained { what, help: None, offset }
}

fn expected_of(expected: &str) -> &str {
    match expected {
        "end of variable block" => "`}}`",
        "end of block" => "`%}`",
        "identifier" | "identifier or integer" => "a name",
        "expression" => "a value",
        "block keyword" | "keyword" | "statement" => "a statement",
        "in" => "`in`",
        "`,`" => "`,` or the end of the brackets",
        other => other,
    }
}
