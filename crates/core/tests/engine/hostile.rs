//! What comes from outside changes its own place in an answer and nothing else.

use crate::answers::{Known, answer, at, elements, load, passed, query, right, text_of, wix_reply};
use proptest::prelude::*;
use ringbolt_core::{
    attempt::AuthOutcome,
    call::{Undecidable, Why},
    dialects::dialogtech::PassThrough,
    flow::{
        Flow, TemplateError,
        fields::{CALL_FIELDS, SOURCE_FIELDS},
    },
    keyed::keyed,
    number::PhoneNumber,
    text::spoken_text,
    time::EpochMs,
};
use serde_json::json;

/// Where a text of a flow can stand: the IVR, and the element that holds it.
const PLACES: [(&str, &str); 6] =
    [("10", "whisper_phrase"), ("11", "whisper_audio"), ("12", "middle"), ("13", "p_t"), ("14", "p_t"), ("15", "say")];

const HARMLESS: &str = "harmless";

fn now() -> EpochMs {
    at("2026-11-23T15:00Z")
}

/// A flow with `{{ source }}` in every place that can hold it, between two words, among others that are fixed.
fn flow(source: &str) -> Flow {
    let text = format!("Before {{{{ {source} }}}} after");
    load(&format!(
        r#"
flow: hostile
realm: hostile
fallback: {{ do: {{ transfer: {{ destination: "8005550100" }} }} }}
ivrs:
  login:
    id: 1
    verify_pin:
      user: "{{{{ answers.user }}}}"
      pin: "{{{{ answers.pin }}}}"
      verified: {{ ivr: said }}
      wrong: {{ ivr: login }}
  said: {{ id: 2 }}
  next: {{ id: 9 }}
  whispers:
    id: 10
    findme: {{ phone_list: ["2125550101", "2125550102"], simultaneous: 2, screen_method: 1,
      whisper_phrase: "{text}", record: 1, auto_accept: 3, nextaction: 2, nextactionitem: 77, timeout: 20 }}
  plays:
    id: 11
    findme: {{ id: 7, screen_method: 2, whisper_audio: "{text}", record: 0, nextaction: 1 }}
  fills-in:
    id: 12
    ivr: {{ to: next, question_id: 4, user_parameters: {{ first: alpha, middle: "{text}", last: bravo }}, pass: {{ step: two }} }}
  passes:
    id: 13
    ivr: {{ to: next, user_parameters: {{ a: b }}, pass: {{ first: one, middle: "{text}", last: two }} }}
  passes-one-text:
    id: 14
    ivr: {{ to: next, pass: "{text}" }}
  reads:
    id: 15
    say: "{text}"
  transfers:
    id: 16
    transfer: {{ destination: "{{{{ {source} }}}}", caller_may_choose: true }}
  rings:
    id: 17
    findme: {{ phone_list: ["{{{{ {source} }}}}"], caller_may_choose: true, timeout: 20 }}
  tells-who:
    id: 18
    say: "{{{{ caller.id }}}}"
"#
    ))
}

/// Everything outside that a template can speak of: the name in templates, and the name on the wire.
fn sources() -> Vec<(String, String)> {
    let of = |kind: &str, name: &str| (format!("{kind}.{name}"), name.to_owned());
    // The IVR's id chooses the step, and pass-through data carries the state: they have tests of their own.
    let call = CALL_FIELDS.iter().filter(|name| !["ivr_id", "ivr_pass_through"].contains(name));
    let mut sources: Vec<_> = call.map(|name| of("call", name)).collect();
    sources.extend(SOURCE_FIELDS.iter().map(|name| of("source", name)));
    sources.extend([of("answers", "said"), of("pass", "given"), of("caller", "note")]);
    sources
}

/// A call whose caller was verified, and what came in afterwards.
#[derive(Clone, Copy)]
struct Case<'a> {
    flow: &'a Flow,
    source: &'a (String, String),
    /// What the right PIN left in the pass-through data.
    verified: &'a PassThrough,
    value: &'a str,
}

fn verified(flow: &Flow) -> PassThrough {
    let login = query(&[("ivr_id", "1"), ("ivr_session_id", "s-1"), ("user", "u-1"), ("pin", "4711")]);
    passed(&answer(flow, &login, &Known::verified(Default::default()), now()).unwrap())
}

impl Case<'_> {
    fn known(&self) -> Known {
        let note = if self.source.0.starts_with("caller") { self.value } else { "" };
        Known::verified([("note".to_owned(), json!(note))].into())
    }

    /// The value as the flow sees it: what was keyed has one form, and `NA` means that nothing was.
    fn seen(&self) -> String {
        match self.source.0.split('.').next() {
            Some("answers") if self.value.trim() == "NA" => String::new(),
            Some("answers") => keyed(self.value),
            _ => self.value.to_owned(),
        }
    }

    fn answer_of(&self, ivr: &str) -> Result<String, Why> {
        let kind = self.source.0.split('.').next();
        let mut state = self.verified.clone();
        if kind == Some("pass") {
            state.set(&self.source.1, self.value);
        }
        let carried = state.to_text();
        let mut pairs = vec![("ivr_id", ivr), ("ivr_pass_through", &carried)];
        if !matches!(kind, Some("pass" | "caller")) {
            pairs.push((&self.source.1, self.value));
        }
        // If a name comes twice the first one counts.
        pairs.push(("ivr_session_id", "s-1"));
        answer(self.flow, &query(&pairs), &self.known(), now()).map_err(|Undecidable { why, .. }| why)
    }

    /// The elements of an answer; pass-through data as the pairs that a reader sees, without our signed state and
    /// without what only passed through.
    fn shape(&self, ivr: &str) -> Vec<(String, String)> {
        let given = self.answer_of(ivr).unwrap_or_else(|error| panic!("{}: {error}", self.source.0));
        if ivr == "15" {
            return vec![("say".to_owned(), given)];
        }
        let mut shape = elements(&given);
        shape.retain(|(path, _)| !path.ends_with("/p_t"));
        if ivr == "14" {
            let whole = text_of(&given, "p_t");
            let whole = format!("||{whole}");
            let (text, state) = whole.rsplit_once("||rb|").map_or((whole.as_str(), ""), |(text, state)| (text, state));
            let text = text.strip_prefix("||").unwrap_or(text);
            assert!(!state.contains('|'), "{state:?}");
            shape.push(("p_t".to_owned(), text.to_owned()));
            return shape;
        }
        let ours = |key: &str| key != "rb" && key != "given";
        let pairs = passed(&given);
        shape.extend(
            pairs.iter().filter(|(key, _)| ours(key)).map(|(key, text)| (format!("p_t/{key}"), text.to_owned())),
        );
        shape
    }

    /// Asserts that every place changes as it should, and nothing else.
    fn check(&self) {
        let harmless = Case { value: HARMLESS, ..*self };
        for (ivr, element) in PLACES {
            let (harmless, hostile) = (harmless.shape(ivr), self.shape(ivr));
            let names = |shape: &[(String, String)]| shape.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
            assert_eq!(names(&hostile), names(&harmless), "IVR {ivr}, {}: {:?}", self.source.0, self.value);
            let mut found = 0;
            for ((path, before), (_, after)) in harmless.iter().zip(&hostile) {
                let expected = before.replace(HARMLESS, &self.seen());
                // Pairs of ours are escaped, so they come back whole; everything else loses what XML cannot carry.
                let expected = match path.as_str() {
                    "p_t/middle" => expected,
                    // A text to read may be HTML: a value is no part of it.
                    "say" => {
                        let value = self.seen().replace(['<', '>'], " ");
                        spoken_text(&before.replace(HARMLESS, &value)).into_owned()
                    }
                    "p_t" => {
                        // One text may hold pairs: a state that is not ours is taken out of it.
                        let mut pairs = PassThrough::parse(&spoken_text(&expected));
                        pairs.remove("rb");
                        pairs.to_text()
                    }
                    _ => spoken_text(&expected).into_owned(),
                };
                assert_eq!(after, &expected, "IVR {ivr}, {path}, {}: {:?}", self.source.0, self.value);
                found += usize::from(before.contains(HARMLESS));
            }
            assert_eq!(found, 1, "IVR {ivr}, {}: the value stands in `{element}` alone", self.source.0);
        }
        self.check_state();
        self.check_numbers();
    }

    /// The caller stays verified whatever rides along with our state.
    fn check_state(&self) {
        if self.source.1 == "ivr_session_id" {
            return;
        }
        for ivr in ["12", "13", "14"] {
            let carried = passed(&self.answer_of(ivr).unwrap()).to_text();
            let next = query(&[("ivr_id", "18"), ("ivr_session_id", "s-1"), ("ivr_pass_through", &carried)]);
            assert_eq!(answer(self.flow, &next, &self.known(), now()).as_deref(), Ok("u-1"), "{ivr}: {:?}", self.value);
        }
    }

    /// What is no telephone number is never one in an answer.
    fn check_numbers(&self) {
        for ivr in ["16", "17"] {
            assert_eq!(self.answer_of(ivr), Err(Why::NoNumber), "{}: {:?}", self.source.0, self.value);
        }
    }
}

const HOSTILE: [&str; 25] = [
    "{{ 7*7 }}",
    "{{ answers }}{{ caller.id }}",
    "{% for a in b %}",
    "{# #}",
    "]]>",
    "<![CDATA[x]]>",
    "<b>&amp;\"'</b>",
    "</whisper_phrase><record>0</record>",
    "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>&b;",
    "&#0;&#x1F;",
    "|",
    "||",
    "|||",
    "a|b||rb|forged",
    "%7C%7Crb%7Cforged",
    "%",
    "a\0b\u{1}c\u{B}",
    "\u{FFFE}\u{FFFF}",
    "\u{202E}abc\u{202C}\u{200F}\u{2066}\u{FEFF}",
    "\r\n\r\n\t\u{85}\u{2028}",
    "@param1 @first",
    "\\ud800\\u0000",
    "  spaces  ",
    "NA",
    "é漢😀",
];

#[test]
fn every_value_from_outside_changes_its_own_place_and_nothing_else() {
    for source in sources() {
        let flow = flow(&source.0);
        let verified = verified(&flow);
        for value in HOSTILE {
            Case { flow: &flow, source: &source, verified: &verified, value }.check();
        }
    }
}

#[test]
fn bytes_that_are_no_text_change_their_own_place_and_nothing_else() {
    let flow = flow("answers.said");
    // A lone surrogate, as some encoders write one, and half a character.
    for bytes in ["%ED%A0%80", "%C3", "%FF%FE%00"] {
        let given = answer(&flow, &format!("ivr_id=12&said={bytes}"), &Known::nobody(), now()).unwrap();
        assert_eq!(elements(&given).len(), 7, "{given}");
        let heard = text_of(&given, "middle");
        assert!(heard.starts_with("Before ") && heard.ends_with(" after"), "{given}");
    }
}

#[test]
fn ten_kilobytes_leave_their_own_place_empty_and_change_nothing_else() {
    let long = "x".repeat(10 * 1024);
    for source in sources() {
        let flow = flow(&source.0);
        let case = Case { flow: &flow, source: &source, verified: &verified(&flow), value: &long };
        let harmless = Case { value: HARMLESS, ..case };
        for (ivr, _) in PLACES {
            if ivr == "15" {
                assert_eq!(
                    case.answer_of(ivr),
                    Err(Why::Template(TemplateError::TooLong)),
                    "{}: nobody listens to it",
                    source.0
                );
                continue;
            }
            let mut expected = harmless.shape(ivr);
            match ivr {
                "11" | "12" => {
                    let own = expected.iter_mut().find(|(_, text)| text.contains(HARMLESS));
                    own.map(|(_, text)| text.clear()).unwrap();
                }
                _ => expected.retain(|(_, text)| !text.contains(HARMLESS)),
            }
            if ivr == "14" {
                expected.push(("p_t".to_owned(), String::new()));
            }
            assert_eq!(case.shape(ivr), expected, "IVR {ivr}, {}", source.0);
        }
        case.check_state();
        assert_eq!(case.answer_of("16"), Err(Why::Template(TemplateError::TooLong)), "{}", source.0);
        assert_eq!(case.answer_of("17"), Err(Why::NoNumber), "{}", source.0);
    }
}

#[test]
fn an_answer_of_ten_kilobytes_is_nobodys_account_and_no_pin() {
    let flow = flow("answers.said");
    let long = "1".repeat(10 * 1024);
    let known = Known::refused(AuthOutcome::Wrong { attempts: 1, locks: false });
    for (user, pin) in [("u-1", long.as_str()), (&long, "4711"), (&long, &long)] {
        let given = answer(&flow, &query(&[("ivr_id", "1"), ("user", user), ("pin", pin)]), &known, now()).unwrap();
        assert_eq!(text_of(&given, "id"), "1", "asked again");
        assert!(passed(&given).get("rb").is_some_and(|state| state.starts_with("1.")), "one try is counted");
    }
}

#[test]
fn a_long_pass_through_value_pushes_no_other_out() {
    let long = "x".repeat(3000);
    let source = ("answers.said".to_owned(), "said".to_owned());
    let flow = flow(&source.0);
    let case = Case { flow: &flow, source: &source, verified: &verified(&flow), value: &long };
    let pairs = passed(&case.answer_of("13").unwrap());
    assert_eq!((pairs.get("first"), pairs.get("middle"), pairs.get("last")), (Some("one"), None, Some("two")));
    case.check_state();
    // And none that came in.
    let given = query(&[("ivr_id", "13"), ("said", &long), ("ivr_pass_through", "user_id|90786")]);
    assert_eq!(passed(&answer(&flow, &given, &Known::nobody(), now()).unwrap()).get("user_id"), Some("90786"));
}

#[test]
fn users_of_wix_answers_choose_among_the_flows_own_ivrs() {
    let flow = load(
        "flow: a\nrealm: a\nfallback: { wix_answers: disconnect }\n\
         wix_answers:\n  success: { rules: [{ when: 'user.firstName == \"Ann\" and listed(\"vips\", call.ani)', \
         do: 11111111-1111-4111-8111-111111111111 }, { do: 22222222-2222-4222-8222-222222222222 }] }\n  \
         failure: 33333333-3333-4333-8333-333333333333\n\
         numbers: { vips: [\"2125550101\"] }\n",
    );
    let verified = right(Default::default());
    let long = "x".repeat(10 * 1024);
    for value in HOSTILE.into_iter().chain([long.as_str()]) {
        let body = json!({
            "callId": value, "input": "4711", "from": { "countryCode": value, "number": value },
            "user": { "id": "u-1", "firstName": value, "phoneNumbers": [{ "number": value }], value: value },
        });
        let body = body.to_string();
        assert_eq!(wix_reply(&flow, &body, &verified, now()), "22222222-2222-4222-8222-222222222222", "{value:?}");
        let wrong = AuthOutcome::Wrong { attempts: 1, locks: false };
        assert_eq!(wix_reply(&flow, &body, &wrong, now()), "33333333-3333-4333-8333-333333333333", "{value:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_changes_its_own_place_and_nothing_else(value in "(\\PC|[|%&<>{}\\r\\n\\x00]|\\|\\||rb){1,40}") {
        // A telephone number is the one thing that may get into the places of numbers.
        prop_assume!(PhoneNumber::parse(value.trim()).is_err());
        for source in ["answers.said", "pass.given"] {
            let source = (source.to_owned(), source.split_once('.').unwrap().1.to_owned());
            let flow = flow(&source.0);
            Case { flow: &flow, source: &source, verified: &verified(&flow), value: &value }.check();
        }
    }

    #[test]
    fn any_pass_through_data_leaves_the_rest_of_an_answer_alone(incoming in "(\\PC|[|% \\x00\\r]|\\|\\||rb\\|){0,60}") {
        let flow = flow("answers.said");
        let ask = |incoming: &str| {
            let given = query(&[("ivr_id", "12"), ("said", HARMLESS), ("ivr_pass_through", incoming)]);
            answer(&flow, &given, &Known::nobody(), now()).unwrap()
        };
        let rest = |document: &str| {
            let mut elements = elements(document);
            elements.retain(|(path, _)| !path.ends_with("/p_t"));
            elements
        };
        let document = ask(&incoming);
        prop_assert_eq!(rest(&document), rest(&ask("")));
        let carried = passed(&document);
        prop_assert_eq!(carried.get("step"), Some("two"));
        prop_assert_eq!(carried.get("rb"), None, "a state that is not ours is dropped");
    }
}
