//! The auth webhook.

use crate::webhooks::{FAILURE, LOCKED, SUCCESS, demo, demo_flow_with, with_ada};
use ringbolt_core::pin::{PinHash, PinHasher};
use ringbolt_tests::{app::Function::Auth, pin_keys};
use std::time::Duration;

#[tokio::test]
async fn every_case_of_the_events_folder_is_answered() {
    let expected: &[(&str, u16, &str)] = &[
        ("right-pin", 200, SUCCESS),
        ("second-pin", 200, SUCCESS),
        ("unknown-user", 200, ""),
        ("banned", 200, ""),
        ("suspended", 200, LOCKED),
        ("missing-user", 200, ""),
        ("letters", 200, FAILURE),
        ("empty-input", 200, FAILURE),
        ("base64-body", 200, SUCCESS),
        ("unusual-content-type", 200, SUCCESS),
        ("raw-characters-in-query", 200, SUCCESS),
        ("illegal-host", 200, SUCCESS),
        ("not-json", 200, ""),
        ("bad-base64", 200, ""),
        ("nul-and-non-utf8", 200, ""),
    ];
    for (case, status, body) in expected {
        let (app, _database) = demo().await;
        let answer = app.send_file(Auth, case).await;
        assert_eq!((answer.status, answer.body.as_str()), (*status, *body), "{case}");
        assert_eq!(answer.content_type, "text/plain; charset=utf-8", "{case}");
    }
    let (app, _database) = demo().await;
    for case in ["bad-token", "no-token"] {
        let answer = app.send_file(Auth, case).await;
        assert!(answer.status == 401 && answer.body.contains("token"), "{case}: {answer:?}");
    }
}

#[tokio::test]
async fn three_wrong_pins_lock_and_the_right_one_does_not_open_the_lock() {
    let (app, _database) = demo().await;
    for case in ["wrong-pin", "wrong-pin-2", "wrong-pin-3"] {
        assert_eq!(app.send_file(Auth, case).await.body, FAILURE, "{case}");
    }
    assert_eq!(app.send_file(Auth, "second-pin").await.body, LOCKED);
    app.clock.pass(Duration::from_secs(30 * 60));
    assert_eq!(app.send_file(Auth, "second-pin").await.body, SUCCESS);
}

#[tokio::test]
async fn the_same_event_again_is_the_same_attempt() {
    let (app, _database) = demo().await;
    for repeated in [false, true, true] {
        let answer = app.send_file(Auth, "wrong-pin").await;
        assert_eq!((answer.body.as_str(), answer.report.repeated), (FAILURE, repeated));
    }
    let user = "602efa31-01d8-482d-8ff2-26910b026703";
    let item = app.app.webhook.store.caller(&ringbolt_tests::caller(user)).await.unwrap().unwrap();
    assert_eq!(item.attempts, 1);
    assert_eq!(app.auth("c", user, "4321").await.body, SUCCESS);
}

#[tokio::test]
async fn other_spellings_of_an_account_and_of_a_pin_are_the_same() {
    let (app, _database) = with_ada(&ringbolt_tests::app::demo_flow()).await;
    for (number, user) in ["ada", " ADA ", "\u{ff21}da"].into_iter().enumerate() {
        assert_eq!(app.auth(&format!("c{number}"), user, "9999").await.body, FAILURE, "{user}");
    }
    assert_eq!(app.auth("c4", "ada", "4711").await.body, LOCKED, "they share one counter");
    app.clock.pass(Duration::from_secs(30 * 60));
    assert_eq!(app.auth("c5", "ada", "４７ 11#").await.body, SUCCESS);
}

#[tokio::test]
async fn a_calling_number_over_its_limit_reaches_nobodys_counter() {
    let flow = demo_flow_with("limits: { attempts_per_call: 3 }", "limits: { per_ani: { attempts: 2, window: 1h } }");
    let (app, _database) = with_ada(&flow).await;
    assert_eq!(app.auth("c1", "nobody-1", "9999").await.body, "");
    assert_eq!(app.auth("c2", "nobody-2", "9999").await.body, "");
    assert_eq!(app.auth("c3", "ada", "9999").await.body, LOCKED);
    let ada = app.app.webhook.store.caller(&ringbolt_tests::caller("ada")).await.unwrap().unwrap();
    assert_eq!(ada.attempts, 0, "a number over its limit touches no caller");
    app.clock.pass(Duration::from_secs(3600 + 450));
    assert_eq!(app.auth("c4", "ada", "4711").await.body, SUCCESS);
}

#[tokio::test]
async fn a_new_pin_key_begins_no_new_count_of_a_calling_number() {
    let flow = demo_flow_with("limits: { attempts_per_call: 3 }", "limits: { per_ani: { attempts: 2, window: 1h } }");
    let (mut app, _database) = with_ada(&flow).await;
    let stages = [pin_keys('a', &[]), pin_keys('a', &['b']), pin_keys('b', &['a'])];
    for (user, keys) in ["nobody-1", "nobody-2", "ada"].into_iter().zip(stages) {
        app.app.hasher = PinHasher::new(keys, PinHash::Keyed);
        let answer = app.auth(user, user, "9999").await;
        assert_eq!(answer.body == LOCKED, user == "ada", "{user}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_flow_that_is_not_there_and_other_methods_are_refused_in_a_sentence() {
    let (app, _database) = demo().await;
    let mut event = ringbolt_tests::app::event(Auth, "right-pin");
    event["pathParameters"]["flow"] = "demmo".into();
    let answer = app.send(Auth, &event).await;
    assert!(answer.status == 404 && answer.body.contains("no such call flow"), "{answer:?}");
    event["pathParameters"]["flow"] = "demo".into();
    event["requestContext"]["http"]["method"] = "GET".into();
    let answer = app.send(Auth, &event).await;
    assert!(answer.status == 405 && answer.body.contains("POST only"), "{answer:?}");
}
