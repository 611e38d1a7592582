//! The results of an IVR on the wire, and what happens if no reply comes.

use crate::driver::{Driver, MORNING, at, field, ivr, parameters, setting, with};
use ringbolt_core::dialects::dialogtech::Request as Read;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Event, Input, Method, Provider, Setting};

#[test]
fn by_get_the_results_are_in_the_url() {
    let mut call = at("menu");
    call.keys("2");
    let request = call.webhook();
    assert!(request.target().starts_with("/dialogtech/f/next-action?auth=t&choice=2&ivr_number_called="));
    assert_eq!(request.body(), None);
}

#[test]
fn by_post_the_results_are_in_the_body_and_only_the_token_is_in_the_url() {
    let mut call = with(|setting| {
        setting.begins = Some(crate::driver::ivr("menu"));
        setting.portal.method = Method::Post;
    });
    call.keys("2");
    let request = call.webhook();
    assert_eq!(request.target(), "/dialogtech/f/next-action?auth=t");
    let (content_type, body) = request.body().unwrap();
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    assert!(body.starts_with("choice=2&ivr_number_called=") && !body.contains("auth"));
}

#[test]
fn get_and_post_are_read_as_the_same_results() {
    let results = |method| {
        let mut call = with(|setting| {
            setting.portal.method = method;
            setting.portal.source = vec![("st_campaign".to_owned(), "Spring & Autumn + é".to_owned())];
        });
        call.keys("90786#4711#");
        let call = &call.call;
        Read::read(&parameters(call.webhook().unwrap()), &call.setting().flow, call.events()[0].0).results
    };
    let (get, post) = (results(Method::Get), results(Method::Post));
    assert_eq!(get, post);
    assert_eq!(get.source.get("st_campaign"), Some("Spring & Autumn + é"));
    assert_eq!((get.answers.get("account"), get.answers.get("pin")), (Some("90786"), Some("4711")));
}

#[test]
fn a_field_has_the_name_that_the_portal_gives_it() {
    let call = with(|setting| {
        setting.begins = Some(crate::driver::ivr("silent"));
        setting.portal.phone_label = "Radio Ad".to_owned();
    });
    assert_eq!(field(call.webhook(), "label"), "Radio Ad");
    assert_eq!(field(call.webhook(), "ivr_phone_label"), "(missing)");
}

#[test]
fn the_time_stamp_is_that_of_the_beginning_in_eastern_time() {
    for (at, stamp) in [
        (MORNING, "2026-03-09 10:00:00"),
        // In winter, New York is five hours behind UTC instead of four.
        (EpochMs(1_767_391_445_999), "2026-01-02 17:04:05"),
        (EpochMs(1_782_800_000_000), "2026-06-30 02:13:20"),
    ] {
        let setting = Setting { begins: Some(ivr("menu")), ..setting(Provider::DialogTech) };
        let mut call = Driver { call: Call::start(setting, at).unwrap(), now: at };
        call.silence().keys("2");
        assert_eq!(field(call.webhook(), "ivr_timestamp"), stamp);
    }
}

#[test]
fn a_webhook_without_a_reply_is_sent_again_unchanged_and_then_given_up() {
    let mut call = at("menu");
    call.keys("2");
    let sent = call.webhook().clone();
    call.input(Input::NoReply).unwrap();
    assert_eq!(call.webhook(), &sent);
    call.input(Input::NoReply).unwrap();
    assert!(call.ended().0.contains("didn't answer in time. Its Backup Routing"));
    let exchanges = call.call.events().iter().filter(|(_, event)| matches!(event, Event::Webhook(_))).count();
    assert_eq!(exchanges, 1);
}

#[test]
fn the_reply_to_the_second_sending_counts() {
    let mut call = at("menu");
    call.keys("2");
    call.input(Input::NoReply).unwrap();
    call.action("ivr", "<id>10003</id>").keys("2");
    call.input(Input::NoReply).unwrap();
    assert!(call.call.webhook().is_some(), "each webhook is sent again once");
    call.action("hangup", "");
    assert_eq!(call.ended().1, "hangup");
    assert!(call.input(Input::NoReply).is_err());
}

#[test]
fn a_portal_may_never_send_again() {
    let mut call = with(|setting| setting.portal.resends = 0);
    call.keys("90786#4711#").input(Input::NoReply).unwrap();
    assert_eq!(call.ended().1, "backup");
}
