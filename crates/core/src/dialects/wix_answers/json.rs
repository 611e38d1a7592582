//! JSON, strict about what decides and lenient about everything else: a customer's name that JavaScript cut in the middle
//! of an emoji must not make every call of theirs unreadable.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Why a body can't be read. Nothing of the body is in these sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, cut off, or with something after its end.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// From 1.
        line: usize,
        /// In bytes from 1; 0 before the first byte of a line.
        column: usize,
    },
    /// JSON of another kind.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// Two readers could see two different callers in it.
    #[error("the key `{0}` occurs twice in the body")]
    RepeatedKey(&'static str),
}

/// The fields of an object, each still in JSON; if a key comes twice the first one counts.
pub(super) struct Fields<'b>(Vec<(String, &'b RawValue)>);

impl<'b> Fields<'b> {
    /// The value of a key, in JSON.
    pub(super) fn get(&self, name: &str) -> Option<&'b RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The value of a key that decides.
    ///
    /// # Errors
    /// [`Unreadable::RepeatedKey`]: it occurs twice.
    pub(super) fn deciding(&self, name: &'static str) -> Result<Option<&'b RawValue>, Unreadable> {
        let count = self.0.iter().filter(|(key, _)| key == name).count();
        if count > 1 { Err(Unreadable::RepeatedKey(name)) } else { Ok(self.get(name)) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'b RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_str(), *value))
    }
}

/// Makes text of a body: bytes that aren't UTF-8 become U+FFFD, and so does half a surrogate pair.
pub(super) fn text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    without_lone_surrogates(&text).into_owned()
}

/// Reads the fields of a JSON object.
///
/// # Errors
/// [`Unreadable::NotJson`] and [`Unreadable::NotAnObject`].
pub(super) fn object(json: &str) -> Result<Fields<'_>, Unreadable> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let fields = reader.deserialize_any(FieldsVisitor).and_then(|fields| reader.end().map(|()| fields));
    match fields {
        Ok(Some(fields)) => Ok(fields),
        Ok(None) => Err(Unreadable::NotAnObject),
        // serde_json's own message can quote the body, so only the place is used.
        Err(error) => Err(Unreadable::NotJson { line: error.line(), column: error.column() }),
    }
}

/// Reads an object's fields, and anything else as `None`.
struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Option<Fields<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            fields.push((key, entries.next_value()?));
        }
        Ok(Some(Fields(fields)))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        // `null` and an empty body are both nothing; only the first is JSON.
        Ok(None)
    }
}

/// Replaces `\uD83D` without its other half by `\uFFFD`.
fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    let lowered = |at: usize| json.get(at..at + 6).filter(|escape| escape.starts_with("\\u"));
    let unit = |at: usize| lowered(at).and_then(|escape| u16::from_str_radix(&escape[2..], 16).ok());
    let mut mended = String::new();
    let (mut from, mut at) = (0, 0);
    let bytes = json.as_bytes();
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let Some(code) = unit(at) else {
            at += 2;
            continue;
        };
        let pairs_up =
            (0xD800..0xDC00).contains(&code) && unit(at + 6).is_some_and(|low| (0xDC00..0xE000).contains(&low));
        if pairs_up {
            at += 12;
            continue;
        }
        if (0xD800..0xE000).contains(&code) {
            mended.push_str(&json[from..at]);
            mended.push_str("\\uFFFD");
            from = at + 6;
        }
        at += 6;
    }
    if from == 0 {
        return json.into();
    }
    mended.push_str(&json[from..]);
    mended.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_surrogate_pair_becomes_a_replacement_character() {
        for (given, mended) in [
            (r#""Zo\ud83d""#, r#""Zo\uFFFD""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\uFFFD\uFFFD""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""Zo\n\ud83d""#, r#""Zo\n\uFFFD""#),
            (r#""Zo\u00eb\ud83d""#, r#""Zo\u00eb\uFFFD""#),
            (r#""Zo\ud83d\ude00\ud83d""#, r#""Zo\ud83d\ude00\uFFFD""#),
            (r#""\ud83dx\uD83D\uDE00""#, r#""\uFFFDx\uD83D\uDE00""#),
            (r#""\u00e9 é \ud8"#, r#""\u00e9 é \ud8"#),
        ] {
            assert_eq!(without_lone_surrogates(given), mended, "{given}");
        }
    }

    #[test]
    fn only_a_whole_object_is_read() {
        for (json, wrong) in [
            ("", Unreadable::NotJson { line: 1, column: 0 }),
            ("null", Unreadable::NotAnObject),
            ("[{}]", Unreadable::NotAnObject),
            ("\"a\"", Unreadable::NotAnObject),
            ("1", Unreadable::NotAnObject),
            ("{} x", Unreadable::NotJson { line: 1, column: 4 }),
        ] {
            assert_eq!(object(json).err(), Some(wrong), "{json}");
        }
        assert!(object(r#"{ "deep": [[[[]]]], "big": 1e999 }"#).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(object(&text(&body)));
        }
    }
}
