//! Filters of our own, for what is spoken and for telephone numbers. Each takes an absent value as an empty text, as a
//! template does.

use super::bounds::{MAX_BYTES, too_long};
use crate::number::PhoneNumber;
use minijinja::{Error, ErrorKind, Value, filters};
use std::borrow::Cow;
use std::sync::Arc;

/// `spell`: a code as it is read out, character by character: `4115` is "4, 1, 1, 5".
pub(super) fn spell(text: String) -> String {
    let mut spelled = String::with_capacity(text.len() * 3);
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if !spelled.is_empty() {
            spelled.push_str(", ");
        }
        spelled.push(c);
    }
    spelled
}

/// `twice`: the text, and once more after a pause.
pub(super) fn twice(text: Cow<'_, str>) -> String {
    let text = text.trim();
    if text.is_empty() { String::new() } else { format!("{}. {text}", text.trim_end_matches('.')) }
}

/// `digits`: the digits 0 to 9 of a text.
pub(super) fn digits(text: String) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `last4`: the last four digits of a text, or as many as there are.
pub(super) fn last4(text: String) -> String {
    let digits = digits(text);
    digits.get(digits.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// `nanp`: the ten digits of a North American number, nothing for any other.
pub(super) fn nanp(text: Cow<'_, str>) -> Value {
    PhoneNumber::parse(&text).map_or(Value::UNDEFINED, |number| Value::from(number.as_str()))
}

/// `bool`: what `true`, `yes` or 1 say, or `false`, `no`, 0 or nothing, in any case. Attributes are texts, and `false` is
/// one as well as `true`: anything else is an error.
pub(super) fn bool(value: &Value) -> Result<bool, Error> {
    let text = match value.as_str() {
        Some(text) => text.trim().to_lowercase(),
        None if value.is_undefined() || value.is_none() => String::new(),
        None => value.to_string().to_lowercase(),
    };
    match text.as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" | "" => Ok(false),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "this is neither true nor false")),
    }
}

/// `int`: a whole number, rounded towards zero. A value that is not a number gives the default, or an error if there is
/// none, but never zero: an unanswered question must not count as a low score.
pub(super) fn int(value: &Value, default: Option<Value>) -> Result<Value, Error> {
    match number(value) {
        // Beyond this floating-point numbers leave out whole ones.
        Some(number) if number.abs() < 9e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            let whole = number.trunc() as i64;
            Ok(Value::from(whole))
        }
        _ => default.ok_or_else(no_number),
    }
}

/// `float`: a number; else as `int`.
pub(super) fn float(value: &Value, default: Option<Value>) -> Result<Value, Error> {
    number(value).map(Value::from).or(default).ok_or_else(no_number)
}

fn number(value: &Value) -> Option<f64> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None if value.is_number() => f64::try_from(value.clone()).ok(),
        None => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

fn no_number() -> Error {
    Error::new(ErrorKind::InvalidOperation, "this is not a number")
}

/// `length` and `count`.
pub(super) fn length(value: &Value) -> Result<usize, Error> {
    filters::length(&or_empty(value))
}

/// `first`.
pub(super) fn first(value: &Value) -> Result<Value, Error> {
    filters::first(&or_empty(value))
}

/// `last`.
pub(super) fn last(value: &Value) -> Result<Value, Error> {
    filters::last(or_empty(value))
}

/// `split`.
pub(super) fn split(value: &Value, by: Option<Arc<str>>, most: Option<i64>) -> Result<Value, Error> {
    filters::split(&or_empty(value), by, most)
}

fn or_empty(value: &Value) -> Value {
    if value.is_undefined() || value.is_none() { Value::from("") } else { value.clone() }
}

/// `replace`, of a bounded length.
pub(super) fn replace(text: Cow<'_, str>, from: &str, to: Cow<'_, str>) -> Result<String, Error> {
    // It multiplies what it is given: the length is known before anything is made.
    let growth = text.matches(from).count().saturating_mul(to.len());
    if text.len().saturating_add(growth) > MAX_BYTES * 2 {
        return Err(too_long());
    }
    Ok(text.replace(from, &to))
}

/// `join`, of texts and numbers and of a bounded length.
pub(super) fn join(value: &Value, joiner: Option<&str>) -> Result<String, Error> {
    let joiner = joiner.unwrap_or_default();
    let mut joined = String::new();
    for (index, part) in value.try_iter()?.enumerate() {
        if index > 0 {
            joined.push_str(joiner);
        }
        match part.as_str() {
            Some(text) => joined.push_str(text),
            None if part.try_iter().is_ok() => {
                return Err(Error::new(ErrorKind::InvalidOperation, "a list within a list is not joined"));
            }
            None => joined.push_str(&part.to_string()),
        }
        if joined.len() > MAX_BYTES {
            return Err(too_long());
        }
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelled_with_pauses_and_said_twice() {
        for (given, spelled) in [("4115", "4, 1, 1, 5"), ("A-7 b", "A, 7, b"), ("", ""), ("é", "é")] {
            assert_eq!(spell(given.to_owned()), spelled);
        }
        assert_eq!(twice("4, 1".into()), "4, 1. 4, 1");
        assert_eq!(twice(" Hello. ".into()), "Hello. Hello.");
        assert_eq!(twice(" ".into()), "");
    }

    #[test]
    fn a_number_is_a_number_and_nothing_else_is_zero() {
        let whole = |given: Value| int(&given, None).ok();
        for (given, expected) in [("5", 5), (" 2 ", 2), ("-1", -1), ("2.9", 2), ("007", 7)] {
            assert_eq!(whole(Value::from(given)), Some(Value::from(expected)), "{given}");
        }
        for given in ["", "NA", "two", "1,5", "inf", "NaN", "1e300"] {
            assert_eq!(whole(Value::from(given)), None, "{given}");
        }
        for given in [Value::UNDEFINED, Value::from(()), Value::from(true), Value::from(vec![1])] {
            assert!(int(&given, None).is_err() && float(&given, None).is_err(), "{given:?}");
            assert_eq!(int(&given, Some(Value::from(0))).ok(), Some(Value::from(0)));
        }
        assert_eq!(float(&Value::from("2.5"), None).ok(), Some(Value::from(2.5)));
        assert_eq!(whole(Value::from(3)), Some(Value::from(3)));
    }

    #[test]
    fn what_says_no_is_not_true() {
        for yes in ["true", "True", " YES ", "1"] {
            assert_eq!(bool(&Value::from(yes)).ok(), Some(true), "{yes}");
        }
        for no in ["false", "FALSE", "no", "0", "", " "] {
            assert_eq!(bool(&Value::from(no)).ok(), Some(false), "{no}");
        }
        for (given, expected) in [(Value::from(true), true), (Value::from(0), false), (Value::UNDEFINED, false)] {
            assert_eq!(bool(&given).ok(), Some(expected), "{given:?}");
        }
        for other in [Value::from("maybe"), Value::from("2"), Value::from(vec![true])] {
            assert!(bool(&other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn numbers_are_reduced_to_what_is_asked_for() {
        assert_eq!(digits("+1 (212) 555-0101 x٣".to_owned()), "12125550101");
        assert_eq!((last4("212-555-0101".to_owned()), last4("01".to_owned())), ("0101".to_owned(), "01".to_owned()));
        assert_eq!(nanp("+1 212 555 0101".into()), Value::from("2125550101"));
        assert!(nanp("555-0101".into()).is_undefined());
    }
}
