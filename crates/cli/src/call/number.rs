//! Calling numbers in what is shown: their last four digits, unless asked for whole.

use ringbolt_core::ani::Ani;
use serde_json::Value;

/// What becomes of a call's number where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallingNumber {
    digits: String,
    full: bool,
}

impl CallingNumber {
    /// The number of a call, as the provider sent it; `full` shows it as it is.
    pub(super) fn new(sent: Option<&str>, full: bool) -> Self {
        let digits = match Ani::parse(sent) {
            ani if ani.as_str().bytes().all(|byte| byte.is_ascii_digit()) => ani.as_str().to_owned(),
            _ => String::new(),
        };
        Self { digits, full }
    }

    /// The last four digits behind an ellipsis; `withheld` where there are none.
    pub(super) fn shown(&self) -> String {
        match (self.digits.as_str(), self.full) {
            ("", _) => "withheld".to_owned(),
            (digits, true) => digits.to_owned(),
            (digits, false) => format!("...{}", last_four(digits)),
        }
    }

    /// Whether it ends so.
    pub(super) fn ends_with(&self, digits: &str) -> bool {
        !self.digits.is_empty() && self.digits.ends_with(digits)
    }

    /// A text without the number, however it is written: with or without the leading 1, with spaces, brackets, hyphens
    /// and dots within.
    pub(super) fn hide_in(&self, text: &str) -> String {
        if self.full || self.digits.len() < 5 {
            return text.to_owned();
        }
        let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((start, end)) = self.find(rest) {
            shown.push_str(&rest[..start]);
            shown.push_str(&self.shown());
            rest = &rest[end..];
        }
        shown.push_str(rest);
        shown
    }

    /// The same for every text in a value.
    pub(super) fn hide_in_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.hide_in(text)),
            Value::Array(values) => values.iter().map(|value| self.hide_in_value(value)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(name, value)| (name.clone(), self.hide_in_value(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            // A number of JSON, such as in what an older version kept.
            Value::Number(number) if number.to_string().contains(&self.digits) => {
                Value::String(self.hide_in(&number.to_string()))
            }
            other => other.clone(),
        }
    }

    /// Where the number begins and ends in a text, by its digits.
    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')');
        for (start, _) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let mut wanted = self.digits.chars().peekable();
            for (offset, c) in text[start..].char_indices() {
                if wanted.peek() == Some(&c) {
                    wanted.next();
                    if wanted.peek().is_none() {
                        return Some((start, start + offset + 1));
                    }
                } else if !between(c) {
                    break;
                }
            }
        }
        None
    }
}

fn last_four(digits: &str) -> &str {
    &digits[digits.len().saturating_sub(4)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_hidden_however_it_is_written() {
        let number = CallingNumber::new(Some("+1 800 555-0142"), false);
        assert_eq!(number.shown(), "...0142");
        for (text, shown) in [
            ("Call from 8005550142.", "Call from ...0142."),
            ("+18005550142 and (800) 555-0142", "+1...0142 and (...0142"),
            ("8,0,0 8005550143 800555014", "8,0,0 8005550143 800555014"),
            ("ü8005550142ü", "ü...0142ü"),
        ] {
            assert_eq!(number.hide_in(text), shown);
        }
        assert_eq!(CallingNumber::new(Some("8005550142"), true).hide_in("8005550142"), "8005550142");
    }

    #[test]
    fn a_withheld_number_ends_with_nothing() {
        let number = CallingNumber::new(Some("anonymous"), false);
        assert_eq!(
            (number.shown().as_str(), number.ends_with("0142"), number.hide_in("a 1")),
            ("withheld", false, "a 1".to_owned())
        );
        assert!(CallingNumber::new(Some("8005550142"), false).ends_with("0142"));
    }
}
