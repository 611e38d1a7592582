//! The documents that we write, with texts of any characters in them.

use crate::documents::{self, Element};
use crate::flows::FLOWS;
use crate::input::Input;
use ringbolt_core::dialects::dialogtech::document::to_xml;
use ringbolt_core::dialects::twiml::{Document, Verb, without_states};
use ringbolt_core::flow::action::{
    Action, FindMe, FindMeTarget, PassThrough, PhoneList, RingTimeoutSecs, Screening, ToIvr,
};
use ringbolt_core::flow::{IvrName, ParameterName, PortalId};
use ringbolt_core::number::PhoneNumber;
use ringbolt_core::text::spoken_text;

/// A letter for what is written, then a line for each text.
///
/// Two parsers read the document alike, and every text in it as it was, without what XML doesn't allow.
pub fn dialogtech(data: &[u8]) {
    let mut input = Input::new(data);
    let flow = &FLOWS[0];
    let is_ivr = input.flag();
    let texts: Vec<String> = (0..4).map(|_| input.text()).collect();
    let name = |text: &str| ParameterName::parse(text).unwrap_or(ParameterName::parse("reason").expect("it is one"));
    let names = [name(&texts[0]), ParameterName::parse("other").expect("it is one")];
    let action: Action<String> = if is_ivr {
        Action::Ivr(ToIvr {
            to: IvrName::parse("support").expect("it is one"),
            question_id: None,
            user_parameters: names.iter().cloned().zip([texts[1].clone(), texts[2].clone()]).collect(),
            pass: PassThrough::None,
        })
    } else {
        let number = PhoneNumber::parse("8005550121").expect("it is one");
        Action::FindMe(FindMe {
            target: FindMeTarget::PhoneList(PhoneList::new(vec![number; 2]).expect("it is not empty")),
            simultaneous: None,
            screening: Some(if texts[0].is_empty() {
                Screening::Phrase(Some(texts[1].clone()))
            } else {
                Screening::Audio(texts[1].clone())
            }),
            record: Some(true),
            auto_accept: None,
            dtmf_only: None,
            no_answer: Some(ringbolt_core::flow::action::NoAnswer::Voicemail(
                PortalId::parse("501").expect("it is one"),
            )),
            timeout_secs: RingTimeoutSecs::new(30).ok(),
        })
    };
    let root = documents::read(&to_xml(&action, &spoken_text(&texts[3]), &flow.ivrs));
    let parameters = root.child("parameters").expect("every action but `hangup` has some");
    if is_ivr {
        let given = parameters.child("user_parameters").expect("two are given");
        let read: Vec<(&str, &str)> = given.children.iter().map(|one| (one.name.as_str(), one.text.as_str())).collect();
        let [one, other] = [1, 2].map(|at| spoken_text(&texts[at]));
        assert_eq!(read, [(names[0].as_str(), &*one), (names[1].as_str(), &*other)]);
        let passed = parameters.child("p_t").map_or("", |passed| passed.text.as_str());
        assert_eq!(passed, spoken_text(&texts[3]));
    } else {
        let said = ["whisper_phrase", "whisper_audio"].into_iter().find_map(|name| parameters.child(name));
        assert_eq!(said.map_or("", |said| said.text.as_str()), spoken_text(&texts[1]));
    }
}

/// A line for each text.
///
/// As for DialogTech, with texts in attributes among them.
pub fn twiml(data: &[u8]) {
    use ringbolt_core::dialects::twiml::{Number, Say, TranscribedTo};
    let mut input = Input::new(data);
    let mut verbs = Vec::new();
    let mut expected = Vec::new();
    for _ in 0..6 {
        if input.is_empty() {
            break;
        }
        let kind = input.below(7);
        let (text, url, voice) = (input.text(), input.text(), input.text());
        let say = || Verb::Say(Say { text: text.clone(), language: None, voice: Some(voice.clone()) });
        let says = element("Say", &[("voice", &voice)], &text, vec![]);
        let post = ("method", "POST");
        let (verb, element) = match kind {
            0 => (say(), says),
            1 => (Verb::Play { url: url.clone() }, element("Play", &[], &url, vec![])),
            2 => {
                let expected = [
                    ("input", "dtmf"),
                    post,
                    ("action", &url),
                    ("timeout", "5"),
                    ("finishOnKey", "#"),
                    ("numDigits", "4"),
                ];
                let verb = Verb::Gather { action: url.clone(), timeout: 5, num_digits: Some(4), says: vec![say()] };
                (verb, element("Gather", &expected, "", vec![says]))
            }
            3 => {
                let to = TranscribedTo { url: text.clone(), attributes: ["transcribe", "transcribeCallback"] };
                let expected = [
                    post,
                    ("action", &url),
                    ("maxLength", "60"),
                    ("timeout", "5"),
                    ("finishOnKey", "#"),
                    ("playBeep", "true"),
                    ("transcribe", "true"),
                    ("transcribeCallback", &text),
                ];
                let verb = Verb::Record { action: url.clone(), max_secs: 60, transcription: Some(to) };
                (verb, element("Record", &expected, "", vec![]))
            }
            4 => {
                let number = Number { number: text.clone(), url: Some(voice.clone()) };
                let verb =
                    Verb::Dial { action: Some(url.clone()), timeout: None, record: false, numbers: vec![number] };
                let number = element("Number", &[post, ("url", &voice)], &text, vec![]);
                (verb, element("Dial", &[post, ("action", &url), ("answerOnBridge", "true")], "", vec![number]))
            }
            5 => (Verb::Redirect { url: url.clone() }, element("Redirect", &[post], &url, vec![])),
            _ => (Verb::Hangup, element("Hangup", &[], "", vec![])),
        };
        verbs.push(verb);
        expected.push(element);
    }
    let xml = Document::of(verbs).to_xml();
    assert_eq!(
        documents::read(&xml),
        Element { name: "Response".to_owned(), children: expected, ..Element::default() }
    );
    documents::read(&without_states(&xml));
}

fn element(name: &str, attributes: &[(&str, &str)], text: &str, children: Vec<Element>) -> Element {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), spoken_text(value).into_owned()));
    let text = spoken_text(text).into_owned();
    Element { name: name.to_owned(), attributes: attributes.collect(), text, children }
}
