//! Calling numbers in output: the last four digits, unless the full number is requested.

use ringbolt_core::{
    ani::Ani,
    call::record::fields::{CALLERS_NUMBERS, SPOKEN},
};
use serde_json::Value;

/// A calling number, and whether to show it in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallingNumber {
    digits: String,
    full: bool,
    /// Whether every number is hidden if this one is not known.
    in_speech: bool,
}

impl CallingNumber {
    /// The number as the provider sent it.
    pub(super) fn new(sent: Option<&str>, full: bool) -> Self {
        let digits = Ani::parse(sent).digits().unwrap_or_default().to_owned();
        Self { digits, full, in_speech: false }
    }

    /// The same for what a caller said, who may say a number that was withheld.
    pub(super) fn in_speech(&self) -> Self {
        Self { digits: self.digits.clone(), full: self.full, in_speech: true }
    }

    /// The last four digits after an ellipsis, or `withheld` if there is no number.
    pub(super) fn shown(&self) -> String {
        match (self.digits.as_str(), self.full) {
            ("", _) => "withheld".to_owned(),
            (digits, true) => digits.to_owned(),
            (digits, false) => format!("...{}", last_four(digits)),
        }
    }

    /// Whether the number ends with these digits.
    pub(super) fn ends_with(&self, digits: &str) -> bool {
        !self.digits.is_empty() && self.digits.ends_with(digits)
    }

    /// Replaces the number in a text, with or without the leading 1 and with spaces, brackets, hyphens or dots inside.
    pub(super) fn hide_in(&self, text: &str) -> String {
        let is_known = self.digits.len() >= 5;
        if self.full || !(is_known || self.in_speech) {
            return text.to_owned();
        }
        if !is_known {
            return hide_numbers(text);
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

    /// Replaces the number in every text of a value.
    pub(super) fn hide_in_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.hide_in(text)),
            Value::Array(values) => values.iter().map(|value| self.hide_in_value(value)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(name, value)| (name.clone(), self.hide_in_value(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            // A JSON number, such as an older version stored.
            Value::Number(number) if number.to_string().contains(&self.digits) => {
                Value::String(self.hide_in(&number.to_string()))
            }
            other => other.clone(),
        }
    }

    /// A field of a call or of a transcription as it is shown. Another number on the caller's side is hidden like their own.
    pub(super) fn shown_field(&self, name: &str, value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(|value| self.shown_field(name, value)).collect(),
            Value::String(text) if CALLERS_NUMBERS.contains(&name) && !self.full && !text.is_empty() => {
                Value::String(Self::new(Some(text), false).shown())
            }
            value if SPOKEN.contains(&name) => self.in_speech().hide_in_value(value),
            value => self.hide_in_value(value),
        }
    }

    /// The start and end of the number in a text.
    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let is_separator = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')');
        for (start, _) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let mut wanted = self.digits.chars().peekable();
            for (offset, c) in text[start..].char_indices() {
                if wanted.peek() == Some(&c) {
                    wanted.next();
                    if wanted.peek().is_none() {
                        return Some((start, start + offset + 1));
                    }
                } else if !is_separator(c) {
                    break;
                }
            }
        }
        None
    }
}

/// Replaces every telephone number in a text by its last four digits: ten digits, perhaps with a leading 1 and with
/// spaces, brackets, hyphens or dots inside. For texts whose calling number is not known.
pub(super) fn hide_numbers(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_inside(c)).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        let run_end = run.rfind(|c: char| c.is_ascii_digit()).map_or(run.len(), |last| last + 1);
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        shown.push_str(before);
        if digits.len() >= 10 {
            shown.push_str(&format!("...{}", last_four(&digits)));
            shown.push_str(&run[run_end..]);
        } else {
            shown.push_str(run);
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
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
    fn every_number_of_ten_digits_is_hidden_if_none_is_known() {
        for (text, shown) in [
            ("Call 800-555-0142, or (800) 555 0143.", "Call ...0142, or (...0143."),
            ("+18005550142", "+...0142"),
            ("It was 5, then 4711, on 2026-11-21.", "It was 5, then 4711, on 2026-11-21."),
            ("ü8005550142ü", "ü...0142ü"),
            ("", ""),
        ] {
            assert_eq!(hide_numbers(text), shown);
        }
    }

    #[test]
    fn every_number_on_the_callers_side_is_hidden_by_its_name() {
        let number = CallingNumber::new(Some("+18005550142"), false);
        for (name, value, shown) in [
            ("From", "+18005550142", "...0142"),
            ("Caller", "8005550142", "...0142"),
            ("ForwardedFrom", "+12125550199", "...0199"),
            ("ForwardedFrom", "", ""),
            ("From", "client:ada", "withheld"),
            ("To", "+18005550100", "+18005550100"),
            ("CallSid", "CA12125550199", "CA12125550199"),
            ("TranscriptionText", "I am on 800 555 0142", "I am on ...0142"),
        ] {
            assert_eq!(number.shown_field(name, &value.into()), shown, "{name}={value}");
        }
        let unknown = CallingNumber::new(None, false);
        assert_eq!(unknown.shown_field("From", &serde_json::json!(["+12125550199"])), serde_json::json!(["...0199"]));
        assert_eq!(unknown.shown_field("TranscriptionText", &"on 212 555 0199".into()), "on ...0199");
        let full = CallingNumber::new(None, true);
        assert_eq!(full.shown_field("From", &"+12125550199".into()), "+12125550199");
    }

    #[test]
    fn a_withheld_number_ends_with_nothing() {
        let number = CallingNumber::new(Some("anonymous"), false);
        assert_eq!(number.hide_in("transfer to 8005550142"), "transfer to 8005550142");
        assert_eq!(number.in_speech().hide_in("I am on 8005550142"), "I am on ...0142");
        assert_eq!(
            (number.shown().as_str(), number.ends_with("0142"), number.hide_in("a 1")),
            ("withheld", false, "a 1".to_owned())
        );
        assert!(CallingNumber::new(Some("8005550142"), false).ends_with("0142"));
    }
}
