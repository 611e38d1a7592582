//! A PIN is in the form that is sent, and nowhere else; neither is what is sealed in a URL, nor the key.

use super::{answered, asks, records, with};
use crate::driver::Driver;

const PIN: &str = "73519264";

fn is_nowhere(call: &Driver) {
    let shown = format!("{:?} {:#?}", call.call, call.call.events());
    assert!(!shown.contains(PIN) && !shown.contains(&PIN[..7]), "{shown}");
    assert!(call.call.keyed().is_none() && !call.heard().contains(PIN));
}

#[test]
fn a_pin_is_only_in_the_form_that_is_sent() {
    let mut call = answered(&asks("login.2", Some(8), &["Your PIN, then pound."]));
    call.keys(&PIN[..7]);
    is_nowhere(&call);
    assert_eq!(call.call.keyed_count(), 7);
    call.keys(&PIN[7..]);
    is_nowhere(&call);
    let request = call.webhook().clone();
    assert!(request.body().unwrap().1.contains(PIN) && !request.target().contains(PIN));
    let shown = request.shown();
    assert!(!shown.contains(PIN) && shown.contains("Digits=••••••••&"), "{shown}");
    assert!(!format!("{request:?}").contains(PIN));
    call.verbs("<Hangup/>");
    is_nowhere(&call);
}

#[test]
fn an_invalid_pin_is_not_shown_either_and_what_is_a_pin_in_one_ivr_is_secret_in_all() {
    let mut call = answered(&asks("login.2", Some(8), &["Your PIN, then pound."]));
    call.keys("735#");
    assert!(!format!("{:?} {}", call.call, call.webhook().shown()).contains("735"));
    let mut call = answered(&asks("again.1", Some(4), &["Your PIN again."]));
    call.keys("7351");
    assert!(call.webhook().shown().contains("Digits=••••&"));
}

#[test]
fn what_is_sealed_in_a_url_is_not_shown() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    call.keys("2#");
    let request = call.webhook();
    assert!(request.target().contains("c2VhbGVk"));
    let shown = request.shown();
    assert!(shown.starts_with("POST /twiml/f/voice?at=menu.1&s=•••\n"), "{shown}");
    assert!(!format!("{request:?} {shown}").contains("c2VhbGVk"));
}

#[test]
fn the_key_is_nowhere() {
    let mut call = with(|setting| setting.signing_key = "3f9c-key".to_owned());
    call.verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"])).keys("2#");
    let request = call.webhook();
    let shown = format!("{:?} {:?} {}", call.call, call.call.setting(), request.shown());
    assert!(!shown.contains("3f9c-key") && !request.target().contains("3f9c-key"), "{shown}");
    assert!(!request.body().unwrap().1.contains("3f9c-key"));
}

#[test]
fn debug_does_not_show_what_was_said() {
    let mut call = answered(&records("complaint.2", true, "What happened?"));
    call.say("The bin was not collected.");
    let request = call.call.postback(0, call.now).unwrap();
    call.call.posted(0, request, None, call.now);
    assert!(!format!("{:?}", call.call).contains("not collected"));
}
