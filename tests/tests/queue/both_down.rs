//! Neither the database nor the queue: only then is the provider asked to send it again, and in time.

use ringbolt_dynamodb::{Store, client};
use ringbolt_lambda::{Postback, queue::Queue, run::respond};
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, Wire,
    app::{Function, demo_flow, event},
};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const DEADLINE: Duration = Duration::from_secs(1);

async fn postback(database: &TestDatabase, endpoint: &str, queue: &str) -> Postback {
    let store =
        Store::new(client::webhook_client(&client::local_config(endpoint).await, DEADLINE), database.tables.clone());
    let mut webhook = TestApp::on(store, &demo_flow()).app.webhook;
    webhook.deadline = DEADLINE;
    let url = format!("{queue}/000000000000/transcriptions").parse().unwrap();
    Postback { webhook, queue: Some(Queue::new(&client::local_config(queue).await, url, DEADLINE)) }
}

async fn closed_port() -> String {
    format!("http://{}", TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap())
}

async fn assert_sent_again(postback: &Postback, what: &str) {
    let began = Instant::now();
    let event = event(Function::Transcription, "question-1").to_string();
    let answer = Box::pin(respond(postback, &transcription_postback::handle, &event)).await;
    assert_eq!((answer.status, answer.report.outcome), (503, "not-stored"), "{what}");
    assert_eq!(answer.body, "The transcription was not stored. Please send it again.\n");
    // The machine may be busy.
    assert!(began.elapsed() < Duration::from_secs(5), "{what}: {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_both_fail_the_provider_is_asked_to_send_it_again_within_the_deadline() {
    let database = TestDatabase::start().await;
    let closed = closed_port().await;
    assert_sent_again(&postback(&database, &closed, &closed).await, "closed ports").await;

    let wire = Wire::to(&database.endpoint).await;
    wire.set(Fault::Delay(Duration::from_secs(120)));
    // It takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let queue = format!("http://{}", silent.local_addr().unwrap());
    assert_sent_again(&postback(&database, &wire.endpoint, &queue).await, "silence").await;
    // The queue was asked, though the database had taken its time.
    let asked = tokio::time::timeout(Duration::from_secs(1), silent.accept()).await;
    assert!(asked.is_ok(), "nobody came to the queue");
}

#[tokio::test]
async fn while_the_database_answers_the_queue_is_left_alone() {
    let database = TestDatabase::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let queue = format!("http://{}", silent.local_addr().unwrap());
    let mut postback = postback(&database, &database.endpoint, &queue).await;
    postback.webhook.store = database.store().await;
    postback.webhook.deadline = Duration::from_secs(60);
    let event = event(Function::Transcription, "question-1").to_string();
    let answer = Box::pin(respond(&postback, &transcription_postback::handle, &event)).await;
    assert_eq!((answer.status, answer.report.outcome), (204, "first"));
    assert!(
        tokio::time::timeout(Duration::from_millis(50), silent.accept()).await.is_err(),
        "somebody came to the queue"
    );
}
