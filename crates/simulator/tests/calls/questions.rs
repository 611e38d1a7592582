//! What is keyed at a question.

use crate::driver::{at, field, with};
use ringbolt_simulator::{Event, Input, Invalid, Stage};

#[test]
fn an_entry_ends_by_pound_or_by_its_last_digit() {
    let mut call = at("login");
    assert_eq!(call.all_heard(), ["Welcome.", "Your account, then pound."]);
    call.keys("90786").keys("#");
    assert_eq!(call.heard(), "Your PIN, then pound.");
    call.keys("1234567");
    assert_eq!((call.call.keyed(), call.call.keyed_count()), (None, 7));
    call.keys("8");
    assert_eq!(call.call.stage(), &Stage::Waiting, "a PIN has eight digits at most");
    assert_eq!(
        (field(call.webhook(), "account").as_str(), field(call.webhook(), "pin").as_str()),
        ("90786", "12345678")
    );
    let keyed = call.call.events().iter().filter_map(|(_, event)| match event {
        Event::Keyed { question, shown, count, pound } => Some((question.as_str(), shown.as_deref(), *count, *pound)),
        _ => None,
    });
    assert_eq!(keyed.collect::<Vec<_>>(), [("account", Some("90786"), 5, true), ("pin", None, 8, false)]);
}

#[test]
fn a_pound_right_after_the_last_digit_belongs_to_the_entry() {
    let mut call = at("login");
    call.keys("90786#12345678#");
    assert_eq!((call.call.stage(), field(call.webhook(), "pin").as_str()), (&Stage::Waiting, "12345678"));
    assert!(!call.call.events().iter().any(|(_, event)| matches!(event, Event::Silence { .. })));
}

#[test]
fn silence_is_asked_again_and_then_left_unanswered() {
    let mut call = at("menu");
    for again in [true, true, false] {
        call.silence();
        assert!(
            call.call
                .events()
                .iter()
                .any(|(_, event)| *event == Event::Silence { question: "choice".to_owned(), again })
        );
    }
    assert_eq!(call.all_heard(), ["1, 2 or 12?"; 3]);
    assert_eq!(field(call.webhook(), "choice"), "NA");
}

#[test]
fn every_question_has_repeats_of_its_own() {
    let mut call = at("login");
    call.silence().silence().silence().silence().silence();
    assert_eq!(call.call.question().map(|question| question.name.as_str()), Some("pin"));
    call.silence();
    assert_eq!((field(call.webhook(), "account").as_str(), field(call.webhook(), "pin").as_str()), ("NA", "NA"));
}

#[test]
fn a_portal_without_repeats_asks_once() {
    let mut call = with(|setting| setting.portal.repeats = 0);
    call.silence().silence();
    assert_eq!(call.call.stage(), &Stage::Waiting);
}

#[test]
fn keys_without_a_pound_are_an_entry_when_the_time_has_passed() {
    let mut call = at("login");
    call.keys("9078").silence().keys("4711").silence();
    assert_eq!((field(call.webhook(), "account").as_str(), field(call.webhook(), "pin").as_str()), ("9078", "4711"));
}

#[test]
fn a_short_entry_is_invalid_and_its_keys_are_forgotten() {
    let mut call = at("login");
    call.keys("123#");
    let (_, last) = &call.call.events()[call.call.events().len() - 2];
    let why = Invalid::Short { least: 4 };
    assert_eq!(*last, Event::Invalid { question: "account".to_owned(), why, again: true });
    assert_eq!((call.call.keyed(), call.call.keyed_count()), (Some(""), 0));
    call.keys("12#").keys("1").silence().keys("4711#");
    assert_eq!(field(call.webhook(), "account"), "NA", "the third invalid entry");
}

#[test]
fn pound_alone_is_silence() {
    let mut call = at("menu");
    call.keys("#");
    assert!(matches!(call.call.events().iter().rev().nth(1), Some((_, Event::Silence { again: true, .. }))));
}

#[test]
fn a_choice_ends_the_entry_as_soon_as_no_other_can_follow() {
    for (keys, choice) in [("2", "2"), ("12", "12"), ("1#", "1")] {
        let mut call = at("menu");
        call.keys(keys);
        assert_eq!(field(call.webhook(), "choice"), choice);
    }
    let mut call = at("menu");
    call.keys("1");
    assert_eq!((call.call.stage(), call.call.keyed()), (&Stage::Asking, Some("1")), "12 is a choice, too");
    call.silence();
    assert_eq!(field(call.webhook(), "choice"), "1");
}

#[test]
fn an_entry_outside_the_choices_is_asked_again() {
    let mut call = at("menu");
    call.keys("9#");
    let choices = ["1", "2", "12"].map(str::to_owned).to_vec();
    assert!(call.call.events().iter().any(|(_, event)| matches!(event,
        Event::Invalid { why: Invalid::NoChoice { choices: given }, again: true, .. } if *given == choices)));
    call.keys("15");
    assert_eq!(call.call.keyed(), Some(""), "no choice has more than two digits");
    call.keys("2");
    assert_eq!(field(call.webhook(), "choice"), "2");
}

#[test]
fn an_ivr_that_only_has_an_id_asks_for_what_its_step_reads() {
    let mut call = at("bare");
    let question = call.call.question().unwrap();
    assert_eq!((question.name.as_str(), question.described, question.secret), ("account", false, false));
    assert!(call.heard().contains("`account`"));
    call.keys("90786#");
    assert!(call.call.question().unwrap().secret, "the step says that it is the PIN");
    call.keys("4711#");
    assert_eq!(field(call.webhook(), "code"), "4711");
}

#[test]
fn an_ivr_without_questions_sends_its_results_at_once() {
    let call = at("silent");
    assert_eq!((call.call.stage(), call.heard()), (&Stage::Waiting, ""));
    assert_eq!(field(call.webhook(), "ivr_id"), "10007");
}

#[test]
fn a_key_is_one_of_a_telephone_wherever_the_call_is() {
    let mut call = at("menu");
    for key in ['a', '٣', ' ', 'A'] {
        assert!(call.input(Input::Key(key)).is_err(), "{key}");
    }
    call.keys("2");
    assert!(call.input(Input::Key('x')).is_err());
    assert!(call.input(Input::Key('5')).is_ok(), "nobody listens, and it is lost");
    assert!(call.input(Input::Silence).is_err());
    assert!(call.input(Input::Say("hello".to_owned())).is_err());
}
