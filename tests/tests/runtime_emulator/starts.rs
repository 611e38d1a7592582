//! Starts while secrets or flows cannot be loaded, and functions that were frozen for a while.

use crate::{
    cases::{TEXT, XML},
    emulator::{Emulated, Reply},
    environment::{Environment, STEERING, hasher},
    process::PATIENCE,
};
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::{
    flows::{FlowTable, Push},
    tables::create_missing_flows,
};
use ringbolt_lambda::app::system_clock;
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, Wire,
    app::{Function, demo_flow, get_event},
    secrets_manager::{Mode, SecretsManager},
};
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// The variable of the secret that decides who may ask.
fn admission(function: Function) -> &'static str {
    match function {
        Function::Voice => "RINGBOLT_TWIML_KEYS",
        Function::Auth | Function::NextAction | Function::Transcription => "RINGBOLT_WEBHOOK_TOKENS",
    }
}

/// The function's environment with its secrets in Secrets Manager.
fn with_secrets(function: Function, environment: Environment, secrets: &SecretsManager) -> Environment {
    environment
        .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.endpoint)
        .with(admission(function), "secretsmanager:arn:aws:secretsmanager:eu-west-1:000000000000:secret:admission")
        .with("RINGBOLT_PIN_KEYS", "secretsmanager:arn:aws:secretsmanager:eu-west-1:000000000000:secret:pin-keys")
}

async fn secrets_manager(function: Function, environment: &Environment, mode: Mode) -> SecretsManager {
    let [who, keys] = [admission(function), "RINGBOLT_PIN_KEYS"].map(|name| environment.value(name));
    SecretsManager::start([("admission", who), ("pin-keys", keys)], mode).await
}

async fn enrolled(database: &TestDatabase) {
    let mut app = TestApp::demo(database).await;
    app.app.hasher = hasher();
    app.enrol_demo().await;
}

/// The answer of a last resort in `events/env.json`, and a request with its outcome: one with a right PIN, or the first one of
/// a conversation.
fn last_resort(function: Function) -> (Reply, &'static str, &'static str) {
    let reply = |content_type: &str, body: &str| Reply {
        status: 200,
        content_type: content_type.to_owned(),
        body: body.to_owned(),
    };
    match function {
        Function::Auth => (reply(TEXT, "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"), "right-pin", "verified"),
        Function::Voice => {
            let transfer = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Dial answerOnBridge=\"true\">\
                 <Number>+18005550100</Number></Dial></Response>";
            (reply(XML, transfer), "call-comes-in", "asked")
        }
        _ => {
            let transfer =
                "<action><app>transfer</app><parameters><destination>8005550100</destination></parameters></action>";
            (reply(XML, transfer), "login-right-get", "verified")
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_secrets_a_function_answers_the_last_resort_until_they_are_there() {
    for function in STEERING {
        let database = TestDatabase::start().await;
        enrolled(&database).await;
        let environment = Environment::on(&database, function);
        let secrets = secrets_manager(function, &environment, Mode::Refuses).await;
        let emulated = Emulated::start(function, &with_secrets(function, environment, &secrets)).await;
        let (expected, login, outcome) = last_resort(function);
        for _ in 0..2 {
            assert_eq!(emulated.invoke_file(login).await, expected, "{function:?}");
        }
        let process = emulated.function_process();
        secrets.set(Mode::Gives);
        emulated.invoke_file(login).await;
        assert_eq!(emulated.function_process(), process, "{function:?}: another process");
        let output = emulated.stop();
        assert_eq!(output.outcomes(), ["fallback", "fallback", outcome], "{function:?}");
        let failures: Vec<_> = output.logs.iter().filter_map(|log| log.get("failure")).collect();
        assert_eq!(failures, ["not-ready"; 2], "{function:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_token_the_postback_asks_for_the_transcription_again_and_its_queue_keeps_its_messages() {
    let database = TestDatabase::start().await;
    let environment = Environment::on(&database, Function::Transcription);
    let tokens = environment.value("RINGBOLT_WEBHOOK_TOKENS");
    let secrets = SecretsManager::start([("tokens", tokens)], Mode::Refuses).await;
    let arn = "secretsmanager:arn:aws:secretsmanager:eu-west-1:000000000000:secret:tokens";
    let environment =
        environment.with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.endpoint).with("RINGBOLT_WEBHOOK_TOKENS", arn);
    let emulated = Emulated::start(Function::Transcription, &environment).await;
    assert_eq!(emulated.invoke_file("question-1").await.status, 503);
    let batch = std::fs::read_to_string(ringbolt_tests::app::root().join("events/transcription-queue/drain-two.json"));
    let batch = batch.unwrap();
    // Lambda deletes a message unless the function fails or names it.
    assert_eq!(emulated.invoke_raw(&batch).await["errorType"], "NotReady");
    secrets.set(Mode::Gives);
    assert_eq!(emulated.invoke_raw(&batch).await, serde_json::json!({ "batchItemFailures": [] }));
    let unreadable = batch.replace("aws:sqs", "aws:sns");
    assert_eq!(emulated.invoke_raw(&unreadable).await["errorType"], "UnreadableBatch");
    assert_eq!(emulated.invoke_file("question-1").await.status, 204);
    emulated.stop();
}

/// The demo, published, and the environment of a function that reads it there.
async fn published(database: &TestDatabase, function: Function) -> (FlowTable, Environment) {
    let name = format!("{}-flows", database.tables.calls);
    create_missing_flows(&database.client().await, &name).await.unwrap();
    let table = FlowTable::new(database.client().await, name.clone());
    publish(&table, &demo_flow()).await;
    let environment = Environment::on(database, function).without("RINGBOLT_FLOW_FILES");
    (table, environment.with("RINGBOLT_FLOWS_TABLE", &name))
}

async fn publish(table: &FlowTable, text: &str) {
    let push = Push::new(text.to_owned(), "ada".to_owned(), None, system_clock()()).unwrap();
    table.publish(&FlowName::parse("demo").unwrap(), &push).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_flows_a_function_answers_the_last_resort_until_they_are_there() {
    for function in STEERING {
        let database = TestDatabase::start().await;
        enrolled(&database).await;
        let (_, environment) = published(&database, function).await;
        let wire = Wire::to(&database.endpoint).await;
        wire.set(Fault::Denied);
        let emulated = Emulated::start(function, &environment.with("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint)).await;
        let (expected, login, outcome) = last_resort(function);
        assert_eq!(emulated.invoke_file(login).await, expected, "{function:?}");
        wire.set(Fault::None);
        emulated.invoke_file(login).await;
        assert_eq!(emulated.stop().outcomes(), ["fallback", outcome], "{function:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_asks_for_everything_at_once() {
    // For each table that a first request writes to, a write; and the flows.
    for (function, requests) in [(Function::Auth, 3), (Function::NextAction, 4), (Function::Voice, 4)] {
        let database = TestDatabase::start().await;
        enrolled(&database).await;
        let (_, environment) = published(&database, function).await;
        let secrets = secrets_manager(function, &environment, Mode::HoldsUntil(2)).await;
        let wire = Wire::to(&database.endpoint).await;
        // A start that waits for one before it asks for the next would wait for ever.
        wire.set(Fault::HoldUntil(requests));
        let environment =
            with_secrets(function, environment, &secrets).with("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint);
        let emulated = Emulated::start(function, &environment).await;
        let (_, login, outcome) = last_resort(function);
        emulated.invoke_file(login).await;
        assert_eq!(emulated.stop().outcomes(), [outcome], "{function:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_was_frozen_answers_its_first_request_with_the_flow_that_was_published_meanwhile() {
    let database = TestDatabase::start().await;
    let (table, environment) = published(&database, Function::NextAction).await;
    let emulated = Emulated::start(Function::NextAction, &environment).await;
    let request = get_event(Function::NextAction, "ivr_id=40007").to_string();
    let before = emulated.invoke(&request).await;
    let process = emulated.function_process();
    let frozen = Instant::now();
    signal(&process, "STOP");
    publish(&table, &demo_flow().replace("8005550122", "8005550133")).await;
    // The function looks every 30 s by the clock of the machine, which a test cannot move.
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert!(frozen.elapsed() < PATIENCE);
    signal(&process, "CONT");
    let after = emulated.invoke(&request).await;
    assert!(before.body.contains("8005550122") && after.body.contains("8005550133"), "{before:?}, {after:?}");
    assert_eq!(emulated.function_process(), process, "another process");
    emulated.stop();
}

fn signal(process: &str, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), process]).status().unwrap().success());
}
