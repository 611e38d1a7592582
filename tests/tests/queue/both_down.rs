//! If both the database and the queue are down, and only then, the provider is asked to send the transcription again.

use ringbolt_dynamodb::{Store, client};
use ringbolt_lambda::{Postback, queue::Queue, run::respond};
use ringbolt_tests::{
    Fault, NOBODY, TestApp, TestDatabase, Wire,
    app::{Function, demo_flow, event},
};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const DEADLINE: Duration = Duration::from_secs(1);

async fn postback(database: &TestDatabase, endpoint: &str, queue: &str) -> Postback {
    let store = Store::new(
        client::webhook_client(&client::local_config(endpoint, ringbolt_tests::ACCESS_KEY), DEADLINE),
        database.tables.clone(),
    );
    let mut webhook = TestApp::on(store, &demo_flow()).app.webhook;
    webhook.deadline = DEADLINE;
    let url = format!("{queue}/000000000000/transcriptions").parse().unwrap();
    Postback {
        webhook,
        queue: Some(Queue::new(&client::local_config(queue, ringbolt_tests::ACCESS_KEY), url, DEADLINE)),
    }
}

async fn assert_asked_to_resend(postback: &Postback, what: &str) {
    let began = Instant::now();
    let event = event(Function::Transcription, "question-1").to_string();
    let answer = Box::pin(respond(postback, &transcription_postback::handle, &event)).await;
    assert_eq!((answer.status, answer.report.outcome.word()), (503, "not_stored"), "{what}");
    assert_eq!(answer.body, "The transcription was not stored. Please send it again.\n");
    // Longer than the deadline, because the machine may be busy.
    assert!(began.elapsed() < Duration::from_secs(5), "{what}: {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_both_fail_the_provider_is_asked_to_resend_within_the_deadline() {
    let database = TestDatabase::start().await;
    assert_asked_to_resend(&postback(&database, NOBODY, NOBODY).await, "closed ports").await;

    let wire = Wire::to(&database.endpoint).await;
    wire.set(Fault::Delay(Duration::from_secs(120)));
    // This server accepts connections but never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let queue = format!("http://{}", silent.local_addr().unwrap());
    assert_asked_to_resend(&postback(&database, &wire.endpoint, &queue).await, "silence").await;
    // The slow database left enough time to try the queue.
    let connected = tokio::time::timeout(Duration::from_secs(1), silent.accept()).await;
    assert!(connected.is_ok(), "nothing connected to the queue");
}

#[tokio::test]
async fn while_the_database_answers_the_queue_is_not_used() {
    let database = TestDatabase::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let queue = format!("http://{}", silent.local_addr().unwrap());
    let mut postback = postback(&database, &database.endpoint, &queue).await;
    postback.webhook.store = database.store().await;
    postback.webhook.deadline = Duration::from_secs(60);
    let event = event(Function::Transcription, "question-1").to_string();
    let answer = Box::pin(respond(&postback, &transcription_postback::handle, &event)).await;
    assert_eq!((answer.status, answer.report.outcome.word()), (204, "stored"));
    assert!(
        tokio::time::timeout(Duration::from_millis(50), silent.accept()).await.is_err(),
        "something connected to the queue"
    );
}
