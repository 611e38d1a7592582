//! Reads values out of the tree, notes what is wrong and continues.

use super::super::graph::Edge;
use super::super::ids::{IvrName, PortalId, is_word};
use super::super::language::Mapping;
use super::super::mistake::{Mistake, Position, did_you_mean, near};
use super::super::template::{InvalidTemplate, Template, Vocabulary};
use super::super::wix_answers::IvrGuid;
use super::place::Lines;
use crate::flow::yaml::{self, Key, Node, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Collects what is wrong. A method that returns None has noted why.
#[derive(Default)]
pub(super) struct Reader {
    /// The file.
    pub(super) lines: Lines,
    pub(super) mistakes: Vec<Mistake>,
    /// What is legal but unwise.
    pub(super) findings: Vec<Mistake>,
    /// What templates may speak of here.
    pub(super) vocabulary: Vocabulary,
    /// The stage whose ids hold, if one was chosen.
    pub(super) stage: Option<String>,
    /// The flow's IVRs, and where each begins: read before anything that leads to them.
    pub(super) ivr_names: BTreeMap<String, Position>,
    /// Their ids in the portal.
    pub(super) ivr_ids: BTreeMap<PortalId, String>,
    /// The IVRs of Wix Answers that the flow names.
    pub(super) wix_names: BTreeMap<String, Option<IvrGuid>>,
    /// What leads to IVRs.
    pub(super) leads: Vec<Lead>,
    /// Whether an IVR's app is written `survo` unless the IVR says otherwise.
    pub(super) old_spelling: bool,
    /// Whether tries from one calling number are limited.
    pub(super) limits_numbers: bool,
    /// Whether the flow says anything of limits.
    pub(super) has_limits: bool,
    /// Every template read so far and its place, for the checks that look at many.
    pub(super) templates: Vec<(Position, Template)>,
    /// Where the templates are that may read a PIN: `user` and `pin`.
    pub(super) inputs: Vec<Position>,
    /// The names under `field_names` that the portal chose.
    pub(super) portal_names: Vec<(Position, String)>,
    /// Where the fallback's action is.
    pub(super) fallback_at: Position,
    /// Where the fallback for Wix Answers is.
    pub(super) wix_fallback_at: Position,
    /// How many of the mistakes are proof failures.
    pub(super) offences: usize,
    /// The steps of the ways that show them.
    pub(super) offending: Vec<Edge>,
}

/// An action, or a FindMe that nobody answers, that leads to an IVR.
pub(super) struct Lead {
    pub(super) at: Position,
    pub(super) to: IvrName,
    /// The names of the user parameters that it gives.
    pub(super) parameters: BTreeSet<String>,
}

/// A mapping whose keys are all known.
pub(super) struct Fields<'n> {
    pub(super) at: Position,
    entries: &'n [(Key, Node)],
    /// The known keys that the unknown ones are probably meant to be: that these are missing is no second mistake.
    meant: Vec<String>,
}

impl<'n> Fields<'n> {
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    pub(super) fn entries(&self) -> &'n [(Key, Node)] {
        self.entries
    }

    /// Whether a key is missing, and no other is probably meant to be it.
    pub(super) fn lacks(&self, name: &str) -> bool {
        self.get(name).is_none() && !self.meant.iter().any(|meant| meant == name)
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
            Value::Scalar { text, .. } if text.chars().count() <= 40 => format!("`{text}`"),
            Value::Scalar { .. } => "a long text".to_owned(),
            other => match other.kind() {
                Some(kind) => kind.to_owned(),
                None => return,
            },
        };
        self.mistake(node.at, format!("expected {expected}, found {found}"));
    }

    /// A mapping with any keys; `expected` names it ("a mapping of IVR ids").
    pub(super) fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Fields<'n>> {
        if let Value::Map(entries) = &node.value {
            return Some(Fields { at: node.at, entries, meant: Vec::new() });
        }
        self.wrong_type(node, expected);
        None
    }

    /// A mapping with only these keys; others are noted.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, expected: &str, mapping: &Mapping) -> Option<Fields<'n>> {
        self.fields_of(node, expected, &mapping.names())
    }

    /// The same, for keys that aren't all those of a mapping.
    pub(super) fn fields_of<'n>(&mut self, node: &'n Node, expected: &str, known: &[&str]) -> Option<Fields<'n>> {
        let mut fields = self.entries(node, expected)?;
        for (key, _) in fields.entries {
            if !known.contains(&key.name.as_str()) {
                self.unknown_key(key, known);
                fields.meant.extend(near(&key.name, known.iter().copied()).map(str::to_owned));
            }
        }
        Some(fields)
    }

    pub(super) fn unknown_key(&mut self, key: &Key, known: &[&str]) {
        let name: String = key.name.chars().take(60).collect();
        let help = did_you_mean(&key.name, known.iter().copied())
            .or_else(|| {
                cut_off(&key.name).then(|| "inside `{ ... }` a comma ends a text: put the text in quotes".to_owned())
            })
            .or_else(|| Some(format!("known here: {}", known.join(", "))).filter(|_| !known.is_empty()));
        self.mistakes.push(Mistake::new(key.at, format!("unknown key `{name}`")).help(help));
    }

    /// The value of a key that must be there.
    pub(super) fn require<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Option<&'n Node> {
        let node = fields.get(name);
        if fields.lacks(name) {
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

    /// The same for what decides where a call goes: never a template, so that a caller can't choose it.
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
                "where a call goes is written in the flow and never comes from what a caller says, keys or is called: that \
                 would be toll fraud's way in",
            );
            return None;
        }
        parse(text).map_err(|error| self.mistake(node.at, error.to_string())).ok()
    }

    /// Whether a key can be a name in an expression.
    pub(super) fn is_name(&mut self, key: &Key) -> bool {
        let fits = is_word(&key.name);
        if !fits {
            self.mistake(key.at, "a name has 1 to 63 letters, digits and `_`, and begins with a letter or `_`");
        }
        fits
    }

    /// The id of a building block, with or without quotes.
    pub(super) fn portal_id(&mut self, node: &Node) -> Option<PortalId> {
        self.fixed(node, "an id of the DialogTech portal", PortalId::parse)
    }

    /// The name of an IVR of this flow.
    pub(super) fn ivr_name(&mut self, node: &Node) -> Option<IvrName> {
        let name = self.fixed(node, "the name of an IVR", |text| Ok::<_, InvalidTemplate>(text.to_owned()))?;
        if self.ivr_names.contains_key(&name) {
            // A name that isn't one was noted where the IVR is.
            return IvrName::parse(&name).ok();
        }
        let named = PortalId::parse(&name).ok().and_then(|id| self.ivr_ids.get(&id));
        let help = match named {
            Some(known) => format!("IVRs go by their names here: write `{known}`"),
            None => did_you_mean(&name, self.ivr_names.keys().map(String::as_str))
                .unwrap_or_else(|| format!("name it under `ivrs`; an IVR of the portal is `{name}: {{ id: ... }}`")),
        };
        let name: String = name.chars().take(60).collect();
        self.mistake_with_help(node.at, format!("the flow has no IVR `{name}`"), help);
        None
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
            Value::Scalar { text, .. } => yaml::duration(text),
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
        self.compiled(node.at, source, compiled)
    }

    /// Keeps a template that compiled, for the checks that look at many; notes what is wrong with one that didn't.
    pub(super) fn compiled(
        &mut self,
        at: Position,
        source: &str,
        compiled: Result<Template, Vec<InvalidTemplate>>,
    ) -> Option<Template> {
        match compiled {
            Ok(template) => {
                for warning in template.warnings() {
                    let at = self.lines.place(at, source, warning.offset());
                    self.findings.push(Mistake::warning(at, warning.to_string()).help(warning.help()));
                }
                self.templates.push((at, template.clone()));
                Some(template)
            }
            Err(wrong) => {
                for wrong in wrong {
                    let at = wrong.offset().map_or(at, |offset| self.lines.place(at, source, offset));
                    self.mistakes.push(Mistake::new(at, wrong.to_string()).help(wrong.help()));
                }
                None
            }
        }
    }
}

/// Whether a key is the rest of an expression that a comma cut in two.
fn cut_off(key: &str) -> bool {
    key.contains([')', ']', '"', '\''])
}
