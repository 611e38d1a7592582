//! Whole conversations in TwiML, whose states travel through the provider.

use crate::documents::{self, Element};
use crate::flows::{CLOSURES, FLOWS, KEYS, NOW};
use crate::input::Input;
use crate::states::mutated;
use ringbolt_core::call::{Engine, Plan, begin};
use ringbolt_core::dialects::twiml::{
    Conversation, Document, Provider, Request, State, Turn, Unplayable, Visit, without_states,
};
use ringbolt_core::flow::Flow;
use ringbolt_core::text::is_xml_char;

const CALL: &str = "CallSid=CA0001&AccountSid=AC0001&From=%2B12125550142&To=%2B18005550123&";

fn conversation<'a>(flow: &'a Flow, request: &'a Request, provider: Provider) -> Conversation<'a> {
    Conversation { flow, keys: &KEYS, public_url: "https://calls.example.com/prod", provider, request, now: NOW }
}

/// A letter for the flow and one for the provider, then a line for each request of one call: a digit that says which URL of
/// the document before is asked for, and the form.
///
/// Every document is read alike by two parsers and fits the provider's limits; every state that it carries is this call's and
/// no other's, and none that was changed is believed.
pub fn conversation_of_requests(data: &[u8]) {
    let mut input = Input::new(data);
    let flow = input.choose(&[0, 1, 2, 3]);
    let flow = &FLOWS[flow];
    let provider = input.choose(&Provider::ALL);
    let mut urls: Vec<String> = Vec::new();
    for _ in 0..8 {
        if input.is_empty() {
            return;
        }
        let which = input.below(8);
        let query = urls.get(which).and_then(|url| url.split_once('?')).map_or("", |(_, query)| query).to_owned();
        let form = [CALL.as_bytes(), input.bytes()].concat();
        let request = Request::read(&form);
        let conversation = conversation(flow, &request, provider);
        let state = conversation.state(&query);
        assert_eq!(state.is_some(), !query.is_empty());
        refuses(&conversation, flow, &query, &mut input.clone());
        let Ok(document) = answered(&conversation, flow, state) else { return };
        let xml = document.to_xml();
        assert!(xml.chars().all(is_xml_char));
        let root = documents::read(&xml);
        assert_eq!(root.name, "Response");
        urls.clear();
        collect(&root, &mut urls);
        for url in &urls {
            assert!(url.len() <= 4_096, "{url}");
        }
        let shown = without_states(&xml);
        documents::read(&shown);
        assert!(!shown.contains("&amp;s="), "{shown}");
    }
}

/// What the function does, but for the database: nobody is verified.
fn answered(conversation: &Conversation<'_>, flow: &Flow, state: Option<State>) -> Result<Document, Unplayable> {
    let results = conversation.results(state.as_ref());
    match conversation.turn(state)? {
        Turn::Begins => match begin(flow, &results, &CLOSURES, NOW) {
            Ok(Some(ivr)) => conversation.begin(ivr),
            _ => Ok(conversation.fallback(&Visit::default())),
        },
        Turn::Settled(document) => Ok(document),
        Turn::Ended(_, visit) if conversation.ends_after(&visit) => Ok(Document::hang_up()),
        Turn::Ended(results, visit) => match Engine::new(flow, &results, &KEYS, &CLOSURES, NOW).plan() {
            Ok(Plan::Answer(answer)) if !answer.is_fallback() => conversation.answer(&visit, &answer),
            Ok(Plan::LookUp { .. }) => panic!("somebody is verified without a PIN"),
            _ => Ok(conversation.fallback(&visit)),
        },
    }
}

/// A changed state, and the genuine one in another call, account or flow.
fn refuses(conversation: &Conversation<'_>, flow: &Flow, query: &str, input: &mut Input<'_>) {
    let Some((at, sealed)) = query.split_once("&s=") else { return };
    let changed = mutated(sealed, input);
    if changed.trim_end_matches(['&', '#']) != sealed && !changed.starts_with(&format!("{sealed}&")) {
        let query = format!("{at}&s={changed}");
        assert!(conversation.state(&query).is_none(), "{query}");
    }
    for other in ["CallSid=CA0002&AccountSid=AC0001", "CallSid=CA0001&AccountSid=AC0002", ""] {
        let request = Request::read(other.as_bytes());
        assert!(Conversation { request: &request, ..*conversation }.state(query).is_none(), "{other}");
    }
    let other = FLOWS.iter().find(|other| other.name != flow.name).expect("there are several");
    assert!(Conversation { flow: other, ..*conversation }.state(query).is_none());
    let late = ringbolt_core::time::EpochMs(NOW.0 + 12 * 3_600_000);
    assert!(Conversation { now: late, ..*conversation }.state(query).is_none());
}

fn collect(element: &Element, urls: &mut Vec<String>) {
    let texts = element.attributes.iter().map(|(_, value)| value).chain([&element.text]);
    urls.extend(texts.filter(|text| text.starts_with("https://calls.example.com/prod/twiml/")).cloned());
    element.children.iter().for_each(|child| collect(child, urls));
}

/// A line with the query, and the form.
///
/// Of a request that nobody made for us there is no state and no transcription, and the answer is a document all the same.
pub fn request(data: &[u8]) {
    let mut input = Input::new(data);
    let flow = input.choose(&[0, 1, 2, 3]);
    let flow = &FLOWS[flow];
    let query = input.line();
    let request = Request::read(input.rest());
    let theirs: Vec<_> = form_urlencoded::parse(input.rest()).collect();
    let first = |name: &str| theirs.iter().find(|(given, _)| given == name).map(|(_, value)| value.trim());
    let call_id = first("CallSid").filter(|id| (1..=256).contains(&id.len()) && !id.chars().any(char::is_control));
    assert_eq!(request.call_id().as_ref().map(|id| id.as_str()), call_id);
    for provider in Provider::ALL {
        let conversation = conversation(flow, &request, provider);
        let state = conversation.state(&query);
        assert!(state.is_none() && conversation.transcription(&query).is_none(), "nobody else can seal a state");
        let results = conversation.results(None);
        let spoken = ["Digits", "SpeechResult", "TranscriptionText"];
        assert!(results.fields.iter().all(|(name, _)| !spoken.contains(&name)));
        if let Ok(document) = answered(&conversation, flow, state) {
            documents::read(&document.to_xml());
        }
    }
}
