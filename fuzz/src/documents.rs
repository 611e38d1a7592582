//! XML documents as two parsers read them, which share no code.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use roxmltree::Node;

/// An element; its text is the one between all of its elements, run together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The first element of this name in it.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// A document of ours as both parsers read it.
///
/// # Panics
/// One of them refuses it, or they differ.
pub fn read(xml: &str) -> Element {
    let one = by_roxmltree(xml).unwrap_or_else(|error| panic!("roxmltree: {error}: {xml}"));
    let other = by_quick_xml(xml).unwrap_or_else(|error| panic!("quick-xml: {error}: {xml}"));
    assert_eq!(one, other, "{xml}");
    one
}

/// # Errors
/// What is wrong with the document.
pub fn by_roxmltree(xml: &str) -> Result<Element, String> {
    let document = roxmltree::Document::parse(xml).map_err(|error| error.to_string())?;
    Ok(element(document.root_element()))
}

fn element(node: Node<'_, '_>) -> Element {
    Element {
        name: node.tag_name().name().to_owned(),
        attributes: node.attributes().map(|one| (one.name().to_owned(), one.value().to_owned())).collect(),
        text: node.children().filter(Node::is_text).filter_map(|text| text.text()).collect(),
        children: node.children().filter(Node::is_element).map(element).collect(),
    }
}

/// # Errors
/// What is wrong with the document.
pub fn by_quick_xml(xml: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    // The outermost one is the document.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let last = open.last_mut().ok_or("an end without a beginning")?;
        match event {
            Event::Start(start) => open.push(begun(&start)?),
            Event::Empty(start) => last.children.push(begun(&start)?),
            Event::End(_) => {
                let closed = open.pop().ok_or("an end without a beginning")?;
                open.last_mut().ok_or("an end without a beginning")?.children.push(closed);
            }
            Event::Text(text) => last.text.push_str(&text.xml10_content()),
            Event::CData(text) => last.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => last.text.push_str(&resolved(&reference)?),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::DocType(_) => return Err("a document type".to_owned()),
            Event::Eof => break,
        }
    }
    match (open.len(), open.pop()) {
        (1, Some(mut document)) if document.children.len() == 1 && document.text.trim().is_empty() => {
            Ok(document.children.remove(0))
        }
        _ => Err("not one element".to_owned()),
    }
}

fn begun(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.local_name().as_ref().to_owned();
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        Ok((attribute.key.local_name().as_ref().to_owned(), value.into_owned()))
    });
    Ok(Element { name, attributes: attributes.collect::<Result<_, String>>()?, ..Element::default() })
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    match reference.resolve_char_ref().map_err(|error| error.to_string())? {
        Some(character) => Ok(character.to_string()),
        None => resolve_predefined_entity(reference).map(str::to_owned).ok_or(format!("&{};", &**reference)),
    }
}
