//! Documents that a provider gives up, and those that lead to one another.

use super::{answered, asks, start, url};
use ringbolt_simulator::{Input, Reply};

#[test]
fn a_document_that_cannot_be_played_ends_the_call_and_says_why() {
    for (body, why) in [
        ("Your balance is 12.", "isn't XML"),
        ("<action><app>hangup</app></action>", "no `<Response>`"),
        ("<Response><Reject/></Response>", "`<Reject>` can't be in `<Response>`"),
        ("<Response><Redirect>/twiml/f/voice</Redirect></Response>", "isn't absolute"),
        ("<Response><Redirect>https://evil.example/x</Redirect></Response>", "this flow's webhook"),
    ] {
        let mut call = start();
        call.reply(body);
        let (sentence, word) = call.ended();
        assert!(sentence.contains(why) && sentence.contains("fallback URL"), "{body}: {sentence}");
        assert_eq!((word, call.call.way().len()), ("backup", 1));
    }
}

#[test]
fn a_reply_without_a_success_status_is_not_read_and_nothing_is_sent_again() {
    for status in [301, 401, 403, 500, 503] {
        let mut call = start();
        call.input(Input::Reply(Reply { status, ..Reply::xml("<Response><Hangup/></Response>") })).unwrap();
        assert!(call.ended().0.contains(&format!("status {status}")), "{status}");
    }
    let mut call = start();
    call.input(Input::NoReply).unwrap();
    assert!(call.ended().0.contains("didn't answer in time"));
}

#[test]
fn a_deeply_nested_or_huge_document_is_refused_like_any_other() {
    for body in ["<a>".repeat(20_000), "x".repeat(1 << 20), format!("<Response>{}", "<Say>".repeat(10_000))] {
        let mut call = start();
        call.reply(&body);
        assert_eq!(call.ended().1, "backup");
    }
}

#[test]
fn documents_that_lead_to_one_another_end_at_some_time() {
    let mut call = start();
    let again = format!("<Say>Hello.</Say><Redirect method=\"POST\">{}</Redirect>", url("silent"));
    for _ in 0..100 {
        call.verbs(&again);
    }
    call.verbs(&again);
    assert!(call.ended().0.contains("none of them waits for the caller"), "{}", call.ended().0);
}

#[test]
fn documents_that_wait_for_the_caller_go_on_and_on() {
    let mut call = answered(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    for _ in 0..150 {
        call.silence().verbs(&asks("menu.1", Some(2), &["1, 2 or 12?"]));
    }
    call.keys("2#");
    assert_eq!(call.sent("Digits").as_deref(), Some("2"));
}

#[test]
fn pauses_and_files_are_played_in_their_order() {
    let call = answered(
        "<Say>One.</Say><Pause length=\"1\"/><Play>https://example.com/two.mp3</Play><Say> </Say><Say>Three.</Say>",
    );
    assert_eq!(call.all_heard(), ["One.", "(The recording https://example.com/two.mp3.)", "Three."]);
}
