//! Where a call begins: the flow says it.

use super::{asks, start, with};
use crate::driver::{MORNING, ivr, setting};
use ringbolt_core::flow::Flow;
use ringbolt_core::flow::graph::Place;
use ringbolt_simulator::{Call, CannotStart, Event, Method, Provider, Setting, Stage};
use std::sync::Arc;

#[test]
fn the_first_document_is_asked_for_before_anything_is_heard() {
    let call = start();
    let request = call.webhook();
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Waiting, ""));
    assert_eq!((request.method, request.target().as_str()), (Method::Post, "/twiml/f/voice"));
    assert_eq!(call.sent("CallStatus").as_deref(), Some("ringing"));
    assert_eq!(call.call.events()[0].1, Event::Started { at: Place::Ivr(ivr("login")) });
    assert_eq!(call.call.way(), [Place::Ivr(ivr("login"))]);
}

#[test]
fn the_dialled_number_decides_by_the_rules_of_starts() {
    let call = with(|setting| setting.dials = "+1 800 555 0101".to_owned());
    assert_eq!((call.call.place(), call.sent("To").as_deref()), (&Place::Ivr(ivr("menu")), Some("+18005550101")));
}

#[test]
fn a_call_begins_where_the_web_server_says_even_if_that_is_elsewhere() {
    let mut call = start();
    call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    assert_eq!(call.call.way(), [Place::Ivr(ivr("login")), Place::Ivr(ivr("menu"))]);
    assert!(call.call.events().iter().any(|(_, event)| *event == Event::Moved(Place::Ivr(ivr("menu")))));
}

#[test]
fn nobody_but_the_flow_can_choose_where_a_call_begins() {
    let start = |begins: &str| {
        let setting = Setting { begins: Some(ivr(begins)), ..setting(Provider::Twiml) };
        Call::start(setting, MORNING)
    };
    assert!(start("login").is_ok(), "the flow says the same");
    let error = start("menu").unwrap_err();
    assert!(
        matches!(&error, CannotStart::StartsElsewhere { starts, named, .. } if *starts == ivr("login") && *named == ivr("menu"))
    );
    assert_eq!(
        error.to_string(),
        "TwiML asks the flow where a call begins, and a call to 8005550123 begins at `login`, not at `menu`"
    );
    assert_eq!(start("nowhere").unwrap_err(), CannotStart::NoSuchIvr(ivr("nowhere")));
}

#[test]
fn a_flow_is_played_if_it_says_where_calls_begin_and_what_is_asked_there() {
    let plays = |rest: &str| {
        let text = format!("{{ flow: f, realm: f, fallback: {{ do: hangup }}, {rest} }}");
        let flow = Flow::load(&text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Provider::of(&flow).contains(&Provider::Twiml)
    };
    let asks = "asks: [{ prompt: Hm, as: x, digits: 1 }]";
    assert!(plays(&format!("starts: a, ivrs: {{ a: {{ {asks}, do: hangup }} }}")));
    assert!(plays("starts: a, ivrs: { a: { do: hangup } }"), "nothing is asked");
    assert!(
        plays("starts: a, ivrs: { a: { do: { ivr: b } }, b: { says: Hello } }"),
        "b says something, and the call ends"
    );
    assert!(!plays("ivrs: { a: { id: 1, do: hangup } }"), "nobody knows where a call begins");
    let reads = "{ id: 2, rules: [{ when: \"answers.x == '1'\", do: hangup }, { do: hangup }] }";
    assert!(
        !plays(&format!("starts: a, ivrs: {{ a: {{ do: {{ ivr: b }} }}, b: {reads} }}")),
        "only the portal knows what b asks"
    );
    assert!(plays(&format!("starts: a, ivrs: {{ a: {{ do: hangup }}, b: {reads} }}")), "no call comes to b");
    assert!(!plays("starts: a, ivrs: { a: { do: { ivr: b } }, b: { id: 7 } }"), "b is the portal's own");
}

#[test]
fn a_flow_that_cannot_be_played_is_refused() {
    let flow =
        Flow::load("{ flow: f, realm: f, fallback: { do: hangup }, ivrs: { a: { id: 1, do: hangup } } }").unwrap();
    let error = Call::start(Setting::new(Arc::new(flow), Provider::Twiml), MORNING).unwrap_err();
    assert_eq!(error.to_string(), "the flow `f` has nothing for TwiML");
}
