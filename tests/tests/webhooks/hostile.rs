//! Bad input: always a valid answer of the dialect or a 4xx with a sentence, and never a lost counter.

use crate::webhooks::{FAILURE, SUCCESS, demo, element};
use proptest::{prelude::*, test_runner::TestRunner};
use ringbolt_tests::{
    TestApp,
    app::Function::{self, Auth, NextAction, Transcription},
    app::{auth_event, event, get_event},
};
use serde_json::{Value, json};

/// What a provider can take for an answer, or a stranger for a refusal.
fn assert_valid(function: Function, answer: &ringbolt_lambda::Answer, what: &str) {
    match (function, answer.status) {
        (Auth, 200) => {
            assert!(["", SUCCESS, FAILURE, crate::webhooks::LOCKED].contains(&answer.body.as_str()), "{what}")
        }
        (NextAction, 200) if answer.content_type.starts_with("text/xml") => {
            assert!(element(answer, "app").is_some(), "{what}");
        }
        (NextAction, 200) | (Transcription, 204) => {}
        (_, 400 | 401 | 404 | 405 | 413) => assert!(answer.body.ends_with(".\n"), "{what}: {answer:?}"),
        _ => panic!("{what}: {answer:?}"),
    }
    if answer.status == 200 {
        assert_ne!(answer.body, SUCCESS, "{what}");
    }
}

#[tokio::test]
async fn payloads_that_are_no_http_events_get_an_answer() {
    let (app, _database) = demo().await;
    for payload in ["{}", "[]", "null", "\"x\"", "1", "", "{", r#"{"version":"1.0","httpMethod":"GET"}"#] {
        for function in [Auth, NextAction, Transcription] {
            let answer = app.send_text(function, payload).await;
            assert_eq!((answer.status, answer.report.outcome.word()), (400, "refused"), "{payload}");
        }
    }
}

#[tokio::test]
async fn bodies_that_are_none_of_wix_answers_disconnect() {
    let (app, _database) = demo().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\u{0}",
        "input=1234",
        "{\"input\":\"1234\"}",
        "{\"user\":null,\"input\":\"1234\"}",
        "{\"user\":{\"id\":\"\"},\"input\":\"1234\"}",
        "{\"user\":[],\"input\":{}}",
    ] {
        let mut event = event(Auth, "right-pin");
        event["body"] = body.into();
        let answer = app.send(Auth, &event).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{body}");
    }
    let mut event = event(Auth, "right-pin");
    event.as_object_mut().unwrap().remove("body");
    assert_eq!(app.send(Auth, &event).await.body, "");
}

#[tokio::test]
async fn ten_megabytes_are_refused_in_a_sentence() {
    let (app, _database) = demo().await;
    let huge = "9".repeat(10 * 1024 * 1024);
    let answer = app.auth("c", "123abc45-67d8-912e-3fg4-56789h0123456", &huge).await;
    assert!(answer.status == 413 && answer.body.contains("256 KB"), "{}", answer.body);
    let answer = app.next(&format!("ivr_id=12345&pin={huge}")).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn unusable_input_is_a_failed_attempt_and_is_counted() {
    let (app, _database) = demo().await;
    let user = "123abc45-67d8-912e-3fg4-56789h0123456";
    for (call, input) in ["12ab", "'; DROP TABLE", "{{ 7*7 }}"].into_iter().enumerate() {
        assert_eq!(app.auth(&call.to_string(), user, input).await.body, FAILURE, "{input}");
    }
    assert_eq!(app.auth("right", user, "1234").await.body, crate::webhooks::LOCKED);
}

#[tokio::test]
async fn xml_and_bars_in_a_name_stay_in_their_place() {
    let (app, _database) = demo().await;
    let name = "</whisper_phrase><app>transfer</app>]]>&<![CDATA[|a||b|\u{202e}\u{fffe}";
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = app.next(&format!("ivr_id=23456&qos={encoded}")).await;
    let document = roxmltree::Document::parse(&answer.body).unwrap();
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("app")).count(), 1);
    let kept = name.replace('\u{fffe}', "");
    assert_eq!(element(&answer, "whisper_phrase"), Some(format!("Survey score {kept}")));
}

fn arbitrary_event() -> impl Strategy<Value = (Function, Value)> {
    let text = prop_oneof![any::<String>(), "[a-z_=&%0-9{}<>|]{0,80}"];
    let names = prop::sample::select(vec![
        "ivr_id",
        "account",
        "pin",
        "ivr_session_id",
        "ivr_pass_through",
        "unique_id",
        "survo_id",
        "question",
        "x",
    ]);
    let values = prop_oneof![
        any::<String>(),
        prop::sample::select(vec!["12345", "34567", "90786", "NA", "1", "40001"]).prop_map(str::to_owned)
    ];
    let query = prop::collection::vec((names, values), 0..12).prop_map(|pairs| {
        let pairs = pairs.into_iter().map(|(name, value)| {
            format!("{name}={}", value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>())
        });
        pairs.collect::<Vec<_>>().join("&")
    });
    let query = prop_oneof![query, text.clone()];
    let functions = prop::sample::select(vec![Auth, NextAction, Transcription]);
    (functions, query, text, any::<bool>()).prop_map(|(function, query, text, encoded)| {
        let mut event = match function {
            Auth => auth_event("c", "ada", &text),
            other => get_event(other, &query),
        };
        if function == Auth && text.len() % 3 == 0 {
            event["body"] = text.into();
        }
        event["isBase64Encoded"] = json!(encoded);
        (function, event)
    })
}

#[test]
fn whatever_comes_in_a_valid_answer_goes_out() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (app, _database): (TestApp, _) = runtime.block_on(demo());
    let mut runner = TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() });
    runner
        .run(&arbitrary_event(), |(function, event)| {
            let answer = runtime.block_on(app.send(function, &event));
            assert_valid(function, &answer, &event.to_string());
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
