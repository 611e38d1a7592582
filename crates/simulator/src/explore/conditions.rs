//! What a flow's conditions compare with: worth trying as an answer, a number or an attribute.

use ringbolt_core::flow::definitions::NumberList;
use ringbolt_core::flow::{Condition, Flow, Template};
use std::collections::BTreeSet;

/// The conditions and templates of a flow.
#[derive(Debug)]
pub(super) struct Written<'f> {
    pub(super) conditions: Vec<&'f Condition>,
    templates: Vec<&'f Template>,
}

impl<'f> Written<'f> {
    pub(super) fn of(flow: &'f Flow) -> Self {
        Self { conditions: flow.conditions(), templates: flow.templates() }
    }

    /// The parts of a name that anything speaks of: the attributes in `caller.NAME`.
    pub(super) fn parts_of(&self, name: &str) -> BTreeSet<String> {
        self.templates.iter().flat_map(|template| template.parts_of(name).map(str::to_owned)).collect()
    }

    /// What the conditions that speak of a part compare with, if they speak of nothing else of this kind.
    pub(super) fn compared_with(&self, name: &str, part: &str) -> Vec<String> {
        let about = self.conditions.iter().filter(|condition| condition.parts_of(name).any(|spoken| spoken == part));
        let mut found = Vec::new();
        for literal in about.flat_map(|condition| literals(condition.source())) {
            if !found.contains(&literal) {
                found.push(literal);
            }
        }
        found
    }

    /// What makes conditions hold that ask for an attribute of the caller: what it is compared with, if it is.
    pub(super) fn wanted_of(&self, attribute: &str) -> Option<String> {
        let name = format!("caller.{attribute}");
        self.conditions.iter().find_map(|condition| compared(condition.source().split_once(&name)?.1))
    }

    /// The numbers that matter for a part of `call`: those in lists in which it is looked up, and those it is compared
    /// with.
    pub(super) fn numbers(&self, flow: &Flow, part: &str) -> Vec<String> {
        let is_number = |text: &String| text.len() >= 10 && text.bytes().all(|b| b.is_ascii_digit());
        let mut found: Vec<String> = self.compared_with("call", part).into_iter().filter(is_number).collect();
        let spoken = format!("call.{part}");
        for (name, list) in &flow.definitions.numbers {
            if !self.sources().any(|source| source.contains(&spoken) && names(source, name)) {
                continue;
            }
            match list {
                NumberList::Set(numbers) => found.extend(numbers.iter().cloned()),
                NumberList::Map(texts) => found.extend(texts.keys().cloned()),
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// The keys of the tables in which an answer is looked up.
    pub(super) fn keys_for(&self, flow: &Flow, answer: &str) -> Vec<String> {
        let spoken = format!("answers.{answer}");
        let asked = |name: &str| self.sources().any(|source| source.contains(&spoken) && names(source, name));
        let tables = flow.definitions.tables.iter().filter(|(name, _)| asked(name));
        tables.flat_map(|(_, table)| table.keys().map(str::to_owned)).collect()
    }

    /// Whether a condition decides by an attribute of the caller, and not only whether it is there.
    pub(super) fn asks_for(&self, attribute: &str) -> bool {
        let name = format!("caller.{attribute}");
        let presence = format!("{name} is defined");
        let asked = |source: &str| source.contains(&name) && !source.contains(&presence);
        self.conditions.iter().any(|condition| asked(condition.source()))
    }

    fn sources(&self) -> impl Iterator<Item = &str> {
        self.templates.iter().map(|template| template.source())
    }
}

/// Whether an expression has a name in quotes.
fn names(source: &str, name: &str) -> bool {
    source.contains(&format!("\"{name}\"")) || source.contains(&format!("'{name}'"))
}

/// What follows a comparison at the beginning of the rest of an expression, behind filters: `yes` in ` | lower == 'yes'`.
fn compared(rest: &str) -> Option<String> {
    let mut rest = rest.trim_start();
    while let Some(filtered) = rest.strip_prefix('|') {
        rest = filtered.trim_start().trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
    }
    let compared = ["==", "!=", "<=", ">=", "<", ">", "in "].iter().find_map(|operator| rest.strip_prefix(operator))?;
    literals(compared).into_iter().next()
}

/// The texts in quotes and the whole numbers of an expression.
fn literals(source: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\'' | '_') || c.is_ascii_alphanumeric()) {
        let from = &rest[at..];
        if let Some(quote) = from.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            let inner = &from[1..];
            let Some(end) = inner.find(quote) else { break };
            found.push(inner[..end].to_owned());
            rest = &inner[end + 1..];
        } else {
            let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from.len());
            if from[..end].bytes().all(|b| b.is_ascii_digit()) {
                found.push(from[..end].to_owned());
            }
            rest = &from[end..];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_texts_in_quotes_and_whole_numbers() {
        assert_eq!(literals(r#"answers.q1 | int in [1, 20] and pass.x == 'a b'"#), ["1", "20", "a b"]);
        assert_eq!(literals(r#"listed("vips", call.ani) or "unfinished"#), ["vips"]);
        assert!(literals("").is_empty());
    }

    #[test]
    fn an_attribute_is_compared_with_what_follows_it() {
        assert_eq!(compared(r#" | lower == "yes" and open("desk")"#).as_deref(), Some("yes"));
        assert_eq!(compared(" | int >= 3").as_deref(), Some("3"));
        assert_eq!(compared(r#" | bool and open("desk")"#), None);
        assert_eq!(compared(""), None);
    }
}
