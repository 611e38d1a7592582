//! Percent-decoding that loses nothing: bytes that aren't UTF-8 are read as Windows-1252, which is what older portals and
//! browsers send for them.

use std::borrow::Cow;

/// The characters of Windows-1252 for 0x80 to 0x9F (WHATWG Encoding Standard, index windows-1252); the rest are those of
/// ISO 8859-1.
const WINDOWS_1252: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2C6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}',
    '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}',
    '\u{17E}', '\u{178}',
];

/// How the bytes of a form are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// As UTF-8 if they are, otherwise as Windows-1252.
    Guessed,
    /// As Windows-1252: the form says so, or ISO 8859-1, which in the Web's practice is the same.
    Windows1252,
}

impl Charset {
    /// The charset of a content type, such as `application/x-www-form-urlencoded; charset=iso-8859-1`.
    pub(super) fn of(content_type: Option<&str>) -> Self {
        let declared = content_type.into_iter().flat_map(|text| text.split(';').skip(1)).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        match declared.as_deref() {
            Some("iso-8859-1" | "iso8859-1" | "latin1" | "l1" | "us-ascii" | "ascii" | "windows-1252" | "cp1252") => {
                Self::Windows1252
            }
            _ => Self::Guessed,
        }
    }

    fn read(self, bytes: &[u8]) -> String {
        match (self, std::str::from_utf8(bytes)) {
            (Self::Guessed, Ok(text)) => text.to_owned(),
            _ => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
        }
    }
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The pairs of a query or form. A `%` that is no escape stays what it is.
pub(super) fn pairs(input: &[u8], charset: Charset) -> impl Iterator<Item = (String, String)> {
    input.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        (text(name, charset), text(value, charset))
    })
}

fn text(encoded: &[u8], charset: Charset) -> String {
    let spaced: Cow<'_, [u8]> = if encoded.contains(&b'+') {
        encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<u8>>().into()
    } else {
        encoded.into()
    };
    charset.read(&Cow::<[u8]>::from(percent_encoding::percent_decode(&spaced)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf_8_are_read_as_windows_1252() {
        for (input, charset, value) in [
            ("a=caf%E9", Charset::Guessed, "café"),
            ("a=caf%C3%A9", Charset::Guessed, "café"),
            ("a=%93hi%94 %80", Charset::Guessed, "\u{201C}hi\u{201D} \u{20AC}"),
            ("a=caf%C3%A9", Charset::Windows1252, "cafÃ©"),
            ("a=%FF", Charset::Guessed, "ÿ"),
        ] {
            assert_eq!(
                pairs(input.as_bytes(), charset).collect::<Vec<_>>(),
                [("a".to_owned(), value.to_owned())],
                "{input}"
            );
        }
    }

    #[test]
    fn a_declared_charset_is_honoured() {
        let form = "application/x-www-form-urlencoded";
        for (declared, charset) in [
            (Some(form.to_owned()), Charset::Guessed),
            (Some(format!("{form}; charset=UTF-8")), Charset::Guessed),
            (Some(format!("{form};Charset=\"ISO-8859-1\"")), Charset::Windows1252),
            (Some(format!("{form}; charset=windows-1252; x=y")), Charset::Windows1252),
            (None, Charset::Guessed),
        ] {
            assert_eq!(Charset::of(declared.as_deref()), charset, "{declared:?}");
        }
    }
}
