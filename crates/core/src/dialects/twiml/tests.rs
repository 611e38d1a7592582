//! Conversations, played by hand: each document is read back by another parser before it is used.

mod documents;
mod forged;
mod reader;
mod ringing;

use super::*;
use crate::call::{self, Engine, Plan, Results};
use crate::flow::{Flow, IvrName, hours::Closures};
use crate::pin::PinKeys;
use crate::time::EpochMs;

const FLOW: &str = r#"
flow: bank
realm: bank
fallback: { do: { transfer: { destination: "8005550100" } }, say: "We are sorry." }
starts: login
twiml:
  language: en-GB
  voice: Polly.Amy
  repeats: 1
  voicemail: { 501: { greeting: "Leave a message for @nobody." } }
  vr: { 601: menu }
ivrs:
  login:
    id: 10001
    says: "Welcome, <friend> & \"all\"."
    asks:
      - { prompt: "Your account, @title?", as: account, digits: 4-10 }
      - { prompt: "Your PIN?", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: { to: menu, user_parameters: { firstname: "{{ caller.first_name }}" }, pass: { step: "2" } } }
      wrong: { ivr: { to: login, user_parameters: { title: "again" } } }
      too_many_attempts: { ivr: support }
      unanswered: { ivr: login }
  menu:
    id: 10002
    asks: [{ prompt: "Hello @firstname. Press 1 or 22.", as: choice, one_of: ["1", "22"] }]
    rules:
      - { when: answers.choice == "1", do: { ivr: complaint } }
      - { when: answers.choice == "22", do: { voicemail: { id: 501 } } }
      - do: { vr: { id: 601 } }
  complaint:
    id: 10003
    asks:
      - { prompt: "What went wrong?", as: story, record: 60s, transcribe: true }
      - { prompt: "From 1 to 5?", as: score, digits: 1 }
    do: { findme: { phone_list: "8005550101|8005550102|8005550103", simultaneous: 2, timeout: 20, record: true,
          screen_method: 1, whisper_phrase: "A complaint.", nextaction: 6, nextactionitem: support } }
  support:
    id: 10004
    says: "One moment."
    do: hangup
  portal: { id: 10009 }
"#;

const NOW: EpochMs = EpochMs(1_800_000_000_000);
const FORM: &str = "AccountSid=AC1&From=%2B12125550142&To=%2B18005550123&CallStatus=in-progress";

pub(super) fn keys(letter: char) -> PinKeys {
    PinKeys::from_json(&serde_json::json!({ "current": letter.to_string().repeat(90) }).to_string()).unwrap()
}

/// A call, at what its last document has told the provider to ask next.
struct Call {
    flow: Flow,
    keys: PinKeys,
    sid: &'static str,
    provider: Provider,
}

impl Call {
    fn to(flow: &str) -> Self {
        Self { flow: Flow::load(flow).unwrap(), keys: keys('k'), sid: "CA1", provider: Provider::Twilio }
    }

    fn conversation<'a>(&'a self, request: &'a Request) -> Conversation<'a> {
        Conversation {
            flow: &self.flow,
            keys: &self.keys,
            public_url: "https://calls.example.com",
            provider: self.provider,
            request,
            now: NOW,
        }
    }

    fn request(&self, more: &str) -> Request {
        Request::read(format!("{more}&CallSid={}&{FORM}", self.sid).as_bytes())
    }

    fn begin(&self) -> Document {
        let request = self.request("");
        let conversation = self.conversation(&request);
        let results = conversation.results(None);
        let at = call::begin(&self.flow, &results, &Closures::default().into(), NOW).unwrap().unwrap();
        read_back(conversation.begin(at).unwrap())
    }

    fn begin_at(&self, ivr: &str) -> Document {
        let request = self.request("");
        read_back(self.conversation(&request).begin(&IvrName::parse(ivr).unwrap()).unwrap())
    }

    /// Asks a URL of a document.
    fn ask(&self, url: &str, more: &str) -> Result<Turn, Unplayable> {
        let request = self.request(more);
        let conversation = self.conversation(&request);
        conversation.turn(conversation.state(query(url)))
    }

    fn settled(&self, url: &str, more: &str) -> Document {
        match self.ask(url, more).unwrap() {
            Turn::Settled(document) => read_back(document),
            Turn::Begins => panic!("the state is absent"),
            Turn::Ended(results, _) => panic!("{results:?}"),
        }
    }

    fn ended(&self, url: &str, more: &str) -> (Results, Visit) {
        match self.ask(url, more).unwrap() {
            Turn::Ended(results, visit) => (*results, visit),
            Turn::Settled(document) => panic!("{document:?}"),
            Turn::Begins => panic!("the state is absent"),
        }
    }

    /// Asks a URL after which a step without a PIN decides.
    fn decided(&self, url: &str, more: &str) -> Document {
        let (results, visit) = self.ended(url, more);
        let closures = Closures::default().into();
        let engine = Engine::new(&self.flow, &results, &self.keys, &closures, NOW);
        let Plan::Answer(answer) = engine.plan().unwrap() else { panic!("a PIN") };
        let request = self.request(more);
        read_back(self.conversation(&request).answer(&visit, &answer).unwrap())
    }
}

fn query(url: &str) -> &str {
    url.split_once('?').unwrap().1
}

/// The document, if another parser reads the same out of its XML.
fn read_back(document: Document) -> Document {
    assert_eq!(reader::read(&document.to_xml()), document);
    document
}

/// Where a document's only question, recording, call or redirect leads.
fn next(document: &Document) -> String {
    let urls = document.verbs.iter().filter_map(|verb| match verb {
        Verb::Gather { action, .. } | Verb::Record { action, .. } => Some(action.clone()),
        Verb::Dial { action, .. } => action.clone(),
        _ => None,
    });
    let redirect = document.verbs.iter().find_map(|verb| match verb {
        Verb::Redirect { url } => Some(url.clone()),
        _ => None,
    });
    let urls: Vec<String> = urls.collect();
    match (urls.as_slice(), redirect) {
        ([url], Some(redirect)) => {
            assert_eq!(*url, redirect, "silence is asked at the same place");
            redirect
        }
        ([url], None) => url.clone(),
        ([], Some(redirect)) => redirect,
        other => panic!("{other:?}"),
    }
}

fn heard(document: &Document) -> Vec<String> {
    let mut heard = Vec::new();
    for verb in &document.verbs {
        let says = match verb {
            Verb::Gather { says, .. } => says.iter().collect(),
            verb => vec![verb],
        };
        heard.extend(says.into_iter().filter_map(|verb| match verb {
            Verb::Say(say) => Some(say.text.clone()),
            _ => None,
        }));
    }
    heard
}

fn at(url: &str) -> &str {
    query(url).strip_prefix("at=").unwrap().split('&').next().unwrap()
}

#[test]
fn a_call_begins_with_what_the_ivr_says_and_its_first_question() {
    let call = Call::to(FLOW);
    let document = call.begin();
    assert_eq!(heard(&document), [r#"Welcome, <friend> & "all"."#, "Your account, @title?"]);
    let Verb::Gather { num_digits, timeout, .. } = &document.verbs[0] else { panic!("{document:?}") };
    assert_eq!((*num_digits, *timeout), (Some(10), 5));
    let url = next(&document);
    assert!(url.starts_with("https://calls.example.com/twiml/bank/voice?at=login.1&s="), "{url}");
}

#[test]
fn answers_are_carried_to_the_step_and_nothing_of_them_can_be_read_on_the_way() {
    let call = Call::to(FLOW);
    let pin = call.settled(&next(&call.begin()), "Digits=90786&FinishedOnKey=%23");
    assert_eq!((heard(&pin), at(&next(&pin))), (vec!["Your PIN?".to_owned()], "login.2"));
    let request = call.request("Digits=837461");
    let conversation = call.conversation(&request);
    let state = conversation.state(query(&next(&pin))).unwrap();
    let login = call::Ended::Ivr(IvrName::parse("login").unwrap());
    assert_eq!(
        (conversation.results(Some(&state)).ended, conversation.results(None).ended),
        (login, call::Ended::Unsaid)
    );
    let (results, _) = call.ended(&next(&pin), "Digits=837461");
    assert_eq!(results.answers.iter().collect::<Vec<_>>(), [("account", "90786"), ("pin", "837461")]);
    assert_eq!((results.completed, results.ivr_id.as_deref()), (Some(true), Some("10001")));
    assert_eq!(results.response_id.as_ref().map(|id| id.as_str()), Some("CA1-r1"));
    assert_eq!((results.call.get("ani"), results.call.get("dnis")), (Some("2125550142"), Some("8005550123")));
    assert_eq!((results.fields.get("Digits"), results.fields.get("AccountSid")), (None, Some("AC1")));
    assert_eq!(results.session_id.as_ref().map(|id| id.as_str()), Some("CA1"));
    let shown = format!("{results:?} {pin:?} {}", pin.to_xml());
    assert!(!shown.contains("90786") && !shown.contains("837461"), "{shown}");
}

#[test]
fn silence_and_invalid_entries_are_asked_again_and_then_count_as_unanswered() {
    let call = Call::to(FLOW);
    for first in ["", "Digits=123", "Digits=12345678901", "Digits=%23"] {
        let again = call.settled(&next(&call.begin()), first);
        assert_eq!(
            (heard(&again), at(&next(&again))),
            (vec!["Your account, @title?".to_owned()], "login.1"),
            "{first}"
        );
        let pin = call.settled(&next(&again), "");
        assert_eq!(at(&next(&pin)), "login.2");
        let (results, _) = call.ended(&next(&call.settled(&next(&pin), "")), "");
        assert!(results.answers.is_empty(), "{results:?}");
    }
}

#[test]
fn choices_are_the_only_answers() {
    let call = Call::to(FLOW);
    let menu = call.begin_at("menu");
    let Verb::Gather { num_digits, .. } = &menu.verbs[0] else { panic!("{menu:?}") };
    assert_eq!(*num_digits, Some(2));
    for (digits, leads_to) in [("1", "complaint.1"), ("22", "message")] {
        assert_eq!(at(&next(&call.decided(&next(&menu), &format!("Digits={digits}")))), leads_to);
    }
    let again = call.settled(&next(&menu), "Digits=2");
    // A virtual receptionist is the IVR that stands in for it.
    assert_eq!(at(&next(&call.decided(&next(&again), "Digits=3"))), "menu.1");
}

#[test]
fn what_a_step_gives_the_next_ivr_is_heard_and_passed_there() {
    let call = Call::to(FLOW);
    let pin = call.settled(&next(&call.begin()), "Digits=90786");
    let (_, visit) = call.ended(&next(&pin), "Digits=1234");
    let request = call.request("");
    let conversation = call.conversation(&request);
    let closures = Closures::default().into();
    let (results, _) = call.ended(&next(&pin), "Digits=1234");
    let engine = Engine::new(&call.flow, &results, &call.keys, &closures, NOW);
    let Plan::Attempt(attempt) = engine.plan().unwrap() else { panic!("no attempt") };
    let verified = crate::attempt::AuthOutcome::Verified {
        attributes: [("first_name".to_owned(), "Ada".into())].into(),
        pins_version: crate::pin::PinsVersion::parse("AAECAwQFBgc").unwrap(),
        duress: false,
    };
    let answer = engine.answer_attempt(&attempt, &verified, Some(1)).unwrap();
    let menu = read_back(conversation.answer(&visit, &answer).unwrap());
    assert_eq!(heard(&menu), ["Hello Ada. Press 1 or 22."]);
    let (results, visit) = call.ended(&next(&menu), "Digits=22");
    assert_eq!(results.passed.get("step"), Some("2"));
    assert_eq!(results.response_id.as_ref().map(|id| id.as_str()), Some("CA1-r2"));
    assert!(results.state.is_some(), "{visit:?}");

    let wrong = crate::attempt::AuthOutcome::Wrong { attempts: 1, locks: false };
    let answer = engine.answer_attempt(&attempt, &wrong, Some(1)).unwrap();
    let again = conversation.answer(&visit, &answer).unwrap();
    assert_eq!(heard(&again)[1], "Your account, again?");
}

#[test]
fn what_a_step_passes_joins_or_replaces_what_came() {
    let call = Call::to(
        r#"{ flow: f, realm: f, fallback: { do: hangup }, starts: one, ivrs: {
            one: { says: One., do: { ivr: { to: two, pass: "a|1||b|2" } } },
            two: { says: Two., do: { ivr: { to: three, pass: { b: "3" } } } },
            three: { says: Three., do: hangup } } }"#,
    );
    let two = call.decided(&next(&call.begin()), "");
    let passed = |document: &Document| -> Vec<(String, String)> {
        let (results, _) = call.ended(&next(document), "");
        results.passed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(passed(&two), [pair("a", "1"), pair("b", "2")]);
    assert_eq!(passed(&call.decided(&next(&two), "")), [pair("a", "1"), pair("b", "3")]);
}

#[test]
fn a_transfer_needs_no_flow() {
    let number = crate::number::PhoneNumber::parse("8005550100").unwrap();
    let document = reader::read(&write_transfer(&number));
    let [Verb::Dial { numbers, .. }] = &document.verbs[..] else { panic!("{document:?}") };
    assert_eq!((numbers.len(), numbers[0].number.as_str()), (1, "+18005550100"));
}

#[test]
fn a_recorded_question_says_where_its_transcription_goes_and_is_no_answer() {
    for (provider, attributes) in [
        (Provider::Twilio, ["transcribe", "transcribeCallback"]),
        (Provider::SignalWire, ["transcribe", "transcribeCallback"]),
        (Provider::Telnyx, ["transcription", "transcriptionCallback"]),
    ] {
        let call = Call { provider, ..Call::to(FLOW) };
        let document = call.begin_at("complaint");
        let Verb::Record { max_secs, transcription: Some(to), .. } = &document.verbs[1] else { panic!("{document:?}") };
        assert_eq!((*max_secs, to.attributes, at(&to.url)), (60, attributes, "complaint.1"));
        assert!(to.url.contains("/twiml/bank/transcription?"), "{}", to.url);

        let request = call.request("TranscriptionText=It+was+slow&TranscriptionStatus=completed");
        let kept = call.conversation(&request).transcription(query(&to.url)).unwrap();
        assert_eq!((kept.ivr.as_str(), kept.question.as_str(), kept.visit.as_str()), ("10003", "1", "CA1-r1"));
        assert_eq!(kept.fields["text"], "It was slow");
        assert!(!format!("{kept:?}").contains("slow"));
        assert!(call.conversation(&request).transcription(query(&next(&document))).is_none());

        // Spoken or not, the next question follows.
        for spoken in ["RecordingUrl=https%3A%2F%2Fexample.com%2F1", ""] {
            assert_eq!(at(&next(&call.settled(&next(&document), spoken))), "complaint.2");
        }
    }
}

#[test]
fn a_hang_up_ends_the_ivr_early() {
    let call = Call::to(FLOW);
    let (results, _) = call.ended(&next(&call.begin_at("complaint")), "CallStatus=completed&RecordingUrl=x");
    assert_eq!(results.completed, Some(false));
    let request = call.request("");
    assert!(matches!(call.conversation(&request).turn(None), Ok(Turn::Begins)));
    let request = Request::read(b"CallSid=CA1&CallStatus=completed");
    assert!(matches!(call.conversation(&request).turn(None), Ok(Turn::Settled(document)) if document.verbs.is_empty()));
}

#[test]
fn an_ivr_without_a_question_goes_on_to_its_step() {
    let call = Call::to(FLOW);
    let document = call.begin_at("support");
    assert_eq!((heard(&document), at(&next(&document))), (vec!["One moment.".to_owned()], "support"));
    assert_eq!(call.decided(&next(&document), "").verbs, [Verb::Hangup]);
}

#[test]
fn a_mailbox_greets_and_records_and_the_call_ends() {
    let call = Call::to(FLOW);
    let mailbox = call.decided(&next(&call.begin_at("menu")), "Digits=22");
    assert_eq!(heard(&mailbox), ["Leave a message for @nobody."]);
    assert!(matches!(mailbox.verbs[..], [Verb::Say(_), Verb::Record { .. }, Verb::Hangup]), "{mailbox:?}");
    assert_eq!(call.settled(&next(&mailbox), "RecordingUrl=x").verbs, [Verb::Hangup]);
}

#[test]
fn the_fallback_is_spoken_and_can_always_be_written() {
    for (action, verbs) in [
        ("{ transfer: { destination: '8005550100' } }", 2),
        ("{ voicemail: { id: 999 } }", 2),
        ("{ vr: { id: 999 } }", 2),
        ("{ findme: { id: 7 } }", 2),
        ("hangup", 2),
    ] {
        let flow = FLOW.replace(r#"{ transfer: { destination: "8005550100" } }, say"#, &format!("{action}, say"));
        let call = Call::to(&flow);
        let request = call.request("");
        let document = read_back(call.conversation(&request).fallback(&Visit::default()));
        assert_eq!((heard(&document), document.verbs.len()), (vec!["We are sorry.".to_owned()], verbs), "{action}");
    }
}

#[test]
fn what_only_the_portal_knows_cannot_be_played() {
    let call = Call::to(FLOW);
    let request = call.request("");
    let portal = IvrName::parse("portal").unwrap();
    assert_eq!(call.conversation(&request).begin(&portal), Err(Unplayable::SaysNothing(portal)));
    let says = Call::to(&FLOW.replace("portal: { id: 10009 }", "portal: { id: 10009, says: Goodbye. }"));
    let document = says.begin_at("portal");
    assert_eq!((heard(&document), document.verbs.last()), (vec!["Goodbye.".to_owned()], Some(&Verb::Hangup)));
}

#[test]
fn a_flow_that_was_changed_in_mid_call_leads_to_the_fallback() {
    let call = Call::to(FLOW);
    let url = next(&call.begin());
    let changed = Call::to(&FLOW.replace("login", "entry"));
    let (results, _) = changed.ended(&url, "Digits=90786");
    assert_eq!(results.ended, crate::call::Ended::Unknown("login".to_owned()));
}

/// What is keyed at a question is an answer to that question and to no other: it may be a PIN.
#[test]
fn other_questions_in_mid_call_begin_the_ivr_again_with_nothing_that_was_keyed() {
    let call = Call::to(FLOW);
    let url = next(&call.settled(&next(&call.begin()), "Digits=90786"));
    let first = r#"      - { prompt: "Your account, @title?", as: account, digits: 4-10 }"#;
    for changed in [
        FLOW.replace(first, &format!("      - {{ prompt: \"Your site?\", as: site, digits: 2-6 }}\n{first}")),
        FLOW.replace("digits: 4-10 }", "digits: 4-10, secret: true }"),
        FLOW.replace("as: account,", "as: number,").replace("answers.account", "answers.number"),
    ] {
        let changed = Call::to(&changed);
        let again = changed.settled(&url, "Digits=837461");
        assert_eq!((heard(&again).len(), at(&next(&again))), (2, "login.1"));
        let (results, _) = changed.ended(&next(&again), "CallStatus=completed");
        assert!(results.answers.is_empty());
        let (results, _) = changed.ended(&url, "Digits=837461&CallStatus=completed");
        assert!(results.answers.is_empty() && results.sent_answers.is_empty());
    }
    // Other words ask the same.
    let reworded = Call::to(&FLOW.replace("Your PIN?", "Now your PIN."));
    let (results, _) = reworded.ended(&url, "Digits=837461");
    assert_eq!(results.answers.iter().collect::<Vec<_>>(), [("account", "90786"), ("pin", "837461")]);
}

#[test]
fn a_call_ends_after_an_ivr_that_nothing_follows_and_its_answers_are_results() {
    let call = Call::to(
        &FLOW
            .replace("    do: { findme: { phone_list", "    # do: { findme: { phone_list")
            .replace("          screen_method", "    #     screen_method"),
    );
    let score = next(&call.settled(&next(&call.begin_at("complaint")), ""));
    for (more, answers) in [("Digits=5", vec![("score", "5")]), ("CallStatus=completed", vec![])] {
        let (results, visit) = call.ended(&score, more);
        assert_eq!(results.answers.iter().collect::<Vec<_>>(), answers);
        let request = call.request(more);
        assert!(call.conversation(&request).ends_after(&visit));
    }
    let (_, visit) = call.ended(&next(&call.begin_at("support")), "");
    assert!(!call.conversation(&call.request("")).ends_after(&visit));
}

#[test]
fn a_record_keeps_no_state() {
    let call = Call::to(FLOW);
    for document in [call.begin(), call.begin_at("complaint")] {
        let (xml, kept) = (document.to_xml(), without_states(&document.to_xml()));
        assert!(!kept.contains(";s=") && kept.len() < xml.len(), "{kept}");
        assert_eq!(heard(&reader::read(&kept)), heard(&document));
    }
    for text in ["", "?at=", "?at=a&amp;s=", "<Say>at=1&amp;s=2</Say>", "?at=a"] {
        assert_eq!(without_states(text), text.strip_suffix("&amp;s=").unwrap_or(text));
    }
}

#[test]
fn a_long_text_is_said_in_pieces() {
    let call = Call::to(FLOW);
    let request = call.request("");
    let text = "words ".repeat(1_400);
    let says = call.conversation(&request).say(&text);
    let texts: Vec<_> =
        says.iter().map(|verb| if let Verb::Say(say) = verb { say.text.as_str() } else { "" }).collect();
    assert!(texts.len() == 3 && texts.iter().all(|text| text.len() <= 4_000 && text.ends_with("words")), "{texts:?}");
    assert_eq!(texts.join(" "), text.trim_end());
    assert_eq!(call.conversation(&request).say(&"x".repeat(9_000)).len(), 3);
    assert_eq!(call.conversation(&request).say(" "), []);
}
