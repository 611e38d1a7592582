//! Calls and transcriptions, in whatever order, however often.

use crate::NOON;
use ringbolt_dynamodb::{
    Store,
    calls::{Kept, Transcript, Visit},
};
use ringbolt_tests::TestDatabase;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};

const RETENTION: Duration = Duration::from_secs(90 * 86_400);

fn transcript<'a>(question: &'a str, text: &str) -> Transcript<'a> {
    let fields = [("text", text), ("date", "2026-11-21")];
    let fields: BTreeMap<_, _> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Transcript { response_id: "r-1", ivr_id: "12345", question, flow: "demo", fields }
}

async fn keep(store: &Store, question: &str, text: &str) -> Kept {
    store.keep_transcript(&transcript(question, text), NOON, RETENTION).await.unwrap()
}

fn visit<'a>(digest: &'a str, answered: Option<&'a str>) -> Visit<'a> {
    let told = json!({ "answers": { "qos": "5", "pin": "[redacted]" } });
    Visit { response_id: "r-1", ivr_id: "12345", flow: "demo", digest, told, answered }
}

#[tokio::test]
async fn transcriptions_are_kept_in_whatever_order_however_often() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    assert_eq!(keep(&store, "2", "second").await, Kept::First);
    assert_eq!(keep(&store, "1", "frist").await, Kept::First);
    assert_eq!(keep(&store, "1", "frist").await, Kept::Repeated);
    assert_eq!(keep(&store, "1", "first").await, Kept::Superseded);
    assert_eq!(keep(&store, "1", "frist").await, Kept::Repeated, "a late repetition of what was superseded");
    let call = store.call("r-1").await.unwrap();
    let texts: Vec<_> = call.iter().map(|item| (&item["sk"], &item["fields"]["text"])).collect();
    assert_eq!(
        texts,
        [(&json!("transcript#12345#1"), &json!("first")), (&json!("transcript#12345#2"), &json!("second")),]
    );
    assert_eq!(call[0]["revisions"][0]["fields"]["text"], "frist");
    assert_eq!(call[0]["revisions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_visit_is_kept_once_and_another_beside_it() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for (digest, answered) in [("a", None), ("a", None), ("b", Some("<action/>"))] {
        store.record_visit(&visit(digest, answered), NOON, RETENTION).await.unwrap();
    }
    assert_eq!(keep(&store, "1", "hello").await, Kept::First);
    let call = store.call("r-1").await.unwrap();
    assert_eq!(call.len(), 2);
    let visits = call[0]["visits"].as_array().unwrap();
    assert_eq!(visits.len(), 2);
    assert_eq!((&visits[0]["told"]["answers"]["qos"], visits[0].get("answered")), (&json!("5"), None));
    assert_eq!(visits[1]["answered"], "<action/>");
    assert_eq!(call[0]["ivr_day"], "12345#2026-11-21");
    assert_eq!(call[0]["expires_at"], NOON.plus(RETENTION).epoch_secs());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_postbacks_none_is_lost() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let text = format!("text {}", number % 3);
                // One that others have overtaken three times is sent again by the provider: so here.
                loop {
                    if store.keep_transcript(&transcript("1", &text), NOON, RETENTION).await.is_ok() {
                        break;
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let call = store.call("r-1").await.unwrap();
    let mut texts: Vec<String> =
        call[0]["revisions"].as_array().unwrap().iter().map(|r| r["fields"]["text"].to_string()).collect();
    texts.push(call[0]["fields"]["text"].to_string());
    texts.sort();
    assert_eq!(texts, [r#""text 0""#, r#""text 1""#, r#""text 2""#]);
}
