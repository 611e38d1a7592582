//! Tests of transcriptions that wait in the queue.

mod both_down;
mod drain;
mod order;

use ringbolt_core::{dialects::dialogtech::Parameters, identity::FlowName, time::EpochMs};
use ringbolt_lambda::{
    Postback,
    queue::{Batch, BatchResponse, Waiting},
};
use ringbolt_tests::TestApp;
use serde_json::{Value, json};

/// The message body of a waiting postback.
fn body(query: &str, received_at: EpochMs) -> String {
    let parameters = Parameters::parse(query, None);
    Waiting { flow: FlowName::parse("demo").unwrap(), parameters, received_at }.to_body()
}

/// Delivers message bodies as Lambda does, with the ids `m-0`, `m-1`, ...; returns the ids that stay in the queue.
async fn drain(app: &TestApp, bodies: &[String]) -> Vec<String> {
    let records = bodies.iter().enumerate();
    let records: Vec<_> = records
        .map(|(number, body)| json!({ "messageId": format!("m-{number}"), "body": body, "eventSource": "aws:sqs" }))
        .collect();
    drain_event(app, &json!({ "Records": records })).await
}

async fn drain_event(app: &TestApp, event: &Value) -> Vec<String> {
    let postback = Postback::without_queue(app.app.webhook.clone());
    let batch = Batch::from_event(&event.to_string()).unwrap().unwrap();
    left(transcription_postback::drain(&postback, batch).await)
}

/// The ids of the messages that stay in the queue.
fn left(response: BatchResponse) -> Vec<String> {
    let response = serde_json::to_value(response).unwrap();
    let failures = response["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}
