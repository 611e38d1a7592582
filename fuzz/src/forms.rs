//! Forms, as ours, as the URL standard's own parser and as the Web's own table of Windows-1252 read them.

use crate::input::Input;
use encoding_rs::WINDOWS_1252;
use ringbolt_core::dialects::dialogtech::{Form, Parameters};

/// A letter for the charset, then the form.
///
/// Names and values are those of `form_urlencoded`, unless they aren't UTF-8 or the form says that it isn't: then they are what
/// encoding_rs makes of their bytes. The token is left out, and so is what comes after a thousand.
pub fn forms(data: &[u8]) {
    let mut input = Input::new(data);
    let content_type = input.choose(&[
        None,
        Some("application/x-www-form-urlencoded; charset=UTF-8"),
        Some("application/x-www-form-urlencoded;charset=\"ISO-8859-1\""),
        Some("text/plain; charset=windows-1252"),
        Some("application/x-www-form-urlencoded; charset=utf-16"),
    ]);
    let bytes = input.rest();
    let declared = content_type.is_some_and(|kind| kind.contains("1252") || kind.contains("8859"));
    let ours = Parameters::parse("", Some(Form { bytes, content_type }));
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let theirs: Vec<(String, String)> = pairs
        .map(|pair| {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            (text(name, declared), text(value, declared))
        })
        .filter(|(name, _)| name != "auth")
        .collect();
    assert_eq!(ours.truncated(), theirs.len() > 1_000);
    let theirs = theirs.iter().take(1_000).map(|(name, value)| (name.as_str(), value.as_str()));
    assert!(ours.iter().eq(theirs.clone()), "{ours:?}: {:?}", theirs.collect::<Vec<_>>());

    // The whole form at once, if nothing in it is an exception.
    let whole: Vec<_> = form_urlencoded::parse(bytes).collect();
    let is_plain =
        !declared && !whole.iter().any(|(name, value)| name.contains('\u{FFFD}') || value.contains('\u{FFFD}'));
    if is_plain && whole.len() <= 1_000 {
        let whole = whole.iter().filter(|(name, _)| name != "auth");
        assert!(ours.iter().eq(whole.map(|(name, value)| (name.as_ref(), value.as_ref()))));
    }
}

/// Slowly: byte for byte, then as text.
fn text(encoded: &[u8], is_windows_1252: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = encoded;
    while let [first, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        rest = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                &after[2..]
            }
            (b'+', ..) => {
                bytes.push(b' ');
                after
            }
            (other, ..) => {
                bytes.push(*other);
                after
            }
        };
    }
    match String::from_utf8(bytes) {
        Ok(text) if !is_windows_1252 => text,
        Ok(text) => WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0.into_owned(),
        Err(error) => WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
    }
}
