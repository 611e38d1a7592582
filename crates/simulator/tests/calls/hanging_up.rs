//! The caller hangs up, at every stage.

use crate::driver::{Driver, at, field, setting};
use ringbolt_simulator::{Ended, Input, NotNow, PersonDoes, Provider, Reply, Stage};

const ON: &str = "<action><app>ivr</app><parameters><id>10002</id></parameters></action>";

#[test]
fn at_a_question_the_webhook_says_that_the_ivr_was_not_completed_and_its_answer_is_ignored() {
    let mut call = at("login");
    call.keys("90786#47").hang_up();
    let request = call.webhook();
    let sent = ["account", "pin", "ivr_completed"].map(|name| field(request, name));
    assert_eq!(sent, ["90786", "NA", "False"], "half a PIN is left out");
    assert_eq!((call.call.keyed(), call.call.keyed_count()), (None, 0));
    call.reply(ON);
    assert_eq!(call.call.stage(), &Stage::Ended(Ended::CallerHungUp { connected: None }));
    assert_eq!(call.call.way().len(), 1);
}

#[test]
fn while_they_are_recorded_the_recordings_so_far_are_transcribed() {
    let mut call = at("complaint");
    call.keys("3").say("The bin was not collected.").hang_up();
    assert_eq!(field(call.webhook(), "urgency"), "3");
    assert_eq!(field(call.webhook(), "place"), "(missing)", "recorded answers are not among the results");
    assert_eq!(call.call.transcriptions().len(), 1);
}

#[test]
fn while_a_webhook_waits_its_answer_comes_too_late() {
    let mut call = at("menu");
    call.keys("2").hang_up();
    assert_eq!(field(call.webhook(), "ivr_completed"), "True", "the IVR had ended before");
    assert_eq!(call.input(Input::HangUp).unwrap_err().to_string(), "the caller has hung up");
    assert!(call.input(Input::Key('1')).is_err());
    call.reply(ON);
    assert_eq!(call.ended(), ("The caller hung up.".to_owned(), "caller"));
}

#[test]
fn while_telephones_ring_the_call_is_over_at_once() {
    let mut call = at("silent");
    call.action("findme", "<phone_list>2225550123</phone_list>").hang_up();
    assert_eq!(call.ended().1, "caller");
    assert!(call.input(Input::Person(0, PersonDoes::Answers)).is_err());
}

#[test]
fn after_they_were_connected_the_call_has_done_its_work() {
    let mut call = at("silent");
    call.action("transfer", "<destination>8005550111</destination>").hang_up();
    assert_eq!(call.ended().0, "The caller hung up after a transfer to (800) 555-0111.");
    let mut call = at("silent");
    call.action("findme", "<phone_list>2225550123|2225550124</phone_list><auto_accept>1</auto_accept>");
    call.person(0, PersonDoes::Answers).hang_up();
    assert_eq!(call.ended().0, "The caller hung up after a call with (222) 555-0123.");
}

#[test]
fn in_a_mailbox_the_message_is_left_and_nothing_is_sent() {
    let mut call = at("silent");
    call.action("voicemail", "<id>501</id>").hang_up();
    assert_eq!(call.ended().1, "voicemail");
    assert!(call.call.webhook().is_none());
}

#[test]
fn wix_answers_sends_nothing_if_no_number_was_entered() {
    let mut call = Driver::start(setting(Provider::WixAnswers));
    call.keys("12").hang_up();
    assert_eq!((call.ended().1, call.call.keyed_count()), ("caller", 0));
    let mut call = Driver::start(setting(Provider::WixAnswers));
    call.keys("12#").hang_up();
    call.input(Input::Reply(Reply::text("5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064"))).unwrap();
    assert_eq!(call.ended().1, "caller");
}

#[test]
fn an_ended_call_takes_nothing() {
    let mut call = at("silent");
    call.action("hangup", "");
    let inputs = [
        Input::Key('1'),
        Input::Silence,
        Input::Say("hello".to_owned()),
        Input::HangUp,
        Input::Reply(Reply::xml(ON)),
        Input::NoReply,
        Input::Person(0, PersonDoes::Answers),
    ];
    for input in inputs {
        let refused: Result<(), NotNow> = call.input(input.clone());
        assert!(refused.is_err(), "{input:?}");
    }
    assert_eq!(call.ended(), ("The flow hung up.".to_owned(), "hangup"));
}
