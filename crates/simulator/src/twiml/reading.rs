//! From the elements of a document to verbs.

use super::document::Refused;
use super::url::{self, Url, Webhook};
use super::verb::{Dial, Gather, Number, Record, Verb};
use crate::setting::Setting;
use roxmltree::Node;
use std::ops::RangeInclusive;

/// The longest text that is spoken at once, in characters (Twilio's error 13520).
const MOST_SPOKEN: usize = 4096;
/// The most people who ring at once.
const MOST_NUMBERS: usize = 10;

/// Where calls may be recorded from. The first means not at all.
const RECORD: [&str; 5] = [
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
];

/// The verbs of a document, in order.
pub(super) fn verbs(root: Node<'_, '_>, setting: &Setting) -> Result<Vec<Verb>, Refused> {
    elements(root, "Response")?.into_iter().map(|node| verb(node, setting)).collect()
}

fn verb(node: Node<'_, '_>, setting: &Setting) -> Result<Verb, Refused> {
    if let Some(heard) = heard(node)? {
        return Ok(heard);
    }
    match name(node) {
        "Gather" => gather(node, setting).map(Verb::Gather),
        "Redirect" => {
            let verb = Element::of(node, "Redirect", &["method"])?;
            verb.is_posted()?;
            Ok(Verb::Redirect(Url::read(&verb.text()?, Webhook::Voice, setting)?))
        }
        "Dial" => dial(node, setting).map(Verb::Dial),
        "Record" => record(node, setting).map(Verb::Record),
        "Hangup" => {
            Element::of(node, "Hangup", &[])?.is_empty()?;
            Ok(Verb::Hangup)
        }
        _ => Err(misplaced(node, "Response")),
    }
}

/// A verb that is only heard, which can also be in a `Gather`; `None` for any other.
fn heard(node: Node<'_, '_>) -> Result<Option<Verb>, Refused> {
    Ok(Some(match name(node) {
        "Say" => {
            let text = Element::of(node, "Say", &["language", "voice"])?.text()?;
            if text.chars().count() > MOST_SPOKEN {
                let value = format!("{}…", text.chars().take(20).collect::<String>());
                return Err(Refused::Value { element: "Say", name: "the text", value });
            }
            Verb::Say(text)
        }
        "Play" => {
            let text = Element::of(node, "Play", &[])?.text()?;
            if !url::is_absolute(&text) {
                return Err(Refused::Relative(text));
            }
            Verb::Play(text)
        }
        "Pause" => {
            let verb = Element::of(node, "Pause", &["length"])?;
            verb.number("length", 0..=600)?;
            verb.is_empty()?;
            Verb::Pause
        }
        _ => return Ok(None),
    }))
}

fn gather(node: Node<'_, '_>, setting: &Setting) -> Result<Gather, Refused> {
    let known = ["input", "method", "action", "timeout", "finishOnKey", "numDigits"];
    let verb = Element::of(node, "Gather", &known)?;
    verb.is_posted()?;
    // Speech can't be played here.
    verb.word("input", &["dtmf"])?;
    verb.number("timeout", 1..=600)?;
    let finish_on_key = verb.keys("finishOnKey", 1)?.map_or(Some('#'), |keys| keys.chars().next());
    let num_digits = verb.number("numDigits", 1..=u16::MAX)?.map(usize::from);
    let inner = elements(node, "Gather")?.into_iter().map(|node| heard(node)?.ok_or_else(|| misplaced(node, "Gather")));
    Ok(Gather {
        action: verb.url("action", Webhook::Voice, setting)?,
        finish_on_key,
        num_digits,
        heard: inner.collect::<Result<_, _>>()?,
    })
}

fn record(node: Node<'_, '_>, setting: &Setting) -> Result<Record, Refused> {
    let known =
        ["method", "action", "maxLength", "timeout", "finishOnKey", "playBeep", "transcribe", "transcribeCallback"];
    let verb = Element::of(node, "Record", &known)?;
    verb.is_posted()?;
    verb.is_empty()?;
    verb.number("timeout", 0..=600)?;
    verb.word("playBeep", &["true", "false"])?;
    let transcribe = verb.word("transcribe", &["false", "true"])? == Some(1);
    let callback = verb.get("transcribeCallback");
    if transcribe != callback.is_some() {
        return Err(Refused::Missing { element: "Record", needs: "both `transcribe` and `transcribeCallback`" });
    }
    let callback = callback.map(|_| verb.url("transcribeCallback", Webhook::Transcription, setting));
    Ok(Record {
        action: verb.url("action", Webhook::Voice, setting)?,
        longest_secs: verb.number("maxLength", 1..=14_400)?.unwrap_or(3600),
        finish_on_key: verb.keys("finishOnKey", 12)?.unwrap_or_else(|| "1234567890*#".to_owned()),
        transcribe: callback.transpose()?,
    })
}

fn dial(node: Node<'_, '_>, setting: &Setting) -> Result<Dial, Refused> {
    let verb = Element::of(node, "Dial", &["method", "action", "answerOnBridge", "timeout", "record"])?;
    verb.is_posted()?;
    verb.word("answerOnBridge", &["true", "false"])?;
    let numbers = elements(node, "Dial")?.into_iter().map(|node| number(node, setting));
    let numbers: Vec<Number> = numbers.collect::<Result<_, _>>()?;
    if numbers.is_empty() {
        return Err(Refused::Missing { element: "Dial", needs: "a `<Number>`" });
    }
    if numbers.len() > MOST_NUMBERS {
        return Err(Refused::Missing { element: "Dial", needs: "at most ten `<Number>`s" });
    }
    let timeout = verb.number("timeout", 5..=600)?.unwrap_or(30);
    Ok(Dial {
        action: verb.get("action").map(|_| verb.url("action", Webhook::Voice, setting)).transpose()?,
        timeout_secs: u8::try_from(timeout).unwrap_or(u8::MAX),
        record: verb.word("record", &RECORD)?.is_some_and(|which| which > 0),
        numbers,
    })
}

fn number(node: Node<'_, '_>, setting: &Setting) -> Result<Number, Refused> {
    if name(node) != "Number" {
        return Err(misplaced(node, "Dial"));
    }
    let verb = Element::of(node, "Number", &["method", "url"])?;
    verb.is_posted()?;
    let value = verb.text()?;
    let digits = value.strip_prefix('+').unwrap_or_default();
    if !(8..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refused::Value { element: "Number", name: "the text", value });
    }
    let url = verb.get("url").map(|_| verb.url("url", Webhook::Voice, setting)).transpose()?;
    Ok(Number { number: value, url })
}

/// An element whose attributes are known.
struct Element<'a, 'i> {
    node: Node<'a, 'i>,
    name: &'static str,
}

impl<'a, 'i> Element<'a, 'i> {
    fn of(node: Node<'a, 'i>, name: &'static str, attributes: &[&str]) -> Result<Self, Refused> {
        let known = |attribute: &str| attributes.contains(&attribute);
        match node.attributes().find(|attribute| attribute.namespace().is_some() || !known(attribute.name())) {
            Some(unknown) => Err(Refused::Attribute { element: name, attribute: unknown.name().to_owned() }),
            None => Ok(Self { node, name }),
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    fn value(&self, name: &'static str, value: &str) -> Refused {
        Refused::Value { element: self.name, name, value: value.to_owned() }
    }

    /// Our webhooks take nothing else, and a GET isn't signed everywhere.
    fn is_posted(&self) -> Result<(), Refused> {
        self.word("method", &["POST"]).map(drop)
    }

    /// The place of an attribute's value among those that it can have.
    fn word(&self, name: &'static str, known: &[&str]) -> Result<Option<usize>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let found = known.iter().position(|word| *word == value);
        found.map(Some).ok_or_else(|| self.value(name, value))
    }

    fn number(&self, name: &'static str, range: RangeInclusive<u16>) -> Result<Option<u16>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.parse().ok().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| self.value(name, value))
    }

    /// Keys of a telephone, at most as many; they may be none at all.
    fn keys(&self, name: &'static str, most: usize) -> Result<Option<String>, Refused> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let are_keys = value.chars().all(|key| matches!(key, '0'..='9' | '*' | '#'));
        if !are_keys || value.len() > most {
            return Err(self.value(name, value));
        }
        Ok(Some(value.to_owned()))
    }

    fn url(&self, name: &'static str, webhook: Webhook, setting: &Setting) -> Result<Url, Refused> {
        let needs = if name == "action" { "an `action`" } else { "a URL" };
        Url::read(self.get(name).ok_or(Refused::Missing { element: self.name, needs })?, webhook, setting)
    }

    /// What it says. A comment in it cuts nothing off.
    fn text(&self) -> Result<String, Refused> {
        if let Some(child) = self.node.children().find(Node::is_element) {
            return Err(misplaced(child, self.name));
        }
        let text: String = self.node.children().filter(Node::is_text).filter_map(|part| part.text()).collect();
        Ok(text.trim().to_owned())
    }

    fn is_empty(&self) -> Result<(), Refused> {
        if self.text()?.is_empty() { Ok(()) } else { Err(Refused::Text(self.name.to_owned())) }
    }
}

/// The elements in another one, in which there is no text.
fn elements<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Result<Vec<Node<'a, 'i>>, Refused> {
    let says = |child: Node<'_, '_>| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty());
    if node.children().any(says) {
        return Err(Refused::Text(name.to_owned()));
    }
    Ok(node.children().filter(Node::is_element).collect())
}

/// The name of an element; empty if it is of another namespace.
fn name<'a>(node: Node<'a, '_>) -> &'a str {
    if node.tag_name().namespace().is_some() { "" } else { node.tag_name().name() }
}

fn misplaced(node: Node<'_, '_>, parent: &str) -> Refused {
    Refused::Element { element: node.tag_name().name().to_owned(), parent: parent.to_owned() }
}
