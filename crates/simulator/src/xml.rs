//! Parsing a document. Each of two parsers lets mistakes pass at which the other stops, and so may a provider's: what one of
//! them refuses is refused.

use quick_xml::{
    XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
    reader::Reader,
};
use roxmltree::Document;

/// Parses a document.
///
/// # Errors
/// Why it isn't XML.
pub(crate) fn parse(body: &str) -> Result<Document<'_>, String> {
    let document = Document::parse(body).map_err(|error| error.to_string())?;
    read_again(body)?;
    Ok(document)
}

fn read_again(body: &str) -> Result<(), String> {
    let mut reader = Reader::from_str(body);
    reader.config_mut().check_end_names = true;
    let (mut depth, mut roots) = (0_usize, 0);
    loop {
        let text = match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                check_attributes(&start)?;
                roots += usize::from(depth == 0);
                depth += 1;
                continue;
            }
            Event::Empty(start) => {
                check_attributes(&start)?;
                roots += usize::from(depth == 0);
                continue;
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or("an element ends that has not begun")?;
                continue;
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
            Event::DocType(_) => return Err("it has a document type".to_owned()),
            Event::Eof => break,
            Event::Text(text) => text.xml10_content().into_owned(),
            Event::CData(text) => text.xml10_content().into_owned(),
            Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|error| error.to_string())? {
                Some(character) => character.to_string(),
                None => resolve_predefined_entity(&name).ok_or("it has an entity that nobody knows")?.to_owned(),
            },
        };
        if depth == 0 && !text.trim().is_empty() {
            return Err("there is text outside of its element".to_owned());
        }
    }
    if (depth, roots) == (0, 1) { Ok(()) } else { Err("it is not one element".to_owned()) }
}

fn check_attributes(start: &BytesStart<'_>) -> Result<(), String> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing.
    #[test]
    fn what_another_parser_refuses_is_refused() {
        for body in
            ["<a/>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>&amp;&#65;</a>", "\n<a b:c=\"\" xmlns:b=\"b\"/>\n"]
        {
            assert!(parse(body).is_ok(), "{body}");
        }
        for body in [
            "<a><:b>1</b></a>",
            "<a><b>1</:b></a>",
            "<?xml version=\"1.0\" encoding=\"s?>\"?><a/>",
            "<a>&#7223721;</a>",
            "<a xmlns=\"u\" xmlns=\"u\"/>",
            "<a",
            "Hello.",
        ] {
            assert!(parse(body).is_err(), "{body}");
        }
    }
}
