//! How a call ends: with the same words as on DialogTech, wherever the same happens.

use super::{answered, asks, mailbox, rings};
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_simulator::{PersonDoes, Stage};

#[test]
fn a_document_that_only_says_something_was_read() {
    for verbs in ["<Say>Your balance is 12.</Say><Hangup/>", "<Say>Your balance is 12.</Say>"] {
        let call = answered(verbs);
        assert_eq!((call.ended().1, call.heard()), ("read", "Your balance is 12."));
        assert_eq!(call.ended().0, "The text was read, and the provider hung up.");
        assert_eq!(call.call.place(), &Place::End(End::Say));
    }
}

#[test]
fn a_document_that_says_nothing_hangs_up() {
    for verbs in ["<Hangup/>", ""] {
        let call = answered(verbs);
        assert_eq!((call.ended().1, call.call.place()), ("hangup", &Place::End(End::HangUp)));
    }
}

#[test]
fn a_dial_without_an_action_is_a_transfer() {
    let mut call = answered("<Dial answerOnBridge=\"true\"><Number>+18005550111</Number></Dial>");
    let place = Place::End(End::Transfer("8005550111".to_owned()));
    assert_eq!((call.call.stage(), call.call.place()), (&Stage::Talking(place.clone()), &place));
    call.hang_up();
    assert_eq!(call.ended().0, "The caller hung up after a transfer to (800) 555-0111.");
}

#[test]
fn a_findme_that_nobody_takes_and_that_has_nothing_else_ends_with_nobody() {
    let mut call = answered(&rings(&["+12225550123"]));
    call.person(0, PersonDoes::Nothing);
    call.verbs("<Say>Nobody is available to take your call. Goodbye.</Say><Hangup/>");
    assert_eq!((call.ended().1, call.call.place()), ("nobody", &Place::End(End::HangUp)));
    let mut call = answered(&rings(&["+12225550123"]));
    call.person(0, PersonDoes::Nothing).verbs("<Say>The text of another IVR.</Say><Hangup/>");
    assert_eq!(call.ended().1, "read");
}

#[test]
fn a_mailbox_ends_with_a_message() {
    let mut call = answered(&mailbox("Please leave a message."));
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Recording, "Please leave a message."));
    assert!(call.call.question().is_none());
    call.keys("123").say("Please call me back.");
    assert_eq!((call.at().as_str(), call.sent("RecordingDuration").as_deref()), ("message", Some("2")));
    call.verbs("<Hangup/>");
    assert_eq!(call.ended(), ("The caller left a message.".to_owned(), "voicemail"));
    let mut call = answered(&mailbox("Please leave a message."));
    call.silence();
    assert_eq!(call.ended().1, "voicemail", "nothing is sent of an empty message");
}

#[test]
fn the_fallback_speaks_and_then_does_what_the_flow_says() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    let sorry = "We are sorry, we cannot help you right now.";
    call.keys("2#")
        .verbs(&format!("<Say>{sorry}</Say><Dial answerOnBridge=\"true\"><Number>+18005550100</Number></Dial>"));
    assert_eq!((call.heard(), matches!(call.call.stage(), Stage::Talking(_))), (sorry, true));
}
