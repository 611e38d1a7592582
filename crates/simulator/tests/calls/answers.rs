//! What an answer hands to the next IVR, and texts that are read.

use crate::driver::{Driver, at, field};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_simulator::{Ended, Event, Reply, Stage};

fn to_score(parameters: &str) -> Driver {
    let mut call = at("silent");
    call.action("ivr", &format!("<id>10002</id>{parameters}"));
    call
}

#[test]
fn user_parameters_are_spoken_at_their_placeholders() {
    let call = to_score("<user_parameters><firstname>Ada &amp; Co</firstname><other>x</other></user_parameters>");
    assert_eq!(call.all_heard(), ["Hello Ada & Co.", "Ada & Co, from 1 to 5? Write to ada@example.com."]);
}

#[test]
fn a_placeholder_without_a_value_is_heard_and_an_empty_value_is_not() {
    assert_eq!(to_score("").all_heard()[0], "Hello @firstname.");
    assert_eq!(to_score("<user_parameters><firstname/></user_parameters>").all_heard()[0], "Hello .");
}

#[test]
fn user_parameters_last_for_one_ivr() {
    let mut call = to_score("<user_parameters><firstname>Ada</firstname></user_parameters>");
    call.keys("5").action("ivr", "<id>10002</id>");
    assert_eq!(call.all_heard()[2], "Hello @firstname.");
}

#[test]
fn pass_through_data_come_back_as_they_came_and_only_once() {
    for passed in
        ["user_id|90786||step|verify_user", " a|1 ||b|2 ", "a|||b|1", "my pass through data", "a|1%26%C3%A9||rb|1.é"]
    {
        let mut call = to_score(&format!("<p_t>{passed}</p_t>"));
        call.keys("5");
        assert_eq!(field(call.webhook(), "ivr_pass_through"), passed);
        call.action("ivr", "<id>10007</id>");
        assert_eq!(field(call.webhook(), "ivr_pass_through"), "");
    }
}

#[test]
fn a_question_to_begin_at_is_noted_because_only_the_portal_knows_it() {
    let call = to_score("<question_id>77</question_id>");
    let noted = call.call.events().iter().any(|(_, e)| matches!(e, Event::Note(note) if note.contains("question 77")));
    assert!(noted);
    assert_eq!(call.call.place(), &Place::Ivr(crate::driver::ivr("score")));
}

#[test]
fn each_run_through_an_ivr_has_an_id_of_its_own() {
    let mut call = to_score("");
    call.keys("5");
    let first = field(call.webhook(), "ivr_response_id");
    call.action("survo", "<id>10002</id>").keys("4");
    assert_ne!(field(call.webhook(), "ivr_response_id"), first);
    assert_eq!(field(call.webhook(), "ivr_session_id"), "s-1");
    assert_eq!(call.call.way().len(), 3);
}

#[test]
fn an_ivr_that_reads_a_message_reads_whatever_came() {
    for (reply, heard) in [
        (Reply::text("Your balance is 12.50 dollars."), "Your balance is 12.50 dollars."),
        (Reply::xml("<action><app>hangup</app></action>"), "<action><app>hangup</app></action>"),
    ] {
        let mut call = at("balance");
        call.keys("1");
        call.input(ringbolt_simulator::Input::Reply(reply)).unwrap();
        assert_eq!((call.heard(), call.call.stage()), (heard, &Stage::Ended(Ended::Read { hangs_up: false })));
        assert_eq!(call.call.way().last(), Some(&Place::End(End::Say)));
    }
}

#[test]
fn an_empty_message_is_not_heard() {
    let mut call = at("balance");
    call.keys("1").reply(" ");
    assert_eq!((call.heard(), call.ended().1), ("Press 1 for your balance.", "read"));
}
