//! What is keyed at a `Gather`.

use super::{answered, asks};
use ringbolt_simulator::{Event, Input, Stage};

const ACCOUNT: &str = "Your account, then pound.";
const PIN: &str = "Your PIN, then pound.";

#[test]
fn an_entry_ends_by_pound_by_its_last_digit_or_by_time() {
    for (keys, silent, sent, finished) in
        [("90786#", false, "90786", "#"), ("907866", false, "907866", ""), ("9078", true, "9078", "")]
    {
        let mut call = answered(&asks("login.1", Some(6), &["Welcome.", ACCOUNT]));
        assert_eq!((call.call.stage(), call.all_heard()), (&Stage::Asking, vec!["Welcome.", ACCOUNT]));
        assert_eq!(
            call.call.question().map(|question| (question.name.as_str(), question.prompt.as_str())),
            Some(("account", ACCOUNT))
        );
        call.keys(keys);
        if silent {
            call.silence();
        }
        assert_eq!(call.call.stage(), &Stage::Waiting, "{keys}");
        let fields = ["Digits", "FinishedOnKey", "msg"].map(|name| call.sent(name).unwrap());
        assert_eq!(fields, [sent, finished, "Gather End"]);
        assert_eq!(call.at(), "login.1");
    }
}

#[test]
fn the_url_goes_back_letter_by_letter() {
    let mut call = answered(&asks("login.1", None, &[ACCOUNT]));
    call.keys("90786#");
    assert_eq!(call.webhook().target(), "/twiml/f/voice?at=login.1&s=c2VhbGVk-7");
}

#[test]
fn a_question_without_a_largest_number_of_digits_ends_by_pound() {
    let mut call = answered(&asks("bare.1", None, &[ACCOUNT]));
    call.keys(&"1".repeat(70));
    assert_eq!(call.call.stage(), &Stage::Asking);
    call.keys("#");
    assert_eq!(call.sent("Digits").map(|digits| digits.len()), Some(64));
}

#[test]
fn silence_sends_nothing_itself_and_the_next_verb_follows() {
    for silent in [true, false] {
        let mut call = answered(&asks("login.1", Some(6), &[ACCOUNT]));
        if silent {
            call.silence();
        } else {
            call.keys("#");
        }
        assert_eq!((call.at().as_str(), call.sent("Digits"), call.sent("msg")), ("login.1", None, None));
        let last = call.call.events().last().map(|(_, event)| event.clone());
        assert_eq!(last, Some(Event::Silence { question: "account".to_owned(), again: true }));
    }
}

#[test]
fn silence_ends_a_call_whose_document_says_nothing_else() {
    let gather = asks("login.1", Some(6), &[ACCOUNT]);
    let mut call = answered(gather.split("<Redirect").next().unwrap());
    call.silence();
    assert_eq!(call.ended().1, "hangup");
}

#[test]
fn the_same_question_again_is_the_same_visit_until_it_is_given_up() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    let way = call.call.way().len();
    for (number, again) in [true, true, false].into_iter().enumerate() {
        call.silence();
        let noted = call.call.events().iter().filter(|(_, event)| matches!(event, Event::Silence { .. })).nth(number);
        assert!(matches!(noted, Some((_, Event::Silence { again: found, .. })) if *found == again), "{number}");
        if again {
            call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
            assert_eq!((call.call.way().len(), call.heard()), (way, "1, 2 or 12?"));
        }
    }
    call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    assert_eq!(call.call.way().len(), way + 1, "the step leads back");
}

#[test]
fn an_invalid_entry_is_sent_and_our_webhook_judges_it() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    let way = call.call.way().len();
    call.keys("9#");
    assert_eq!(call.sent("Digits").as_deref(), Some("9"));
    assert!(call.call.events().iter().any(|(_, event)| *event
        == Event::Keyed { question: "choice".to_owned(), shown: Some("9".to_owned()), count: 1, pound: true }));
    assert!(!call.call.events().iter().any(|(_, event)| matches!(event, Event::Invalid { .. })));
    call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    assert_eq!(call.call.way().len(), way, "it is asked again");
    call.keys("12").verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    assert_eq!(call.call.way().len(), way + 1, "that was an answer, and the step leads back");
}

#[test]
fn the_questions_of_an_ivr_are_one_visit() {
    let mut call = answered(&asks("login.1", Some(6), &["Welcome.", ACCOUNT]));
    call.keys("90786#").verbs(&asks("login.2", Some(8), &[PIN]));
    let question = call.call.question().unwrap();
    assert!(question.name == "pin" && question.secret && question.described);
    assert_eq!(call.call.way().len(), 1);
    call.keys("4711#").verbs(&asks("login.1", Some(6), &["Welcome.", ACCOUNT]));
    assert_eq!(call.call.way().len(), 2, "the first question comes again only in another visit");
}

#[test]
fn a_question_that_the_flow_does_not_know_has_no_name_and_could_be_secret() {
    for at in ["nowhere.1", "login.9", "login.0", "login.x", "", "findme"] {
        let mut call = answered(&asks(at, Some(4), &["Hm?"]));
        let question = call.call.question().unwrap();
        assert!(question.name.is_empty() && question.secret && !question.described, "{at}");
        call.keys("1234");
        assert_eq!(call.sent("Digits").as_deref(), Some("1234"));
        assert!(!format!("{:?} {}", call.call, call.webhook().shown()).contains("1234"));
    }
}

#[test]
fn keys_while_a_webhook_waits_are_lost_and_a_pound_after_the_last_digit_counts_at_the_next_question() {
    let mut call = answered(&asks("score.1", Some(1), &["From 1 to 5?"]));
    call.keys("5#");
    assert_eq!(call.sent("Digits").as_deref(), Some("5"));
    call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    assert_eq!(call.call.keyed(), Some(""));
    call.keys("#");
    assert!(matches!(call.call.events().last(), Some((_, Event::Silence { .. }))), "as on a real provider");
}

#[test]
fn a_gather_takes_nothing_that_is_no_key() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    for key in ['a', '٣', ' '] {
        assert!(call.input(Input::Key(key)).is_err(), "{key}");
    }
    assert!(call.input(Input::Say("hello".to_owned())).is_err());
    call.keys("*");
    assert_eq!(call.call.keyed(), Some("*"));
}
