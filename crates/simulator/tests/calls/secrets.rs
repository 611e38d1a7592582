//! A PIN is in the request that is sent, and nowhere else.

use crate::driver::{Driver, at, setting, with};
use ringbolt_simulator::{Input, Method, Provider, Reply};

const PIN: &str = "73519264";

fn is_nowhere(call: &Driver) {
    let shown = format!("{:?} {:#?}", call.call, call.call.events());
    assert!(!shown.contains(PIN) && !shown.contains(&PIN[..7]), "{shown}");
    assert_eq!(call.call.keyed(), None);
    assert!(!call.heard().contains(PIN));
}

#[test]
fn a_pin_is_only_in_the_request_that_is_sent() {
    for (ivr, method) in [("login", Method::Get), ("login", Method::Post), ("bare", Method::Get)] {
        let mut call = with(|setting| {
            setting.begins = Some(crate::driver::ivr(ivr));
            setting.portal.method = method;
        });
        call.keys("90786#").keys(&PIN[..7]);
        is_nowhere(&call);
        call.keys(&PIN[7..]);
        if ivr == "bare" {
            call.keys("#");
        }
        is_nowhere(&call);
        let request = call.webhook().clone();
        let sent = request.target() + &request.body().map(|(_, body)| body).unwrap_or_default();
        assert!(sent.contains(PIN));
        let shown = request.shown();
        assert!(!shown.contains(PIN) && shown.contains("=••••••••"), "{shown}");
        assert!(request.fields.iter().any(|field| field.secret && field.shown() == "••••••••"));
        assert!(!format!("{request:?}").contains(PIN));
        call.action("ivr", "<id>10003</id>");
        assert!(!format!("{:?}", call.call).contains(PIN));
    }
}

#[test]
fn what_is_a_pin_in_one_ivr_is_secret_in_all_of_them() {
    let mut call = at("again");
    assert!(call.call.question().unwrap().secret);
    call.keys("735");
    assert_eq!((call.call.keyed(), call.call.keyed_count()), (None, 3));
    call.keys("1");
    assert!(call.webhook().shown().contains("pin=••••&"));
}

#[test]
fn an_invalid_pin_is_not_shown_either() {
    let mut call = at("bare");
    call.keys("90786#").keys(PIN).hang_up();
    assert!(!format!("{:?}", call.call).contains(PIN));
    let mut call = at("login");
    call.keys("90786#").keys("735#").keys("735").silence();
    assert!(!format!("{:?}", call.call.events()).contains("735"));
}

#[test]
fn wix_answers_shows_the_document_with_dots() {
    let mut call = Driver::start(setting(Provider::WixAnswers));
    call.keys(PIN);
    is_nowhere(&call);
    call.keys("#");
    is_nowhere(&call);
    let request = call.webhook();
    assert!(request.body().unwrap().1.contains(PIN));
    assert!(!request.shown().contains(PIN) && request.shown().contains("\"input\": \"••••••••\""));
    assert!(!format!("{request:?}").contains(PIN));
    call.input(Input::Reply(Reply::text(""))).unwrap();
    is_nowhere(&call);
}

#[test]
fn the_token_is_only_in_the_request_that_is_sent() {
    let mut call = with(|setting| setting.token = "3f9c-token".to_owned());
    call.keys("90786#4711#");
    assert!(call.webhook().target().contains("3f9c-token"));
    let shown = format!("{:?} {:?} {}", call.call, call.call.setting(), call.webhook().shown());
    assert!(!shown.contains("3f9c-token"), "{shown}");
}

#[test]
fn a_long_pin_does_not_tell_its_length() {
    let mut call = at("bare");
    call.keys("1#").keys(&"5".repeat(100)).keys("#");
    let pin = call.webhook().fields.iter().find(|field| field.name == "code").unwrap();
    assert_eq!(pin.shown().chars().count(), 12);
    assert!(call.webhook().target().contains(&format!("code={}&", "5".repeat(64))), "keys after the 64th are lost");
}
