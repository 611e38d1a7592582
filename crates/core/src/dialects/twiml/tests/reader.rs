//! Reads a document's XML back into its types, with a parser that the writer does not use.

use super::super::document::{Number, Say, TranscribedTo};
use super::super::{Document, Verb};
use roxmltree::Node;

pub(super) fn read(xml: &str) -> Document {
    let document = roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "Response");
    Document { verbs: verbs(root) }
}

fn verbs(node: Node<'_, '_>) -> Vec<Verb> {
    assert!(node.children().all(|child| child.is_element()), "a verb stands beside no text");
    node.children().map(verb).collect()
}

fn verb(node: Node<'_, '_>) -> Verb {
    let text = || node.text().unwrap_or_default().to_owned();
    let has = |name: &str| node.attribute(name).map(str::to_owned);
    let action = || has("action").unwrap();
    let is = |name: &str, value: &str| assert_eq!(node.attribute(name), Some(value), "{name}");
    match node.tag_name().name() {
        "Say" => Verb::Say(Say { text: text(), language: has("language"), voice: has("voice") }),
        "Play" => Verb::Play { url: text() },
        "Gather" => {
            is("input", "dtmf");
            is("method", "POST");
            is("finishOnKey", "#");
            let (timeout, num_digits) =
                (has("timeout").unwrap().parse().unwrap(), has("numDigits").map(|n| n.parse().unwrap()));
            Verb::Gather { action: action(), timeout, num_digits, says: verbs(node) }
        }
        "Record" => {
            is("method", "POST");
            is("playBeep", "true");
            let transcribed = [["transcribe", "transcribeCallback"], ["transcription", "transcriptionCallback"]];
            let transcription = transcribed.into_iter().find_map(|attributes| {
                let url = has(attributes[1])?;
                is(attributes[0], "true");
                Some(TranscribedTo { url, attributes })
            });
            Verb::Record { action: action(), max_secs: has("maxLength").unwrap().parse().unwrap(), transcription }
        }
        "Dial" => {
            is("answerOnBridge", "true");
            let numbers = node.children().map(|number| {
                assert_eq!(number.tag_name().name(), "Number");
                let url = number.attribute("url").map(str::to_owned);
                Number { number: number.text().unwrap().to_owned(), url }
            });
            Verb::Dial {
                action: has("action"),
                timeout: has("timeout").map(|timeout| timeout.parse().unwrap()),
                record: has("record").is_some(),
                numbers: numbers.collect(),
            }
        }
        "Redirect" => {
            is("method", "POST");
            Verb::Redirect { url: text() }
        }
        "Hangup" => Verb::Hangup,
        other => panic!("{other}"),
    }
}
