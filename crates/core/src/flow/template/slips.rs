//! Slips of the pen that a template compiles with: a text compared with a number, a field that no provider sends, an
//! attribute that is taken for true or false.

use super::super::mistake::did_you_mean;
use super::invalid::InvalidTemplate;
use super::scan::Token;
use crate::dialogtech::request::{CALL_FIELDS, SOURCE_FIELDS};
use crate::flow::definitions::Definitions;
use std::collections::BTreeSet;

/// What is legal and hardly meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwise {
    /// A field that the provider does not send.
    #[error("`{group}.{field}` is nothing that the provider sends: it is empty in every call")]
    Field {
        /// `call`, `source` or `answers`.
        group: String,
        /// As written.
        field: String,
        /// What may be meant.
        near: Option<String>,
    },
    /// An attribute as a condition: attributes of a CSV file are texts, and every text but the empty one holds.
    #[error("`{name}` holds for every text but the empty one, for `false`, `no` and `0` as well")]
    Truth {
        /// `caller.vip`.
        name: String,
    },
    /// An attribute compared with a number.
    #[error(
        "`{name}` is compared with a number, and attributes of a CSV file are texts: no text is equal to a number, and each is larger"
    )]
    Attribute {
        /// `caller.balance`.
        name: String,
    },
}

impl Unwise {
    /// What to do about it.
    pub(in super::super) fn help(&self) -> Option<String> {
        match self {
            Self::Field { near, .. } => near.clone(),
            Self::Truth { name } => Some(format!("say `{name} | bool` or `{name} == \"true\"`")),
            Self::Attribute { name } => Some(format!("say `{name} | float`")),
        }
    }
}

/// A name with its part, `answers.qos`, and the tokens after it.
struct Operand<'t, 's> {
    name: &'s str,
    part: &'s str,
    at: usize,
    after: &'t [Token<'s>],
}

fn operands<'t, 's>(tokens: &'t [Token<'s>]) -> impl Iterator<Item = Operand<'t, 's>> {
    tokens.iter().enumerate().filter_map(|(at, token)| {
        let Token::Word(name) = token else { return None };
        if at.checked_sub(1).and_then(|i| tokens.get(i)) == Some(&Token::Sign('.')) {
            return None;
        }
        let (part, after) = match tokens.get(at + 1..)? {
            [Token::Sign('.'), Token::Word(part), after @ ..] => (*part, after),
            [Token::Sign('['), Token::Text(Some(part)), Token::Sign(']'), after @ ..] => (*part, after),
            _ => return None,
        };
        Some(Operand { name, part, at, after })
    })
}

/// Texts that are compared with numbers: what callers say and providers send is text, and a text is larger than every
/// number and equal to none.
pub(super) fn untyped(tokens: &[Token<'_>], definitions: &Definitions) -> (Vec<InvalidTemplate>, Vec<Unwise>) {
    let (mut wrong, mut unwise) = (Vec::new(), Vec::new());
    for operand in operands(tokens) {
        let Operand { name, part, at, after } = operand;
        if !["answers", "call", "source", "pass", "caller"].contains(&name) {
            continue;
        }
        let before = tokens.get(..at).unwrap_or_default();
        if !is_compared_after(after, definitions) && !is_compared_before(before, after, definitions) {
            continue;
        }
        let name = format!("{name}.{part}");
        if name.starts_with("caller.") {
            unwise.push(Unwise::Attribute { name });
        } else {
            wrong.push(InvalidTemplate::Untyped { name });
        }
    }
    (wrong, unwise)
}

/// `... >= 4`, `... == flow.low`, `... in [1, 2]`, where nothing makes a text of the number again.
fn is_compared_after(after: &[Token<'_>], definitions: &Definitions) -> bool {
    let number = |rest: &[Token<'_>]| {
        let rest = if let [Token::Sign('-'), rest @ ..] = rest { rest } else { rest };
        let rest = match rest {
            [Token::Word(whole), Token::Sign('.'), Token::Word(part), rest @ ..] if digits(whole) && digits(part) => {
                rest
            }
            [Token::Word("flow"), Token::Sign('.'), Token::Word(name), rest @ ..] if is_number(name, definitions) => {
                rest
            }
            [Token::Word(whole), rest @ ..] if digits(whole) => rest,
            _ => return false,
        };
        !matches!(rest.first(), Some(Token::Sign('|' | '~' | '.' | '[' | '%' | '/')))
    };
    match after {
        [Token::Sign('<' | '>' | '=' | '!'), Token::Sign('='), rest @ ..] | [Token::Sign('<' | '>'), rest @ ..] => {
            number(rest)
        }
        [Token::Word("in"), Token::Sign('['), rest @ ..]
        | [Token::Word("not"), Token::Word("in"), Token::Sign('['), rest @ ..] => number(rest),
        _ => false,
    }
}

/// `4 <= ...`, where nothing makes a number of the text: `4 <= answers.q | int`.
fn is_compared_before(before: &[Token<'_>], after: &[Token<'_>], definitions: &Definitions) -> bool {
    let number = match before {
        [number @ .., Token::Sign('<' | '>' | '=' | '!'), Token::Sign('=')] | [number @ .., Token::Sign('<' | '>')] => {
            number
        }
        _ => return false,
    };
    let (number, rest) = match number {
        [rest @ .., Token::Word("flow"), Token::Sign('.'), Token::Word(name)] => (is_number(name, definitions), rest),
        [rest @ .., Token::Word(whole)] => (digits(whole), rest),
        _ => return false,
    };
    // A filter's name or a part's, `"a" ~ 4 == answers.a`, is no number of its own.
    let stands_alone = !matches!(rest.last(), Some(Token::Sign('.' | '|' | '~' | '+')));
    number && stands_alone && !matches!(after.first(), Some(Token::Sign('|' | '~' | '.' | '[' | '+' | '-')))
}

fn digits(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

fn is_number(constant: &str, definitions: &Definitions) -> bool {
    definitions.constants.get(constant).is_some_and(|value| value.is_number())
}

/// Fields that stand under a name which never has them.
pub(super) fn unknown_fields(uses: &BTreeSet<(String, Option<String>)>, is_dialogtech: bool) -> Vec<Unwise> {
    let mut unwise = Vec::new();
    for (group, field) in uses {
        let Some(field) = field else { continue };
        let near = match (group.as_str(), is_dialogtech) {
            ("call", true) => unknown_field(field, "ivr_", &CALL_FIELDS),
            ("source", true) => unknown_field(field, "st_", &SOURCE_FIELDS),
            ("call", false) => {
                let known = ["callId", "from", "ani"];
                (!known.contains(&field.as_str()))
                    .then(|| did_you_mean(field, known).or_else(|| Some(format!("known: {}", known.join(", ")))))
            }
            ("answers", true) => [("ivr_", "call"), ("st_", "source")]
                .into_iter()
                .find(|(prefix, _)| field.starts_with(prefix))
                .map(|(_, group)| Some(format!("it is `{group}.{field}`"))),
            _ => None,
        };
        unwise.extend(near.map(|near| Unwise::Field { group: group.clone(), field: field.clone(), near }));
    }
    unwise
}

/// Some where a field is not known, with what may be meant. Providers send new fields from time to time, so one of the
/// right form is unknown only if it is nearly a known one.
fn unknown_field(field: &str, prefix: &str, known: &[&str]) -> Option<Option<String>> {
    if known.contains(&field) {
        return None;
    }
    let with_prefix = format!("{prefix}{field}");
    let near = did_you_mean(field, known.iter().copied())
        .or_else(|| known.contains(&with_prefix.as_str()).then(|| format!("did you mean `{with_prefix}`?")));
    match near {
        None if field.starts_with(prefix) => None,
        None => Some(Some(format!("its fields begin with `{prefix}`"))),
        near => Some(near),
    }
}

/// Attributes that stand as a condition, alone or with `and`, `or` and `not`.
pub(super) fn truths(tokens: &[Token<'_>]) -> Vec<Unwise> {
    let mut unwise = Vec::new();
    let mut asked = vec![false; tokens.len()];
    let mut is_condition = false;
    for (token, asked) in tokens.iter().zip(&mut asked) {
        match token {
            Token::Statement | Token::Expression | Token::Word("else") => is_condition = false,
            Token::Word("if" | "elif") => is_condition = true,
            _ => {}
        }
        *asked = is_condition;
    }
    for Operand { name, part, at, after } in operands(tokens) {
        if name != "caller" || !asked[at] {
            continue;
        }
        let bracket = |token: &&Token<'_>, sign: char| **token == Token::Sign(sign);
        let before = tokens[..at].iter().rev().find(|token| !bracket(token, '('));
        let after = after.iter().find(|token| !bracket(token, ')'));
        let begins = matches!(before, Some(Token::Word("if" | "elif" | "and" | "or" | "not")));
        let ends =
            matches!(after, None | Some(Token::Statement | Token::Expression | Token::Word("and" | "or" | "else")));
        if begins && ends {
            unwise.push(Unwise::Truth { name: format!("{name}.{part}") });
        }
    }
    unwise
}
