//! A FindMe: who rings, what they hear and key, and what is asked if nobody takes the call.

use super::{answered, rings, url, whispers};
use crate::driver::Driver;
use PersonDoes::{Accepts, Answers, Declines, Nothing};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_simulator::{Event, Input, PersonDoes, PersonState, Stage};

const ADA: &str = "+12225550123";
const GRACE: &str = "+12225550124";

fn people(call: &Driver) -> Vec<(&str, PersonState)> {
    match call.call.stage() {
        Stage::Ringing(people) => people.iter().map(|person| (person.number.as_str(), person.state)).collect(),
        other => panic!("nobody is rung: {other:?}"),
    }
}

fn connected_to(call: &Driver) -> &str {
    match call.call.stage() {
        Stage::Talking(Place::End(End::FindMe(numbers))) => &numbers[0],
        other => panic!("not connected: {other:?}"),
    }
}

fn status(call: &Driver) -> [String; 3] {
    ["DialCallStatus", "DialBridged", "DialCallDuration"].map(|name| call.sent(name).unwrap_or_default())
}

#[test]
fn all_of_a_group_ring_at_once() {
    let call = answered(&rings(&[ADA, GRACE]));
    assert_eq!(people(&call), [("2225550123", PersonState::Ringing), ("2225550124", PersonState::Ringing)]);
    let who = vec!["(222) 555-0123".to_owned(), "(222) 555-0124".to_owned()];
    assert!(call.call.events().iter().any(|(_, event)| *event == Event::Ringing { who: who.clone(), secs: 30 }));
}

#[test]
fn who_picks_up_hears_the_whisper_and_accepts_by_a_key() {
    let mut call = answered(&rings(&[ADA, GRACE]));
    call.person(1, Answers);
    assert_eq!((call.call.stage(), call.at().as_str()), (&Stage::Waiting, "whisper"));
    let leg = ["To", "Direction", "From"].map(|name| call.sent(name).unwrap());
    assert_eq!(leg, [GRACE, "outbound-dial", "+12125550142"]);
    let sid = call.sent("CallSid");
    assert!(call.sent("ParentCallSid").is_some() && call.sent("ParentCallSid") != sid);
    call.verbs(&whispers("Call from Radio Ad."));
    assert_eq!(people(&call), [("2225550123", PersonState::Ringing), ("2225550124", PersonState::Asked)]);
    let text = "Call from Radio Ad. To accept this call, press 1.".to_owned();
    let Stage::Ringing(rung) = call.call.stage() else { panic!() };
    assert_eq!(rung[1].whisper.as_ref(), Some(&text));
    let whisper = Event::Whisper { who: "(222) 555-0124".to_owned(), text };
    assert!(call.call.events().iter().any(|(_, event)| *event == whisper));
    assert_eq!(call.heard(), "", "the caller hears nothing of it");
    call.person(1, Accepts);
    assert_eq!((call.at().as_str(), call.sent("Digits").as_deref()), ("accept", Some("1")));
    assert_eq!((call.sent("FinishedOnKey").as_deref(), call.sent("CallSid")), (Some(""), sid));
    call.verbs("");
    assert_eq!(connected_to(&call), "2225550124");
}

#[test]
fn a_whisper_that_asks_nothing_connects_at_its_end() {
    let mut call = answered(&rings(&[ADA]));
    call.person(0, Answers).verbs("<Say>Call from Radio Ad.</Say>");
    assert_eq!(connected_to(&call), "2225550123");
    let mut call = answered(&rings(&[ADA]).replace(&format!(" method=\"POST\" url=\"{}\"", url("whisper")), ""));
    call.person(0, Answers);
    assert_eq!(connected_to(&call), "2225550123", "without a document at once");
}

#[test]
fn who_declines_before_picking_up_is_busy_and_who_lets_it_ring_does_not_answer() {
    let mut call = answered(&rings(&[ADA]));
    call.person(0, Declines);
    assert_eq!((call.at().as_str(), status(&call)), ("findme", ["busy", "false", ""].map(str::to_owned)));
    for does in [[Nothing, Nothing], [Declines, Nothing], [Nothing, Declines]] {
        let mut call = answered(&rings(&[ADA, GRACE]));
        call.person(0, does[0]);
        assert_eq!(people(&call).len(), 2, "the other one still rings");
        call.person(1, does[1]);
        assert_eq!(status(&call)[0], "no-answer");
    }
}

#[test]
fn who_declines_after_picking_up_has_completed_a_call_that_was_not_bridged() {
    let mut call = answered(&rings(&[ADA]));
    call.person(0, Answers).verbs(&whispers("A call.")).person(0, Declines);
    assert_eq!((call.at().as_str(), call.sent("Digits").as_deref()), ("accept", Some("2")));
    let leg = call.sent("CallSid");
    call.verbs("<Hangup/>");
    assert_eq!((call.at().as_str(), status(&call)), ("findme", ["completed", "false", "4"].map(str::to_owned)));
    assert_eq!(call.sent("DialCallSid"), leg);
}

#[test]
fn who_keys_nothing_is_hung_up_on_by_the_document() {
    let mut call = answered(&rings(&[ADA, GRACE]));
    call.person(0, Answers).verbs(&whispers("A call.")).person(0, Nothing);
    assert_eq!(people(&call), [("2225550123", PersonState::Silent), ("2225550124", PersonState::Ringing)]);
    call.person(1, Nothing);
    assert_eq!(status(&call)[0], "completed");
}

#[test]
fn another_key_connects_if_the_web_server_lets_it() {
    let mut call = answered(&rings(&[ADA]));
    call.person(0, Answers).verbs(&whispers("A call.")).person(0, Declines).verbs("");
    assert_eq!(connected_to(&call), "2225550123");
}

#[test]
fn the_next_group_follows_and_then_what_the_flow_says() {
    let mut call = answered(&format!("<Say>This call may be recorded.</Say>{}", rings(&[ADA])));
    assert_eq!(call.heard(), "This call may be recorded.");
    call.person(0, Nothing).verbs(&rings(&[GRACE]));
    assert_eq!(people(&call), [("2225550124", PersonState::Ringing)]);
    call.person(0, Nothing).verbs(&super::mailbox("Please leave a message."));
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Recording, "Please leave a message."));
}

#[test]
fn a_recorded_call_is_noted() {
    let record = rings(&[ADA]).replace("timeout=\"30\"", "timeout=\"30\" record=\"record-from-answer-dual\"");
    let noted = |verbs: &str| {
        let call = answered(verbs);
        call.call.events().iter().any(|(_, event)| matches!(event, Event::Note(note) if note.contains("recorded")))
    };
    assert!(noted(&record) && !noted(&rings(&[ADA])));
}

#[test]
fn a_dial_without_an_action_goes_on_in_its_document() {
    let dial = rings(&[ADA]).replace(&format!(" action=\"{}\"", url("findme")), "");
    let mut call = answered(&format!("{dial}<Say>Goodbye.</Say>"));
    call.person(0, Nothing);
    assert_eq!((call.heard(), call.ended().1), ("Goodbye.", "hangup"));
}

#[test]
fn a_person_cannot_have_the_verbs_of_a_caller() {
    for verbs in [rings(&[GRACE]), super::mailbox("Please leave a message.")] {
        let mut call = answered(&rings(&[ADA]));
        call.person(0, Answers).verbs(&verbs);
        assert!(call.ended().0.contains("a person who is rung can't have"), "{}", call.ended().0);
    }
}

#[test]
fn people_do_one_thing_after_another() {
    let mut call = answered(&rings(&[ADA, GRACE]));
    let refused = |call: &mut Driver, index, does| {
        let before = call.call.stage().clone();
        assert!(call.input(Input::Person(index, does)).is_err());
        assert_eq!(call.call.stage(), &before);
    };
    refused(&mut call, 0, Accepts);
    refused(&mut call, 2, Answers);
    call.person(0, Answers);
    refused(&mut call, 1, Answers);
    call.verbs(&whispers("A call."));
    refused(&mut call, 0, Answers);
    call.person(0, Nothing);
    for does in [Answers, Accepts, Declines, Nothing] {
        refused(&mut call, 0, does);
    }
}
