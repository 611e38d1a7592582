//! What a template may use, checked when a flow is loaded.

use super::super::mistake::did_you_mean;
use super::NAMES;
use super::scan::{Token, tokens};
use minijinja::{Environment, filters, tests};
use std::collections::BTreeSet;

/// The name under which each engine keeps its one template.
pub(super) const NAME: &str = "text";

const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// Words that can stand before a bracket without being called.
const KEYWORDS: [&str; 8] = ["if", "elif", "else", "and", "or", "not", "in", "is"];

/// Words and signs in the expressions of one template. The engine compiles by recursion, one level for each operator of
/// a chain: 4,000 of them overflowed a stack of 2 MiB.
const MAX_TOKENS: usize = 500;

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
    },
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
            Self::Syntax { .. } | Self::TooLong | Self::TooManyTokens => None,
            Self::Statement { .. } => Some("it has `if`, `elif`, `else`, `endif`, `for` and `endfor`".to_owned()),
            Self::Name { name } => did_you_mean(name, NAMES).or_else(|| Some(format!("known: {}", NAMES.join(", ")))),
            Self::Filter { name } => did_you_mean(name, FILTERS),
            Self::Test { name } => did_you_mean(name, TESTS),
            Self::Call { .. } => Some("use a filter: `{{ answers.name | upper }}`".to_owned()),
        }
    }
}

macro_rules! table {
    ($names:ident, $add:ident, $method:ident, $module:ident: $($name:literal => $function:ident),* $(,)?) => {
        const $names: [&str; [$($name),*].len()] = [$($name),*];

        fn $add(engine: &mut Environment<'static>) {
            $(engine.$method($name, $module::$function);)*
        }
    };
}

// Filters of our own (spelling digits out for text-to-speech, say) have their place here.
table! { FILTERS, add_filters, add_filter, filters:
    "abs" => abs, "bool" => bool, "capitalize" => capitalize, "count" => length, "d" => default, "default" => default,
    "first" => first, "float" => float, "int" => int, "join" => join, "last" => last, "length" => length,
    "list" => list, "lower" => lower, "replace" => replace, "reverse" => reverse, "round" => round, "sort" => sort,
    "split" => split, "string" => string, "title" => title, "trim" => trim, "upper" => upper,
}

table! { TESTS, add_tests, add_test, tests:
    "defined" => is_defined, "divisibleby" => is_divisibleby, "endingwith" => is_endingwith, "even" => is_even,
    "false" => is_false, "in" => is_in, "none" => is_none, "number" => is_number, "odd" => is_odd,
    "startingwith" => is_startingwith, "string" => is_string, "true" => is_true, "undefined" => is_undefined,
}

pub(super) fn add_filters_and_tests(engine: &mut Environment<'static>) {
    add_filters(engine);
    add_tests(engine);
}

/// An engine with this one template, and the names with the parts that it uses.
type Compiled = (Environment<'static>, BTreeSet<(String, Option<String>)>);

pub(super) fn compile(base: &Environment<'static>, source: &str) -> Result<Compiled, Vec<InvalidTemplate>> {
    let tokens = tokens(source);
    if tokens.len() > MAX_TOKENS {
        return Err(vec![InvalidTemplate::TooManyTokens]);
    }
    let mut wrong = Vec::new();
    // The engine has fewer statements than its language: ask about them first, its own message would not help.
    wrong.extend(
        statements(&tokens)
            .filter(|s| !STATEMENTS.contains(s))
            .map(|s| InvalidTemplate::Statement { name: s.to_owned() }),
    );
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut engine = base.clone();
    let syntax = |error: minijinja::Error| {
        let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        vec![InvalidTemplate::Syntax { reason }]
    };
    engine.add_template_owned(NAME, source.to_owned()).map_err(syntax)?;
    let mut names: Vec<String> =
        engine.get_template(NAME).map_err(syntax)?.undeclared_variables(false).into_iter().collect();
    names.sort();
    wrong.extend(names.into_iter().filter(|n| !NAMES.contains(&n.as_str())).map(|name| InvalidTemplate::Name { name }));
    wrong.extend(words_out_of_place(&tokens));
    if wrong.is_empty() { Ok((engine, uses(&tokens))) } else { Err(wrong) }
}

fn statements<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = &'t str> {
    tokens.iter().enumerate().filter(|(_, token)| **token == Token::Statement).filter_map(|(at, _)| {
        // `{%-` and `{%+` are the same statements.
        tokens[at + 1..].iter().take(2).find_map(|token| match token {
            Token::Word(word) => Some(*word),
            _ => None,
        })
    })
}

fn words_out_of_place(tokens: &[Token<'_>]) -> Vec<InvalidTemplate> {
    let mut wrong = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let before = |back: usize| at.checked_sub(back).and_then(|i| tokens.get(i));
        let negated = before(1) == Some(&Token::Word("not")) && before(2) == Some(&Token::Word("is"));
        let name = (*word).to_owned();
        if before(1) == Some(&Token::Sign('|')) {
            if !FILTERS.contains(word) {
                wrong.push(InvalidTemplate::Filter { name });
            }
        } else if negated || (before(1) == Some(&Token::Word("is")) && *word != "not") {
            if !TESTS.contains(word) {
                wrong.push(InvalidTemplate::Test { name });
            }
        } else if tokens.get(at + 1) == Some(&Token::Sign('(')) && !KEYWORDS.contains(word) {
            wrong.push(InvalidTemplate::Call { name });
        }
    }
    wrong
}

/// Each of [`NAMES`] that the template speaks of, with its part where one is given.
fn uses(tokens: &[Token<'_>]) -> BTreeSet<(String, Option<String>)> {
    let mut uses = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let is_part = at.checked_sub(1).and_then(|i| tokens.get(i)) == Some(&Token::Sign('.'));
        if is_part || !NAMES.contains(word) {
            continue;
        }
        let part = match tokens.get(at + 1..).unwrap_or_default() {
            [Token::Sign('.'), Token::Word(part), ..] => Some(*part),
            [Token::Sign('['), Token::Text(part), Token::Sign(']'), ..] => *part,
            _ => None,
        };
        uses.insert(((*word).to_owned(), part.map(str::to_owned)));
    }
    uses
}
