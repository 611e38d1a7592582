//! The caller hangs up, at every stage. Nothing is sent of it, except while they are recorded.

use super::{answered, asks, mailbox, records, rings, start, whispers};
use ringbolt_simulator::{Ended, Input, PersonDoes, Stage};

#[test]
fn before_the_first_document_its_answer_comes_too_late() {
    let mut call = start();
    call.hang_up();
    assert_eq!(call.input(Input::HangUp).unwrap_err().to_string(), "the caller has hung up");
    call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    assert_eq!((call.ended().1, call.heard()), ("caller", ""));
}

#[test]
fn at_a_question_nothing_is_sent() {
    let mut call = answered(&asks("login.2", Some(8), &["Your PIN, then pound."]));
    call.keys("47").hang_up();
    assert_eq!(call.call.stage(), &Stage::Ended(Ended::CallerHungUp { connected: None }));
    assert!(call.call.webhook().is_none() && call.call.keyed_count() == 0);
}

#[test]
fn while_a_webhook_waits_its_answer_comes_too_late() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    call.keys("2#").hang_up().verbs(&asks("score.1", Some(1), &["From 1 to 5?"]));
    assert_eq!((call.ended().1, call.call.way().len()), ("caller", 2));
}

#[test]
fn while_a_question_is_recorded_the_recording_is_announced() {
    let mut call = answered(&records("complaint.2", true, "What happened?"));
    call.hang_up();
    assert_eq!(["CallStatus", "Digits"].map(|name| call.sent(name).unwrap()), ["completed", "hangup"]);
    assert_eq!(call.at(), "complaint.2");
    call.verbs("<Hangup/>");
    assert_eq!((call.ended().1, call.call.transcriptions().len()), ("caller", 0));
}

#[test]
fn in_a_mailbox_the_message_is_left() {
    let mut call = answered(&mailbox("Please leave a message."));
    call.hang_up();
    assert_eq!((call.at().as_str(), call.sent("CallStatus").as_deref()), ("message", Some("completed")));
    call.verbs("<Hangup/>");
    assert_eq!(call.ended().1, "voicemail");
    let mut call = answered(&mailbox("Please leave a message."));
    call.say("Please call me back.").hang_up().verbs("<Hangup/>");
    assert_eq!(call.ended().1, "voicemail", "it was left before");
}

#[test]
fn while_telephones_ring_and_while_somebody_hears_a_whisper_the_call_is_over() {
    let mut call = answered(&rings(&["+12225550123"]));
    call.hang_up();
    assert_eq!(call.ended().1, "caller");
    let mut call = answered(&rings(&["+12225550123"]));
    call.person(0, PersonDoes::Answers).hang_up().verbs(&whispers("A call."));
    assert_eq!(call.ended().1, "caller");
    let mut call = answered(&rings(&["+12225550123"]));
    call.person(0, PersonDoes::Answers).verbs(&whispers("A call.")).hang_up();
    assert_eq!(call.ended().1, "caller");
    assert!(call.input(Input::Person(0, PersonDoes::Accepts)).is_err());
}

#[test]
fn after_they_were_connected_the_call_has_done_its_work() {
    let mut call = answered(&rings(&["+12225550123"]));
    call.person(0, PersonDoes::Answers).verbs(&whispers("A call."));
    call.person(0, PersonDoes::Accepts).verbs("").hang_up();
    assert_eq!(call.ended().0, "The caller hung up after a call with (222) 555-0123.");
}

#[test]
fn an_ended_call_takes_nothing() {
    let mut call = answered("<Hangup/>");
    for input in [Input::Key('1'), Input::Silence, Input::HangUp, Input::NoReply, Input::Person(0, PersonDoes::Answers)]
    {
        assert!(call.input(input.clone()).is_err(), "{input:?}");
    }
}
