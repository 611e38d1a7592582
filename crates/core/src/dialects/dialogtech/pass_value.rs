//! How a key or value of ours is written inside pass-through data, and how any is read.

use std::borrow::Cow;

use crate::text::is_xml_char;

/// Percent-encodes what would not come back as it was: bars and percent signs, control characters and what XML forbids,
/// and white space at either end, since it comes back with stray spaces.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (position, c) in text.chars().enumerate() {
        let at_an_end = position == 0 || position == last;
        if matches!(c, '|' | '%') || c.is_control() || !is_xml_char(c) || (at_an_end && c.is_whitespace()) {
            encoded.extend(percent_encoding::percent_encode(
                c.encode_utf8(&mut [0; 4]).as_bytes(),
                percent_encoding::NON_ALPHANUMERIC,
            ));
        } else {
            encoded.push(c);
        }
    }
    encoded
}

/// Decodes percent escapes. An invalid one is kept, and the whole text is kept if the bytes are not UTF-8.
pub(super) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_lost_is_encoded() {
        for (value, wire) in [
            ("90786", "90786"),
            ("verify_user", "verify_user"),
            ("a b & <c>", "a b & <c>"),
            ("a|b", "a%7Cb"),
            ("50%", "50%25"),
            (" ", "%20"),
            ("  x\u{3000}", "%20 x%E3%80%80"),
            ("a\r\n\0\u{85}b", "a%0D%0A%00%C2%85b"),
            ("\u{FFFE}", "%EF%BF%BE"),
            ("é\u{200F}", "é\u{200F}"),
        ] {
            assert_eq!(encode(value), wire, "{value:?}");
            assert_eq!(decode(wire), value, "{wire:?}");
        }
    }

    #[test]
    fn foreign_values_are_decoded_leniently() {
        for (wire, value) in [("100%", "100%"), ("%zz", "%zz"), ("%41", "A"), ("%FF%41", "%FF%41"), ("a+b", "a+b")] {
            assert_eq!(decode(wire), value, "{wire}");
        }
    }
}
