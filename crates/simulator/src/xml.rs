//! Parsing a document. The library lets two mistakes pass at which other parsers stop, so a provider's may, too.

use roxmltree::Document;

/// Parses a document.
///
/// # Errors
/// Why it isn't XML.
pub(crate) fn parse(body: &str) -> Result<Document<'_>, String> {
    let document = Document::parse(body).map_err(|error| error.to_string())?;
    if body.strip_prefix("<?xml").is_some_and(|rest| !declares_a_version(rest)) {
        return Err("its declaration has no version of XML".to_owned());
    }
    let nameless = |begin: usize| body.get(begin..).is_some_and(|tag| tag.starts_with("<:"));
    if document.descendants().any(|node| node.is_element() && nameless(node.range().start)) {
        return Err("the name of an element begins with a colon".to_owned());
    }
    Ok(document)
}

/// XML 1.0, section 2.8, `XMLDecl`: the version comes first, and is `1.` and digits.
fn declares_a_version(declaration: &str) -> bool {
    let version = declaration.trim_start().strip_prefix("version").map(str::trim_start);
    let value = version.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start).unwrap_or_default();
    let Some(quote @ ('"' | '\'')) = value.chars().next() else { return false };
    let digits = value[1..].split(quote).next().and_then(|version| version.strip_prefix("1."));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing.
    #[test]
    fn what_another_parser_refuses_is_refused() {
        for body in [
            "<a/>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
            "<?xml version = '1.1'?>\n<a b:c=\"\" xmlns:b=\"b\"/>",
        ] {
            assert!(parse(body).is_ok(), "{body}");
        }
        for body in ["<a><:b>1</b></a>", "<:a></a>", "<?xml version=\"s?>\" encoding=\"UTF-8\"?><a/>", "<a", "Hello."] {
            assert!(parse(body).is_err(), "{body}");
        }
    }
}
