//! The `<action>` document of DialogTech ("Responding to DialogTech's WebHook"), as commands read it back.

use ringbolt_core::flow::{Flow, PortalId};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// A document that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ActionDocument {
    /// `ivr`, `findme`, `vr`, `voicemail`, `hangup` or `transfer`. The old name `survo` is read as `ivr`.
    pub(crate) app: String,
    /// The parameters by name. A user parameter has `user_parameters/` before its name.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl ActionDocument {
    /// Reads a document, more leniently than the provider does: a record can be of an older version. `None` if the text is
    /// something else, such as a text to be read to the caller.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let xml = Document::parse(text.trim()).ok()?;
        let root = Some(xml.root_element()).filter(|root| root.has_tag_name("action"))?;
        let mut document = Self::default();
        for node in root.descendants().filter(|node| node.is_element() && !node.children().any(|c| c.is_element())) {
            let ancestors: Vec<&str> = node.ancestors().filter(Node::is_element).map(|n| n.tag_name().name()).collect();
            let value = node.text().unwrap_or_default();
            match ancestors.as_slice() {
                ["app", "action"] => {
                    document.app = if value.trim() == "survo" { "ivr" } else { value.trim() }.to_owned();
                }
                [name, "parameters", "action"] => {
                    drop(document.parameters.insert((*name).to_owned(), value.to_owned()))
                }
                [name, "user_parameters", "parameters", "action"] => {
                    document.parameters.insert(format!("user_parameters/{name}"), value.to_owned());
                }
                _ => {}
            }
        }
        (!document.app.is_empty()).then_some(document)
    }

    /// A parameter; empty if it is not there.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The names of the user parameters.
    pub(crate) fn user_parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.keys().filter_map(|name| name.strip_prefix("user_parameters/"))
    }

    /// Where the call goes, as the end of a sentence: "goes to the IVR `survey` (23456)".
    pub(crate) fn destination(&self, flow: Option<&Flow>) -> String {
        let id = self.parameter("id");
        match self.app.as_str() {
            "ivr" => match flow.and_then(|flow| flow.ivrs.by_id(&PortalId::parse(id).ok()?)) {
                Some(ivr) => format!("goes to the IVR `{}` ({id})", ivr.name),
                None => format!("goes to the IVR {id}"),
            },
            "findme" if self.parameters.contains_key("phone_list") => {
                format!("rings {}", self.parameter("phone_list").replace('|', ", "))
            }
            "findme" => format!("rings the FindMe {id} of the portal"),
            "vr" => format!("goes to the virtual receptionist {id}"),
            "voicemail" => format!("goes to the voicemail {id}"),
            "hangup" => "ends".to_owned(),
            "transfer" => format!("is transferred to {}", self.parameter("destination")),
            other => format!("goes to an unknown app, `{other}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IVR: &str = "<action><app>survo</app><parameters><id>23456</id><user_parameters><firstname>Ann &amp; \
                       &lt;Bob&gt; &#233;</firstname><empty></empty></user_parameters><p_t>a|1</p_t></parameters></action>";

    #[test]
    fn a_document_is_read_with_its_texts_unescaped() {
        let read = ActionDocument::read(IVR).unwrap();
        assert_eq!((read.app.as_str(), read.parameter("id"), read.parameter("p_t")), ("ivr", "23456", "a|1"));
        assert_eq!(read.parameter("user_parameters/firstname"), "Ann & <Bob> é");
        assert_eq!(read.user_parameters().collect::<Vec<_>>(), ["empty", "firstname"]);
        let hangup = ActionDocument::read("\n<action> <app>hangup</app> </action>").unwrap();
        assert_eq!((hangup.destination(None).as_str(), hangup.parameters.len()), ("ends", 0));
    }

    #[test]
    fn other_texts_are_no_document() {
        for text in ["", "Your balance is 5.", "<b>hi</b>", "<action></action>", "<action><app>ivr</app>", "a <action>"]
        {
            assert_eq!(ActionDocument::read(text), None, "{text}");
        }
    }

    #[test]
    fn every_app_has_its_words() {
        let parameters = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
        for (app, name, value, words) in [
            ("ivr", "id", "7", "goes to the IVR 7"),
            ("findme", "phone_list", "2125550101|2125550102", "rings 2125550101, 2125550102"),
            ("findme", "id", "7", "rings the FindMe 7 of the portal"),
            ("vr", "id", "7", "goes to the virtual receptionist 7"),
            ("voicemail", "id", "7", "goes to the voicemail 7"),
            ("transfer", "destination", "8005550100", "is transferred to 8005550100"),
        ] {
            let document = ActionDocument { app: app.to_owned(), parameters: parameters(name, value) };
            assert_eq!(document.destination(None), words);
        }
    }
}
