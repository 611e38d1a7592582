//! Drains batches of messages into the real store.

use crate::queue::{body, drain, drain_event, left};
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{Store, client};
use ringbolt_lambda::{Postback, queue::Batch};
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, Wire,
    app::{NOON, demo_flow, root},
};
use serde_json::Value;
use std::time::Duration;

/// 2026-01-02T15:04:49.123Z
const RECEIVED: i64 = 1_767_366_289_123;

fn event(case: &str) -> Value {
    let path = root().join("events/transcription-queue").join(format!("{case}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_waiting_transcription_is_stored_under_the_time_it_was_received() {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    assert_eq!(drain_event(&app, &event("drain-two")).await, [""; 0]);
    let call = app.app.webhook.store.call("70000001").await.unwrap();
    assert_eq!(
        call.iter().map(|item| item["at"].as_i64()).collect::<Vec<_>>(),
        [Some(RECEIVED), Some(RECEIVED + 1000)]
    );
    assert!(call.iter().all(|item| item["ivr_day"].as_str().unwrap().starts_with("23456#2026-01-02#")), "{call:?}");
    let expires = EpochMs(RECEIVED).plus(Duration::from_secs(90 * 86_400)).epoch_secs();
    assert_eq!(call[0]["expires_at"], expires);
    assert_eq!(call[1]["fields"]["text"], "Please call me back tomorrow.");
}

#[tokio::test]
async fn only_invalid_messages_stay_in_the_queue_and_later_reach_the_dead_letter_queue() {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    let strays = ["059f36b4-87a3-44ab-83d2-661970000004", "059f36b4-87a3-44ab-83d2-661970000005"];
    for _ in 0..2 {
        assert_eq!(drain_event(&app, &event("drain-with-strays")).await, strays);
    }
    let call = app.app.webhook.store.call("70000001").await.unwrap();
    let kept: Vec<_> = call.iter().map(|item| item["sk"].as_str().unwrap()).collect();
    assert_eq!(kept, ["transcript#23456#1", "transcript#23456#2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_down_every_message_stays_in_the_queue_and_none_is_lost() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let client = client::webhook_client(
        &client::local_config(&wire.endpoint, ringbolt_tests::ACCESS_KEY),
        Duration::from_secs(1),
    );
    let app = TestApp::on(Store::new(client, database.tables.clone()), &demo_flow());
    let bodies = [1, 2, 3].map(|question| body(&format!("survo_id=1&unique_id=r&question={question}&text=x"), NOON));
    for fault in [Fault::ServerError, Fault::Throttle, Fault::Denied, Fault::Nonsense] {
        wire.set(fault);
        assert_eq!(drain(&app, &bodies).await, ["m-0", "m-1", "m-2"], "{fault:?}");
    }
    // The item is written but the reply is lost, so the message is delivered again.
    wire.set(Fault::LoseReplies(3));
    assert_eq!(drain(&app, &bodies).await, ["m-0"]);
    wire.set(Fault::None);
    assert_eq!(drain(&app, &bodies).await, [""; 0]);
    let call = database.store().await.call("r").await.unwrap();
    assert_eq!(call.len(), 3);
    assert!(call.iter().all(|item| item["revisions"].as_array().unwrap().is_empty()), "a repetition became a revision");
}

#[tokio::test]
async fn what_a_batch_does_not_reach_in_time_stays_in_the_queue() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let app = TestApp::through(&database, &wire.endpoint, &demo_flow()).await;
    let batch = || Batch::from_event(&event("drain-two").to_string()).unwrap().unwrap();
    let ids: Vec<String> = batch().messages.into_iter().map(|message| message.message_id).collect();
    let postback = Postback::without_queue(app.app.webhook.clone());
    // The database does not answer, and each message alone has a deadline of a minute.
    wire.set(Fault::HoldUntil(usize::MAX));
    let response = transcription_postback::drain_within(Duration::from_millis(50), &postback, batch()).await;
    assert_eq!(left(response), ids);
    assert_eq!(wire.take_operations().len(), 1, "the second is not begun");
    wire.set(Fault::None);
    assert_eq!(left(transcription_postback::drain(&postback, batch()).await), [""; 0]);
}

#[tokio::test]
async fn a_waiting_transcription_of_an_erased_call_is_dropped() {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    let store = &app.app.webhook.store;
    store.erase_call("70000001", NOON).await.unwrap();
    assert_eq!(drain_event(&app, &event("drain-two")).await, [""; 0], "no message stays");
    assert!(store.call("70000001").await.unwrap().is_empty());
}
