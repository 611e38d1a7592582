//! Reading an `<action>` document as strictly as the specification allows ("Responding to DialogTech's WebHook").

use super::findme::{self, FindMe};
use crate::xml;
use ringbolt_core::flow::{PortalId, QuestionId};
use roxmltree::Node;
use std::collections::BTreeSet;

/// What a document tells DialogTech to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Run an IVR.
    Ivr {
        /// Its building block.
        id: PortalId,
        /// The question to begin at.
        question_id: Option<QuestionId>,
        /// The values of `@name` placeholders.
        user_parameters: Vec<(String, String)>,
        /// The pass-through data.
        pass_through: String,
    },
    /// Ring people.
    FindMe(FindMe),
    /// Run a virtual receptionist.
    VirtualReceptionist {
        /// Its building block.
        id: PortalId,
    },
    /// Take a message.
    Voicemail {
        /// Its building block.
        id: PortalId,
    },
    /// End the call.
    Hangup,
    /// Connect the call to a number.
    Transfer {
        /// The number.
        destination: String,
    },
}

/// Why DialogTech would give up and use its Backup Routing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The body isn't XML.
    #[error("the reply isn't XML ({0})")]
    NotXml(String),
    /// The root isn't `<action>`.
    #[error("the reply has no `<action>` at its root")]
    NoAction,
    /// An element is missing or empty.
    #[error("`<{0}>` is missing or empty")]
    Missing(&'static str),
    /// An element is there twice, so that two readers could see two different answers.
    #[error("`<{0}>` is there twice")]
    Repeated(String),
    /// An element isn't in the specification.
    #[error("`<{0}>` isn't a parameter of this app")]
    Unknown(String),
    /// The app isn't one of the six.
    #[error("`{0}` isn't an app")]
    UnknownApp(String),
    /// A value is outside what the specification allows.
    #[error("`<{name}>` can't be `{value}`")]
    Value {
        /// The element.
        name: &'static str,
        /// What it has.
        value: String,
    },
    /// No building block of the flow has this id.
    #[error("no building block of this flow has the id {0}")]
    NoSuchIvr(String),
    /// The answer isn't a success.
    #[error("the web server answered with status {0}")]
    Status(u16),
    /// Nothing came in time.
    #[error("the web server didn't answer in time")]
    NoReply,
}

/// Reads a document.
///
/// # Errors
/// [`Refused`]: it isn't XML, or it isn't what the specification describes.
pub(crate) fn read(body: &str) -> Result<Instruction, Refused> {
    let document = xml::parse(body).map_err(Refused::NotXml)?;
    let root = document.root_element();
    if root.tag_name().name() != "action" {
        return Err(Refused::NoAction);
    }
    only(root, &["app", "parameters"])?;
    let app = text(child(root, "app").ok_or(Refused::Missing("app"))?);
    let parameters = Parameters(child(root, "parameters"));
    match app.as_str() {
        "ivr" | "survo" => {
            parameters.only(&["id", "question_id", "user_parameters", "p_t"])?;
            let user_parameters = parameters.get("user_parameters").map(pairs).transpose()?.unwrap_or_default();
            Ok(Instruction::Ivr {
                id: parameters.required_id("id")?,
                question_id: parameters.parsed("question_id", QuestionId::parse)?,
                user_parameters,
                // It comes back as it was given, stray spaces included.
                pass_through: parameters.get("p_t").map(raw_text).unwrap_or_default(),
            })
        }
        "findme" => findme::read(&parameters).map(Instruction::FindMe),
        "vr" => parameters.only_id().map(|id| Instruction::VirtualReceptionist { id }),
        "voicemail" => parameters.only_id().map(|id| Instruction::Voicemail { id }),
        "transfer" => {
            parameters.only(&["destination"])?;
            let destination = parameters.text("destination").ok_or(Refused::Missing("destination"))?;
            Ok(Instruction::Transfer { destination })
        }
        "hangup" => {
            parameters.only(&[])?;
            Ok(Instruction::Hangup)
        }
        "" => Err(Refused::Missing("app")),
        other => Err(Refused::UnknownApp(other.to_owned())),
    }
}

/// The elements in `<parameters>`, if it is there.
pub(super) struct Parameters<'a, 'i>(Option<Node<'a, 'i>>);

impl<'a, 'i> Parameters<'a, 'i> {
    fn get(&self, name: &str) -> Option<Node<'a, 'i>> {
        child(self.0?, name)
    }

    /// The trimmed text of an element; `None` if it is missing or empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(text).filter(|value| !value.is_empty())
    }

    /// The value of an element, if it is there.
    ///
    /// # Errors
    /// [`Refused::Value`]: it can't be read.
    pub(super) fn parsed<T, E>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Refused> {
        let Some(value) = self.text(name) else { return Ok(None) };
        parse(&value).map(Some).map_err(|_| Refused::Value { name, value })
    }

    /// The building block of the portal that an element names.
    ///
    /// # Errors
    /// [`Refused::Value`]: it isn't digits.
    pub(super) fn id(&self, name: &'static str) -> Result<Option<PortalId>, Refused> {
        self.parsed(name, PortalId::parse)
    }

    fn required_id(&self, name: &'static str) -> Result<PortalId, Refused> {
        self.id(name)?.ok_or(Refused::Missing(name))
    }

    /// # Errors
    /// [`Refused::Unknown`] and [`Refused::Repeated`].
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refused> {
        self.0.map_or(Ok(()), |node| only(node, known))
    }

    fn only_id(&self) -> Result<PortalId, Refused> {
        self.only(&["id"])?;
        self.required_id("id")
    }
}

fn only(node: Node<'_, '_>, known: &[&str]) -> Result<(), Refused> {
    match names_once(node)?.into_iter().find(|name| !known.contains(name)) {
        Some(unknown) => Err(Refused::Unknown(unknown.to_owned())),
        None => Ok(()),
    }
}

fn names_once<'a>(node: Node<'a, '_>) -> Result<BTreeSet<&'a str>, Refused> {
    let mut names = BTreeSet::new();
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        if !names.insert(name) {
            return Err(Refused::Repeated(name.to_owned()));
        }
    }
    Ok(names)
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.is_element() && child.tag_name().name() == name)
}

fn text(node: Node<'_, '_>) -> String {
    raw_text(node).trim().to_owned()
}

/// The whole text: a comment in it cuts nothing off.
fn raw_text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|part| part.text()).collect()
}

fn pairs(node: Node<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    names_once(node)?;
    let elements = node.children().filter(Node::is_element);
    Ok(elements.map(|child| (child.tag_name().name().to_owned(), raw_text(child))).collect())
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
