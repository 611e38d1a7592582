//! What an expression asks the flow for by name, `open("support")`, `split("pilot") == "new"`, `flow.company`: whether
//! the flow defines it.

use super::super::mistake::did_you_mean;
use super::functions::FUNCTIONS;
use super::invalid::InvalidTemplate;
use super::scan::Token;
use crate::flow::definitions::{Definitions, Split};
use std::collections::BTreeSet;

/// How a function is written.
pub(super) fn example(function: &str) -> &'static str {
    match function {
        "open" => "open(\"support\")",
        "split" => "split(\"pilot\") == \"new\"",
        _ => "listed(\"vips\", call.ivr_caller_id)",
    }
}

/// Each of the flow's functions that is called, with its place among the tokens.
pub(super) fn calls<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = (usize, &'t str)> {
    tokens.iter().enumerate().filter_map(|(at, token)| match token {
        Token::Word(word)
            if FUNCTIONS.contains(word)
                && tokens.get(at + 1) == Some(&Token::Sign('('))
                && !matches!(before(tokens, at), Some(Token::Sign('.' | '|'))) =>
        {
            Some((at, *word))
        }
        _ => None,
    })
}

fn before<'t, 's>(tokens: &'t [Token<'s>], at: usize) -> Option<&'t Token<'s>> {
    at.checked_sub(1).and_then(|i| tokens.get(i))
}

/// Names after `open`, `split`, `listed` and `flow` that the flow does not define, shares that a split does not have, and
/// calls with too few or too many arguments.
pub(super) fn unknown_definitions(
    tokens: &[Token<'_>],
    uses: &BTreeSet<(String, Option<String>)>,
    definitions: &Definitions,
) -> Vec<InvalidTemplate> {
    let mut wrong = Vec::new();
    for (at, function) in calls(tokens) {
        let Some(Token::Text(Some(name))) = tokens.get(at + 2) else {
            wrong.push(InvalidTemplate::Function { name: function.to_owned() });
            continue;
        };
        let (commas, end) = arguments(tokens, at + 1);
        if commas != usize::from(function == "listed") {
            wrong.push(InvalidTemplate::Arguments { name: function.to_owned() });
        }
        let (section, known): (_, Vec<&str>) = match function {
            "open" => ("hours", definitions.hours.keys().map(String::as_str).collect()),
            "split" => ("split", definitions.splits.keys().map(String::as_str).collect()),
            _ => ("numbers", definitions.numbers.keys().map(String::as_str).collect()),
        };
        if !known.contains(name) {
            let (function, name, near) = (function.to_owned(), (*name).to_owned(), did_you_mean(name, known));
            wrong.push(InvalidTemplate::Definition { function, name, section, near });
        } else if let ("split", Some(split)) = (function, definitions.splits.get(*name)) {
            wrong.extend(shares(tokens, at, end).into_iter().filter_map(|share| unknown_share(split, share)));
        }
    }
    for (_, part) in uses.iter().filter(|(name, _)| name == "flow") {
        let name = part.clone().unwrap_or_default();
        if !definitions.constants.contains_key(&name) {
            let near = did_you_mean(&name, definitions.constants.keys().map(String::as_str));
            wrong.push(InvalidTemplate::Constant { name, near });
        }
    }
    wrong
}

/// How many commas there are between the arguments of a call whose bracket stands at `open`, and where it ends.
fn arguments(tokens: &[Token<'_>], open: usize) -> (usize, usize) {
    let (mut depth, mut commas) = (0_usize, 0);
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') if depth <= 1 => return (commas, at),
            Token::Sign(')' | ']' | '}') => depth -= 1,
            Token::Sign(',') if depth == 1 => commas += 1,
            _ => {}
        }
    }
    (commas, tokens.len())
}

/// The texts that a call is compared with: `split("a") == "b"`, `"b" != split("a")`, `split("a") in ["b", "c"]`.
fn shares<'s>(tokens: &[Token<'s>], start: usize, end: usize) -> Vec<&'s str> {
    let text = |token: &Token<'s>| if let Token::Text(Some(text)) = token { Some(*text) } else { None };
    let is_equality =
        |one: &Token<'_>, two: &Token<'_>| matches!(one, Token::Sign('=' | '!')) && *two == Token::Sign('=');
    let mut found = Vec::new();
    if let Some([share, one, two]) = start.checked_sub(3).and_then(|from| tokens.get(from..start))
        && is_equality(one, two)
    {
        found.extend(text(share));
    }
    match tokens.get(end + 1..).unwrap_or_default() {
        [one, two, share, ..] if is_equality(one, two) => found.extend(text(share)),
        [Token::Word("in"), Token::Sign('['), listed @ ..]
        | [Token::Word("not"), Token::Word("in"), Token::Sign('['), listed @ ..] => {
            found.extend(listed.iter().take_while(|token| **token != Token::Sign(']')).filter_map(text));
        }
        _ => {}
    }
    found
}

fn unknown_share(split: &Split, share: &str) -> Option<InvalidTemplate> {
    let known = || split.shares.iter().map(|(name, _)| name.as_str());
    let is_unknown = known().all(|known| known != share);
    is_unknown.then(|| InvalidTemplate::Share { name: share.to_owned(), near: did_you_mean(share, known()) })
}
