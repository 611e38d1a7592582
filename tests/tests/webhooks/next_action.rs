//! The next-action webhook, apart from logins.

use crate::webhooks::{demo, destination, element};
use ringbolt_core::flow::Fallback;
use ringbolt_tests::app::Function::NextAction;

/// A document of the specification, without the white space between its elements.
fn compact(document: &str) -> String {
    document.lines().map(str::trim).collect()
}

#[tokio::test]
async fn the_examples_of_the_specification_come_back_to_the_letter() {
    let (app, _database) = demo().await;
    for (case, expected) in [
        (
            "app-ivr",
            "<action>
             <app>ivr</app>
             <parameters>
             <id>12345</id>
             <user_parameters>
             <param1>alpha</param1>
             <param2>bravo</param2>
             </user_parameters>
             <p_t>user_id|90786||step|verify_user</p_t>
             </parameters>
             </action>",
        ),
        (
            "app-findme-one",
            "<action>
             <app>findme</app>
             <parameters>
             <phone_list>2223334444</phone_list>
             <screen_method>1</screen_method>
             <whisper_phrase>Call from Radio Ad</whisper_phrase>
             <record>1</record>
             </parameters>
             </action>",
        ),
        (
            "app-findme-two",
            "<action>
             <app>findme</app>
             <parameters>
             <phone_list>2223334444|5556667777</phone_list>
             <simultaneous>2</simultaneous>
             <screen_method>2</screen_method>
             <whisper_audio>customwhisper.wav</whisper_audio>
             <record>1</record>
             </parameters>
             </action>",
        ),
        ("app-vr", "<action><app>vr</app><parameters><id>501</id></parameters></action>"),
        ("app-voicemail", "<action><app>voicemail</app><parameters><id>502</id></parameters></action>"),
        ("app-hangup", "<action><app>hangup</app></action>"),
        (
            "app-transfer",
            "<action><app>transfer</app><parameters><destination>8005550122</destination></parameters></action>",
        ),
    ] {
        let answer = app.send_file(NextAction, case).await;
        assert_eq!((answer.status, answer.body), (200, compact(expected)), "{case}");
        assert_eq!(answer.content_type, "text/xml; charset=utf-8", "{case}");
    }
}

#[tokio::test]
async fn every_other_case_of_the_events_folder_is_answered() {
    for (case, outcome) in [
        ("spec-get", "answered"),
        ("spec-get-to-the-letter", "answered"),
        ("login-right-get", "verified"),
        ("login-right-post", "verified"),
        ("login-wrong-get", "wrong"),
        ("login-na", "unanswered"),
        ("login-hang-up", "hung_up"),
        ("login-suspended", "suspended"),
        ("unknown-ivr", "fallback"),
        ("sourcetrak", "answered"),
        ("two-hundred-keys", "answered"),
        ("xml-in-a-name", "answered"),
        ("bars-in-a-name", "answered"),
    ] {
        let (app, _database) = demo().await;
        let answer = app.send_file(NextAction, case).await;
        assert_eq!((answer.status, answer.report.outcome.word()), (200, outcome), "{case}: {}", answer.body);
        assert!(element(&answer, "app").is_some(), "{case}");
    }
    let (app, _database) = demo().await;
    assert_eq!(app.send_file(NextAction, "bad-token").await.status, 401);
    let said = app.send_file(NextAction, "say").await;
    assert_eq!((said.body.as_str(), said.content_type), (Fallback::SAY, "text/plain; charset=utf-8"));
}

#[tokio::test]
async fn the_first_of_repeated_keys_counts() {
    let (app, _database) = demo().await;
    let answer = app.send_file(NextAction, "login-repeated-keys").await;
    assert_eq!(answer.status, 200);
    let twice = "ivr_id=12345&ivr_session_id=s-9&account=90786&pin=4711&pin=9999";
    assert_eq!(app.next(twice).await.report.outcome.word(), "verified");
}

#[tokio::test]
async fn foreign_pass_through_data_rides_along_untouched() {
    let (app, _database) = demo().await;
    let foreign = "source|radio ||x|1%7C2||plain";
    let encoded = foreign.replace('%', "%25").replace('|', "%7C").replace(' ', "+");
    let answer =
        app.next(&format!("ivr_id=12345&account=90786&pin=4711&ivr_session_id=s&ivr_pass_through={encoded}")).await;
    let passed = element(&answer, "p_t").unwrap();
    assert!(passed.starts_with(&format!("{foreign}||user_id|90786||rb|")), "{passed}");
}

#[tokio::test]
async fn results_of_an_unknown_ivr_are_answered_with_the_fallback() {
    let (app, _database) = demo().await;
    for query in ["ivr_id=abc", "ivr_id=012345", "ivr_id=12345x"] {
        let answer = app.next(query).await;
        assert_eq!(
            (destination(&answer).as_str(), answer.report.outcome.word()),
            ("8005550100", "fallback"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn results_without_an_ivr_id_are_those_of_the_ivr_that_the_flow_names() {
    let (app, _database) = demo().await;
    let answer = app.send_file(NextAction, "spec-get-to-the-letter").await;
    assert_eq!(element(&answer, "whisper_phrase").as_deref(), Some("Survey score 5"));
    for query in ["", "ivr_id=&qos=5"] {
        assert_eq!(app.next(query).await.report.outcome.word(), "answered", "{query}");
    }
}

#[tokio::test]
async fn a_post_needs_no_content_type() {
    let (app, _database) = demo().await;
    for content_type in [None, Some("text/plain"), Some("application/octet-stream"), Some("")] {
        let mut event = ringbolt_tests::app::event(NextAction, "login-right-post");
        let headers = event["headers"].as_object_mut().unwrap();
        headers.remove("content-type");
        headers.extend(content_type.map(|text| ("content-type".to_owned(), text.into())));
        let answer = app.send(NextAction, &event).await;
        assert_eq!(answer.report.outcome.word(), "verified", "{content_type:?}");
    }
}
