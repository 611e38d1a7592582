//! Checks that waiting in the queue does not change the final result.

use crate::queue::{body, drain};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use ringbolt_tests::{
    TestApp, TestDatabase,
    app::{Function, NOON, get_event},
};
use serde_json::Value;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// A postback: its question, its text, and, if it goes to the queue, its turn when draining.
#[derive(Clone, Debug)]
struct Sent {
    question: u8,
    text: u8,
    waits: Option<u8>,
}

fn sent() -> impl Strategy<Value = Sent> {
    (1..3_u8, 0..3_u8, proptest::option::of(any::<u8>())).prop_map(|(question, text, waits)| Sent {
        question,
        text,
        waits,
    })
}

#[test]
fn draining_in_any_order_gives_the_same_result_as_storing_at_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::start());
    let calls = AtomicU32::new(0);
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let histories = proptest::collection::vec(sent(), 1..7);
    let checked = runner.run(&histories, |history| {
        let number = calls.fetch_add(1, Ordering::Relaxed);
        let at_once = history.iter().map(|sent| Sent { waits: None, ..*sent }).collect::<Vec<_>>();
        let expected = runtime.block_on(play(&database, &format!("once-{number}"), &at_once));
        let found = runtime.block_on(play(&database, &format!("waiting-{number}"), &history));
        prop_assert_eq!(found, expected);
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
}

/// Sends the postbacks one second apart, then drains the waiting ones twice. Returns the call's items without their
/// keys.
async fn play(database: &TestDatabase, call: &str, history: &[Sent]) -> Vec<Value> {
    let app = TestApp::demo(database).await;
    let mut waiting = Vec::new();
    for sent in history {
        let query = format!("survo_id=1&unique_id={call}&question={}&text=text+{}", sent.question, sent.text);
        match sent.waits {
            Some(turn) => waiting.push((turn, body(&query, app.clock.now()))),
            None => {
                let event = get_event(Function::Transcription, &query);
                assert_eq!(app.send(Function::Transcription, &event).await.status, 204);
            }
        }
        app.clock.pass(Duration::from_secs(1));
    }
    assert!(app.clock.now() > NOON);
    waiting.sort();
    let bodies: Vec<String> = waiting.into_iter().map(|(_, body)| body).collect();
    if !bodies.is_empty() {
        assert_eq!(drain(&app, &bodies).await, [""; 0]);
        assert_eq!(drain(&app, &bodies).await, [""; 0]);
    }
    let items = app.app.webhook.store.call(call).await.unwrap();
    items
        .into_iter()
        .map(|mut item| {
            item.remove("pk");
            // The shard depends on the call's id.
            item.remove("ivr_day");
            let text = Value::from(item.into_iter().collect::<serde_json::Map<_, _>>()).to_string();
            serde_json::from_str(&text.replace(call, "CALL")).unwrap()
        })
        .collect()
}
