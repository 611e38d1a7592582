//! The documents that the voice webhook writes, as commands read them back.

use ringbolt_core::flow::{Flow, Ivr, IvrName};
use roxmltree::{Document, Node};

/// A document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TwimlDocument {
    /// What the caller hears before anything else happens.
    pub(crate) first: Vec<String>,
    /// What happens then.
    pub(crate) then: Then,
}

/// What a document leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// A question by keys.
    Asks {
        /// What the caller hears there.
        prompt: Vec<String>,
        /// Where the keys are sent.
        url: String,
    },
    /// The caller is recorded, and this is asked afterwards.
    Records(String),
    /// This is asked at once.
    GoesOn(String),
    /// People are rung, and this is asked afterwards.
    Rings(Vec<String>, String),
    /// The call is connected to these numbers, and nothing follows.
    Transfers(Vec<String>),
    /// The call ends.
    HangsUp,
    /// Nothing: the call is connected, or over.
    Nothing,
}

impl TwimlDocument {
    /// Reads a document. `None` if the text is something else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let xml = Document::parse(text.trim()).ok()?;
        let root = Some(xml.root_element()).filter(|root| root.has_tag_name("Response"))?;
        let mut document = Self { first: Vec::new(), then: Then::Nothing };
        for verb in root.children().filter(Node::is_element) {
            let action = || verb.attribute("action").map(str::to_owned);
            document.then = match (verb.tag_name().name(), action()) {
                ("Say", _) => {
                    document.first.push(content(verb));
                    continue;
                }
                ("Gather", Some(url)) => Then::Asks { prompt: contents(verb, "Say"), url },
                ("Record", Some(url)) => Then::Records(url),
                ("Dial", Some(url)) => Then::Rings(contents(verb, "Number"), url),
                ("Dial", None) => Then::Transfers(contents(verb, "Number")),
                ("Redirect", _) => Then::GoesOn(content(verb)),
                ("Hangup", _) => Then::HangsUp,
                _ => continue,
            };
            // What follows happens only if the caller is silent.
            break;
        }
        Some(document)
    }

    /// Which question of which IVR is asked, from 1, by what the URL says for people.
    pub(crate) fn question(&self) -> Option<(String, usize)> {
        let (Then::Asks { url, .. } | Then::Records(url)) = &self.then else { return None };
        let at = at(url)?;
        let (ivr, question) = at.rsplit_once('.')?;
        Some((ivr.to_owned(), question.parse().ok()?))
    }

    /// What is asked next; `None` if nothing is.
    pub(crate) fn next_url(&self) -> Option<&str> {
        match &self.then {
            Then::Asks { url, .. } | Then::Records(url) | Then::GoesOn(url) | Then::Rings(_, url) => Some(url),
            Then::Transfers(_) | Then::HangsUp | Then::Nothing => None,
        }
    }

    /// The document in one word: the action of a flow that it plays, or `say` for a text.
    pub(crate) fn app(&self) -> &'static str {
        match &self.then {
            Then::Records(_) if self.question().is_none() => "voicemail",
            Then::Asks { .. } | Then::Records(_) | Then::GoesOn(_) => "ivr",
            Then::Rings(..) => "findme",
            Then::Transfers(_) => "transfer",
            Then::HangsUp if !self.first.is_empty() => "say",
            Then::HangsUp | Then::Nothing => "hangup",
        }
    }

    /// Where the call goes, as the end of a sentence: "goes to the IVR `survey` (23456)".
    pub(crate) fn destination(&self, flow: Option<&Flow>) -> String {
        let to_ivr = |name: &str| match ivr(flow, name).and_then(|ivr| ivr.id.as_ref()) {
            Some(id) => format!("goes to the IVR `{name}` ({id})"),
            None => format!("goes to the IVR `{name}`"),
        };
        match (&self.then, self.question()) {
            (_, Some((name, _))) => to_ivr(&name),
            (Then::Records(_), None) => "goes to a mailbox, where the caller can leave a message".to_owned(),
            (Then::Asks { .. }, None) => "goes to a question".to_owned(),
            (Then::GoesOn(url), None) => at(url).map_or_else(|| "goes on".to_owned(), |name| to_ivr(&name)),
            (Then::Rings(numbers, _), None) => format!("rings {}", numbers.join(", ")),
            (Then::Transfers(numbers), None) => format!("is transferred to {}", numbers.join(", ")),
            (Then::HangsUp, None) => "ends".to_owned(),
            (Then::Nothing, None) => "goes on as it is".to_owned(),
        }
    }
}

fn ivr<'f>(flow: Option<&'f Flow>, name: &str) -> Option<&'f Ivr> {
    flow?.ivrs.get(&IvrName::parse(name).ok()?)
}

/// What a URL says for people: `login.1`, or `findme`.
fn at(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "at").map(|(_, at)| at.into_owned())
}

fn content(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().trim().to_owned()
}

fn contents(node: Node<'_, '_>, name: &str) -> Vec<String> {
    node.children().filter(|child| child.has_tag_name(name)).map(content).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://calls.example.com/twiml/bank/voice";

    fn read(verbs: &str) -> TwimlDocument {
        let text =
            format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>"#, verbs.replace("URL", URL));
        TwimlDocument::read(&text).unwrap()
    }

    #[test]
    fn every_document_has_its_words() {
        let gather = r##"<Gather input="dtmf" method="POST" action="URL?at=login.1&amp;s=x" timeout="5" finishOnKey="#"><Say>Welcome.</Say><Say>Key your account.</Say></Gather><Redirect method="POST">URL?at=login.1&amp;s=x</Redirect>"##;
        let record = |at: &str| {
            format!(
                r#"<Say>Speak.</Say><Record action="URL?at={at}&amp;s=x"/><Redirect>URL?at={at}&amp;s=x</Redirect>"#
            )
        };
        let dial = r#"<Dial answerOnBridge="true"><Number>+18005550100</Number></Dial>"#;
        let ring = r#"<Dial action="URL?at=findme&amp;s=x"><Number>+12125550101</Number><Number url="URL?at=whisper">+12125550102</Number></Dial>"#;
        for (verbs, app, destination) in [
            (gather, "ivr", "goes to the IVR `login`"),
            (&record("survey.2"), "ivr", "goes to the IVR `survey`"),
            (&record("message"), "voicemail", "goes to a mailbox, where the caller can leave a message"),
            ("<Redirect>URL?at=menu&amp;s=x</Redirect>", "ivr", "goes to the IVR `menu`"),
            (dial, "transfer", "is transferred to +18005550100"),
            (ring, "findme", "rings +12125550101, +12125550102"),
            ("<Say>Your balance is 5 &amp; 6.</Say><Hangup/>", "say", "ends"),
            ("<Hangup/>", "hangup", "ends"),
            ("", "hangup", "goes on as it is"),
        ] {
            let document = read(verbs);
            assert_eq!((document.app(), document.destination(None).as_str()), (app, destination), "{verbs}");
        }
        let login = read(gather);
        assert_eq!(login.question(), Some(("login".to_owned(), 1)));
        assert_eq!(login.next_url(), Some(format!("{URL}?at=login.1&s=x").as_str()));
        assert!(matches!(&login.then, Then::Asks { prompt, .. } if *prompt == ["Welcome.", "Key your account."]));
        assert_eq!(read("<Say>Your balance is 5 &amp; 6.</Say><Hangup/>").first, ["Your balance is 5 & 6."]);
        let flow = Flow::load(
            "flow: bank\nrealm: bank\nfallback: { do: hangup }\nivrs: { login: { id: 12345, do: hangup } }\n",
        );
        assert_eq!(login.destination(Some(&flow.unwrap())), "goes to the IVR `login` (12345)");
    }

    #[test]
    fn other_texts_are_no_document() {
        for text in ["", "Your balance is 5.", "<action><app>hangup</app></action>", "<Response>", "a <Response/>"] {
            assert_eq!(TwimlDocument::read(text), None, "{text}");
        }
    }
}
