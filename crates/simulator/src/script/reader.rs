//! Reads values out of the file's tree, notes what is wrong and continues.

use crate::setting::plain_number;
use ringbolt_core::ani::Ani;
use ringbolt_core::flow::yaml::{self, Key, Node, Value};
use ringbolt_core::flow::{Mistake, Position, did_you_mean};
use std::time::Duration;

/// The longest time that passes at once: a century is enough for any lock.
const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);

/// Collects what is wrong. A method that returns `None` has noted why.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) mistakes: Vec<Mistake>,
}

impl Reader {
    pub(super) fn mistake(&mut self, at: Position, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(at, message));
    }

    /// A word that isn't one of those known here.
    pub(super) fn unknown<'k>(
        &mut self,
        at: Position,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let shown: String = word.chars().take(60).collect();
        let help = did_you_mean(word, known.iter().copied())
            .or_else(|| (!known.is_empty() && known.len() <= 20).then(|| format!("known here: {}", known.join(", "))));
        self.mistakes.push(Mistake::new(at, format!("{what} `{shown}`")).help(help));
    }

    /// What was found is left out: it could be a PIN.
    fn expected(&mut self, node: &Node, expected: &str) {
        let Some(kind) = node.value.kind() else { return };
        let is_number = matches!(&node.value, Value::Scalar { text, plain: true } if is_digits(text));
        let found = if is_number { "a number" } else { kind };
        self.mistake(node.at, format!("expected {expected}, found {found}"));
    }

    pub(super) fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [(Key, Node)]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        self.expected(node, expected);
        None
    }

    /// A mapping with only these keys; others are noted.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, expected: &str, known: &[&str]) -> Option<&'n [(Key, Node)]> {
        let entries = self.entries(node, expected)?;
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.name.as_str())) {
            self.unknown(key.at, "unknown key", &key.name, known.iter().copied());
        }
        Some(entries)
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
        if let Value::List(items) = &node.value {
            return Some(items);
        }
        self.expected(node, expected);
        None
    }

    pub(super) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        if let Value::Scalar { text, .. } = &node.value {
            return Some(text);
        }
        self.expected(node, expected);
        None
    }

    pub(super) fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.value {
            Value::Scalar { text, plain: true } if text == "true" => Some(true),
            Value::Scalar { text, plain: true } if text == "false" => Some(false),
            _ => {
                self.expected(node, &format!("{what}, `true` or `false`"));
                None
            }
        }
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, expected: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, expected)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() && text.contains(|c: char| c.is_ascii_digit()) {
            self.expected(node, expected);
        } else if found.is_none() {
            self.unknown(node.at, &format!("expected {expected}, found"), text, words.iter().map(|(word, _)| *word));
        }
        found
    }

    /// A telephone number in any spelling, as a provider sends it; empty if it stands for one that is withheld.
    pub(super) fn number(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node, "a telephone number")?;
        let is_spelled = text.bytes().any(|byte| byte.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '+'));
        let number = Ani::parse(Some(text));
        if is_spelled && number.is_withheld() {
            return Some(String::new());
        }
        let digits = number.digits().unwrap_or_default();
        if !is_spelled || !(7..=15).contains(&digits.len()) {
            self.mistake(node.at, format!("`{text}` isn't a telephone number"));
            return None;
        }
        if digits.starts_with('0') {
            let message = format!("`{text}` does not say which country it is in");
            let help = "write the country's code in place of the first 0, such as `+44 20 7946 0018`";
            self.mistakes.push(Mistake::new(node.at, message).help(Some(help.to_owned())));
            return None;
        }
        Some(plain_number(text))
    }

    /// A length of time: digits and `s`, `m`, `h` or `d`.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let expected = "a length of time such as `30s`, `31m`, `24h` or `1d`";
        let text = self.text(node, expected)?;
        let length = yaml::duration(text).filter(|length| *length <= LONGEST);
        if length.is_none() && is_digits(text) {
            self.mistake(node.at, format!("expected {expected}, found a number without a unit"));
        } else if length.is_none() {
            self.expected(node, expected);
        }
        length
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
