//! A document as people read it.

use roxmltree::{Document, Node};

/// An XML document with an element a line, indented; `None` for anything else.
///
/// ```
/// # use ringbolt_simulator::pretty_xml;
/// let pretty = pretty_xml("<action><app>hangup</app></action>");
/// assert_eq!(pretty.as_deref(), Some("<action>\n  <app>hangup</app>\n</action>"));
/// let pretty = pretty_xml("<Response><Dial timeout=\"30\"><Number>+18005550100</Number></Dial></Response>");
/// assert!(pretty.is_some_and(|xml| xml.contains("\n  <Dial timeout=\"30\">\n    <Number>")));
/// assert_eq!(pretty_xml("Your balance is 5 dollars."), None);
/// ```
#[must_use]
pub fn pretty_xml(body: &str) -> Option<String> {
    let document = Document::parse(body).ok()?;
    let mut lines = Vec::new();
    lay_out(document.root_element(), body, 0, &mut lines);
    Some(lines.join("\n"))
}

/// No document of ours nests deeper; what does is left as it is.
const MOST_DEPTH: usize = 16;

fn lay_out(node: Node<'_, '_>, body: &str, depth: usize, lines: &mut Vec<String>) {
    let (name, indent) = (node.tag_name().name(), "  ".repeat(depth));
    if depth >= MOST_DEPTH || !node.children().any(|child| child.is_element()) {
        lines.push(format!("{indent}{}", body.get(node.range()).unwrap_or_default().trim()));
        return;
    }
    let inside = node.first_child().map_or(node.range().end, |child| child.range().start);
    let tag = body.get(node.range().start..inside).unwrap_or_default().trim();
    lines.push(format!("{indent}{tag}"));
    for child in node.children().filter(Node::is_element) {
        lay_out(child, body, depth + 1, lines);
    }
    lines.push(format!("{indent}</{name}>"));
}

/// The text of `<p_t>`; `None` if the document has none.
#[must_use]
pub fn pass_through(body: &str) -> Option<String> {
    let document = Document::parse(body).ok()?;
    let found = document.descendants().find(|node| node.tag_name().name() == "p_t")?;
    Some(found.text().unwrap_or_default().to_owned())
}
