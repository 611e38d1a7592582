//! Calls of Wix Answers.

use crate::driver::{Driver, setting};
use ringbolt_core::ani::Ani;
use ringbolt_core::dialects::wix_answers::Request as Read;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_simulator::{Input, Provider, Reply, Setting, Stage, WixUser};

const WELCOME: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";

fn start(change: impl FnOnce(&mut Setting)) -> Driver {
    let mut setting = setting(Provider::WixAnswers);
    change(&mut setting);
    Driver::start(setting)
}

fn replied(body: &str) -> Driver {
    let mut call = start(|_| {});
    call.keys("1234#").input(Input::Reply(Reply::text(body))).unwrap();
    call
}

fn read(call: &Driver) -> Read {
    let (content_type, body) = call.webhook().body().unwrap();
    assert_eq!(content_type, "application/json");
    Read::read(body.as_bytes()).unwrap()
}

#[test]
fn a_guid_leads_to_its_ivr_in_any_case() {
    for guid in [WELCOME.to_owned(), WELCOME.to_uppercase()] {
        let call = replied(&guid);
        let place = Place::End(End::WixIvr("welcome".to_owned()));
        assert_eq!((call.call.stage(), call.heard()), (&Stage::Elsewhere(place), "You are logged in."));
    }
}

#[test]
fn a_guid_that_the_flow_does_not_name_is_followed_too() {
    let other = "602EFA31-01d8-482d-8ff2-26910b026703";
    let mut call = replied(other);
    assert_eq!(call.call.place(), &Place::End(End::WixIvr(other.to_lowercase())));
    call.hang_up();
    assert!(call.ended().0.contains("of Wix Answers"));
}

#[test]
fn an_empty_answer_disconnects() {
    let call = replied("");
    assert_eq!(call.ended().1, "disconnect");
    assert_eq!(call.call.place(), &Place::End(End::HangUp));
}

#[test]
fn nonsense_drops_the_call() {
    let quoted = format!("\"{WELCOME}\"");
    let line = format!("{WELCOME}\n");
    for body in ["hello", " ", "\n", &quoted, &line, "<action><app>hangup</app></action>", "welcome"] {
        let (sentence, word) = replied(body).ended();
        assert_eq!(word, "backup", "{body:?}");
        assert!(!sentence.contains("Backup Routing"), "that is DialogTech's");
    }
}

#[test]
fn a_failure_or_a_missing_reply_drops_the_call() {
    let mut call = start(|_| {});
    call.keys("1234#").input(Input::Reply(Reply { status: 500, ..Reply::text(WELCOME) })).unwrap();
    assert_eq!(call.ended(), ("The provider gave up: the web server answered with status 500".to_owned(), "backup"));
    let mut call = start(|setting| setting.portal.resends = 0);
    call.keys("1234#").input(Input::NoReply).unwrap();
    assert_eq!(call.ended().1, "backup");
}

#[test]
fn pound_alone_is_an_empty_input() {
    let mut call = start(|_| {});
    assert_eq!(call.heard(), "Please key your PIN, then pound.");
    call.keys("#");
    assert_eq!(read(&call).input(), None);
    assert!(call.webhook().body().unwrap().1.contains("\"input\": \"\""));
}

#[test]
fn silence_is_asked_again_and_then_nothing_is_sent() {
    let mut call = start(|_| {});
    call.silence().silence().silence();
    assert_eq!(call.all_heard().len(), 3);
    assert_eq!(call.ended(), ("The provider gave up: no number was entered".to_owned(), "backup"));
    let mut call = start(|_| {});
    call.keys("12").silence();
    assert_eq!(read(&call).input(), Some("12"));
}

#[test]
fn the_user_is_sent_as_wix_answers_knows_them() {
    let user =
        |banned| WixUser { id: "u-1".to_owned(), first_name: Some("Ada".to_owned()), banned, ..WixUser::default() };
    for banned in [false, true] {
        let mut call = start(|setting| setting.user = Some(user(banned)));
        call.keys("1234#");
        let sent = read(&call).login.user.unwrap();
        assert_eq!((sent.id.as_deref(), sent.banned), (Some("u-1"), banned));
        assert_eq!(sent.fields["fullName"], "Ada");
    }
    let mut call = start(|_| {});
    call.keys("1234#");
    assert!(read(&call).login.user.is_none(), "nobody was found for the number");
}

#[test]
fn the_calling_number_is_the_same_number_for_the_reader() {
    for from in [
        "2125550142",
        "12125550142",
        "+12125550142",
        "+1 (212) 555-0142",
        "+44-2079460018",
        "+44 (0)20 7946 0018",
        "+442079460018",
        "442079460018",
        "+354-5551234",
        "+3545551234",
        "003545551234",
    ] {
        let mut call = start(|setting| {
            setting.from = from.to_owned();
            setting.user = Some(WixUser { id: "u-1".to_owned(), ..WixUser::default() });
        });
        call.keys("1#");
        let sent = read(&call).login;
        let number = sent.call["from"]["number"].as_str().unwrap();
        assert!(number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+'), "{number}");
        assert_eq!(sent.call["ani"], Ani::parse(Some(from)).as_str(), "{from}");
        assert_eq!(Ani::parse(sent.ani.as_deref()), Ani::parse(Some(from)), "{from}");
        assert_eq!(sent.user.unwrap().fields["phoneNumbers"][0]["number"], sent.call["from"]["number"]);
    }
}

#[test]
fn a_withheld_number_is_withheld_for_the_reader() {
    for from in ["", "anonymous"] {
        let mut call = start(|setting| setting.from = from.to_owned());
        call.keys("1#");
        assert!(Ani::parse(read(&call).login.ani.as_deref()).is_withheld(), "{from}");
    }
}
