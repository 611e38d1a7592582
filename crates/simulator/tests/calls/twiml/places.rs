//! Where in the flow a document takes the call: `at` in its URLs says it.

use super::{answered, asks, mailbox, rings, url};
use crate::driver::ivr;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::flow::{Flow, PortalId};
use ringbolt_simulator::Event;
use std::sync::Arc;

fn moved(call: &crate::driver::Driver) -> Vec<Place> {
    let events = call.call.events().iter().map(|(_, event)| event);
    events.filter_map(|event| if let Event::Moved(place) = event { Some(place.clone()) } else { None }).collect()
}

#[test]
fn each_ivr_is_a_place_and_each_move_an_event() {
    let mut call = answered(&asks("login.1", Some(6), &["Your account, then pound."]));
    call.keys("90786#").verbs(&asks("score.1", Some(1), &["From 1 to 5?"])).keys("5").verbs("<Hangup/>");
    let way = [Place::Ivr(ivr("login")), Place::Ivr(ivr("score")), Place::End(End::HangUp)];
    assert_eq!((call.call.way(), moved(&call).as_slice()), (way.as_slice(), &way[1..]));
}

#[test]
fn an_ivr_that_only_says_something_is_a_place_before_its_text_is_heard() {
    let mut call = answered(&asks("login.1", Some(6), &["Your account, then pound."]));
    let says = format!("<Say>We are open from 9 to 5.</Say><Redirect method=\"POST\">{}</Redirect>", url("hours"));
    call.keys("90786#").verbs(&says);
    assert_eq!((call.call.place(), call.at().as_str()), (&Place::Ivr(ivr("hours")), "hours"));
    let of = |wanted: &Event| call.call.events().iter().position(|(_, event)| event == wanted).unwrap();
    let said = Event::Heard("We are open from 9 to 5.".to_owned());
    assert!(of(&Event::Moved(Place::Ivr(ivr("hours")))) < of(&said));
    call.verbs("<Hangup/>");
    assert_eq!(call.ended().1, "hangup");
}

#[test]
fn a_mailbox_is_known_by_its_greeting_or_by_where_the_flow_leads() {
    let flow = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, ivrs: { a: { id: 1, do: { voicemail: { id: 502 } } } }, \
                twiml: { voicemail: { 501: { greeting: One. }, 502: { greeting: Two. }, 503: { greeting: Two. } } } }";
    let flow = Arc::new(Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    for (greeting, known) in [("One.", "501"), ("Two.", "502"), ("Something else.", "502")] {
        let mut call = super::with(|setting| setting.flow = Arc::clone(&flow));
        call.verbs(&mailbox(greeting));
        let id = PortalId::parse(known).unwrap();
        assert_eq!(call.call.place(), &Place::End(End::Voicemail(id)), "{greeting}");
    }
}

#[test]
fn a_flow_without_mailboxes_takes_no_message() {
    let flow = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, ivrs: { a: { do: hangup } } }";
    let flow = Arc::new(Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}")));
    let mut call = super::with(|setting| setting.flow = Arc::clone(&flow));
    call.verbs(&mailbox("Please leave a message."));
    assert!(call.ended().0.contains("the flow has no mailbox"), "{}", call.ended().0);
}

#[test]
fn the_groups_of_a_findme_are_one_place() {
    let flow = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, ivrs: { a: { id: 1, \
                do: { findme: { phone_list: ['2225550123', '2225550124', '2225550125'], simultaneous: 2 } } } } }";
    let flow = Flow::load(flow).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut call = super::with(|setting| setting.flow = flow.into());
    call.verbs(&rings(&["+12225550123", "+12225550124"]));
    let all = ["2225550123", "2225550124", "2225550125"].map(str::to_owned).to_vec();
    let place = Place::End(End::FindMe(all));
    assert_eq!(call.call.place(), &place);
    call.person(0, ringbolt_simulator::PersonDoes::Nothing).person(1, ringbolt_simulator::PersonDoes::Nothing);
    call.verbs(&rings(&["+12225550125"]));
    assert_eq!((call.call.place(), call.call.way().len()), (&place, 2));
}
