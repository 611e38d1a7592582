//! Reads values out of the tree, notes what is wrong and goes on.

use super::super::graph::Edge;
use super::super::language::Mapping;
use super::super::mistake::{Mistake, Position, did_you_mean};
use super::super::template::{InvalidTemplate, Template, Vocabulary};
use super::apart::Shared;
use super::yaml::{Key, Node, Value};
use crate::dialogtech::{action::IvrSpelling, number::BuildingBlockId};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Collects what is wrong. A method that answers None has noted why.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) mistakes: Vec<Mistake>,
    /// What is legal and unwise.
    pub(super) findings: Vec<Mistake>,
    /// What templates may speak of here.
    pub(super) vocabulary: Vocabulary,
    /// Where the IVRs stand.
    pub(super) ivrs: BTreeMap<BuildingBlockId, Position>,
    /// How the app of an IVR is spelled where the action does not say.
    pub(super) spelling: IvrSpelling,
    /// Every template read so far and its place, for the checks that look at many.
    pub(super) templates: Vec<(Position, Template)>,
    /// Where the templates stand that may read a PIN: `user` and `pin`.
    pub(super) inputs: Vec<Position>,
    /// The names of the portal's own, under `field_names`.
    pub(super) portal_names: Vec<(Position, String)>,
    /// Outcomes that lead where the right PIN leads.
    pub(super) shared: Vec<Shared>,
    /// How many of the mistakes are about what cannot be proved.
    pub(super) offences: usize,
    /// The steps of the ways that show it.
    pub(super) offending: Vec<Edge>,
}

/// A mapping of which every key is known.
pub(super) struct Fields<'n> {
    pub(super) at: Position,
    entries: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    pub(super) fn entries(&self) -> &'n [(Key, Node)] {
        self.entries
    }
}

impl Reader {
    pub(super) fn mistake(&mut self, at: Position, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(at, message));
    }

    pub(super) fn mistake_with_help(&mut self, at: Position, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(Mistake::new(at, message).help(help.into()));
    }

    /// `message` says what was expected.
    pub(super) fn wrong_type(&mut self, node: &Node, expected: &str) {
        let found = match &node.value {
            Value::Broken => return,
            Value::Null => "nothing".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
            Value::Scalar { text, .. } if text.chars().count() <= 40 => format!("`{text}`"),
            Value::Scalar { .. } => "a long text".to_owned(),
        };
        self.mistake(node.at, format!("expected {expected}, found {found}"));
    }

    /// A mapping with any keys; `expected` names it ("a mapping of IVR ids").
    pub(super) fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Fields<'n>> {
        if let Value::Map(entries) = &node.value {
            return Some(Fields { at: node.at, entries });
        }
        self.wrong_type(node, expected);
        None
    }

    /// A mapping with these keys alone; others are noted.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, expected: &str, mapping: &Mapping) -> Option<Fields<'n>> {
        self.fields_of(node, expected, &mapping.names())
    }

    /// The same for keys that are not all those of a mapping.
    pub(super) fn fields_of<'n>(&mut self, node: &'n Node, expected: &str, known: &[&str]) -> Option<Fields<'n>> {
        let fields = self.entries(node, expected)?;
        for (key, _) in fields.entries {
            if !known.contains(&key.name.as_str()) {
                self.unknown_key(key, known);
            }
        }
        Some(fields)
    }

    pub(super) fn unknown_key(&mut self, key: &Key, known: &[&str]) {
        let name: String = key.name.chars().take(60).collect();
        let help = did_you_mean(&key.name, known.iter().copied())
            .or_else(|| Some(format!("known here: {}", known.join(", "))).filter(|_| !known.is_empty()));
        self.mistakes.push(Mistake::new(key.at, format!("unknown key `{name}`")).help(help));
    }

    /// The value of a key that must be there.
    pub(super) fn require<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Option<&'n Node> {
        let node = fields.get(name);
        if node.is_none() {
            self.mistake(fields.at, format!("`{name}` is missing"));
        }
        node
    }

    /// A word, number or text, as written.
    pub(super) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        if let Value::Scalar { text, .. } = &node.value {
            return Some(text);
        }
        self.wrong_type(node, expected);
        None
    }

    /// A text that has a form of its own; the form's error is the message.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        node: &Node,
        expected: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(node, expected)?;
        parse(text).map_err(|error| self.mistake(node.at, error.to_string())).ok()
    }

    /// The same for what decides where a call goes: never a template, so that a caller cannot choose it.
    pub(super) fn fixed<T, E: Display>(
        &mut self,
        node: &Node,
        expected: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(node, expected)?;
        if text.contains("{{") || text.contains("{%") {
            self.mistake_with_help(
                node.at,
                format!("expected {expected}, found a template"),
                "where a call goes stands in the flow and never comes from what a caller says, keys or is called: toll \
                 fraud lives on that",
            );
            return None;
        }
        parse(text).map_err(|error| self.mistake(node.at, error.to_string())).ok()
    }

    /// A whole number without quotes.
    pub(super) fn integer(&mut self, node: &Node, what: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let expected = format!("{what}, a whole number from {} to {}", range.start(), range.end());
        let number = match &node.value {
            Value::Scalar { text, plain: true } if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        let fits = number.filter(|number| range.contains(number));
        if fits.is_none() {
            self.wrong_type(node, &expected);
        }
        fits
    }

    /// `true`, `false`, 1 or 0.
    pub(super) fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.value {
            Value::Scalar { text, plain: true } if text == "true" || text == "1" => Some(true),
            Value::Scalar { text, plain: true } if text == "false" || text == "0" => Some(false),
            _ => {
                self.wrong_type(node, &format!("{what}, `true` or `false` (or 1 or 0)"));
                None
            }
        }
    }

    /// A length of time: digits and `s`, `m`, `h` or `d`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let length = match &node.value {
            Value::Scalar { text, .. } => parse_duration(text),
            _ => None,
        };
        if length.is_none() {
            self.wrong_type(node, &format!("{what}, a length of time such as `30s`, `30m`, `24h` or `1d`"));
        }
        length
    }

    /// A text with `{{ ... }}` in it, or without.
    pub(super) fn template(&mut self, node: &Node, expected: &str) -> Option<Template> {
        let source = self.text(node, expected)?;
        let compiled = Template::compile(source, &self.vocabulary);
        self.compiled(node.at, compiled)
    }

    /// Keeps a template that compiled, for the checks that look at many; notes what is wrong with one that did not.
    pub(super) fn compiled(
        &mut self,
        at: Position,
        compiled: Result<Template, Vec<InvalidTemplate>>,
    ) -> Option<Template> {
        match compiled {
            Ok(template) => {
                let unwise = template.unwise().iter();
                self.findings.extend(unwise.map(|w| Mistake::warning(at, w.to_string()).help(w.help())));
                self.templates.push((at, template.clone()));
                Some(template)
            }
            Err(wrong) => {
                self.mistakes.extend(wrong.into_iter().map(|w| Mistake::new(at, w.to_string()).help(w.help())));
                None
            }
        }
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u64 = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    number.checked_mul(seconds).map(Duration::from_secs)
}
