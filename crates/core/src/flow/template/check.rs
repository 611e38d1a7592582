//! What a template may use, checked when a flow is loaded.

use super::calls::{calls, unknown_definitions};
use super::functions::FUNCTIONS;
use super::invalid::InvalidTemplate;
use super::scan::{Token, tokens};
use super::slips::{Unwise, truths, unknown_fields, untyped};
use super::{OF_CALLERS, Vocabulary, bounds, filters as own};
use minijinja::{Environment, filters, tests};
use std::collections::BTreeSet;
use std::convert;

/// The name under which each engine keeps its one template.
pub(super) const NAME: &str = "text";

const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// Words that can stand before a bracket without being called.
const KEYWORDS: [&str; 8] = ["if", "elif", "else", "and", "or", "not", "in", "is"];

/// Words and signs in the expressions of one template. The engine compiles by recursion, one level for each operator of
/// a chain: 4,000 of them overflowed a stack of 2 MiB.
pub(super) const MAX_TOKENS: usize = 500;

macro_rules! table {
    ($names:ident, $add:ident, $method:ident, $bound:path: $($name:literal => $function:path),* $(,)?) => {
        pub(super) const $names: [&str; [$($name),*].len()] = [$($name),*];

        fn $add(engine: &mut Environment<'static>) {
            $(engine.$method($name, $bound($function));)*
        }
    };
}

table! { FILTERS, add_filters, add_filter, bounds::filter:
    "abs" => filters::abs, "bool" => own::bool, "capitalize" => filters::capitalize, "count" => filters::length,
    "d" => filters::default, "default" => filters::default, "digits" => own::digits, "first" => filters::first,
    "float" => own::float, "int" => own::int, "join" => own::join, "last" => filters::last,
    "last4" => own::last4, "length" => filters::length, "list" => filters::list, "lower" => filters::lower,
    "nanp" => own::nanp, "replace" => own::replace, "reverse" => filters::reverse, "round" => filters::round,
    "sort" => filters::sort, "spell" => own::spell, "split" => filters::split, "string" => filters::string,
    "title" => filters::title, "trim" => filters::trim, "twice" => own::twice, "upper" => filters::upper,
}

table! { TESTS, add_tests, add_test, convert::identity:
    "defined" => tests::is_defined, "divisibleby" => tests::is_divisibleby, "endingwith" => tests::is_endingwith,
    "even" => tests::is_even, "false" => tests::is_false, "in" => tests::is_in, "none" => tests::is_none,
    "number" => tests::is_number, "odd" => tests::is_odd, "startingwith" => tests::is_startingwith,
    "string" => tests::is_string, "true" => tests::is_true, "undefined" => tests::is_undefined,
}

pub(super) fn add_filters_and_tests(engine: &mut Environment<'static>) {
    add_filters(engine);
    add_tests(engine);
}

/// What came of compiling one template.
pub(super) struct Compiled {
    /// An engine with this one template.
    pub(super) engine: Environment<'static>,
    /// The names with the parts that it uses.
    pub(super) uses: BTreeSet<(String, Option<String>)>,
    /// Whether it asks `open`, `split` or `listed`.
    pub(super) calls: bool,
    /// What is legal and hardly meant.
    pub(super) unwise: Vec<Unwise>,
    /// Out of which name the text itself is made, where a caller can choose it.
    pub(super) chosen_by_caller: Option<&'static str>,
}

/// Asks whether a text is one whole expression.
pub(super) fn expression(source: &str, vocabulary: &Vocabulary) -> Result<(), Vec<InvalidTemplate>> {
    let wrong = if source.len() > super::Template::MAX_BYTES {
        InvalidTemplate::TooLong
    } else if ["{{", "{%", "{#"].iter().any(|sign| source.trim_start().starts_with(sign)) {
        InvalidTemplate::Braces
    } else if tokens(&format!("{{{{{source}}}}}")).len() > MAX_TOKENS {
        InvalidTemplate::TooManyTokens
    } else {
        let compiled = vocabulary.engine.compile_expression(source).map(drop);
        return compiled.map_err(|error| vec![syntax(&error)]);
    };
    Err(vec![wrong])
}

fn syntax(error: &minijinja::Error) -> InvalidTemplate {
    InvalidTemplate::Syntax { reason: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned) }
}

pub(super) fn compile(vocabulary: &Vocabulary, source: &str) -> Result<Compiled, Vec<InvalidTemplate>> {
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
    let mut engine = vocabulary.engine.clone();
    let failed = |error: minijinja::Error| vec![syntax(&error)];
    engine.add_template_owned(NAME, source.to_owned()).map_err(failed)?;
    let mut names: Vec<String> =
        engine.get_template(NAME).map_err(failed)?.undeclared_variables(false).into_iter().collect();
    names.sort();
    let known = vocabulary.names;
    names.retain(|name| !known.contains(&name.as_str()) && !FUNCTIONS.contains(&name.as_str()));
    // That an unknown name is called as well is no news.
    let news = |w: &InvalidTemplate| !matches!(w, InvalidTemplate::Call { name } if names.contains(name));
    let out_of_place: Vec<_> = words_out_of_place(&tokens).into_iter().filter(news).collect();
    wrong.extend(names.into_iter().map(|name| InvalidTemplate::Name { name, known }));
    wrong.extend(out_of_place);
    let uses = uses(&tokens, known);
    wrong.extend(unknown_definitions(&tokens, &uses, &vocabulary.definitions));
    // `{%+` and the like are no products.
    if tokens.windows(2).any(|pair| pair[1] == Token::Sign('*') && pair[0] != Token::Statement) {
        wrong.push(InvalidTemplate::Product);
    }
    if has_nested_loop(&tokens) {
        wrong.push(InvalidTemplate::NestedLoop);
    }
    if has_built_list(&tokens) {
        wrong.push(InvalidTemplate::BuiltList);
    }
    let (texts, mut unwise) = untyped(&tokens, &vocabulary.definitions);
    wrong.extend(texts);
    unwise.extend(unknown_fields(&uses, known.contains(&"answers")));
    unwise.extend(truths(&tokens));
    let (calls, chosen_by_caller) = (calls(&tokens).next().is_some(), chosen_by_caller(&tokens));
    if wrong.is_empty() { Ok(Compiled { engine, uses, calls, unwise, chosen_by_caller }) } else { Err(wrong) }
}

/// The first name of a caller's that stands outside of `listed(...)`.
fn chosen_by_caller(tokens: &[Token<'_>]) -> Option<&'static str> {
    let mut inside = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') if inside > 0 => inside += 1,
            Token::Sign('(') if at > 0 && tokens[at - 1] == Token::Word("listed") => inside = 1,
            Token::Sign(')') => inside = inside.saturating_sub(1),
            Token::Word(word) if inside == 0 && !follows_dot(tokens, at) => {
                let name = OF_CALLERS.into_iter().find(|name| name == word);
                if name.is_some() {
                    return name;
                }
            }
            _ => {}
        }
    }
    None
}

fn follows_dot(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).and_then(|i| tokens.get(i)) == Some(&Token::Sign('.'))
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

fn has_nested_loop(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    statements(tokens).any(|statement| {
        match statement {
            "for" => depth += 1,
            "endfor" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 1
    })
}

/// Whether a list or mapping has another in it, or what `~` or `+` puts together.
fn has_built_list(tokens: &[Token<'_>]) -> bool {
    // For each open bracket, whether it begins a list or mapping; in what follows `a[` or `f(` nothing is gathered.
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let within = open.contains(&true);
        match token {
            Token::Sign('[' | '{') => {
                let before = at.checked_sub(1).and_then(|i| tokens.get(i));
                let is_list = *token == Token::Sign('{') || !can_be_indexed(before);
                if is_list && within {
                    return true;
                }
                open.push(is_list);
            }
            Token::Sign('(') => open.push(false),
            Token::Sign(')' | ']' | '}') => drop(open.pop()),
            Token::Sign('~' | '+') if within => return true,
            Token::Statement | Token::Expression => open.clear(),
            _ => {}
        }
    }
    false
}

/// Whether a bracket after this token picks a part of a value.
fn can_be_indexed(before: Option<&Token<'_>>) -> bool {
    match before {
        Some(Token::Word(word)) => !KEYWORDS.contains(word),
        Some(Token::Text(_) | Token::Sign(')' | ']' | '}')) => true,
        _ => false,
    }
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
            if !FUNCTIONS.contains(word) || follows_dot(tokens, at) {
                wrong.push(InvalidTemplate::Call { name });
            }
        } else if FUNCTIONS.contains(word) && !follows_dot(tokens, at) && !is_key(tokens, at) {
            wrong.push(InvalidTemplate::Function { name });
        }
    }
    wrong
}

/// Whether a word is the name of an argument, `name=`, and no value.
fn is_key(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at + 1) == Some(&Token::Sign('=')) && tokens.get(at + 2) != Some(&Token::Sign('='))
}

/// Each of the names that the template speaks of, with its part where one is given.
fn uses(tokens: &[Token<'_>], names: &[&str]) -> BTreeSet<(String, Option<String>)> {
    let mut uses = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        if follows_dot(tokens, at) || !names.contains(word) {
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
