//! `split:`, `numbers:` and `constants:`.

use super::super::definitions::{Definitions, NumberList, Split};
use super::hours;
use super::reader::{Fields, Reader};
use super::yaml::{Key, Node, Value};
use crate::ani::Ani;
use minijinja::Value as Constant;
use std::collections::{BTreeMap, BTreeSet};

/// What the flow defines by name, as far as it can be read: the rest of the file is checked against it.
pub(super) fn definitions(r: &mut Reader, fields: &Fields<'_>) -> Definitions {
    Definitions {
        hours: named(r, fields, "hours", "opening hours, a mapping from names to calendars", hours::calendar),
        splits: named(r, fields, "split", "splits, a mapping from names to shares", split),
        numbers: named(r, fields, "numbers", "lists of numbers, a mapping from names to lists", numbers),
        constants: named(r, fields, "constants", "constants, a mapping from names to values", constant),
    }
}

fn named<T>(
    r: &mut Reader,
    fields: &Fields<'_>,
    section: &str,
    expected: &str,
    mut read: impl FnMut(&mut Reader, &Node) -> Option<T>,
) -> BTreeMap<String, T> {
    let Some(listed) = fields.get(section).and_then(|node| r.entries(node, expected)) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for (key, node) in listed.entries() {
        let fits = is_name(r, key);
        let value = read(r, node);
        found.extend(value.filter(|_| fits).map(|value| (key.name.clone(), value)));
    }
    found
}

/// A name as it can stand in an expression.
fn is_name(r: &mut Reader, key: &Key) -> bool {
    let name = key.name.as_str();
    let fits = (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !fits {
        r.mistake(key.at, "a name has 1 to 63 letters, digits and `_`, and begins with a letter or `_`");
    }
    fits
}

fn split(r: &mut Reader, node: &Node) -> Option<Split> {
    let listed = r.entries(node, "the shares of a split, a mapping from names to percentages")?;
    let mut shares = Vec::new();
    for (key, node) in listed.entries() {
        let fits = is_name(r, key);
        let percent = r.integer(node, "a percentage", 0..=100).and_then(|percent| u8::try_from(percent).ok());
        shares.extend(percent.filter(|_| fits).map(|percent| (key.name.clone(), percent)));
    }
    if shares.len() < listed.entries().len() {
        return None;
    }
    let total: u32 = shares.iter().map(|(_, percent)| u32::from(*percent)).sum();
    if total != 100 {
        r.mistake(listed.at, format!("the shares of a split are 100 percent together, and these are {total}"));
        return None;
    }
    Some(Split { shares })
}

/// A list of numbers, or a mapping from numbers to texts.
fn numbers(r: &mut Reader, node: &Node) -> Option<NumberList> {
    match &node.value {
        Value::List(items) => {
            let read: Vec<_> = items.iter().map(|item| r.parsed(item, "a telephone number", number)).collect();
            read.into_iter().collect::<Option<BTreeSet<_>>>().map(NumberList::Set)
        }
        Value::Map(entries) => {
            let mut texts = BTreeMap::new();
            for (key, node) in entries {
                let number = number(&key.name).map_err(|error| r.mistake(key.at, error)).ok();
                let text = r.text(node, "the text that a number stands for").map(str::to_owned);
                if let Some((number, text)) = number.zip(text)
                    && texts.insert(number, text).is_some()
                {
                    r.mistake(key.at, "this number stands here a second time");
                }
            }
            Some(NumberList::Map(texts))
        }
        _ => {
            r.wrong_type(node, "a list of telephone numbers, or a mapping from numbers to texts");
            None
        }
    }
}

/// The form in which calling and dialled numbers are looked up. Numbers of other countries have their country's code.
fn number(text: &str) -> Result<String, &'static str> {
    let wrong = "a number has 7 to 15 digits; of other countries than North America, with the country's code";
    let spelled = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')'));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !spelled || !(7..=15).contains(&digits.len()) {
        return Err(wrong);
    }
    // No provider shows what one dials before a country's code.
    if digits.starts_with("00") || digits.starts_with("011") {
        return Err("a number of another country begins with its code, without 00 or 011 before it");
    }
    Ok(Ani::parse(Some(text)).as_str().to_owned())
}

fn constant(r: &mut Reader, node: &Node) -> Option<Constant> {
    if let Value::Scalar { text, plain: true } = &node.value {
        match text.as_str() {
            "true" => return Some(Constant::from(true)),
            "false" => return Some(Constant::from(false)),
            _ => {}
        }
        // A number that is longer than any amount is an id or a telephone number.
        if text.len() <= 9
            && let Ok(number) = text.parse::<i64>()
            && number.to_string() == *text
        {
            return Some(Constant::from(number));
        }
    }
    r.text(node, "a text, a number, `true` or `false`").map(Constant::from)
}
