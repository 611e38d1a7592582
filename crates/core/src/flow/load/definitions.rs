//! `split:`, `numbers:`, `tables:` and `constants:`.

mod table;

use super::super::definitions::{Definitions, NumberList, Section, Split};
use super::hours;
use super::reader::{Fields, Reader};
use crate::ani::Ani;
use crate::flow::yaml::{Node, Value};
use minijinja::Value as Constant;
use std::collections::{BTreeMap, BTreeSet};

/// What the flow defines by name, as far as it can be read: the rest of the file is checked against it.
pub(super) fn definitions(r: &mut Reader, fields: &Fields<'_>) -> Definitions {
    let mut d = Definitions::default();
    let calendars = "opening hours, a mapping from names to calendars";
    d.hours = named(r, fields, &mut d, Section::Hours, calendars, hours::calendar);
    d.splits = named(r, fields, &mut d, Section::Split, "splits, a mapping from names to shares", split);
    let lists = "lists of numbers, a mapping from names to lists";
    d.numbers = named(r, fields, &mut d, Section::Numbers, lists, numbers);
    d.tables = named(r, fields, &mut d, Section::Tables, "tables, a mapping from names to tables", table::table);
    let constants = "constants, a mapping from names to values";
    d.constants = named(r, fields, &mut d, Section::Constants, constants, constant);
    d
}

/// Reads a section. What cannot be read is kept as a broken name, so that nothing else says that it is not defined.
fn named<T>(
    r: &mut Reader,
    fields: &Fields<'_>,
    definitions: &mut Definitions,
    section: Section,
    expected: &str,
    mut read: impl FnMut(&mut Reader, &Node) -> Option<T>,
) -> BTreeMap<String, T> {
    let mut found = BTreeMap::new();
    let Some(node) = fields.get(section.key()) else { return found };
    let Some(listed) = r.entries(node, expected) else {
        definitions.broken_sections.insert(section);
        return found;
    };
    for (key, node) in listed.entries() {
        let fits = r.is_name(key);
        match read(r, node).filter(|_| fits) {
            Some(value) => drop(found.insert(key.name.clone(), value)),
            None => drop(definitions.broken.insert((section, key.name.clone()))),
        }
    }
    found
}

fn split(r: &mut Reader, node: &Node) -> Option<Split> {
    let listed = r.entries(node, "the shares of a split, a mapping from names to percentages")?;
    let mut shares = Vec::new();
    for (key, node) in listed.entries() {
        let fits = r.is_name(key);
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
                    r.mistake(key.at, "this number is here a second time");
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

/// The canonical form of a number. Numbers of other countries have their country's code.
fn number(text: &str) -> Result<String, String> {
    let spelled = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '(' | ')'));
    let ani = Ani::parse(Some(text));
    let digits = ani.digits().unwrap_or_default();
    if !spelled || !(7..=15).contains(&digits.len()) {
        let wrong = "a number has 7 to 15 digits; of other countries than North America, with the country's code";
        return Err(wrong.to_owned());
    }
    if digits.starts_with('0') {
        return Err(format!(
            "`{text}` does not say which country it is in: write the country's code in place of the first 0, such as \
             `+44 20 7946 0018`"
        ));
    }
    Ok(ani.as_str().to_owned())
}

fn constant(r: &mut Reader, node: &Node) -> Option<Constant> {
    if let Value::Scalar { text, plain: true } = &node.value {
        match text.as_str() {
            "true" => return Some(Constant::from(true)),
            "false" => return Some(Constant::from(false)),
            _ => {}
        }
        // Some YAML takes these words for true and false. Here each would be a text, and every text is true.
        let meant = match text.to_lowercase().as_str() {
            "yes" | "on" | "true" => Some("true"),
            "no" | "off" | "false" => Some("false"),
            _ => None,
        };
        if let Some(meant) = meant {
            let message = format!("expected `{meant}`, or the text `\"{text}\"` in quotes, found `{text}`");
            r.mistake(node.at, message);
            return None;
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

#[cfg(test)]
mod tests {
    use super::super::super::language::FLOW;
    use super::*;

    #[test]
    fn a_definition_that_cannot_be_read_is_still_a_name_that_the_flow_defines() {
        for (line, section, name) in [
            ("hours: { support: { zone: Mars/Olympus, open: {} } }", Section::Hours, "support"),
            ("split: { pilot: { new: 20 } }", Section::Split, "pilot"),
            ("numbers: { vips: 3 }", Section::Numbers, "vips"),
            ("tables: { jobs: {} }", Section::Tables, "jobs"),
            ("constants: { vip: no }", Section::Constants, "vip"),
            ("hours: []", Section::Hours, "support"),
        ] {
            let mut r = Reader::default();
            let root = crate::flow::yaml::parse(line, &mut r.mistakes).unwrap();
            let fields = r.fields(&root, "a flow", &FLOW).unwrap();
            let definitions = definitions(&mut r, &fields);
            assert_eq!(r.mistakes.len(), 1, "{line}");
            assert!(definitions.defines(section, name), "{line}");
            assert_eq!(definitions.defines(section, "other"), line == "hours: []", "{line}");
        }
    }
}
