//! Reading a document, as strictly as a provider could ("TwiML for Programmable Voice"): what Twilio would only warn of, such
//! as an attribute that it doesn't know, is refused, since our own webhook wrote it.

use super::reading;
use super::verb::Verb;
use crate::exchange::Reply;
use crate::setting::Setting;
use crate::xml;

/// The largest document, in bytes (Twilio's error 11750).
const MAX_BYTES: usize = 64 * 1024;

/// Why a provider would give up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The reply has another content type.
    #[error("the reply has the content type `{0}` instead of `text/xml`")]
    ContentType(String),
    /// The document is too large.
    #[error("the document has over {MAX_BYTES} bytes")]
    Long,
    /// The body isn't XML.
    #[error("the reply isn't XML ({0})")]
    NotXml(String),
    /// The root isn't `<Response>`.
    #[error("the document has no `<Response>` at its root")]
    NoResponse,
    /// An element isn't known, or doesn't belong there.
    #[error("`<{element}>` can't be in `<{parent}>`")]
    Element {
        /// The element.
        element: String,
        /// What it is in.
        parent: String,
    },
    /// There is text where only elements belong.
    #[error("`<{0}>` can't have text in it")]
    Text(String),
    /// An attribute isn't known.
    #[error("`<{element}>` has no attribute `{attribute}`")]
    Attribute {
        /// The element.
        element: &'static str,
        /// The attribute.
        attribute: String,
    },
    /// An attribute, or what the element says, is missing.
    #[error("`<{element}>` needs {needs}")]
    Missing {
        /// The element.
        element: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// An attribute or what an element says can't be read.
    #[error("`{name}` of `<{element}>` can't be `{value}`")]
    Value {
        /// The element.
        element: &'static str,
        /// The attribute, or `the text`.
        name: &'static str,
        /// What it is.
        value: String,
    },
    /// A URL isn't absolute.
    #[error("the URL `{0}` isn't absolute")]
    Relative(String),
    /// A URL is of somebody else, or of a webhook that isn't meant for this.
    #[error("the URL `{0}` isn't the one of this flow's webhook")]
    Foreign(String),
    /// A verb can't be used for somebody who is rung.
    #[error("a person who is rung can't have `<{0}>`")]
    ForPerson(&'static str),
    /// A message is to be recorded, and the flow takes none.
    #[error("a message is to be recorded, and the flow has no mailbox")]
    NoMailbox,
    /// Documents lead to one another.
    #[error("document follows on document, and none of them waits for the caller")]
    Endless,
}

/// Reads the document of a successful reply.
///
/// # Errors
/// [`Refused`]: a provider couldn't play it.
pub(crate) fn read(reply: &Reply, setting: &Setting) -> Result<Vec<Verb>, Refused> {
    let content_type = reply.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(content_type.as_str(), "text/xml" | "application/xml") {
        return Err(Refused::ContentType(content_type));
    }
    if reply.body.len() > MAX_BYTES {
        return Err(Refused::Long);
    }
    let document = xml::parse(&reply.body).map_err(Refused::NotXml)?;
    let root = document.root_element();
    if !root.has_tag_name("Response") || root.attributes().len() > 0 {
        return Err(Refused::NoResponse);
    }
    reading::verbs(root, setting)
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
