//! Text for output: XML documents and text that a voice reads to the caller.

use std::borrow::Cow;

/// Whether a character could disguise text on a terminal or in a drawing: control characters, changes of text direction,
/// and characters without width, which make one word look like another.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// Escapes deceptive characters, so that text from callers, providers, files or the command line cannot control the
/// terminal.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same for a text of several lines, whose line breaks stay.
#[must_use]
pub fn harmless_lines(text: &str) -> String {
    text.split('\n').map(harmless).collect::<Vec<_>>().join("\n")
}

/// Whether XML 1.0 allows the character in a document at all, escaped or not (XML 1.0, section 2.2, `Char`).
#[must_use]
pub fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Text for a `text/plain` reply that is read to the caller. Characters that [`is_xml_char`] refuses are removed, and
/// every line break becomes LF. Nothing is escaped.
#[must_use]
pub fn spoken_text(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| is_xml_char(c) && c != '\r') {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // CRLF keeps only its LF; a lone CR becomes LF.
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => clean.push('\n'),
            c if is_xml_char(c) => clean.push(c),
            _ => {}
        }
    }
    Cow::Owned(clean)
}

/// Text for the content of an XML element: [`spoken_text`] with `&`, `<`, `>`, `"` and `'` escaped.
///
/// Forbidden characters are removed first because quick-xml's `escape` lets them through, and escaping would not make
/// them legal.
#[must_use]
pub fn xml_text(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(spoken_text(text))
}

/// Text for the value of an attribute: [`xml_text`] with line feeds and tabs as references, since a reader makes spaces of
/// them otherwise (XML 1.0, section 3.3.3).
#[must_use]
pub fn xml_attribute(text: &str) -> Cow<'_, str> {
    let escaped = xml_text(text);
    if escaped.contains(['\n', '\t']) { escaped.replace('\n', "&#10;").replace('\t', "&#9;").into() } else { escaped }
}

/// The text with a capital letter at its beginning.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The text as a sentence: with a capital letter at its beginning and one full stop at its end.
///
/// ```
/// assert_eq!(ringbolt_core::text::sentence("the call is over"), "The call is over.");
/// ```
#[must_use]
pub fn sentence(text: &str) -> String {
    format!("{}.", capitalised(text.trim_end_matches('.')))
}

/// A number with what it counts: `1 call`, `2,000 calls`. The plural is the singular with an "s".
///
/// ```
/// assert_eq!(ringbolt_core::text::counted(1, "call"), "1 call");
/// assert_eq!(ringbolt_core::text::counted(2_000, "call"), "2,000 calls");
/// ```
#[must_use]
pub fn counted(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with its thousands separated by commas: `100,000`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_loses_only_what_xml_forbids() {
        for (given, spoken, xml) in [
            ("", "", ""),
            ("Ann & <Bob>", "Ann & <Bob>", "Ann &amp; &lt;Bob&gt;"),
            ("say \"4, 1\" it's", "say \"4, 1\" it's", "say &quot;4, 1&quot; it&apos;s"),
            ("]]>", "]]>", "]]&gt;"),
            ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te", "a\nb\nc\nd\te"),
            ("\r\r\n\n", "\n\n\n", "\n\n\n"),
            ("\0a\u{1}b\u{B}c\u{C}d\u{1F}e", "abcde", "abcde"),
            ("a\u{FFFE}\u{FFFF}b\u{FFFD}", "ab\u{FFFD}", "ab\u{FFFD}"),
            ("\u{200F}שלום \u{1F600}", "\u{200F}שלום \u{1F600}", "\u{200F}שלום \u{1F600}"),
            ("&lt;", "&lt;", "&amp;lt;"),
        ] {
            assert_eq!(spoken_text(given), spoken, "{given:?}");
            assert_eq!(xml_text(given), xml, "{given:?}");
        }
    }

    #[test]
    fn line_breaks_and_tabs_stay_in_attributes() {
        let document = format!("<a b=\"{}\"/>", xml_attribute("one\r\ntwo\tthree \"&#10;\""));
        let parsed = roxmltree::Document::parse(&document).unwrap();
        assert_eq!(parsed.root_element().attribute("b"), Some("one\ntwo\tthree \"&#10;\""), "{document}");
    }

    #[test]
    fn thousands_are_grouped() {
        let shown: Vec<String> = [0, 12, 123, 1_234, 123_456, 1_234_567].map(grouped).into();
        assert_eq!(shown, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }

    proptest! {
        #[test]
        fn an_independent_parser_reads_any_text_back(text in any::<String>()) {
            let document = format!("<a b=\"{}\">{}</a>", xml_attribute(&text), xml_text(&text));
            let parsed = roxmltree::Document::parse(&document).unwrap();
            prop_assert_eq!(parsed.root_element().text().unwrap_or_default(), spoken_text(&text));
            prop_assert_eq!(parsed.root_element().attribute("b"), Some(&*spoken_text(&text)));
        }
    }
}
